"""ANSWERS.json -> verdict: {"at": ISO-TIME, "answers": {fact: value or {"value", "unit", "at"}}}."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from rules.eligibility import BadAnswer, Finding, assess, read_answer
from rules.protocol import Fact, Protocol
from rules.trial import Answer


class BadAnswers(ValueError):
    """A file of answers that cannot be used; str() has a line for each mistake."""


def screen(protocol: Protocol, data: bytes, now: datetime) -> dict[str, Any]:
    """The verdict and one entry per criterion; `at` of the file stands for `now` and for missing times."""
    asked, mistakes = _parse(data)
    at = _instant(asked["at"], "at", mistakes) if "at" in asked else now
    given = asked.get("answers", {name: value for name, value in asked.items() if name != "at"})
    if not isinstance(given, dict):
        raise BadAnswers("`answers` is not an object: write {fact: value}")
    stray = [name for name in asked if "answers" in asked and name not in ("at", "answers")]
    mistakes += [f"{name}: not a field here; fields: at, answers" for name in stray]
    answers: dict[str, Answer] = {}
    for name, value in given.items():
        if name not in protocol.fact:
            mistakes.append(f"{name}: no such fact; facts: {', '.join(protocol.fact)}")
        elif answer := _answer(protocol.fact[name], value, at or now, mistakes):
            answers[name] = answer
    if mistakes or at is None:
        raise BadAnswers("\n".join(mistakes))
    result = assess(protocol, answers, at)
    return {"verdict": result.verdict, "criteria": [_entry(f) for f in result.findings]}


def _parse(data: bytes) -> tuple[dict[str, Any], list[str]]:
    """The object in the file, and a mistake for each name that is written twice."""
    mistakes: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = dict.fromkeys(name for name in names if names.count(name) > 1)
        mistakes.extend(f"{name}: written twice; keep one of the two" for name in twice)
        return dict(pairs)

    try:
        asked = json.loads(data, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise BadAnswers(f'not JSON: {error}. Write {{"answers": {{...}}}}.') from error
    if not isinstance(asked, dict):
        raise BadAnswers('expected an object: {"at": ..., "answers": {...}}')
    return asked, mistakes


def _answer(fact: Fact, given: Any, now: datetime, mistakes: list[str]) -> Answer | None:
    """The answer to one fact; None when there is none, or when it is a mistake."""
    parts = given if isinstance(given, dict) else {"value": given}
    stray = [name for name in parts if name not in ("value", "unit", "at")]
    mistakes += [f"{fact.id}: `{name}` is not a field here; fields: value, unit, at" for name in stray]
    value = parts.get("value")
    if value is None:
        return None
    at = _instant(parts["at"], fact.id, mistakes) if parts.get("at") else now
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    try:
        read = read_answer(fact, f"{text} {parts.get('unit') or ''}")
    except BadAnswer as error:
        mistakes.append(f"{fact.id}: {error}")
        return None
    return Answer(read, at) if at else None


def _instant(value: Any, name: str, mistakes: list[str]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None or not 1900 <= at.year < 2200:
        mistakes.append(f"{name}: `{value}` is no time with a zone; write 2026-03-05T14:30+08:00")
        return None
    return at


def _entry(finding: Finding) -> dict[str, Any]:
    about = ", ".join(finding.about)
    why = {
        "satisfied": f"{about} satisfies it",
        "failed": f"{about} fails it",
        "missing": f"{about} is not answered",
        "unclear": f"{about} is unclear",
        "stale": f"{about} is too old and must be measured again",
        "future": f"{about} is dated in the future",
    }[finding.why]
    return {
        "id": finding.criterion.id,
        "kind": finding.criterion.kind,
        "says": finding.criterion.says.en,
        "status": finding.status,
        "value": dict(finding.used),
        "why": why,
        "source": finding.criterion.source,
    }
