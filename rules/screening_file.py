"""ANSWERS.json -> verdict: {"at": ISO-TIME, "answers": {fact: value or {"value", "unit", "at"}}}."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from rules.eligibility import BadAnswer, Finding, assess, read_answer
from rules.protocol import Protocol
from rules.trial import Answer


class BadAnswers(ValueError):
    """A file of answers that cannot be used; str() has a line for each mistake."""


def screen(protocol: Protocol, data: bytes, now: datetime) -> dict[str, Any]:
    """The verdict and one entry per criterion; `at` in the file stands for `now`, answers without a time for it."""
    try:
        asked = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadAnswers(f'not JSON: {error}. Write {{"answers": {{...}}}}.') from error
    if not isinstance(asked, dict):
        raise BadAnswers('expected an object: {"at": ..., "answers": {...}}')
    given = asked.get("answers", {k: v for k, v in asked.items() if k != "at"})
    mistakes: list[str] = []
    at = _instant(asked["at"], "at", mistakes) if "at" in asked else now
    if not isinstance(given, dict):
        raise BadAnswers("`answers` is not an object: write {fact: value}")
    answers: dict[str, Answer] = {}
    for name, value in given.items():
        if name not in protocol.fact:
            mistakes.append(f"{name}: no such fact; facts: {', '.join(protocol.fact)}")
        elif value is not None:
            _read(protocol, name, value, at or now, answers, mistakes)
    if mistakes or at is None:
        raise BadAnswers("\n".join(mistakes))
    result = assess(protocol, answers, at)
    return {"verdict": result.verdict, "criteria": [_entry(f) for f in result.findings]}


def _read(
    protocol: Protocol, name: str, given: Any, now: datetime, answers: dict[str, Answer], mistakes: list[str]
) -> None:
    parts = given if isinstance(given, dict) else {"value": given}
    value = parts.get("value")
    if value is None:
        return
    at = _instant(parts["at"], name, mistakes) if parts.get("at") else now
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    try:
        read = read_answer(protocol.fact[name], f"{text} {parts.get('unit') or ''}")
    except BadAnswer as error:
        mistakes.append(f"{name}: {error}")
        return
    if at is not None:
        answers[name] = Answer(read, at)


def _instant(value: Any, name: str, mistakes: list[str]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
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
