"""Looking back and through: signed steps as today's record gives them, and operating characteristics."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.commands.foresight import percent, rate_words
from bot.decisions import headline
from bot.describe import cited, describe
from bot.messages import Choice, Picture, Reply, Text, say
from bot.slots import rising
from rules import events as e
from rules.hindsight import Difference, differences
from rules.proving.odds import Characteristics, characteristics
from rules.proving.paths import TooManyPaths, count, graph

FIRST = (0.05, 0.1, 0.15)


def replay(ask: Ask) -> Outcome:
    """Every signed step that differs from what today's record of what had happened by then gives."""
    row = (Choice(say("choice.next"), "/next"), Choice(say("choice.why"), "/why"))
    signed = sum(isinstance(entry.event, e.LevelOpened | e.MtdDeclared) for entry in ask.trial.log)
    found = differences(ask.protocol, ask.trial)
    if not found:
        return Outcome(
            Reply((say("replay.none" if signed else "replay.nothing_signed", number=signed),), (row,))
        )
    lines: list[object] = [say("replay.head", number=len(found), signed=signed)]
    for difference in found:
        lines += [_signed(ask, difference), _gives(ask, difference)]
    if any(difference.gives.action in ("hold", "refer") for difference in found):
        lines.append(say("replay.guards", cited=cited(ask.protocol, "late_dlt")))
    return Outcome(Reply((*lines, say("replay.rests")), (row,)))


def _signed(ask: Ask, difference: Difference) -> Text:
    entry = difference.entry
    return say(
        "replay.signed",
        number=entry.number,
        at=entry.event.at,
        what=describe(difference.file, entry.event),
        by=entry.by,
        role=say(f"role.{entry.role}"),
        void=say("replay.void") if difference.void else "",
    )


def _gives(ask: Ask, difference: Difference) -> Text:
    gives = difference.gives
    return say("replay.gives", next=headline(difference.file, gives), clauses=gives.clauses)


def oc(ask: Ask) -> Outcome:
    """The exact operating characteristics at true DLT rates: a picture and three lines."""
    levels = len(ask.protocol.levels)
    if "rates" not in ask.given:
        rows = tuple((Choice(rates, rates),) for rates in (rising(levels, first) for first in FIRST))
        return asking("rates", *rows, lines=(say("ask.rates", number=levels, example=rising(levels)),))
    rates = [float(word) for word in ask.given["rates"].split(",")]
    try:
        found = graph(ask.protocol)
    except TooManyPaths:
        return Outcome(Reply((say("oc.endless"),)))
    result = characteristics(found, rates)
    lines = (
        say("oc.mtd", odds=tuple(_odds(result))),
        say("oc.subjects", total=f"{sum(result.subjects):.2f}", levels=_by_level(result.subjects)),
        say("oc.dlts", total=f"{sum(result.dlts):.2f}", levels=_by_level(result.dlts)),
        say(
            "oc.assumed",
            rates=tuple(rate_words(rate) for rate in rates),
            paths=f"{count(found)[0]:,}",
            cited=cited(ask.protocol, "leaving"),
        ),
    )
    rows = tuple((Choice(words, f"/oc {words}"),) for words in (rising(levels, first) for first in FIRST))
    return Outcome(Reply(lines, rows, picture=_picture(rates, result)))


def _odds(result: Characteristics) -> list[Text]:
    named = [
        say("oc.none" if level == 0 else "oc.level", level=level, value=percent(odds))
        for level, odds in sorted(result.mtd.items())
    ]
    return [*named, say("oc.open", value=percent(result.unresolved))] if result.unresolved else named


def _by_level(numbers: tuple[float, ...]) -> tuple[Text, ...]:
    return tuple(say("oc.level", level=at, value=f"{number:.2f}") for at, number in enumerate(numbers, 1))


def _picture(rates: list[float], result: Characteristics) -> Picture:
    levels = tuple(say("picture.level", level=at) for at in range(1, len(rates) + 1))
    numbers = {
        "mtd": [result.mtd[at] for at in range(len(rates) + 1)],
        "subjects": list(result.subjects),
        "rates": [rate_words(rate) for rate in rates],
    }
    words = {
        "title": say("picture.oc"),
        "mtd": say("picture.oc.mtd"),
        "subjects": say("picture.oc.subjects", total=f"{sum(result.subjects):.2f}"),
        "none": say("picture.none"),
        "levels": levels,
    }
    return Picture("oc", numbers, words)
