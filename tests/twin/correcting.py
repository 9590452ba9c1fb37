"""Somebody notices a typing error and corrects the entry, with a reason; the bot may refuse it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.machine import courses
from tests.machine.table import PLANNED
from tests.twin.told import recorded

if TYPE_CHECKING:
    from tests.twin.patient import Patient

DATED = ("/new", "/apheresis", "/lymphodepletion", "/dose", "/ae")


def correct(patient: Patient, line: str, number: int) -> None:
    """Another dose or another time for what was entered with `line`."""
    conduct = patient.conduct
    command = line.partition(" ")[0]
    if command not in DATED:
        return
    if command == "/dose" and conduct.luck.random() < 0.5:
        part = conduct.luck.choice((0.95, 1.02, 1.05, 0.8))
        field, value = "cells", f"{PLANNED[patient.level] * part:g}"
    else:
        row = next(row for row in conduct.site.rows if row.number == number)
        hours = conduct.luck.choice((-20, -2, -1, 1, 30))
        field, value = "at", courses.written(row.at + timedelta(hours=hours))
    told = courses.correct(conduct.site, "inv", number, field, value)
    conduct.counts["corrected" if recorded(told) else "corrections refused"] += 1
    conduct.heed(told)
