"""A grade from a measured value: what is still to be asked, what was read, and the floor that follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.messages import Choice, Text, say
from bot.times import NotRead
from bot.toxicity.ruled import ruled
from bot.words import choice_of
from rules.scores import ctcae
from rules.scores.ctcae_units import in_unit_of
from rules.scores.given import BadRecord, Field, Missing, NotDefined, read_record
from rules.toxicity_events import Pairs

PREFIX = "m:"
UNKNOWN = "?"
AMOUNT = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)\s*(?P<unit>\S.{0,24})?")
FIELDS = {field.name: field for field in ctcae.FIELDS}
STATES = ("rest", "exercise")


@dataclass(frozen=True)
class Floor:
    """What a value gives: at least this grade (0: below grade 1), what was measured, the rule in words."""

    grade: int
    measured: Pairs
    rule: Text


def has_numbers(term: str) -> bool:
    """True where CTCAE v5.0 grades the term by a number."""
    rows = [
        rule for rule in ctcae.rules().values() if term.lower() in (rule.in_list.lower(), rule.term.lower())
    ]
    return any(rule.grades for rule in rows)


def given_of(ask: Ask) -> dict[str, str]:
    """What was said of the measurement, by name."""
    return {slot.removeprefix(PREFIX): value for slot, value in ask.given.items() if slot.startswith(PREFIX)}


def floor_of(ask: Ask, term: str) -> Floor | Outcome | Text:
    """The floor; or the question for what is missing; or, in one line, why there is none."""
    said = given_of(ask)
    rows = [row.term for row in ctcae.rules().values() if row.in_list.lower() == term.lower()]
    if len(rows) > 1 and "term" not in said:
        choices = tuple((Choice(say(f"measure.variant.{_variant(row)}"), row),) for row in rows)
        return asking(f"{PREFIX}term", *choices, lines=(say("measure.ask.term", term=term),))
    if "value" not in said:
        return _ask(ask, term, "value")
    if ctcae.find(said.get("term", term)).corrected and "corrected" not in said:
        return _ask(ask, term, "corrected")
    try:
        score = ctcae.compute(read_record(ctcae.FIELDS, _record(term, said)))
    except Missing as why:
        unasked = [name for name in why.names if name not in said]
        return _ask(ask, term, unasked[0]) if unasked else say("measure.cannot", why=_missing(why))
    except (BadRecord, NotDefined) as why:
        return say("measure.wrong", why=str(why))
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
    said = given_of(ask)
    units = _units(said.get("term", term))
    found = AMOUNT.fullmatch(said.get("value", ""))
    unit = (found["unit"] or "") if found else ""
    shown = {
        "unit": say("measure.in_unit", unit=unit) if unit else "",
        "units": units,
        "term": term,
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


def _units(term: str) -> tuple[str, ...]:
    """The units that a value of the term is accepted in; none for a bare number."""
    rule = ctcae.find(term)
    return tuple(unit for unit in rule.grades if unit) or rule.units


def read_measure(name: str, typed: str, ask: Ask) -> str:
    """The value to keep for one input; NotRead says what to write instead."""
    term, typed = ask.given.get(f"{PREFIX}term") or _term(ask), " ".join(typed.split())
    if name == "term":
        return _listed(typed)
    if name != "value" and (typed == UNKNOWN or choice_of("choice", ("unknown",), typed)):
        return UNKNOWN
    field = FIELDS[name]
    if field.kind == "yes-no":
        answer = choice_of("answer", ("yes", "no"), typed)
        return answer if answer else _refuse(say("measure.shape.yes_no"))
    if field.kind == "choice":
        state = choice_of("measure.state", STATES, typed)
        return state if state else _refuse(say("measure.shape.state"))
    return _amount(name, typed, term, field)


def _term(ask: Ask) -> str:
    """The term that is reported, or that of the event which is followed."""
    about = int(ask.given.get("about", 0))
    followed = ask.with_event(about)
    return ask.given.get("term") or (followed.adverse_events[about].term if followed else "")


def _amount(name: str, typed: str, term: str, field: Field) -> str:
    """A number, of the value with its unit, which must be one that the term is graded in."""
    found = AMOUNT.fullmatch(typed)
    if not found or (found["unit"] and name != "value"):
        return _refuse(say("measure.shape.value" if name == "value" else "measure.shape.number"))
    number = Decimal(found["number"])
    if not field.low <= number <= field.high:
        return _refuse(say("measure.shape.range", low=field.low, high=field.high))
    if name != "value":
        return found["number"]
    _hold_unit(term, found["unit"] or "", number)
    return f"{found['number']} {found['unit'] or ''}".strip()


def _hold_unit(term: str, unit: str, number: Decimal) -> None:
    """NotRead for a unit that the term is not graded in; free words are no unit, and are not kept."""
    rule, units = ctcae.find(term), _units(term)
    try:
        if "" not in rule.grades:
            known, amounts = in_unit_of(rule.grades, unit, {"value": number})
            if outside := rule.bounds(known, amounts["value"]):
                low, high = outside
                value = f"{amounts['value'].normalize():f}"
                _refuse(say("measure.shape.implausible", value=value, unit=known, low=low, high=high))
        elif unit:
            ctcae.hold_ratio(rule, unit)
    except BadRecord:
        _refuse(say("measure.shape.unit", units=units) if units else say("measure.shape.bare"))


def _listed(typed: str) -> str:
    row = ctcae.rules().get(typed.lower())
    return row.term if row else _refuse(say("slot.word.shape"))


def _refuse(text: Text) -> str:
    raise NotRead(text)
