"""Rulings on an adverse event in words: one that stands, and one that another replaces."""

from __future__ import annotations

from datetime import datetime

from bot.ask import Ask
from bot.describe import describe
from bot.messages import Text, say
from rules import events as e
from rules.lacks import Lack
from rules.subject import Subject, is_ruled


def standing_dlt(ask: Ask, subject: Subject, number: int) -> Lack | None:
    """That an adverse event is a DLT by a ruling that stands: it is void with a reason before another."""
    if not is_ruled(subject, number) or not isinstance(subject.adjudicated[number], e.DltConfirmed):
        return None
    entry = ask.trial.log[subject.signed[f"ruling:{number}"] - 1]
    by, role, at = _made(ask, entry)
    made = {"entry": entry.number, "by": by, "role": role, "at": at}
    return Lack("dlt_stands", {"about": number, "event": entry.event} | made)


def replacing(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """One line with the ruling on an adverse event that a new one takes the place of."""
    if number not in subject.adjudicated:
        return ()
    entry = ask.trial.log[subject.signed[f"ruling:{number}"] - 1]
    by, role, at = _made(ask, entry)
    what = describe(ask.protocol, entry.event)
    return (say("note.replaces", entry=entry.number, what=what, by=by, role=role, at=at),)


def replaced_by(subject: Subject, entry: e.Entry) -> int:
    """The newest ruling on the same adverse event, where an entry is an older one; otherwise 0."""
    if not isinstance(entry.event, e.DltConfirmed | e.DltRefuted) or not entry.event.about:
        return 0
    newest = subject.signed.get(f"ruling:{entry.event.about}", entry.number)
    return newest if newest > entry.number else 0


def _made(ask: Ask, entry: e.Entry) -> tuple[str, Text, datetime]:
    """Who made an entry, by name where it is signed, in which role, and when."""
    signature = ask.signatures.get(entry.number)
    by = ask.people.named(signature.name) if signature else entry.by
    return by, say(f"role.{entry.role}"), entry.entered_at or entry.event.at
