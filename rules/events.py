"""What can have happened in a trial: frozen, past tense. The log of these is the only truth.

Instants (`at`, `onset`) are aware datetimes of when a thing happened; when it was entered and
by whom stands on the Entry around the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rules.pk.events import ConcentrationMeasured
from rules.toxicity.events import (
    AdverseEventFollowed,
    CoreSetMeasured,
    Pairs,
    Scored,
    SeriousnessJudged,
    SponsorInformed,
    ToxicityEvent,
)

__all__ = [
    "AdverseEventFollowed", "CoreSetMeasured", "Pairs", "Scored", "SeriousnessJudged", "SponsorInformed",
    "ToxicityEvent",
]  # fmt: skip

LEAVING = ("withdrew", "died", "lost", "dose_not_full", "before_dose")


@dataclass(frozen=True)
class Consented:
    """A subject signed informed consent and got a code."""

    subject: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """A screening fact was answered; `value` is a number in the fact's unit, yes/no/unclear or a choice."""

    subject: str
    fact: str
    value: str
    at: datetime


@dataclass(frozen=True)
class EligibilityConfirmed:
    """An investigator signed that every criterion is met."""

    subject: str
    at: datetime


@dataclass(frozen=True)
class SlotHeld:
    """A place in the cohort of `level` was given to a subject."""

    subject: str
    level: int
    at: datetime


@dataclass(frozen=True)
class ApheresisDone:
    """Mononuclear cells were collected."""

    subject: str
    at: datetime


@dataclass(frozen=True)
class LymphodepletionStarted:
    """The pretreatment was begun."""

    subject: str
    at: datetime


@dataclass(frozen=True)
class Infused:
    """The single dose was given; `cells` is the total given, `full` whether within tolerance of the plan.

    `deviation` is why it was recorded although the rules refused it, or empty.
    """

    subject: str
    level: int
    cells: float
    full: bool
    at: datetime
    deviation: str = ""


@dataclass(frozen=True)
class AdverseEventReported:
    """An adverse event; `grade` is 1-5 on the protocol's scale.

    `floor` is the grade that `measured` gives (0: nothing was measured), `raised` why `grade` is above it.
    """

    VERSION: ClassVar[int] = 2

    subject: str
    term: str
    grade: int
    at: datetime
    measured: Pairs = ()
    floor: int = 0
    raised: str = ""


@dataclass(frozen=True)
class DltConfirmed:
    """An investigator adjudicated the adverse event of entry `about` (0: none recorded) as a DLT."""

    subject: str
    about: int
    at: datetime


@dataclass(frozen=True)
class DltRefuted:
    """An investigator adjudicated the adverse event of entry `about` as no DLT."""

    subject: str
    about: int
    at: datetime


@dataclass(frozen=True)
class WindowAssessed:
    """The window is over and an investigator recorded that it passed without a DLT."""

    subject: str
    at: datetime


@dataclass(frozen=True)
class Withdrawn:
    """A subject left; `reason` is one of LEAVING."""

    subject: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class LevelOpened:
    """The principal investigator signed `action` (escalate | expand | reduce): `places` open at `level`."""

    level: int
    places: int
    action: str
    at: datetime


@dataclass(frozen=True)
class MtdDeclared:
    """The principal investigator signed the MTD; level 0 means there is none."""

    level: int
    at: datetime


@dataclass(frozen=True)
class Corrected:
    """Entry `target` was corrected: `changes` are (field, new value) pairs; empty means it is void."""

    target: int
    changes: tuple[tuple[str, str], ...]
    reason: str
    at: datetime


@dataclass(frozen=True)
class AmendmentSigned:
    """The principal investigator signed a new version of the file: it is in force from then on."""

    version: str
    sha256: str
    at: datetime


Event = (
    Consented
    | Answered
    | EligibilityConfirmed
    | SlotHeld
    | ApheresisDone
    | LymphodepletionStarted
    | Infused
    | AdverseEventReported
    | DltConfirmed
    | DltRefuted
    | WindowAssessed
    | Withdrawn
    | LevelOpened
    | MtdDeclared
    | Corrected
    | AmendmentSigned
    | AdverseEventFollowed
    | SeriousnessJudged
    | SponsorInformed
    | Scored
    | CoreSetMeasured
    | ConcentrationMeasured
)


@dataclass(frozen=True)
class Entry:
    """An event in the log: its number (1, 2, ...), who entered it in which role, when, under which file."""

    number: int
    event: Event
    by: str = ""
    role: str = ""
    entered_at: datetime | None = None
    protocol: str = ""
