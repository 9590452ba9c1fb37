"""The sections of protocol.yaml that lay out the course: dose levels, cohort, stages, reminders."""

from __future__ import annotations

import re
from datetime import time

from rules.file.entries import Assay
from rules.file.load_facts import unique
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.pk import concentration
from rules.protocol import NEEDS, STAGES, CohortRules, Level, Reminders, Stage


def read_levels(dose: Here) -> tuple[Level, ...]:
    """The dose levels, lowest first; the doses must rise."""
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


def read_cohort(here: Here) -> CohortRules:
    """Places of an opening, spacing (A15) and how long a slot is held."""
    spacing = ["spacing_after_first_days", "spacing_between_days"]
    here.only(["size", "more", "maximum", "slot_hold_days", "source"], spacing)
    size, maximum = here.whole("size", 1, 100, 3), here.whole("maximum", 1, 300, 300)
    written = here.at("more")
    fills = written is not None and written.written() == "fill"
    more = maximum if fills else here.whole("more", 0, 100)
    if maximum < size:
        here.wrong("`maximum` is below `size`", "Write the largest number of evaluable subjects at a level")
    days = [here.whole(name, 0, 365) for name in spacing]
    hold = here.whole("slot_hold_days", 1, 365, 1)
    return CohortRules(size, more, maximum, days[0], days[1], hold, here.text("source"), fills)


def read_stages(root: Here) -> tuple[Stage, ...]:
    """The steps of a subject's course."""
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
            root.section("stages").wrong(f"the stage `{name}` is missing", "Every trial has this step")
    return tuple(made)


def read_reminders(here: Here) -> Reminders:
    """When people are reminded, and the hours in which they are not."""
    numbers = ("overdue_every_days", "slot_expiry_days", "value_stale_days", "snooze_hours")
    here.only(["before_window_end_days", *numbers, "quiet", "source"])
    before = here.at("before_window_end_days")
    days = before.value() if before else []
    if before and not (isinstance(days, list) and all(type(d) is int and 0 < d < 366 for d in days)):
        before.wrong("expected a list of days", "Write [3, 1]")
        days = []
    overdue, slot, stale, snooze = (here.whole(name, 1, 365, 1) for name in numbers)
    return Reminders(tuple(days), overdue, slot, stale, snooze, _quiet(here), here.text("source"))


def read_signing(here: Here) -> bool:
    """Whether a second person signs an infusion before it is recorded; not where the file is silent."""
    here.only([], ["infusion_second_person", "source"])
    return here.truth("infusion_second_person")


def read_assay(here: Here | None) -> Assay | None:
    """How concentrations are measured; None where the file does not say."""
    if here is None:
        return None
    here.only(["unit", "source"], ["lloq"])
    unit, place = here.text("unit"), here.at("unit")
    try:
        concentration.read_unit(unit)
    except concentration.NotRead:
        accepted = ", ".join(concentration.ACCEPTED)
        (place or here).wrong(f"`{unit[:40]}` is no unit of concentration", f"Write one of {accepted}")
    return Assay(unit, here.number("lloq", 0, 1e9), here.text("source"))


def _quiet(here: Here) -> tuple[time, time]:
    place = here.at("quiet")
    written = place.value() if place else ["00:00", "00:00"]
    hours = [_clock(word) for word in written] if isinstance(written, list) else []
    if len(hours) == 2 and hours[0] is not None and hours[1] is not None:
        return hours[0], hours[1]
    (place or here).wrong("quiet hours are two clock times", 'Write ["22:00", "07:00"], in quotes')
    return time(0), time(0)


def _clock(word: object) -> time | None:
    """`word` as a clock time; 22:00 without quotes is the number 1320 in YAML 1.1."""
    clock = isinstance(word, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", word)
    return time.fromisoformat(str(word)) if clock else None
