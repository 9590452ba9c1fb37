"""What a person reads out of a letter: the next step, the number of an entry, a subject's code."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from bot.words import texts

SIGNED, ENDED = ("expand", "escalate", "reduce", "declare_mtd"), ".signed"
PLACEHOLDER = re.compile(r"\\{(\w+)\\}")


class Next(NamedTuple):
    """What the bot said comes next: `key` as in the texts, a level, places."""

    key: str = ""
    level: int = 0
    places: int = 0

    @property
    def action(self) -> str:
        """The action alone."""
        return self.key.partition(".")[0]

    @property
    def over(self) -> bool:
        """The trial is signed off."""
        return self.key.endswith(ENDED)

    @property
    def to_sign(self) -> bool:
        """The principal investigator may sign this."""
        return self.action in SIGNED and not self.over


@cache
def _headlines() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each headline of the English texts as a pattern that reads its numbers, the longest first."""
    actions = (*SIGNED, "enrol", "wait", "assess", "hold", "refer")
    found = {
        k[5:]: v for k, v in texts("en").items() if k.startswith("next.") and k[5:].split(".")[0] in actions
    }
    return tuple((key, _pattern(found[key])) for key in sorted(found, key=lambda key: -len(found[key])))


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in seen or name not in ("level", "slots"):
            return r".*?"
        seen.add(name)
        return rf"(?P<{name}>\d+)"

    return re.compile(PLACEHOLDER.sub(group, re.escape(template)))


def next_in(letter: str) -> Next | None:
    """The next step as the last line says it that says one; None when no line does."""
    for line in reversed(letter.split("\n")):
        for key, pattern in _headlines():
            found = pattern.search(line)
            if found:
                read = found.groupdict()
                return Next(key, int(read.get("level") or 0), int(read.get("slots") or 0))
    return None


def recorded(letter: str) -> int:
    """The number of the first entry that was recorded; 0 when nothing was."""
    found = re.search(r"✓ Recorded #(\d+)", letter)
    return int(found.group(1)) if found else 0


def code_in(letter: str) -> str:
    """The first subject's code."""
    found = re.search(r"CD7-\d+", letter)
    assert found, letter
    return found.group()
