"""A message as tokens: typed slots and known words, the longest at each place; the rest is not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.speech.lexicon import WORD, Entry, Lexicon
from bot.speech.plain import HAN, american

Made = tuple[Entry, ...] | None
GAP = re.compile(r"[ \-()/,]{0,4}")
PUNCTUATION = re.compile(r"[,.;:!()+=-]|\.\.\.")
UNREAD = re.compile(rf"[{HAN}]|[a-z0-9]+(?:[.'^/×*%-]+[a-z0-9]+)*|.", re.DOTALL)
BEFORE = re.compile(r"\d[.,/~^×*%-]$|(?<!\d\d)\d:$|[a-z][/^*%-]$|[0-9a-z_]$|[~^×*%<>≈±]\s?$|(?<![a-z0-9 ])-$")
MINUS = re.compile(r"(?<![a-z0-9])-$")
AFTER = re.compile(r"[0-9a-z_%^×*~/+]|[.,][0-9]|(?<!\d{3}):[0-9]|-[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Token:
    """Where it stands, and what it can mean: (kind, value) in order of preference; none if not read."""

    start: int
    end: int
    meanings: tuple[Entry, ...]
    kinds: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Note the kinds, which are asked for again and again."""
        object.__setattr__(self, "kinds", frozenset(kind for kind, _ in self.meanings))

    def value(self, kind: str) -> Any:
        """The value of one meaning, or None."""
        if kind not in self.kinds:
            return None
        return next(value for name, value in self.meanings if name == kind)


@dataclass(frozen=True)
class Moment:
    """When something is said: the instant in the site's zone."""

    now: datetime


# A pattern, what it makes, and the kinds of first signs it can have: d digit, l letter, h Chinese, o other.
Scanner = tuple[re.Pattern[str], Callable[[re.Match[str], Moment], Made], str]
Scanners = dict[str, tuple[Scanner, ...]]


def by_first_sign(scanners: Iterable[Scanner]) -> Scanners:
    """The scanners that can begin with each kind of sign."""
    every = tuple(scanners)
    return {kind: tuple(scanner for scanner in every if kind in scanner[2]) for kind in "dlho"}


def _first(sign: str) -> str:
    if not sign.isascii():
        return "h"
    return "d" if sign.isdigit() else "l" if sign.isalpha() else "o"


class Found(tuple[Token, ...]):
    """The tokens of a message, with what they can mean by kind."""

    @cached_property
    def by_kind(self) -> dict[str, list[Any]]:
        """The different values of each kind, in order."""
        made: dict[str, list[Any]] = {}
        for token in self:
            for kind, value in token.meanings:
                known = made.setdefault(kind, [])
                if value is not None and value not in known:
                    known.append(value)
        return made

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that are among the meanings."""
        return frozenset(self.by_kind)

    @cached_property
    def said(self) -> frozenset[str]:
        """The classes of the whitelist that are among the words."""
        return frozenset(kind[2:] for kind in self.by_kind if kind.startswith("w:"))


def bounded(text: str, start: int, end: int) -> bool:
    """False where a number or a word goes on before or behind: 1e8-2e8, 14:305, post-infusion."""
    first, last = text[start], text[end - 1]
    if first.isascii() and first.isalnum() and start and BEFORE.search(text, max(0, start - 3), start):
        return False
    if first.isdigit() and start and MINUS.search(text, max(0, start - 2), start):
        return False
    return not (last.isascii() and last.isalnum() and AFTER.match(text, end))


def tokens(text: str, scanners: Scanners, lexicon: Lexicon, moment: Moment) -> Found:
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
    return Found(made)


def _longest(text: str, at: int, scanners: Scanners, lexicon: Lexicon, moment: Moment) -> Token:
    end, meanings = _known(text, at, lexicon)
    for pattern, make, _ in scanners[_first(text[at])]:
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
