"""An event in words: the same on its card, in the confirmation, in the timeline and in a correction."""

from __future__ import annotations

from typing import Any

from bot.messages import Text, say
from bot.pk.words import blood_words, sample_words
from bot.toxicity import described as toxicity
from rules import events as e
from rules.eligibility import UNCLEAR
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Fact, Protocol

# The slot whose words a field of a follow-up is said in.
SLOT_OF = {"related": "related", "outcome": "became", "action": "treated"}
SIGNED = (
    e.EligibilityConfirmed,
    e.SlotHeld,
    e.WindowAssessed,
    e.LevelOpened,
    e.MtdDeclared,
    e.AmendmentSigned,
)


def cells(amount: float) -> str:
    """A dose as people write it: 0.25×10⁸."""
    return f"{amount / 1e8:.6g}×10⁸"


def describe(protocol: Protocol, event: Any) -> Text:
    """One line that says everything the event records, but for the instant of a signature."""
    sampled = isinstance(event, ConcentrationMeasured)
    observed = sample_words(event) if sampled else toxicity.described(event)
    if observed is not None:
        return observed
    params = {name: getattr(event, name) for name in event.__dataclass_fields__}
    if isinstance(event, (*SIGNED, e.Corrected)):
        del params["at"]
    match event:
        case e.Answered():
            fact = protocol.fact.get(event.fact)
            params |= {"fact": fact.asks if fact else event.fact, "value": answer_words(fact, event.value)}
        case e.Infused():
            params |= {"cells": cells(event.cells), "planned": planned(protocol, event.level)}
            if event.deviation:
                params["reason"] = say(f"deviation.{event.deviation}")
                return Text("event.Infused.deviation", params)
            return Text("event.Infused" if event.full else "event.Infused.partial", params)
        case e.Withdrawn():
            params["reason"] = say(f"leaving.{event.reason}")
        case e.LevelOpened():
            params["dose"] = planned(protocol, event.level)
            return Text(f"event.LevelOpened.{event.action}", params)
        case e.SlotHeld():
            params["dose"] = planned(protocol, event.level)
        case e.MtdDeclared():
            if event.level == 0:
                return say("event.MtdDeclared.none")
            params["dose"] = planned(protocol, event.level)
        case e.Corrected():
            if not event.changes:
                return Text("event.Corrected.void", params)
            params["field"] = tuple(say(f"field.{name}") for name, _ in event.changes)
            params["value"] = tuple(value_words(protocol, name, value) for name, value in event.changes)
    return Text(f"event.{type(event).__name__}", params)


def planned(protocol: Protocol, level: int) -> str:
    """The planned dose of a level, in words; empty for a level that is none."""
    return cells(protocol.level(level).cells) if 1 <= level <= len(protocol.levels) else ""


def answer_words(fact: Fact | None, value: str) -> Any:
    """A recorded answer as it is shown."""
    if fact is None or value == UNCLEAR or fact.type == "judgement":
        return say(f"answer.{value}") if value in ("yes", "no", UNCLEAR) else value
    if fact.type == "choice":
        return dict(fact.choices).get(value, value)
    return value if fact.unit == "count" else say("measured", value=value, unit=unit_words(fact.unit))


def unit_words(unit: str) -> Any:
    """A unit in words where we have them, else as the file writes it."""
    return say(f"unit.{unit}") if unit in ("year", "month", "day", "count") else unit


def source_words(source: str, under: tuple[tuple[str, str], ...]) -> Any:
    """Where a clause stands; one that rests on assumptions names them."""
    return (
        say("source.assumed", ids=tuple(name for name, _ in under))
        if source == "assumption" and under
        else source
    )


def cited(protocol: Protocol, *about: str) -> Text | str:
    """The file's own assumptions about these things, in brackets; nothing where it has none."""
    ids = protocol.assumed(*about)
    return say("cited", ids=ids) if ids else ""


def value_words(protocol: Protocol, field: str, value: str) -> Any:
    """A corrected value as it is shown."""
    from datetime import datetime

    if field == "at":
        return datetime.fromisoformat(value)
    if field == "amount":
        return blood_words(value)
    if field == "cells":
        return cells(float(value))
    if field == "reason":
        return say(f"leaving.{value}")
    if field in SLOT_OF and value:
        return say(f"{SLOT_OF[field]}.{value}")
    if field == "full":
        return say("answer.yes" if value == "true" else "answer.no")
    if field == "value" and value in ("yes", "no", UNCLEAR):
        return say(f"answer.{value}")
    return value
