"""Samples in words: one in a line, many subject by subject, every value; and what is wrong with a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from bot.messages import Text, say
from rules.pk import concentration as c
from rules.pk.events import ConcentrationMeasured
from rules.pk.sampling import Fault
from rules.protocol import Protocol


class Wrong(NamedTuple):
    """A line, and what is wrong with it."""

    line: int
    why: Text


IN_A_LINE, MOST_WRONG = 8, 40


def how(protocol: Protocol) -> Text:
    """How samples are written."""
    return say("pk.how", example=protocol.subject_code(3))


def when_words(sample: ConcentrationMeasured) -> Any:
    """The nominal day or the time of a sample."""
    if sample.day:
        return say("pk.predose") if sample.day == "0" else say("pk.day", day=sample.day)
    return sample.at


def blood_words(value: str) -> Any:
    """A value as it is shown."""
    return say("pk.blq") if value == c.BLQ else value


def sample_words(sample: ConcentrationMeasured) -> Text:
    """One sample in one line."""
    words = {"subject": sample.subject, "unit": sample.unit, "when": when_words(sample)}
    return say("event.ConcentrationMeasured", amount=blood_words(sample.amount), **words)


def several(events: Sequence[Any]) -> list[ConcentrationMeasured]:
    """The events where they are several samples and nothing else, which are told together; else none."""
    found = [event for event in events if isinstance(event, ConcentrationMeasured)]
    return found if 1 < len(found) == len(events) else []


def groups(events: Iterable[ConcentrationMeasured]) -> list[Text]:
    """Subject by subject and unit by unit: how many, the first and the last; then every one of them."""
    lines = []
    order = sorted(events, key=lambda x: (x.subject, x.unit, x.at))
    for (subject, unit), found in groupby(order, key=lambda x: (x.subject, x.unit)):
        mine = list(found)
        words = {"first": when_words(mine[0]), "last": when_words(mine[-1])}
        low = sum(c.below(x.amount) for x in mine)
        lines.append(say("pk.group", subject=subject, unit=unit, number=len(mine), below=low, **words))
        values = [say("pk.sample", when=when_words(x), value=blood_words(x.amount)) for x in mine]
        parts = [tuple(values[at : at + IN_A_LINE]) for at in range(0, len(values), IN_A_LINE)]
        lines += [say("pk.samples", samples=part) for part in parts]
    return lines


def fault_words(fault: Fault) -> Wrong:
    """A fault in words."""
    return Wrong(fault.line, Text(f"pk.wrong.{fault.code}", fault.params))


def wrong_lines(wrong: Iterable[Wrong], key: str) -> list[Text]:
    """Every line that is wrong with why, in order; after some only how many more there are."""
    found = sorted(wrong, key=lambda x: x.line)
    lines = [Text(key, {"line": x.line, "why": x.why}) for x in found[:MOST_WRONG]]
    more = len(found) - len(lines)
    return [*lines, say("pk.wrong.more", number=more)] if more else lines
