"""protocol.yaml -> Protocol, or every mistake in it at once, each with line, clause and what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, time
from zoneinfo import ZoneInfo

import yaml

from rules.load_rules import read_assumptions, read_clauses, read_criteria, read_facts, unique
from rules.protocol import NEEDS, STAGES, CohortRules, Identity, Level, Protocol, Reminders, Stage
from rules.reading import Here, Mistake, compose
from rules.reading_words import said

SECTIONS = (
    "trial", "subjects", "dose", "cohort", "window", "dlt", "stages", "facts", "criteria", "escalation",
    "assumptions", "reminders",
)  # fmt: skip


def load(data: bytes) -> tuple[Protocol | None, list[Mistake]]:
    """Read a protocol; (protocol, []) or (None, mistakes by line). Units and clauses are proved apart."""
    node, mistakes = compose(data)
    if node is None:
        return None, mistakes
    root = Here(node, "", mistakes)
    root.where = "file"
    root.only(SECTIONS)
    root.where = ""
    if mistakes and any(root.at(name) is None for name in SECTIONS):
        return None, sorted(mistakes)
    protocol = _protocol(root, hashlib.sha256(data).hexdigest())
    return (None, sorted(set(mistakes))) if mistakes else (protocol, [])


def _section(root: Here, name: str) -> Here:
    place = root.at(name)
    if place is not None:
        return place
    return Here(yaml.MappingNode("", [], root.node.start_mark), name, root.mistakes)


def _protocol(root: Here, sha256: str) -> Protocol:
    assumptions = read_assumptions(root)
    for assumption in assumptions:
        _apply(root, assumption.reading.sets if assumption.chosen else ())
    facts = read_facts(root)
    dose, window, dlt = (_section(root, name) for name in ("dose", "window", "dlt"))
    dose.only(["unit", "basis", "levels", "tolerance_percent", "source"])
    window.only(["days", "source"], ["extra_days"])
    dlt.only(["adjudicate_from_grade", "scale", "source"])
    dose.one_of("basis", ["fixed_total"])
    return Protocol(
        trial=_identity(_section(root, "trial")),
        sha256=sha256,
        code=_code(_section(root, "subjects")),
        levels=_levels(dose),
        dose_unit=dose.text("unit"),
        tolerance_percent=dose.number("tolerance_percent", 0, 50),
        dose_source=dose.text("source"),
        cohort=_cohort(_section(root, "cohort")),
        window_days=window.whole("days", 1, 3650, 1),
        window_extra_days=window.whole("extra_days", 0, 7),
        window_source=window.text("source"),
        adjudicate_from_grade=dlt.whole("adjudicate_from_grade", 1, 5, 3),
        dlt_scale=dlt.text("scale"),
        dlt_source=dlt.text("source"),
        stages=_stages(root),
        facts=facts,
        criteria=read_criteria(root, facts),
        clauses=read_clauses(root, assumptions),
        assumptions=assumptions,
        reminders=_reminders(_section(root, "reminders")),
    )


def _apply(root: Here, settings: Iterable[tuple[str, str]]) -> None:
    """Write what a chosen reading sets into the tree, before the sections are read."""
    for path, value in settings:
        section, _, name = path.partition(".")
        place = root.at(section)
        target = place.at(name) if place else None
        if target is None or not isinstance(target.node, yaml.ScalarNode):
            root.wrong(
                f"a reading sets `{path}`, which is not in the file", "Name a field like window.extra_days"
            )
        else:
            target.node.value = value


def _identity(here: Here) -> Identity:
    here.only(
        ["id", "version", "title", "zone", "target_subjects", "source"],
        ["sponsor_id", "sponsor", "site", "started"],
    )
    zone, place = here.text("zone", "UTC"), here.at("zone")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        (place or here).wrong(f"`{zone}` is no time zone", "Write an IANA name like Asia/Shanghai")
    started = here.at("started")
    day = started.value() if started else None
    if started and not isinstance(day, date):
        started.wrong("this is no date", "Write it as 2025-03-18")
    version = here.at("version")
    if version and not isinstance(version.value(), str):
        version.wrong("the version is read as a number", 'Put it in quotes: "1.0"')
    return Identity(
        id=here.text("id"),
        sponsor_id=here.text("sponsor_id"),
        version=str(version.value()) if version else "",
        title=said(here, "title"),
        sponsor=here.text("sponsor"),
        site=here.text("site"),
        zone=zone,
        started=day if isinstance(day, date) else date.min,
        target_subjects=here.whole("target_subjects", 1, 100_000, 1),
        source=here.text("source"),
    )


def _code(here: Here) -> str:
    here.only(["code", "source"])
    here.text("source")
    code, place = here.text("code"), here.at("code")
    if place and not re.fullmatch(r"[A-Za-z0-9_-]{0,16}\{number:[1-6]\}[A-Za-z0-9_-]{0,8}", code):
        place.wrong(f"`{code}` is no subject code", "Write letters, digits, - and one {number:3}")
    return code


def _levels(dose: Here) -> tuple[Level, ...]:
    made: list[Level] = []
    for number, here in enumerate(dose.each("levels", "level"), 1):
        here.only(["level", "cells", "source"])
        level = Level(
            here.whole("level", number, number, number), here.number("cells", 1, 1e13), here.text("source")
        )
        if made and 0 < level.cells <= made[-1].cells:
            here.wrong("the dose does not rise", "List the levels from the lowest dose to the highest")
        made.append(level)
    if not made:
        dose.wrong("no dose level is given", "Write at least one level with its cells")
    return tuple(made)


def _cohort(here: Here) -> CohortRules:
    spacing = ["spacing_after_first_days", "spacing_between_days"]
    here.only(["size", "more", "maximum", "slot_hold_days", "source"], spacing)
    size, more = here.whole("size", 1, 100, 3), here.whole("more", 0, 100)
    maximum = here.whole("maximum", 1, 300, size)
    if maximum < size:
        here.wrong("`maximum` is below `size`", "Write the largest number of evaluable subjects at a level")
    days = [here.whole(name, 0, 365) for name in spacing]
    hold = here.whole("slot_hold_days", 1, 365, 1)
    return CohortRules(size, more, maximum, days[0], days[1], hold, here.text("source"))


def _stages(root: Here) -> tuple[Stage, ...]:
    made = []
    for here in root.each("stages", "stage"):
        here.only(["stage", "says", "needs", "source"])
        needs = here.words("needs")
        for name in needs:
            if name not in NEEDS:
                here.wrong(f"`{name}` is no need", f"Needs: {', '.join(NEEDS)}")
        made.append(Stage(here.one_of("stage", STAGES), said(here, "says"), needs, here.text("source")))
    unique(root, "stages", "stage")
    for name in ("consent", "eligibility", "slot", "infusion"):
        if name not in [stage.id for stage in made]:
            _section(root, "stages").wrong(f"the stage `{name}` is missing", "Every trial has this step")
    return tuple(made)


def _reminders(here: Here) -> Reminders:
    numbers = ("overdue_every_days", "slot_expiry_days", "value_stale_days", "snooze_hours")
    here.only(["before_window_end_days", *numbers, "quiet", "source"])
    before = here.at("before_window_end_days")
    days = before.value() if before else []
    if before and not (isinstance(days, list) and all(type(d) is int and 0 < d < 366 for d in days)):
        before.wrong("expected a list of days", "Write [3, 1]")
        days = []
    overdue, slot, stale, snooze = (here.whole(name, 1, 365, 1) for name in numbers)
    quiet = here.words("quiet")
    hours = [_clock(word) for word in quiet]
    place = here.at("quiet")
    if place and (len(hours) != 2 or None in hours):
        place.wrong("quiet hours are two clock times", 'Write ["22:00", "07:00"], in quotes')
    times = [hour or time(0) for hour in hours]
    pair = (times[0], times[1]) if len(times) == 2 else (time(0), time(0))
    return Reminders(tuple(days), overdue, slot, stale, snooze, pair, here.text("source"))


def _clock(word: str) -> time | None:
    try:
        return time.fromisoformat(word) if re.fullmatch(r"\d\d:\d\d", word) else None
    except ValueError:
        return None
