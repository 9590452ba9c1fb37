"""A measured value and its limits as they are typed, the units that fit, and an example that is accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

from bot.ask import Ask
from bot.messages import Text, say
from bot.times import NotRead
from bot.toxicity.terms import words
from bot.toxicity.typed import AMOUNT, THOUSANDS, tidy, without_degrees
from bot.words import choice_of
from rules.scores import ctcae
from rules.scores.ctcae_bounds import OF_PATIENT, Implausible, written
from rules.scores.given import BadRecord, Field

PREFIX = "m:"
UNKNOWN = "?"
LIMIT = re.compile(r"value [<>]=? (\d+(?:\.\d+)?)(?![\d.]| \*)")
FIELDS = {field.name: field for field in ctcae.FIELDS}
STATES = ("rest", "exercise")
# Units as people write them; each is read as it stands here.
WRITTEN = {"10^9/L": "×10⁹/L", "10^6/L": "×10⁶/L", "degC": "°C", "degF": "°F"}


def given_of(given: Mapping[str, str]) -> dict[str, str]:
    """What was said of the measurement, by name."""
    return {slot.removeprefix(PREFIX): value for slot, value in given.items() if slot.startswith(PREFIX)}


def unit_of(said: Mapping[str, str]) -> str:
    """The unit that the value was written in; nothing where it has none."""
    found = AMOUNT.fullmatch(said.get("value", ""))
    return (found["unit"] or "") if found else ""


def units_of(term: str) -> tuple[str, ...]:
    """The units that a value of the term is accepted in, as people write them; none for a bare number."""
    return tuple(_shown(unit) for unit in ctcae.find(term).accepted())


def example(term: str) -> str:
    """A value with its unit: the mildest limit of the term that is a number, else one about normal."""
    rule = ctcae.find(term)
    unit = next(iter(rule.bounds.patient))
    limits = [line for _, lines in sorted(rule.grades.get(unit, {}).items()) for line in lines]
    printed = LIMIT.search(" ; ".join(limits))
    low, high = rule.bounds.normal[unit]
    about = (low * high).sqrt()
    number = printed[1] if printed else written(round(about, 0 if about > 10 else 1))
    return f"{number} {_shown(unit)}".strip()


def _shown(unit: str) -> str:
    return WRITTEN.get(unit, re.sub("(?<![a-zA-Z])u(?=mol|kat|g|L)", "µ", unit))


def has_numbers(term: str) -> bool:
    """True where CTCAE v5.0 grades the term by a number for which there is a rule here."""
    return any(rule.grades for rule in _rows(term))


def no_number(term: str) -> Text:
    """That a value gives no grade of the term: v5.0 has no number for it, or no rule is here."""
    return say("measure.no_number" if _rows(term) else "measure.no_rule", term=words(term))


def _rows(term: str) -> list[ctcae.Rule]:
    return [
        rule for rule in ctcae.rules().values() if term.lower() in (rule.in_list.lower(), rule.term.lower())
    ]


def implausible(why: Implausible) -> Text:
    """That an amount is none of a patient, or no limit of a laboratory, with the range in one line."""
    kind = why.name if why.name in OF_PATIENT else "limit"
    unit = f" {_shown(why.unit)}" if why.unit else ""
    return say(f"measure.implausible.{kind}", value=why.amount, unit=unit, low=why.low, high=why.high)


def read_measure(name: str, typed: str, ask: Ask) -> str:
    """The value to keep for one input; NotRead says what to write instead."""
    typed = tidy(typed)
    if name == "term":
        row = ctcae.rules().get(typed.lower())
        return row.term if row else _refuse(say("slot.word.shape"))
    if name != "value" and (typed == UNKNOWN or choice_of("choice", ("unknown",), typed)):
        return UNKNOWN
    field = FIELDS[name]
    if field.kind == "yes-no":
        answer = choice_of("answer", ("yes", "no"), typed)
        return answer if answer else _refuse(say("measure.shape.yes_no"))
    if field.kind == "choice":
        state = choice_of("measure.state", STATES, typed)
        return state if state else _refuse(say("measure.shape.state"))
    return _amount(field, typed, given_of(ask.given), term_of(ask))


def term_of(ask: Ask) -> str:
    """The term that is measured: the one reported, its variant, or that of the event which is followed."""
    about = int(ask.given.get("about", 0))
    followed = ask.with_event(about)
    of_event = followed.adverse_events[about].term if followed else ""
    return ask.given.get(f"{PREFIX}term") or ask.given.get("term") or of_event


def _amount(field: Field, typed: str, said: Mapping[str, str], term: str) -> str:
    """A number that can be; of the value with its unit, which must be one that the term is graded in."""
    is_value = field.name == "value"
    if THOUSANDS.match(typed):
        _refuse(say("measure.shape.comma"))
    found = AMOUNT.fullmatch(without_degrees(typed) if field.name == "temperature" else typed)
    if not found or (found["unit"] and not is_value):
        _refuse(_shape(term) if is_value else say("measure.shape.number"))
    number, unit = Decimal(found["number"]), (found["unit"] or "") if is_value else unit_of(said)
    if not field.low <= number <= field.high:
        _refuse(say("measure.shape.range", low=field.low, high=field.high))
    if field.name in ctcae.AMOUNTS:
        try:
            ctcae.graded_in(ctcae.find(term), unit, {field.name: number})
        except Implausible as why:
            _refuse(implausible(why))
        except BadRecord:  # free words are no unit, and are not kept
            fits = unit and units_of(term)
            _refuse(say("measure.shape.unit", units=fits) if fits else _shape(term))
    return f"{found['number']} {unit}".strip() if is_value else found["number"]


def _shape(term: str) -> Text:
    units = units_of(term)
    return (
        say("measure.shape.value", example=example(term), units=units) if units else say("measure.shape.bare")
    )


def _refuse(text: Text) -> NoReturn:
    raise NotRead(text)
