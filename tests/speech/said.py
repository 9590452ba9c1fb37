"""The written-down utterances as rows, and how a parse is held to one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.speech.parse import Parsed, Parser
from tests.bot.study import shipped

SITE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 11, 15, 30, tzinfo=SITE)
ROSTER = frozenset(f"CD7-{number:03}" for number in range(1, 13))
NAMES = {
    "s": "subject",
    "d": "dose",
    "l": "level",
    "t": "term",
    "g": "grade",
    "f": "fact",
    "v": "value",
    "u": "unit",
}


@dataclass(frozen=True)
class Row:
    """One utterance: kind is card | answer | no; aside is True where it was kept aside."""

    language: str
    text: str
    kind: str
    intent: str
    slots: dict[str, Any]
    aside: bool = False


# The sets, and whether a third of each was kept aside while the grammar was written or mended.
SETS = {"": True, ".mended": False, ".second": True, ".third": True, ".reads": False}


@cache
def rows(language: str) -> tuple[Row, ...]:
    """Every utterance of a language."""
    return tuple(row for name, kept in SETS.items() for row in of_set(language, name, kept))


def of_set(language: str, name: str, kept: bool) -> Iterator[Row]:
    """The utterances of one set."""
    for line in (Path(__file__).parent / f"{language}{name}.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield _row(language, line, kept)


def _row(language: str, line: str, kept: bool = True) -> Row:
    expected, _, text = line.partition("\t")
    aside = kept and int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0
    intent, *pairs = expected.split(" ")
    if intent == "no":
        return Row(language, text, "no", "", {}, aside)
    if intent == "read":
        return Row(language, text, "answer", pairs[0], _slots(pairs[1:]), aside)
    return Row(language, text, "card", intent, _slots(pairs), aside)


def _slots(pairs: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name == "w":
            made["when"] = (
                datetime.fromisoformat(f"2026-{value}").replace(tzinfo=None if "Z" in value else SITE)
                if "Z" not in value
                else datetime.fromisoformat(f"2026-{value[:-1]}+00:00")
            )
        else:
            made[NAMES[name]] = _value(name, value)
    return made


def _value(name: str, value: str) -> Any:
    if name == "s":
        return f"CD7-{int(value):03}"
    if name == "t":
        return value.replace("_", " ")
    if name == "d":
        return float(value)
    return int(value) if value.isdigit() else value


@cache
def parser() -> Parser:
    """The parser of the shipped file."""
    return Parser(shipped())


def parsed(row: Row) -> Parsed:
    """The row, parsed."""
    return parser().parse(row.text, AT, ROSTER)


def slots(found: Parsed) -> dict[str, Any]:
    """The slots of a parse, instants as instants."""
    made = dict(found.slots)
    if "when" in made:
        made["when"] = datetime.fromisoformat(made["when"])
    return made


def verdict(row: Row, found: Parsed) -> str:
    """right | missed | false card | wrong slots | wrong intent."""
    if row.kind == "no":
        return "false card" if found.kind == "card" else "right"
    if found.kind == "card" and row.kind != "card":
        return "false card"
    if found.kind != row.kind:
        return "missed"
    if found.intent != row.intent:
        return "wrong intent" if row.kind == "answer" else "wrong slots"
    if row.kind == "card":
        return "right" if slots(found) == row.slots else "wrong slots"
    return (
        "right"
        if all(slots(found).get(name) == value for name, value in row.slots.items())
        else "wrong slots"
    )
