"""An amendment in words: what forbids it, each change, and what it does to the design and today's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.ask import Ask
from bot.decisions import headline
from bot.describe import cells
from bot.messages import Text, say
from rules.escalation import decide
from rules.file.amendments import Change, changes
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.proving.paths import TooManyPaths
from rules.proving.report import compared, usual_rates
from rules.trial import replay

MOST = 60


def lack_words(lack: Lack) -> Text:
    """Why an amendment is refused, in one line."""
    doses = {name: cells(lack.params[name]) for name in ("cells", "becomes") if lack.params.get(name)}
    return Text(f"lack.{lack.code}", {**lack.params, **doses})


def change_lines(old: Protocol, new: Protocol) -> tuple[Text, ...]:
    """Each change as section, entry, field: was, becomes."""
    found = changes(old, new)
    lines = [_line(change) for change in found[:MOST]]
    if len(found) > MOST:
        lines.append(say("amend.more", number=len(found) - MOST))
    return tuple(lines)


def _line(change: Change) -> Text:
    place = " ".join(word for word in (change.section, change.entry) if word)
    was, becomes = (_words(change, value) for value in (change.was, change.becomes))
    return say("amend.line", place=place, field=change.field, was=was, becomes=becomes)


def _words(change: Change, value: Any) -> Any:
    if value is None or value in ("", ()):
        return say("amend.absent")
    return cells(value) if (change.section, change.field) == ("dose", "cells") else value


def design_lines(old: Protocol, new: Protocol) -> Iterator[Text]:
    """What `rules check --compare` says: paths, largest enrolment, operating characteristics."""
    rates = usual_rates(len(old.levels))
    try:
        found = compared(old, new, rates)
    except TooManyPaths:
        yield say("oc.endless")
        return
    if not found["changes"]:
        yield say("amend.design.same")
        return
    yield say("amend.design", rates=tuple(f"{rate:g}" for rate in rates))
    for name in ("paths", "unresolved", "largest_enrolment", "subjects", "dlts"):
        if name in found["changes"]:
            was, becomes = (f"{number:.6g}" for number in found["changes"][name])
            yield say(f"amend.design.{name}", was=was, becomes=becomes)
    if "mtd" in found["changes"]:
        before, after = found["changes"]["mtd"]
        yield say("amend.design.mtd", was=_odds(before), becomes=_odds(after))


def _odds(odds: dict[str, float]) -> tuple[str, ...]:
    return tuple(f"{level}: {100 * value:.1f} %" for level, value in odds.items())


def under(ask: Ask, new: Protocol) -> Protocol:
    """The new file as it would be in force from now."""
    return ask.protocol.amended(new, ask.now)


def today_lines(ask: Ask, new: Protocol) -> tuple[Text, ...]:
    """What the live decision is, and what it would be under the new file."""
    file = under(ask, new)
    then = decide(file, replay(file, ask.trial.log), ask.now)
    now = headline(ask.protocol, ask.decision, ask.trial.mtd is not None)
    if (then.key, then.slots) == (ask.decision.key, ask.decision.slots):
        return (say("amend.today.same", now=now),)
    return (say("amend.today", now=now, then=headline(file, then)),)
