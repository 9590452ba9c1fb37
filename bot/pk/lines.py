"""Samples typed in chat, one a line: `day 7 1234.5 copies/ug`, `2026-03-05 14:30 <50`, `day 28 BLQ`."""

from __future__ import annotations

import re
from datetime import datetime

from bot.ask import Ask
from bot.messages import Text, say
from bot.pk.words import Wrong
from bot.times import NotRead, read_when
from rules.pk import concentration as c
from rules.pk.sampling import Draft

MOST_LINES = 50
LINE = re.compile(
    r"(?P<when>.+?)(?:\s*[=：]\s*|:?\s+)(?P<value><\s*[\d.,']+|-?\d[\d.,']*(?:e\+?\d+|\s?[x×*]\s?10(?:\^\d+|[⁰¹²³⁴-⁹]+))?"
    r"|<lloq|[bB][lL]?[lL]?[oO]?[qQ][lL]?|低于定量下限)\s*"
    r"(?P<unit>(?!b?l?l?o?ql?\b)[a-zμµ拷个细][^\s;]*(?:\s+(?:g|基因组)?dna)?)?",
    re.IGNORECASE,
)


def read_lines(typed: str, subject: str, ask: Ask) -> tuple[list[Draft], list[Wrong]]:
    """The samples of one subject, and every line that is none. A unit counts for the lines below it too."""
    lines = [line.strip() for line in re.split(r"[;；]", typed)]
    lines = [line for line in lines if line]
    if len(lines) > MOST_LINES:
        return [], [Wrong(MOST_LINES + 1, say("pk.wrong.many", most=MOST_LINES))]
    unit = ask.protocol.assay.unit if ask.protocol.assay else ""
    drafts, wrong = [], []
    for number, line in enumerate(lines, 1):
        found = LINE.fullmatch(line)
        if found is None:
            wrong.append(Wrong(number, say("pk.wrong.line")))
            continue
        unit = (found["unit"] or unit).strip()
        try:
            drafts.append(_draft(number, subject, found, unit, ask))
        except c.NotRead as error:
            wrong.append(Wrong(number, Text(f"pk.wrong.{error}", {"accepted": c.ACCEPTED})))
        except NotRead as error:
            wrong.append(Wrong(number, error.text))
    return drafts, wrong


def _draft(number: int, subject: str, found: re.Match[str], unit: str, ask: Ask) -> Draft:
    day, at = _when(found["when"], ask)
    value = c.read_value(found["value"])
    if not unit:
        raise c.NotRead("no_unit")
    c.read_unit(unit)
    return Draft(number, subject, value, unit, day, at)


def _when(typed: str, ask: Ask) -> tuple[str, datetime | None]:
    """A nominal day, or an instant."""
    try:
        return c.read_day(typed), None
    except c.NotRead:
        return "", read_when(typed, ask.now, ask.protocol.zone)
