"""The trial's events as they lie in the database, folded plainly; nothing of the bot is imported here."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.machine.table import HOLD, Group, in_full, window_end

OPENING = {"number": 0, "level": 1, "places": 3}


@dataclass(frozen=True)
class Row:
    """One event of the trial as stored."""

    number: int
    kind: str
    data: dict[str, Any]
    by: str
    role: str
    entered: datetime

    @property
    def at(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.data["at"])


def read_rows(connection: sqlite3.Connection, after: int = 0) -> list[Row]:
    """The trial's rows behind a number."""
    query = """select seq, kind, data, "by", role, entered_at from events
               where stream = 'trial' and seq > ? order by seq"""
    return [
        Row(seq, kind, json.loads(data), by, role, datetime.fromisoformat(entered).replace(tzinfo=UTC))
        for seq, kind, data, by, role, entered in connection.execute(query, (after,))
    ]


def standing(rows: list[Row]) -> list[Row]:
    """The rows as they stand: void ones left out, corrected ones with their newest values."""
    corrections = [row for row in rows if row.kind == "Corrected"]

    def stands(number: int) -> bool:
        return not any(
            c.data["target"] == number and not c.data["changes"] and stands(c.number)
            for c in corrections
            if c.number > number
        )

    valid = [c for c in corrections if stands(c.number)]
    return [_as_corrected(row, valid) for row in rows if stands(row.number)]


def _as_corrected(row: Row, corrections: list[Row]) -> Row:
    data = dict(row.data)
    for correction in corrections:
        if correction.data["target"] == row.number:
            data |= dict(correction.data["changes"])
    return replace(row, data=data)


def fold(rows: list[Row]) -> dict[str, Any]:
    """{"subjects": by code, "openings": in order, "mtd", "codes": all given, "numbers": what stands}."""
    kept = standing(rows)
    trial: dict[str, Any] = {
        "subjects": {},
        "openings": [OPENING],
        "mtd": None,
        "mtd_number": 0,
        "strays": False,
    }
    trial["codes"] = {row.data["subject"] for row in rows if row.kind == "Consented"}
    trial["numbers"] = {row.number: row for row in kept}
    for row in kept:
        if row.kind == "LevelOpened":
            opened = {
                "number": row.number,
                "level": int(row.data["level"]),
                "places": int(row.data["places"]),
            }
            trial["openings"] = [*trial["openings"], opened]
        elif row.kind == "MtdDeclared":
            trial |= {"mtd": int(row.data["level"]), "mtd_number": row.number}
        elif row.kind != "Corrected":
            subject = trial["subjects"].setdefault(row.data["subject"], new_subject())
            _happened(trial, subject, row)
    return trial


def new_subject() -> dict[str, Any]:
    """A subject of whom nothing is recorded."""
    names = ("consent", "eligible", "slot", "apheresis", "lymphodepletion", "infusion", "assessed", "left")
    return dict.fromkeys(names) | {"answers": {}, "events": {}, "rulings": {}, "group": None}


def _happened(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> None:
    single = {
        "Consented": "consent", "EligibilityConfirmed": "eligible", "ApheresisDone": "apheresis",
        "LymphodepletionStarted": "lymphodepletion", "WindowAssessed": "assessed", "Withdrawn": "left",
    }  # fmt: skip
    data = row.data
    if row.kind in single:
        subject[single[row.kind]] = row.at
    elif row.kind == "Answered":
        subject["answers"][data["fact"]] = {"value": data["value"], "at": row.at}
    elif row.kind == "SlotHeld":
        subject |= {
            "slot": {"level": int(data["level"]), "at": row.at},
            "group": _newest(trial, data["level"]),
        }
    elif row.kind == "Infused":
        dose = {"level": int(data["level"]), "cells": float(data["cells"]), "at": row.at}
        subject["infusion"] = dose | {"deviation": data["deviation"]}
        if data["deviation"]:
            subject["group"] = _newest(trial, data["level"])
    elif row.kind == "AdverseEventReported":
        subject["events"][row.number] = {"at": row.at, "grade": int(data["grade"])}
    elif row.kind in ("DltConfirmed", "DltRefuted"):
        subject["rulings"][data["about"]] = {
            "dlt": row.kind == "DltConfirmed",
            "at": row.at,
            "number": row.number,
        }


def _newest(trial: dict[str, Any], level: Any) -> int | None:
    """Which opening of a level is the newest; None, and a stray, when nobody opened the level."""
    found = [at for at, opening in enumerate(trial["openings"]) if opening["level"] == int(level)]
    trial["strays"] = trial["strays"] or not found
    return found[-1] if found else None


def holds(subject: dict[str, Any], now: datetime) -> bool:
    """A place is held: given, not used, not left, not run out before pretreatment."""
    if subject["slot"] is None or subject["left"] or subject["infusion"]:
        return False
    return subject["lymphodepletion"] is not None or now < subject["slot"]["at"] + HOLD


def dlts(subject: dict[str, Any]) -> list[dict[str, Any]]:
    """Rulings of a DLT with onset inside the window."""
    given = subject["infusion"]["at"] if subject["infusion"] else None
    rulings = [r for r in subject["rulings"].values() if r["dlt"]]
    return [r for r in rulings if given and given <= r["at"] < window_end(given)]


def counts_as(subject: dict[str, Any], now: datetime) -> str:
    """none | held | in_window | unassessed | clear | dlt | not_evaluable."""
    dose = subject["infusion"]
    if dose is None:
        return "held" if holds(subject, now) else "none"
    if dlts(subject):
        return "dlt"  # A11
    end = window_end(dose["at"])
    if not in_full(dose["level"], dose["cells"]) or (subject["left"] and subject["left"] < end):
        return "not_evaluable"  # A10
    if subject["assessed"] and subject["assessed"] >= end:
        return "clear"
    return "in_window" if now < end else "unassessed"


def groups(trial: dict[str, Any], now: datetime) -> list[Group]:
    """The groups of the table at an instant."""
    made = []
    for at, opening in enumerate(trial["openings"]):
        inside = [s for s in trial["subjects"].values() if s["group"] == at]
        states = [counts_as(subject, now) for subject in inside]
        later = [o["number"] for o in trial["openings"][at + 1 :]] + [trial["mtd_number"] or 10**9]
        late = [r for s in inside for r in dlts(s) if r["number"] > min(later)]
        made.append(
            {
                "level": opening["level"],
                "places": opening["places"],
                "evaluable": states.count("clear") + states.count("dlt"),
                "dlts": states.count("dlt"),
                "pending": states.count("held") + states.count("in_window") + states.count("unassessed"),
                "unassessed": states.count("unassessed"),
                "late": len(late),
            }
        )
    return made


def strays(trial: dict[str, Any]) -> bool:
    """Somebody has a place or a dose at a level that nobody opened, or a dose without a place."""
    return trial["strays"] or any(s["group"] is None and s["infusion"] for s in trial["subjects"].values())
