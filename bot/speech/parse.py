"""A message -> card, answer or ask. A card only where every token was read and nothing is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bot.speech import moments, slots
from bot.speech.asked import detail, looked_up, read, without_subjects
from bot.speech.lexicon import Lexicon, lexicon
from bot.speech.plain import seen
from bot.speech.recording import Said, recording
from bot.speech.tokens import Found, Moment, Scanners, Token, by_first_sign, tokens
from bot.speech.when import KINDS as TIMES
from bot.speech.writes import Write
from rules.protocol import Protocol

MOST_SIGNS = 1000
# The kinds of tokens that a slot is read from, where they are not of its own name.
FROM = {
    "subject": frozenset(("subject", "subject?")),
    "dose": frozenset(("dose", "level")),
    "when": TIMES | {"subject?"},
    "fact": frozenset(("fact", "age", "failed")),
    "value": frozenset(("value", "age", "years", "failed", "number")),
    "unit": frozenset(("fact", "age", "years")),
}


@dataclass(frozen=True)
class Parsed:
    """kind is card | answer | ask. `unread` are words, `doubts` why it is no card, `missing` slots."""

    kind: str
    intent: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    places: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """The object that `python -m bot parse` prints."""
        return {
            "kind": self.kind,
            "intent": self.intent,
            "slots": dict(self.slots),
            "unread": list(self.unread),
        }


@dataclass(frozen=True)
class Parser:
    """The grammar of one trial's file. `infused` days by subject make `day 7` a date."""

    protocol: Protocol

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words that are known."""
        return lexicon(self.protocol)

    @cached_property
    def scanners(self) -> Scanners:
        """Every scanner, those of time first."""
        return by_first_sign((*moments.SCANNERS, *slots.scanners(self.protocol)))

    def parse(
        self,
        text: str,
        at: datetime,
        roster: frozenset[str] | None = None,
        infused: Mapping[str, date] | None = None,
    ) -> Parsed:
        """What a message says at an instant; without a roster every well-formed code is rostered."""
        zone = self.protocol.zone
        plain = seen(text[:MOST_SIGNS])
        found = tokens(plain, self.scanners, self.lexicon, Moment(at.astimezone(zone)))
        write = recording(Said(self.protocol, plain, found, at, roster, infused or {}))
        unread = _unread(text, found, write)
        shape = tuple(_kind(token) for token in found)
        if write.intent and not unread and not write.doubts and not write.missing:
            places = {name: _places(found, name) for name in write.slots}
            return Parsed("card", write.intent, write.slots, (), (), (), write.details, shape, places)
        if asked := read(plain, found, write, roster):
            return Parsed(
                "answer",
                asked,
                looked_up(write),
                details=detail(without_subjects(plain, found), asked),
                shape=shape,
            )
        return Parsed(
            "ask", write.intent, write.slots, unread, write.doubts, write.missing, write.details, shape
        )


def _unread(text: str, found: Found, write: Write) -> tuple[str, ...]:
    """The words that were not read, neighbours together."""
    made: list[tuple[int, int]] = []
    for token in found:
        if token.meanings and token.start not in write.strange:
            continue
        if made and text[made[-1][1] : token.start].strip() == "":
            made[-1] = (made[-1][0], token.end)
        else:
            made.append((token.start, token.end))
    return tuple(text[start:end] for start, end in made)


def _places(found: Found, slot: str) -> tuple[tuple[int, int], ...]:
    """Where in the text a slot stands."""
    kinds = FROM.get(slot, frozenset((slot,)))
    return tuple((t.start, t.end) for t in found if kinds & t.kinds)


def _kind(token: Token) -> str:
    return token.meanings[0][0].removeprefix("w:") if token.meanings else "?"
