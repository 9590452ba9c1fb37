"""Amendments: what a new version of the file changes, in the file's own words, and what forbids it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from rules import events as e
from rules.eligibility import UNCLEAR
from rules.expressions import Expression
from rules.file.entries import Assumption, Said
from rules.lacks import Lack
from rules.protocol import Fact, Protocol
from rules.trial import Trial

VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,4}")
SECTIONS = (
    "trial", "subjects", "dose", "cohort", "window", "dlt", "safety", "signing", "stages", "facts",
    "criteria", "escalation", "assumptions", "response", "pharmacokinetics", "reminders",
)  # fmt: skip
APART = ("id", "number", "line", "readings", "bears_when")


@dataclass(frozen=True)
class Change:
    """One place of the file: its section, its entry, its field, and what it was and becomes (None: absent).

    Values are Said, str, numbers, or tuples of these.
    """

    section: str
    entry: str
    field: str
    was: Any
    becomes: Any


Place = tuple[str, str, str]


def changes(old: Protocol, new: Protocol) -> tuple[Change, ...]:
    """Every place that differs, in the file's order; what only the new file has comes last in its section."""
    was, becomes = dict(_places(old)), dict(_places(new))
    places = sorted({**was, **becomes}, key=lambda place: SECTIONS.index(place[0]))
    found = (Change(*place, was.get(place), becomes.get(place)) for place in places)
    return tuple(change for change in found if change.was != change.becomes)


def _places(file: Protocol) -> Iterator[tuple[Place, Any]]:
    """Everything that a file says, by place."""
    yield from _of("trial", "", file.trial)
    yield ("subjects", "", "code"), file.code
    for level in file.levels:
        yield from _of("dose", str(level.number), level)
    yield ("dose", "", "unit"), file.dose_unit
    yield ("dose", "", "tolerance_percent"), file.tolerance_percent
    yield ("dose", "", "source"), file.dose_source
    yield from _of("cohort", "", file.cohort)
    yield ("window", "", "days"), file.window_days
    yield ("window", "", "extra_days"), file.window_extra_days
    yield ("window", "", "source"), file.window_source
    yield ("dlt", "", "adjudicate_from_grade"), file.adjudicate_from_grade
    yield ("dlt", "", "scale"), file.dlt_scale
    yield ("dlt", "", "source"), file.dlt_source
    for criterion in file.dlt_criteria:
        yield from _of("dlt", criterion.id, criterion)
    yield ("safety", "", "sae_report_hours"), file.sae_hours
    yield ("safety", "", "source"), file.safety_source
    lists: dict[str, tuple[Any, ...]] = {
        "stages": file.stages,
        "facts": file.facts,
        "criteria": file.criteria,
    }
    lists |= {"escalation": file.clauses, "assumptions": file.assumptions}
    for section, entries in lists.items():
        for entry in entries:
            yield from _of(section, entry.id, entry)
    if file.response is not None:
        yield from _of("response", "", file.response)
    if file.estimate is not None:
        yield from _of("escalation", "estimate", file.estimate)
    if file.assay is not None:
        yield from _of("pharmacokinetics", "", file.assay)
    yield from _of("reminders", "", file.reminders)


def _of(section: str, name: str, entry: Any) -> Iterator[tuple[Place, Any]]:
    for field in fields(entry):
        if field.name not in APART:
            yield (section, name, field.name), _value(getattr(entry, field.name))
    if isinstance(entry, Assumption):
        for reading in entry.readings:
            yield (section, name, f"readings.{reading.name}"), reading.says


def _value(value: Any) -> Any:
    """A value as it is compared and shown."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return tuple(_value(part) for part in value)
    return value if isinstance(value, Said | str | int | float) else str(value)


def plain(value: Any) -> Any:
    """A value of a change as JSON says it: sentences in English."""
    if isinstance(value, Said):
        return value.en
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def obstacles(old: Protocol, new: Protocol, trial: Trial) -> tuple[Lack, ...]:
    """What forbids that `new` takes over from `old` in this trial; each with what it rests on."""
    in_use = (*_whole(old, new, trial), *_levels(old, new, trial), *_facts(old, new, trial))
    return tuple(_identity(old, new)) or in_use


def _identity(old: Protocol, new: Protocol) -> Iterator[Lack]:
    if new.trial.id != old.trial.id:
        yield Lack("other_trial", {"id": new.trial.id, "trial": old.trial.id})
    elif not VERSION.fullmatch(new.trial.version) or _parts(new.trial.version) <= _parts(old.trial.version):
        yield Lack("version", {"version": new.trial.version, "was": old.trial.version})


def _parts(version: str) -> tuple[int, ...]:
    """A version to compare by: 1.10 is higher than 1.9, and 1.0 is 1."""
    parts = [int(part) for part in re.findall(r"\d+", version)]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _whole(old: Protocol, new: Protocol, trial: Trial) -> Iterator[Lack]:
    """What holds for the trial as one: a declared MTD ends it, codes and days keep their meaning."""
    if trial.mtd is not None:
        yield Lack("mtd_signed", {"level": trial.mtd})
    if trial.subjects and new.code != old.code:
        yield Lack("code", {"code": new.code, "was": old.code})
    if trial.log and new.trial.zone != old.trial.zone:
        yield Lack("zone", {"zone": new.trial.zone, "was": old.trial.zone})
    if trial.log and new.dose_unit != old.dose_unit:
        yield Lack("unit", {"unit": new.dose_unit, "was": old.dose_unit})


def _levels(old: Protocol, new: Protocol, trial: Trial) -> Iterator[Lack]:
    """Levels in use stay: one that was given keeps its dose, one that was opened is not raised."""
    given = {s.infusion.level for s in trial.subjects.values() if s.infusion}
    held = {s.slot.level for s in trial.subjects.values() if s.slot}
    opened = {opening.level for opening in trial.openings if opening.at is not None}
    kept = {level.number: level.cells for level in new.levels}
    for level in old.levels:
        there, number = kept.get(level.number), level.number
        about = {"level": number, "cells": level.cells, "becomes": there}
        if there is None and number in given | held | opened:
            yield Lack("level_dropped", about)
        elif there is not None and there != level.cells and number in given:
            yield Lack("level_given", about)
        elif there is not None and there > level.cells and number in opened:
            yield Lack("level_raised", about)


def _facts(old: Protocol, new: Protocol, trial: Trial) -> Iterator[Lack]:
    """Facts with recorded answers keep name, kind and unit, and the choices that were taken."""
    taken: dict[str, set[str]] = {}
    for entry in trial.entries:
        if isinstance(entry.event, e.Answered):
            taken.setdefault(entry.event.fact, set()).add(entry.event.value)
    for name, values in taken.items():
        was, becomes = old.fact.get(name), new.fact.get(name)
        if becomes is None:
            yield Lack("fact_dropped", {"fact": name})
        elif _differs(was or becomes, becomes, values):
            yield Lack("fact_changed", {"fact": name})


def _differs(was: Fact, becomes: Fact, values: set[str]) -> bool:
    """True when a recorded answer would say something else, or nothing."""
    lost = values - {UNCLEAR} - dict(becomes.choices).keys()
    return (was.type, was.unit) != (becomes.type, becomes.unit) or (becomes.type == "choice" and bool(lost))
