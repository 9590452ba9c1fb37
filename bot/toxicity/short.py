"""What is measured, by its short name, with or without a direction: the terms to choose from."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.speech.lexicon import DOWN, DOWN_ZH, UP, UP_ZH, key, seen

SHORT = Path(__file__).with_name("short.tsv")
HIGH = {word for words in UP for word in words} | {*UP_ZH, "偏高", "高", "↑"}
LOW = {word for words in DOWN for word in words} | {*DOWN_ZH, "偏低", "低", "↓"}
# Terms of a value that is too low; every other one is of a value that is too high, or of both.
FALLING = re.compile(r"decreased|^Hypo|^Anemia$|^Acidosis$|^Febrile neutropenia$|loss$|abnormal$|bradycardia")


def of_short(typed: str) -> tuple[str, ...]:
    """The terms that a measurement can be about, those of the direction that is said first; often none."""
    words = seen(typed)
    found = short_names().get(key(words))
    if found and not {"↑", "↓"} & set(words):
        return found
    for signs, falls in ((HIGH, False), (LOW, True)):
        for sign in sorted(signs, key=len, reverse=True):
            rest = words.removesuffix(sign) if words.endswith(sign) else words.removeprefix(sign)
            of_rest = short_names().get(key(rest)) if rest != words else None
            if of_rest:
                return tuple(sorted(of_rest, key=lambda term: bool(FALLING.search(term)) is not falls))
    return ()


@cache
def short_names() -> dict[str, tuple[str, ...]]:
    """Terms by short name, in the spelling that is searched."""
    lines = SHORT.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {key(seen(word)): tuple(of.split("|")) for words, of in rows for word in words.split("|")}
