"""Who may enter: assess(protocol, answers, now) -> one verdict and one line per criterion."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from rules.expressions import UNKNOWN, Truth, Value, both, either, negated
from rules.file.units import BadUnit, accepted, convert
from rules.protocol import Criterion, Fact, Protocol
from rules.trial import Answer
from rules.window import aware

UNCLEAR = "unclear"
NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2}(?![\d.]))?)\s*(.{0,40})")
RECORDED = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")


class BadAnswer(ValueError):
    """An answer that cannot be used; str() is one line that names what is accepted."""


@dataclass(frozen=True)
class Finding:
    """One criterion: `status` is met | not_met | unknown, for inclusions and exclusions alike.

    `met` means that it does not keep the subject out; `used` are the values by fact; `why` is
    satisfied | failed | missing | stale | unclear | future.
    """

    criterion: Criterion
    status: str
    used: Mapping[str, str]
    why: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """`verdict` is eligible | not_eligible | undetermined."""

    verdict: str
    findings: tuple[Finding, ...]


def assess(protocol: Protocol, answers: Mapping[str, Answer], now: datetime) -> Assessment:
    """Hold the answers against every criterion at `now`; what is not known, valid and clear is never met."""
    now = aware(now)
    flaws = {fact.id: flaw(fact, answers.get(fact.id), now) for fact in protocol.facts}
    sound = ((fact.id, typed(fact, answers[fact.id].value)) for fact in protocol.facts if not flaws[fact.id])
    values = {id_: value for id_, value in sound if value is not None}
    findings = tuple(_find(protocol, c, values, flaws, answers) for c in protocol.criteria)
    statuses = [finding.status for finding in findings]
    verdict = "undetermined" if "unknown" in statuses or not statuses else "eligible"
    return Assessment("not_eligible" if "not_met" in statuses else verdict, findings)


def _find(
    protocol: Protocol,
    criterion: Criterion,
    values: Mapping[str, Value],
    flaws: Mapping[str, str],
    answers: Mapping[str, Answer],
) -> Finding:
    truths: list[Truth] = [test.holds(values) for test in criterion.tests]
    truth = either(truths) if criterion.combine == "any" else both(truths)
    passes = negated(truth) if criterion.kind == "exclusion" else truth
    facts = sorted(criterion.facts, key=lambda id_: protocol.fact[id_].ask_first)
    used = {id_: shown(protocol.fact[id_], answers[id_].value) for id_ in facts if id_ in answers}
    if passes is UNKNOWN:
        lacking = tuple(id_ for id_ in facts if flaws[id_])
        return Finding(criterion, "unknown", used, flaws[lacking[0]], lacking)
    return Finding(
        criterion, "met" if passes else "not_met", used, "satisfied" if passes else "failed", tuple(facts)
    )


def flaw(fact: Fact, answer: Answer | None, now: datetime) -> str:
    """Why an answer cannot be used at `now`: missing | unclear | future | stale, or "" when it can.

    A recorded value that is none of the fact's values (any more) is unclear.
    """
    if answer is None:
        return "missing"
    if typed(fact, answer.value) is None:
        return UNCLEAR
    if aware(answer.at) > aware(now):
        return "future"
    return "stale" if aware(now) > goes_stale(fact, answer) else ""


def goes_stale(fact: Fact, answer: Answer) -> datetime:
    """The last instant at which the answer is valid."""
    return _after(answer.at, fact.valid_days)


@lru_cache(maxsize=8192)
def _after(at: datetime, days: int) -> datetime:
    """Every answer of one interview ends at a few instants, which long studies ask for again and again."""
    return aware(at) + timedelta(days=days)


def typed(fact: Fact, value: str) -> Value | None:
    """A recorded value as its expression type; None when it is none of the fact's values."""
    if fact.type == "number":
        number = float(value) if RECORDED.fullmatch(value) else math.nan
        return number if fact.low <= number <= fact.high else None
    if value not in options(fact):
        return None
    return value == "yes" if fact.type == "judgement" else value


def options(fact: Fact) -> tuple[str, ...]:
    """The words that settle a fact; none for a number."""
    return {"judgement": ("yes", "no"), "choice": tuple(n for n, _ in fact.choices)}.get(fact.type, ())


def shown(fact: Fact, value: str) -> str:
    """A recorded value with its unit."""
    unit = "" if fact.type != "number" or fact.unit == "count" or value == UNCLEAR else f" {fact.unit}"
    return f"{value}{unit}"


def read_answer(fact: Fact, text: str) -> str:
    """The value to record for what a person wrote, in the fact's unit; BadAnswer names what is accepted."""
    text = " ".join(text.split())
    if text.lower() == UNCLEAR:
        return UNCLEAR
    if fact.type == "number":
        try:
            return _read_number(fact, text)
        except BadUnit as error:
            raise BadAnswer(str(error)) from error
    found = [option for option in options(fact) if option.lower() == text.lower()]
    if not found:
        raise BadAnswer(f"`{text[:40]}` is not an answer; accepted: {', '.join([*options(fact), UNCLEAR])}")
    return found[0]


def _read_number(fact: Fact, text: str) -> str:
    found = NUMBER.fullmatch(text)
    if not found:
        raise BadAnswer(f"`{text[:40]}` is not a number; accepted: {', '.join(accepted(fact.unit))}")
    unit = found.group(2).strip()
    if not unit and fact.unit not in ("count", "year"):
        raise BadAnswer(f"`{text[:40]}` has no unit; accepted: {', '.join(accepted(fact.unit))}")
    value = float(f"{convert(float(found.group(1)), unit or fact.unit, fact.unit):.10g}")
    if not fact.low <= value <= fact.high:
        raise BadAnswer(f"{value:g} {fact.unit} is outside the plausible {fact.low:g} to {fact.high:g}")
    if fact.unit == "count" and value != int(value):
        raise BadAnswer(f"`{text[:40]}` is not a whole number; accepted: count")
    return f"{value:.10g}"


def next_questions(protocol: Protocol, answers: Mapping[str, Answer], now: datetime) -> list[Fact]:
    """Facts that still keep a criterion open: those of more criteria first, then in the file's order."""
    findings = assess(protocol, answers, now).findings
    open_ = [id_ for f in findings if f.status == "unknown" for id_ in f.about]
    facts = [protocol.fact[id_] for id_ in set(open_)]
    return sorted(facts, key=lambda fact: (-open_.count(fact.id), fact.ask_first, fact.id))
