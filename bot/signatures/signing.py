"""What is signed: its meaning in words, whose name it bears, and what is still lacking for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.ask import Ask, Outcome
from bot.describe import planned
from bot.messages import Choice, Reply, Text, say
from rules import events as e
from storage.log import Signature


@dataclass(frozen=True)
class Signing:
    """One person's signature on a turn; `second` is that of the second person, where two sign."""

    person: str
    role: str
    name: str
    meaning: str
    at: datetime
    second: Signing | None = None

    def bound(self, digest: str) -> Signature:
        """The signature on events with this digest."""
        second = self.second.bound(digest) if self.second else None
        return Signature(self.name, self.role, self.meaning, self.at, digest, second)


def meaning(ask: Ask, outcome: Outcome) -> Text | None:
    """What a signature on these events means; None where none is asked for."""
    if outcome.second:
        return say("meaning.second")
    found = (_meaning(ask, event) for event in outcome.events)
    return next((words for words in found if words is not None), None)


def _meaning(ask: Ask, event: Any) -> Text | None:
    match event:
        case e.EligibilityConfirmed():
            return say("meaning.eligibility", subject=event.subject)
        case e.Infused():
            key = "meaning.deviation" if event.deviation else "meaning.infusion"
            return Text(key, {"subject": event.subject})
        case e.DltConfirmed() | e.DltRefuted():
            key = "meaning.dlt" if isinstance(event, e.DltConfirmed) else "meaning.not_dlt"
            return Text(key, {"subject": event.subject})
        case e.WindowAssessed():
            return say("meaning.assessment", subject=event.subject)
        case e.LevelOpened():
            return say("meaning.level", level=event.level, dose=planned(ask.protocol, event.level))
        case e.MtdDeclared():
            return say("meaning.mtd")
        case e.AmendmentSigned():
            return say("meaning.amendment", version=event.version)
        case e.Corrected():
            return say("meaning.correction", entry=event.target)
    return None


def by_pin(ask: Ask) -> bool:
    """True where a signature needs the PIN: in a real study, and in practice for who has set one."""
    return not ask.practice or bool(ask.people.pin(ask.person.id).hashed)


def printed_name(ask: Ask) -> str:
    """The name that this person's signature bears; in practice, that of the role where none is given."""
    practice = f"practice {ask.person.role.replace('_', ' ')}" if ask.practice else ""
    return ask.people.names.get(ask.person.id, practice)


def lacking(ask: Ask) -> Reply | None:
    """What a person is to do before they can sign; None when nothing is lacking."""
    pin = ask.people.pin(ask.person.id)
    if not pin.hashed:
        named = () if printed_name(ask) else (say("sign.no_name"),)
        return Reply((say("sign.no_pin"), *named), ((Choice(say("choice.pin"), "/pin"),),))
    if not printed_name(ask):
        return Reply((say("sign.no_name"),))
    if pin.locked is not None and ask.now < pin.locked:
        return Reply((say("pin.locked", at=pin.locked),))
    return None


def needs_second(ask: Ask, outcome: Outcome) -> bool:
    """True for an infusion that a second person is to sign before it is recorded."""
    dosed = bool(outcome.events) and isinstance(outcome.events[0], e.Infused)
    return ask.protocol.infusion_second_person and dosed and not outcome.second
