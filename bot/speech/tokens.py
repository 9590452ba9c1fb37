"""A message as tokens: typed slots and known words, the longest at each place; the rest is not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.speech.lexicon import WORD, Entry, Lexicon
from bot.speech.plain import HAN, american

Made = tuple[Entry, ...] | None
GAP = re.compile(r"[ \-()/,]{0,3}")
PUNCTUATION = re.compile(r"[,.;:!()+=-]|\.\.\.")
UNREAD = re.compile(rf"[{HAN}]|[a-z0-9]+(?:[.'^/×*%-]+[a-z0-9]+)*|.", re.DOTALL)
BEFORE = re.compile(r"\d[.:,/~^×*%-]$|[a-z][/^*%-]$|[0-9a-z_]$|[~^×*%<>≈±]\s?$|(?<![a-z0-9 ])-$")
AFTER = re.compile(r"[0-9a-z_%^×*~/]|[.:,][0-9]|-[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Token:
    """Where it stands, and what it can mean: (kind, value) in order of preference; none where it was not read."""

    start: int
    end: int
    meanings: tuple[Entry, ...]

    def value(self, kind: str) -> Any:
        """The value of one meaning, or None."""
        return next((value for name, value in self.meanings if name == kind), None)


@dataclass(frozen=True)
class Moment:
    """When something is said: the instant in the site's zone."""

    now: datetime


Scanner = tuple[re.Pattern[str], Callable[[re.Match[str], Moment], Made]]


def bounded(text: str, start: int, end: int) -> bool:
    """False where a number or a word goes on before or behind: 1e8-2e8, 14:305, post-infusion."""
    first, last = text[start], text[end - 1]
    if first.isascii() and first.isalnum() and start and BEFORE.search(text, max(0, start - 3), start):
        return False
    return not (last.isascii() and last.isalnum() and AFTER.match(text, end))


def tokens(text: str, scanners: Iterable[Scanner], lexicon: Lexicon, moment: Moment) -> list[Token]:
    """Every sign but blanks in one token; `text` is as plain.seen() gives it."""
    made: list[Token] = []
    at, size = 0, len(text)
    while at < size:
        if text[at].isspace():
            at += 1
            continue
        token = _longest(text, at, scanners, lexicon, moment)
        made.append(token)
        at = token.end
    return made


def _longest(text: str, at: int, scanners: Iterable[Scanner], lexicon: Lexicon, moment: Moment) -> Token:
    end, meanings = _known(text, at, lexicon)
    for pattern, make in scanners:
        found = pattern.match(text, at)
        if found is None or found.end() < end or found.end() == at or not bounded(text, at, found.end()):
            continue
        read = make(found, moment)
        if read:
            if found.end() > end:
                end, meanings = found.end(), read
            else:
                meanings = (*meanings, *read)
    if meanings:
        return Token(at, end, meanings)
    if found := PUNCTUATION.match(text, at):
        return Token(at, found.end(), (("punctuation", found.group()),))
    unread = UNREAD.match(text, at)
    return Token(at, unread.end() if unread else at + 1, ())


def _known(text: str, at: int, lexicon: Lexicon) -> tuple[int, tuple[Entry, ...]]:
    """The longest phrase of the lexicon that begins here; commas and brackets only inside a term."""
    best: tuple[int, tuple[Entry, ...]] = (at, ())
    built, place, loose = "", at, False
    while (word := WORD.match(text, place)) is not None:
        spelt = american(word.group())
        glued = not built or _is_han(built[-1]) or _is_han(spelt[0])
        built = f"{built}{spelt}" if glued else f"{built} {spelt}"
        if built not in lexicon.beginnings:
            break
        entries = lexicon.entries.get(built, ())
        if loose:
            entries = tuple(entry for entry in entries if entry[0] in ("term", "vague", "fact"))
        if entries and bounded(text, at, word.end()):
            best = (word.end(), entries)
        gap = GAP.match(text, word.end())
        assert gap is not None  # noqa: S101 - it matches nothing too
        loose = loose or gap.group() not in ("", " ", "-")
        place = gap.end()
    return best


def _is_han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"
