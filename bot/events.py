"""What can have happened around the trial: people joining, questions open, cards shown, reminders sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.events import Exported

Given = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Invited:
    """An invitation was made; only the hash of its code is kept."""

    code_sha256: str
    role: str
    at: datetime
    expires: datetime


@dataclass(frozen=True)
class Joined:
    """A numeric user id was bound to a role with an invitation."""

    person: str
    user: int
    role: str
    code_sha256: str
    at: datetime


@dataclass(frozen=True)
class Removed:
    """A person lost access."""

    person: str
    at: datetime


@dataclass(frozen=True)
class RoleChanged:
    """A person got another role."""

    person: str
    role: str
    at: datetime


@dataclass(frozen=True)
class Named:
    """A person gave the printed name that their signatures bear."""

    person: str
    name: str
    at: datetime


@dataclass(frozen=True)
class PinSet:
    """A person set a PIN; only its argon2 hash is kept."""

    person: str
    hashed: str
    at: datetime


@dataclass(frozen=True)
class PinFailed:
    """A wrong PIN was typed for a person."""

    person: str
    at: datetime


@dataclass(frozen=True)
class PinAccepted:
    """The right PIN was typed after wrong ones: they count no more."""

    person: str
    at: datetime


@dataclass(frozen=True)
class FirstSigned:
    """The first of two persons signed a card; nothing is recorded before a second one has.

    `key` names it, `given` and `digest` are those of the card, `name` and `meaning` the signature's words.
    """

    key: str
    person: str
    role: str
    command: str
    given: Given
    digest: str
    name: str
    meaning: str
    at: datetime


@dataclass(frozen=True)
class FirstSettled:
    """A first signature waits no more: signed | changed."""

    key: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class PinAsked:
    """The bot asked for a PIN: sign (for `card`) | old | new | again; `hashed` is of the one just chosen."""

    step: str
    card: int
    hashed: str
    at: datetime


@dataclass(frozen=True)
class LanguageChosen:
    """A person chose a language."""

    language: str
    at: datetime


@dataclass(frozen=True)
class ZoneChosen:
    """A person chose a time zone for reminders."""

    zone: str
    at: datetime


@dataclass(frozen=True)
class StudyChosen:
    """A person in several studies turned to this one; the choice with the highest number is in force."""

    number: int
    at: datetime


@dataclass(frozen=True)
class ProtocolAdopted:
    """The bot was started with this file; it is in force behind entry `after` of the trial."""

    version: str
    sha256: str
    text: str
    at: datetime
    after: int


@dataclass(frozen=True)
class AmendmentProposed:
    """An operator proposed a new version of the file; it was proved and is not in force until signed."""

    version: str
    sha256: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """The bot asked for one slot of a command; `choices` are the values behind the buttons."""

    command: str
    given: Given
    slot: str
    choices: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Carded:
    """The bot showed a card; `digest` is of what it said."""

    command: str
    given: Given
    digest: str
    at: datetime


@dataclass(frozen=True)
class Settled:
    """A card was used: recorded | cancelled | edited | changed."""

    card: int
    outcome: str
    at: datetime


@dataclass(frozen=True)
class Reminded:
    """Reminders were sent."""

    keys: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Snoozed:
    """Reminders were put off."""

    keys: tuple[str, ...]
    until: datetime
    at: datetime


@dataclass(frozen=True)
class Looked:
    """A question about one subject was answered; for ten minutes `and 004?` repeats it."""

    command: str
    given: Given
    at: datetime


@dataclass(frozen=True)
class Unread:
    """A message was not read: the kinds of its tokens, no words of it."""

    shape: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ClockMoved:
    """The practice clock was moved."""

    seconds: int
    at: datetime


KINDS = (
    Invited, Joined, Removed, RoleChanged, Named, PinSet, PinFailed, PinAccepted, FirstSigned, FirstSettled,
    Exported, ProtocolAdopted, AmendmentProposed, PinAsked, LanguageChosen, ZoneChosen, StudyChosen, Asked,
    Carded, Settled, Reminded, Snoozed, Looked, Unread, ClockMoved,
)  # fmt: skip
