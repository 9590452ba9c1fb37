"""Corrections: a new event with a mandatory reason; nothing is ever edited."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.describe import describe, value_words
from bot.messages import Choice, Reply, say
from bot.slots import asking
from rules import events as e

# What can be corrected in each kind of event; the rest of an event can only be voided.
FIELDS: dict[type, tuple[str, ...]] = {
    e.Consented: ("at",),
    e.Answered: ("value", "at"),
    e.ApheresisDone: ("at",),
    e.LymphodepletionStarted: ("at",),
    e.Infused: ("cells", "at"),
    e.AdverseEventReported: ("grade", "term", "at"),
    e.Withdrawn: ("reason", "at"),
}
VOID = "void"
PI_ONLY = (e.LevelOpened, e.MtdDeclared)


def correct(ask: Ask) -> Outcome:
    """Choose an entry, a field, the new value and the reason."""
    entry = next((x for x in ask.trial.entries if str(x.number) == ask.given.get("entry")), None)
    if entry is None:
        return _which(ask)
    if isinstance(entry.event, PI_ONLY) and ask.person.role != "principal_investigator":
        return Outcome(Reply((say("correct.pi_only"),)))
    fields = FIELDS.get(type(entry.event), ())
    if ask.given.get("field") not in (*fields, VOID):
        row = tuple(Choice(say(f"field.{name}"), name) for name in fields)
        head = say("ask.field", number=entry.number, what=describe(ask.protocol, entry.event))
        return asking("field", row, (Choice(say("field.void"), VOID),), lines=(head,))
    field = ask.given["field"]
    if field != VOID and "value" not in ask.given:
        return _ask_value(ask, entry, field)
    if "reason" not in ask.given:
        rows = [
            (Choice(say(f"reason.{name}"), _words(ask, name)),) for name in ("typing", "source", "subject")
        ]
        return asking("reason", *rows)
    changes = () if field == VOID else _changes(ask, entry, field)
    event = e.Corrected(entry.number, changes, ask.given["reason"], ask.now)
    old = "" if field == VOID else value_words(ask.protocol, field, _old(entry, field))
    what = describe(ask.protocol, entry.event)
    note = say("note.old.void" if field == VOID else "note.old", number=entry.number, what=what, old=old)
    edits = ("field", "reason") if field == VOID else ("field", "value", "reason")
    return Outcome(events=(event,), notes=(note,), edits=edits)


def _words(ask: Ask, name: str) -> str:
    from bot.words import texts

    return texts(ask.language)[f"reason.{name}"]


def _which(ask: Ask) -> Outcome:
    code = ask.given.get("subject")
    fit = [x for x in ask.trial.entries if code in (None, getattr(x.event, "subject", ""))]
    if not fit:
        return Outcome(Reply((say("correct.nothing"),)))
    rows = [
        (Choice(say("choice.entry", number=x.number, what=describe(ask.protocol, x.event)), str(x.number)),)
        for x in fit[-12:]
    ]
    return asking("entry", *rows)


def _ask_value(ask: Ask, entry: e.Entry, field: str) -> Outcome:
    old = value_words(ask.protocol, field, _old(entry, field))
    rows: list[tuple[Choice, ...]] = []
    if field == "reason":
        rows = [(Choice(say(f"leaving.{name}"), name),) for name in e.LEAVING]
    if isinstance(entry.event, e.Answered) and field == "value":
        fact = ask.protocol.fact.get(entry.event.fact)
        if fact and fact.type == "judgement":
            rows = [tuple(Choice(say(f"answer.{name}"), name) for name in ("yes", "no", "unclear"))]
        elif fact and fact.type == "choice":
            rows = [tuple(Choice(label, name) for name, label in fact.choices)]
    return asking(
        "value", *rows, lines=(say("ask.value", field=say(f"field.{field}"), old=old),), number=not rows
    )


def _old(entry: e.Entry, field: str) -> str:
    value = getattr(entry.event, field)
    return value.isoformat() if field == "at" else str(value)


def _changes(ask: Ask, entry: e.Entry, field: str) -> tuple[tuple[str, str], ...]:
    """The change, and what follows from it: a dose's fullness is judged again."""
    value = ask.given["value"]
    if isinstance(entry.event, e.Infused) and field == "cells":
        plan = ask.protocol.level(entry.event.level).cells
        full = abs(float(value) - plan) <= plan * ask.protocol.tolerance_percent / 100 * (1 + 1e-9)
        return ((field, value), ("full", "true" if full else "false"))
    return ((field, value),)
