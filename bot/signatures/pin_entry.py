"""A PIN that was typed: for a signature, or to set one. The message that held it is taken away first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot import events as b
from bot.chat import CARD_LIFE
from bot.messages import Reply, say
from bot.people import Person, Pin
from bot.presses import pressed_card
from bot.signatures.astray import erasing
from bot.signatures.pins import TypedPin
from bot.talk import Talk, Turn
from bot.typing import help_row

TOLD = ("principal_investigator", "admin")


def pin_typed(talk: Talk) -> Turn:
    """What follows from a PIN that was asked for."""
    asked, typed = talk.state.chat.pin, talk.state.typed_pin
    if asked is None or typed is None or talk.now - asked.at > CARD_LIFE:
        closed = replace(talk.says("pin.expired", help_row()), chat=(b.Settled(0, "closed", talk.now),))
        return closed.after(erasing(talk))
    return STEPS[asked.step](talk, asked, typed).after(erasing(talk))


def _sign(talk: Talk, asked: b.PinAsked, typed: TypedPin) -> Turn:
    refused = _refused(talk, typed)
    if refused is not None:
        return refused
    turn = pressed_card(talk, asked.card, "yes", proven=True)
    return replace(turn, people=(*_accepted(talk), *turn.people))


def _old(talk: Talk, _asked: b.PinAsked, typed: TypedPin) -> Turn:
    refused = _refused(talk, typed)
    return refused or _by(talk, _ask(talk, "new"), people=_accepted(talk))


def _new(talk: Talk, _asked: b.PinAsked, typed: TypedPin) -> Turn:
    if typed.problem:
        return _asking(talk, f"pin.{typed.problem}")
    return _ask(talk, "again", typed.hashed)


def _again(talk: Talk, asked: b.PinAsked, typed: TypedPin) -> Turn:
    if not typed.matches:
        first = talk.letters(Reply((say("pin.differ"),)))
        return _ask(talk, "new").after(first)
    done = b.PinSet(_person(talk).id, asked.hashed, talk.now)
    turn = talk.says("pin.done", help_row())
    return _by(talk, turn, people=(done,), chat=(b.Settled(0, "closed", talk.now),))


STEPS: dict[str, Callable[[Talk, b.PinAsked, TypedPin], Turn]] = {
    "sign": _sign,
    "old": _old,
    "new": _new,
    "again": _again,
}


def _pin(talk: Talk) -> Pin:
    return talk.state.people.pin(_person(talk).id)


def _person(talk: Talk) -> Person:
    assert talk.person is not None  # noqa: S101 - strangers never get here
    return talk.person


def _by(talk: Talk, turn: Turn, **what: Any) -> Turn:
    """The turn with what the person caused."""
    return replace(turn, by=_person(talk).id, role=_person(talk).role, **what)


def _refused(talk: Talk, typed: TypedPin) -> Turn | None:
    """Why the PIN opens nothing: locked, no digits, or wrong, which counts."""
    pin = _pin(talk)
    if pin.locked is not None and talk.now < pin.locked:
        closed = b.Settled(0, "closed", talk.now)
        return replace(talk.says("pin.locked", at=pin.locked), chat=(closed,))
    if typed.problem:
        return _asking(talk, "pin.shape")
    return None if typed.matches else _wrong(talk, pin)


def _wrong(talk: Talk, pin: Pin) -> Turn:
    """One more wrong try; the last one locks, and those in charge are told."""
    person = _person(talk)
    failed, left = b.PinFailed(person.id, talk.now), pin.left - 1
    if left:
        return _by(talk, _asking(talk, "pin.wrong", left=left), people=(failed,))
    told = talk.tell(
        [p for p in talk.state.people.in_roles(*TOLD) if p.id != person.id],
        Reply((say("alert.pin", person=person.id, role=say(f"role.{person.role}")),)),
    )
    turn = talk.says("pin.locked.now")
    closed = (b.Settled(0, "closed", talk.now),)
    return _by(talk, turn, letters=(*turn.letters, *told), people=(failed,), chat=closed)


def _accepted(talk: Talk) -> tuple[b.PinAccepted, ...]:
    """Wrong tries before the right one count no more."""
    return (b.PinAccepted(_person(talk).id, talk.now),) if _pin(talk).wrong else ()


def _asking(talk: Talk, key: str, **params: object) -> Turn:
    """Say why, and go on waiting for the PIN."""
    turn = talk.says(key, **params)
    turn.letters[-1].payload["expects"] = "number"
    return turn


def _ask(talk: Talk, step: str, hashed: str = "") -> Turn:
    """Ask for the next PIN."""
    return replace(_asking(talk, f"pin.ask.{step}"), chat=(b.PinAsked(step, 0, hashed, talk.now),))
