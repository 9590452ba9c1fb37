"""Filling the slots of a command from typed words, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.ask import Ask
from bot.slots import read
from bot.times import NotRead

MOST_WORDS = 40
WHOLE = ("samples",)  # takes everything that is left, however long
Way = tuple[dict[str, str], tuple[str, ...]]


def fill(slots: tuple[str, ...], words: list[str], ask: Ask) -> tuple[dict[str, str], list[str]]:
    """Read typed words into slots in order: what was read, what was not.

    Of several ways it takes the one that leaves least unread, then fills most slots, then reads
    the shortest: a term does not swallow the time behind it.
    """
    found = max(_ways(slots, tuple(words), ask), key=lambda way: (-len(way[1]), len(way[0])))
    return found[0], list(found[1])


def _ways(slots: tuple[str, ...], words: tuple[str, ...], ask: Ask) -> Iterator[Way]:
    """Every way to read the words, the shortest readings first; a slot may be left out."""
    if not slots or not words:
        yield dict(ask.given), words
        return
    first, rest = slots[0], slots[1:]
    for size in range(len(words) if first in WHOLE else 1, _most(first, words) + 1):
        try:
            value = read(first, " ".join(words[:size]), ask)
        except NotRead:
            continue
        yield from _ways(rest, words[size:], with_given(ask, {**ask.given, first: value}))
    yield from _ways(rest, words, ask)


def _most(slot: str, words: tuple[str, ...]) -> int:
    return len(words) if slot in WHOLE else min(len(words), MOST_WORDS)


def with_given(ask: Ask, given: Mapping[str, str]) -> Ask:
    """The same ask with other slots."""
    return replace(ask, given=given)
