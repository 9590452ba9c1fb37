"""A screening sheet: several answers in one message, a line each, such as `age: 45`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.access import may
from bot.ask import Ask
from bot.interview import PREFIX
from bot.messages import Text, say
from bot.slots import SAVE, read
from bot.times import NotRead
from rules.protocol import Fact

LINE = re.compile(r"\s*(.+?)\s*[:：=?？]\s*(\S.*?)\s*")
MOST_FAULTS = 5


def is_sheet(slot: str, text: str) -> bool:
    """True for several lines in answer to a question of the interview."""
    return slot.startswith(PREFIX) and "\n" in text.strip()


def read_sheet(text: str, ask: Ask) -> tuple[Mapping[str, str], tuple[Text, ...]]:
    """(what is answered, by slot; what is wrong, by line). With anything wrong nothing counts as answered."""
    given: dict[str, str] = {}
    faults: list[Text] = []
    names = _names(ask)
    for line in filter(None, (line.strip() for line in text.splitlines())):
        try:
            slot, value = _line(line, names, ask)
            if slot in given:
                raise NotRead(say("sheet.twice"))
            given[slot] = value
        except NotRead as error:
            faults.append(say("sheet.line", line=line[:60], why=error.text))
    return ({}, tuple(faults[:MOST_FAULTS])) if faults else (given, ())


def _line(line: str, names: Mapping[str, Fact | None], ask: Ask) -> tuple[str, str]:
    parts = LINE.fullmatch(line)
    fact = names.get(_bare(parts.group(1))) if parts else None
    if parts is None or fact is None:
        raise NotRead(say("sheet.shape"))
    if fact.type == "judgement" and not may(ask.person.role, "judge"):
        raise NotRead(say("sheet.judgement"))
    if parts.group(2) == SAVE:
        raise NotRead(say("sheet.shape"))
    return f"{PREFIX}{fact.id}", read(f"{PREFIX}{fact.id}", parts.group(2), ask)


def _names(ask: Ask) -> dict[str, Fact | None]:
    """What a fact may be called: its id, or its question in a language; None where two share one."""
    named: dict[str, Fact | None] = {}
    for fact in ask.protocol.facts:
        for name in {_bare(fact.id), *(_bare(words) for _, words in fact.asks.by_language)}:
            named[name] = None if name in named else fact
    return named


def _bare(name: str) -> str:
    return re.sub(r"[\s_?？]+", " ", name).strip().casefold()
