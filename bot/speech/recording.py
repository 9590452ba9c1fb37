"""What a message would record, by the rule of full coverage: all read, one subject, one past time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from bot.speech import done
from bot.speech.answers import answer_slots
from bot.speech.cells import PER_KG
from bot.speech.tokens import Found
from bot.speech.when import Unclear, instant
from bot.speech.who import by_roster, subject
from bot.speech.writes import NEEDS, QUESTION, SLOTS, Write, allowed, classes, intents, values
from rules.protocol import Protocol

# Made of words that are known one by one: whether or not.
UNDECIDED = re.compile("是否|有否|有无|与否|在否|是不是|可否|能否|(?<![: ,;是为])否[ .!]*$")


@dataclass(frozen=True)
class Said:
    """A message: its text and tokens, when it is said, who is rostered, who was infused on which day."""

    protocol: Protocol
    plain: str
    found: Found
    at: datetime
    roster: frozenset[str] | None
    infused: Mapping[str, date]


def recording(said: Said) -> Write:
    """The write that the tokens make, with every doubt about it."""
    write, doubts = Write(), list[str]()
    meant = intents(said.found)
    said = replace(said, found=by_roster(said.found, said.roster))
    found = said.found
    if len(meant) == 1:
        write.intent = meant[0]
    elif len(meant) > 1:
        doubts.append("two_things")
    subject(write, found, said.roster, doubts)
    _one_of_each(write, found, doubts)
    _time(write, said, doubts)
    if PER_KG.search(said.plain):
        doubts.append("per_kg")
    if "?" in said.plain or UNDECIDED.search(said.plain) or _asks(said.plain, found):
        doubts.append("question")
    for kind, doubt in (("implausible", "implausible"), ("no level", "no_level"), ("vague", "vague")):
        if values(found, kind) and not (kind == "vague" and values(found, "term")):
            doubts.append(doubt)
    if write.intent:
        _fitting(write, said, doubts)
        write.missing = tuple(name for name in ("subject", *NEEDS[write.intent]) if name not in write.slots)
    write.doubts = tuple(dict.fromkeys(doubts))
    return write


def _one_of_each(write: Write, found: Found, doubts: list[str]) -> None:
    for name in ("dose", "level", "term", "grade"):
        given = values(found, name)
        if len(given) == 1:
            write.slots[name] = given[0]
        elif given:
            doubts.append("two_values")


def _time(write: Write, said: Said, doubts: list[str]) -> None:
    """One past instant since the trial began, or why it is asked."""
    zone = said.protocol.zone
    try:
        when = instant(said.found, said.at, zone, said.infused.get(write.slots.get("subject", "")))
    except Unclear as why:
        doubts.append(f"when.{why}")
        return
    if when is None:
        return
    if when.date() < said.protocol.trial.started <= said.at.astimezone(zone).date():
        doubts.append("when.before_trial")
        return
    write.slots["when"] = when.isoformat()


def _asks(plain: str, found: Found) -> bool:
    """`was 003 dosed`: a question without its sign."""
    first = next((t for t in found if t.value("punctuation") is None), None)
    words = plain[first.start : first.end].split() if first else []
    return bool(words) and words[0] in QUESTION


def _fitting(write: Write, message: Said, doubts: list[str]) -> None:
    """Each token has a place in a message of this intent, and the message says that it is done."""
    intent, found = write.intent or "", message.found
    write.strange.update(token.start for token in found if token.meanings and not allowed(token, intent))
    if intent == "correct":
        _new_grade(write, found)
    for name in [n for n in write.slots if n not in ("subject", *SLOTS[intent])]:
        del write.slots[name]
    if intent == "answer":
        answer_slots(write, message.protocol, found, doubts)
    elif intent == "withdraw":
        reasons = [name for name in ("withdrew", "died", "lost") if name in found.said]
        if len(reasons) > 1:
            doubts.append("two_values")
        write.details["leaving"] = reasons[0] if reasons else ""
    doubts += done.doubts(intent, write, found, message.plain)
    if intent == "dose":
        _level(write, message.protocol, doubts)


def _new_grade(write: Write, found: Found) -> None:
    """`the grade of 004 to 3`: one number behind `to` or `is`."""
    before = [token for token in found if token.kinds - {"punctuation", "w:any"}]
    numbers = [
        (token, value)
        for behind, token in pairwise(before)
        for value in [token.value("number")]
        if value in (1.0, 2.0, 3.0, 4.0, 5.0) and classes(behind) & {"to", "is", "becomes", "change"}
    ]
    if "grading" in found.said and "grade" not in write.slots and len(numbers) == 1:
        write.slots["grade"] = int(numbers[0][1])
        write.strange.discard(numbers[0][0].start)


def _level(write: Write, protocol: Protocol, doubts: list[str]) -> None:
    """A level gives its dose; where both are said they must agree."""
    if "level" not in write.slots:
        return
    planned = protocol.level(write.slots["level"]).cells
    given = write.slots.setdefault("dose", planned)
    if abs(given - planned) > planned * protocol.tolerance_percent / 100 * (1 + 1e-9):
        doubts.append("dose_or_level")
