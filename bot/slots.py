"""Typed scanners: what a person wrote for one slot -> the value to keep, or what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo, available_timezones

from bot.access import ROLES
from bot.ask import Ask
from bot.describe import SLOT_OF, unit_words
from bot.free_text import FREE
from bot.messages import Text, say
from bot.one_of import one_of
from bot.signatures.astray import alone
from bot.speech.cells import per_kg, total
from bot.speech.plain import seen
from bot.times import NotRead, read_when
from bot.toxicity.bedside import PREFIX as SCALE
from bot.toxicity.bedside import read_score
from bot.toxicity.grading import BY_VALUE
from bot.toxicity.slots import OF_EVENTS, SKIP
from bot.toxicity.typed import is_value
from bot.toxicity.values import PREFIX as MEASURE
from bot.toxicity.values import has_numbers, no_number, read_measure, term_of
from bot.words import LANGUAGES, choice_of
from rules.eligibility import BadAnswer, read_answer
from rules.events import LEAVING
from rules.file.units import accepted
from rules.foresight import OUTCOMES
from rules.pk import concentration
from rules.protocol import Fact

RATE = re.compile(r"(?P<share>[01](?:\.\d{1,6})?|\.\d{1,6})|(?P<percent>\d{1,3}(?:\.\d{1,4})?)\s?[%％]")
NO_DLT = re.compile("(?:没有?|无|未|不)(?:发生|出现)?_?dlt")
A_DLT = re.compile("(?:有|发生|出现)了?_?dlt")
DEVIATIONS = ("level_closed", "over_enrolled", "wrong_dose", "other")
SAVE = "save"


def _subject(typed: str, ask: Ask) -> str:
    code = ask.protocol.read_code(typed)
    if code is None:
        raise NotRead(say("slot.subject.shape", example=ask.protocol.subject_code(1)))
    if code not in ask.trial.subjects:
        raise NotRead(say("slot.subject.unknown", subject=code))
    return code


def _when(typed: str, ask: Ask) -> str:
    return read_when(typed, ask.now, ask.protocol.zone).isoformat()


def _cells(typed: str, _ask: Ask) -> str:
    if per_kg(typed):
        raise NotRead(say("slot.cells.per_kg"))
    amount = total(typed)
    if amount is None or not 1 <= amount <= 1e13:
        raise NotRead(say("slot.cells.shape"))
    return f"{amount:.12g}"


def _grade(typed: str, ask: Ask) -> str:
    if typed.strip() == BY_VALUE or choice_of("choice", ("by_value",), typed):
        return BY_VALUE
    found = re.fullmatch(r"(?:grade|g|级)?\s*([1-5])\s*级?", typed.strip(), re.I)
    if not found:
        term = term_of(ask) if is_value(typed) else ""
        by_value = say("slot.grade.value") if has_numbers(term) else no_number(term)
        raise NotRead(by_value if term else say("slot.grade.shape"))
    return found.group(1)


def _entry(typed: str, ask: Ask) -> str:
    number = typed.strip().lstrip("#")
    if not number.isascii() or not number.isdigit() or len(number) > 9 or int(number) not in _numbers(ask):
        raise NotRead(say("slot.entry.shape"))
    return str(int(number))


def _numbers(ask: Ask) -> set[int]:
    return {entry.number for entry in ask.trial.entries}


def _rate(typed: str, _ask: Ask) -> str:
    found = RATE.fullmatch(typed.strip())
    rate = float(found["share"] or float(found["percent"]) / 100) if found else -1.0
    if not 0 <= rate <= 1:
        raise NotRead(say("slot.rate.shape"))
    return f"{rate:.8g}"


def _rates(typed: str, ask: Ask) -> str:
    """One rate a level, as 0.1,0.2,0.3."""
    levels = len(ask.protocol.levels)
    words = [word for word in re.split(r"[\s,;，；、]+(?![%％])", typed.strip()) if word]
    try:
        rates = [_rate(word, ask) for word in words]
    except NotRead:
        rates = []
    if len(rates) != levels:
        raise NotRead(say("slot.rates.shape", number=levels, example=rising(levels)))
    return ",".join(rates)


def rising(levels: int, first: float = 0.1) -> str:
    """Rates that rise evenly with the level, as people write them."""
    return ",".join(f"{min(first * number, 0.95):.3g}" for number in range(1, levels + 1))


def _outcome(typed: str, ask: Ask) -> str:
    """`no DLT` and `no-dlt` are `no_dlt`, and so is 没有DLT."""
    name = "_".join(seen(typed).replace("-", " ").split())
    name = "no_dlt" if NO_DLT.fullmatch(name) else "dlt" if A_DLT.fullmatch(name) else name
    return name if name in OUTCOMES else one_of("outcome", OUTCOMES)(typed, ask)


def _word(typed: str, _ask: Ask) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", typed.strip()) or alone(typed):
        raise NotRead(say("slot.word.shape"))
    return typed.strip()


def _value(typed: str, ask: Ask) -> str:
    """A corrected value is read as the slot of its own field."""
    as_slot = {
        "at": "when",
        "cells": "cells",
        "grade": "grade",
        "term": "term",
        "reason": "leaving",
    } | SLOT_OF
    field = ask.given.get("field", "")
    if field == "amount":
        return _blood(typed)
    if field == "value":
        entry = next((e for e in ask.trial.entries if str(e.number) == ask.given.get("entry")), None)
        if entry is None:  # it was taken out while the question stood
            raise NotRead(say("slot.entry.shape"))
        return read(f"fact:{getattr(entry.event, 'fact', '')}", typed, ask).split("|")[0]
    found = read(as_slot.get(field, "word"), typed, ask)
    if found in (SKIP, BY_VALUE):
        raise NotRead(say("slot.word.shape"))
    return found


def _blood(typed: str) -> str:
    """A concentration in the unit that was recorded with it."""
    try:
        return concentration.read_value(typed)
    except concentration.NotRead as error:
        raise NotRead(Text(f"pk.wrong.{error}", {"accepted": concentration.ACCEPTED})) from error


def _zone(typed: str, _ask: Ask) -> str:
    if typed.strip() not in available_timezones():
        raise NotRead(say("slot.zone.shape"))
    return str(ZoneInfo(typed.strip()))


def _samples(typed: str, ask: Ask) -> str:
    """Lines of samples; each is read, with everything that is wrong, by the command."""
    typed = typed.strip(" ;；")
    counted = re.search(r"\d", typed) or any(word in typed.lower() for word in concentration.BELOW)
    of_whom = "subject" not in ask.given and ask.protocol.read_code(typed.split(" ")[0])
    if of_whom or not counted or not re.search(r"[\s=：]", typed):
        raise NotRead(say("slot.samples.shape"))
    return typed


READ: Mapping[str, Callable[[str, Ask], str]] = {
    **FREE,
    "subject": _subject,
    "when": _when,
    "cells": _cells,
    "grade": _grade,
    "entry": _entry,
    "samples": _samples,
    "zone": _zone,
    "value": _value,
    "rate": _rate,
    "rates": _rates,
    "field": _word,
    "topic": _word,
    "word": _word,
    "verdict": one_of("verdict", ("dlt", "not_dlt")),
    "leaving": one_of("leaving", LEAVING),
    "deviation": one_of("deviation", DEVIATIONS),
    "outcome": _outcome,
    "role": one_of("role", ROLES),
    "language": one_of("language", LANGUAGES),
}


def read(slot: str, typed: str, ask: Ask) -> str:
    """The value to keep for a slot; NotRead says what to write instead."""
    if slot.startswith("fact:"):
        return _fact(ask, slot.removeprefix("fact:"), typed)
    if slot.startswith(SCALE):
        return read_score(slot, typed)
    if slot.startswith(MEASURE):
        return read_measure(slot.removeprefix(MEASURE), typed, ask)
    return (OF_EVENTS.get(slot) or READ[slot])(typed, ask)


def _fact(ask: Ask, id_: str, typed: str) -> str:
    """`45`, `45 year`, `yes`, `positive`, each perhaps with `@ 2026-03-01 10:00`: value|instant."""
    fact = ask.protocol.fact[id_]
    if typed == SAVE:
        return SAVE
    value, _, when = typed.partition("@")
    at = read_when(when, ask.now, ask.protocol.zone) if when.strip() else ask.instant() or ask.now
    word = choice_of("answer", ("yes", "no", "unclear"), value)
    named = [name for name, label in fact.choices if value.strip().casefold() in label_words(label)]
    try:
        return f"{read_answer(fact, named[0] if named else word or value)}|{at.isoformat()}"
    except BadAnswer as error:
        raise NotRead(_not_used(fact)) from error


def _not_used(fact: Fact) -> Text:
    """What a fact accepts, in the reader's language."""
    if fact.type == "number":
        words = {"accepted": accepted(fact.unit), "unit": unit_words(fact.unit)}
        return say("slot.fact.number", low=fact.low, high=fact.high, **words)
    labels: list[object] = [label for _, label in fact.choices] or [say("answer.yes"), say("answer.no")]
    return say("slot.fact.choice", choices=(*labels, say("answer.unclear")))


def label_words(label: object) -> set[str]:
    """The words of a label in every language of the file."""
    by_language = getattr(label, "by_language", ())
    return {words.casefold() for _, words in by_language}
