"""A command is a pure function Ask -> Outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.chat import Chat
from bot.messages import Choice, Reply
from bot.people import People, Person
from rules.escalation import Decision, decide
from rules.events import Entry, Event
from rules.protocol import Protocol
from rules.trial import Subject, Trial, continued
from storage.log import Signature


@dataclass(frozen=True)
class Ask:
    """What was asked, by whom, when, and the state it is asked of. `given` are slots already read.

    `signatures` are those on the trial's entries, by number; `proposed` is a new version of the file.
    """

    person: Person
    language: str
    now: datetime
    protocol: Protocol
    trial: Trial
    people: People
    chat: Chat
    given: Mapping[str, str] = field(default_factory=dict)
    practice: bool = False
    signatures: Mapping[int, Signature] = field(default_factory=dict)
    proposed: Protocol | None = None

    @cached_property
    def decision(self) -> Decision:
        """What the protocol allows next."""
        return decide(self.protocol, self.trial, self.now)

    def with_event(self, number: int) -> Subject | None:
        """Whose adverse event an entry is; None when it is none."""
        return next((s for s in self.trial.subjects.values() if number in s.adverse_events), None)

    @property
    def subject(self) -> Subject | None:
        """The subject that is given, or None."""
        return self.trial.subject(self.given.get("subject", ""))

    def trial_with(self, *events: Event) -> Trial:
        """The trial as it would be with these events recorded now."""
        number = len(self.trial.log)
        more = [Entry(number + n, event, entered_at=self.now) for n, event in enumerate(events, 1)]
        return continued(self.protocol, self.trial, more)

    def instant(self, slot: str = "when") -> datetime | None:
        """An instant that is given, or None."""
        text = self.given.get(slot)
        return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Question:
    """The slot that is still missing; the reply's choices with values (not commands) answer it.

    `number` says that a bare number typed is the answer, not the number of a button.
    """

    slot: str
    number: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a command says. With `question`, it asks; with `events`, it shows a card first.

    `notes` are lines for the card, `edits` the slots that its buttons can change, `instead` its buttons that
    do something else, `then` the buttons after it was recorded; `personal` are the person's own settings,
    without a card; `crowd` are events about people, `identity` those about oneself, without a card;
    `second` names the first signature that this one joins; `given` replaces the slots where the command
    found more.
    """

    reply: Reply = field(default_factory=Reply)
    question: Question | None = None
    events: tuple[Event, ...] = ()
    notes: tuple[Any, ...] = ()
    edits: tuple[str, ...] = ()
    instead: tuple[Choice, ...] = ()
    then: tuple[Choice, ...] = ()
    personal: tuple[Any, ...] = ()
    crowd: tuple[Any, ...] = ()
    identity: tuple[Any, ...] = ()
    second: str = ""
    given: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Command:
    """A row of COMMANDS: name, the action that access.py guards, what it does, its slots in typing order.

    `entry` names the command that takes over once the last slot was typed: it writes what this one shows.
    """

    name: str
    action: str
    run: Callable[[Ask], Outcome]
    slots: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    group: str = "read"
    entry: str = ""
