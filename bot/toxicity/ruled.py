"""The rule that a score used, in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from bot.words import TEXTS
from rules.file.entries import Said


def ruled(rule: str) -> Said:
    """A rule's line of rules/scores as a reader reads it; formulas stay as they are."""
    chinese = rule
    for pattern, words in _phrases():
        chinese = pattern.sub(words, chinese)
    return Said((("en", rule), ("zh", chinese)))


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = (TEXTS / "rules.zh.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((re.compile(pattern, re.ASCII), words) for pattern, words in pairs)
