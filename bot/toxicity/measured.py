"""A grade from a measured value: what is still to be asked, what was read, and the floor that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.messages import Choice, Text, say
from bot.toxicity.ruled import ruled
from bot.toxicity.terms import words
from bot.toxicity.typed import AMOUNT
from bot.toxicity.values import (
    FIELDS,
    PREFIX,
    STATES,
    UNKNOWN,
    example,
    given_of,
    implausible,
    unit_of,
    units_of,
)
from rules.scores import ctcae
from rules.scores.ctcae_bounds import Implausible, Swapped
from rules.scores.given import BadRecord, Missing, NotDefined, read_record
from rules.toxicity.events import Pairs


@dataclass(frozen=True)
class Floor:
    """What a value gives: at least this grade (0: below grade 1), what was measured, the rule in words."""

    grade: int
    measured: Pairs
    rule: Text


def floor_of(ask: Ask, term: str) -> Floor | Outcome | Text:
    """The floor; or the question for what is missing; or, in one line, why there is none."""
    said = given_of(ask.given)
    rows = [row.term for row in ctcae.rules().values() if row.in_list.lower() == term.lower()]
    if len(rows) > 1 and "term" not in said:
        choices = tuple((Choice(say(f"measure.variant.{_variant(row)}"), row),) for row in rows)
        return asking(f"{PREFIX}term", *choices, lines=(say("measure.ask.term", term=words(term)),))
    if "value" not in said:
        return _ask(ask, term, "value")
    if ctcae.find(said.get("term", term)).corrected and "corrected" not in said:
        return _ask(ask, term, "corrected")
    try:
        score = ctcae.compute(read_record(ctcae.FIELDS, _record(term, said)))
    except Missing as why:
        unasked = [name for name in why.names if name not in said]
        return _ask(ask, term, unasked[0]) if unasked else say("measure.cannot", why=_missing(why))
    except Implausible as why:
        return _again(ask, term, (why.name,), implausible(why))
    except Swapped as why:
        both = say("measure.swapped", systolic=why.systolic, diastolic=why.diastolic)
        return _again(ask, term, ("value", "diastolic"), both)
    except (BadRecord, NotDefined) as why:
        return say("measure.wrong", why=ruled(str(why)))
    measured = tuple((name, said[name]) for name in ("term", *FIELDS) if said.get(name, UNKNOWN) != UNKNOWN)
    return Floor(
        score.result["grade"], tuple(dict(measured).items()), say("measure.rule", rule=ruled(score.rule))
    )


def rule_of(term: str, measured: Pairs) -> Text:
    """The rule by which values on record give their floor; the values alone where it cannot be computed."""
    values = tuple(say("pair", name=name, value=value) for name, value in measured)
    try:
        score = ctcae.compute(read_record(ctcae.FIELDS, _record(term, dict(measured))))
    except (Missing, BadRecord, NotDefined):
        return say("measure.rule", rule=values)
    return say("measure.rule", rule=score.rule)


def _variant(row: str) -> str:
    return "ionized" if "ionized" in row else "corrected"


def _missing(why: Missing) -> tuple[Text, ...]:
    return tuple(say("measure.missing", what=say(f"measure.name.{name}")) for name in why.names)


def _record(term: str, said: Mapping[str, str]) -> dict[str, Any]:
    """The record that rules/scores reads; what is not known is left out."""
    record: dict[str, Any] = {"term": said.get("term", term)}
    for name, value in said.items():
        if value == UNKNOWN or name == "term":
            continue
        found = AMOUNT.fullmatch(value)
        if name == "value" and found:
            record |= {"value": Decimal(found["number"])} | ({"unit": found["unit"]} if found["unit"] else {})
        elif FIELDS[name].kind in ("number", "whole"):
            record[name] = Decimal(value)
        else:
            record[name] = value
    return record


def _ask(ask: Ask, term: str, name: str) -> Outcome:
    """The question for one input. Not knowing it is an answer too, but for the value itself."""
    said = given_of(ask.given)
    unit, row = unit_of(said), said.get("term", term)
    units = units_of(row)
    shown = {
        "unit": say("measure.in_unit", unit=unit) if unit else "",
        "units": units,
        "example": example(row),
        "term": words(term),
    }
    rows: list[tuple[Choice, ...]] = []
    if FIELDS[name].kind == "yes-no":
        rows.append((Choice(say("answer.yes"), "yes"), Choice(say("answer.no"), "no")))
    if FIELDS[name].kind == "choice":
        rows.append(tuple(Choice(say(f"measure.state.{state}"), state) for state in STATES))
    if name != "value":
        rows.append((Choice(say("choice.unknown"), UNKNOWN),))
    number = FIELDS[name].kind in ("number", "whole")
    bare = ".bare" if name == "value" and not units else ""
    return asking(f"{PREFIX}{name}", *rows, lines=(Text(f"measure.ask.{name}{bare}", shown),), number=number)


def _again(ask: Ask, term: str, names: tuple[str, ...], why: Text) -> Outcome:
    """The question for the first of `names`, amounts that cannot be with the others and are dropped."""
    gone = {f"{PREFIX}{name}" for name in names}
    given = {slot: value for slot, value in ask.given.items() if slot not in gone}
    asked = _ask(replace(ask, given=given), term, names[0])
    lines = (why, *asked.reply.lines)
    return replace(asked, reply=replace(asked.reply, lines=lines), given=given)
