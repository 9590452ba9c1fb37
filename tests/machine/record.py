"""The trial's events as they lie in the database, folded plainly; nothing of the bot is imported here."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.machine import toxicity

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
    mine = [correction for correction in corrections if correction.data["target"] == row.number]
    data = dict(row.data)
    for correction in mine:
        data |= dict(correction.data["changes"])
    return replace(row, data=data) if mine else row


def fold(rows: list[Row]) -> dict[str, Any]:
    """{"subjects": by code, "openings": in order, "mtd", "codes": all given, "numbers": what stands}."""
    kept = standing(rows)
    trial: dict[str, Any] = {
        "subjects": {},
        "openings": [OPENING],
        "mtd": None,
        "mtd_number": 0,
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
        elif row.kind == "Corrected":
            _unsign(trial, _root(rows, row), row)
        else:
            subject = trial["subjects"].setdefault(row.data["subject"], new_subject())
            _happened(trial, subject, row)
            toxicity.observed(subject, row.number, row.kind, row.data, row.at)
    return trial


def _root(rows: list[Row], row: Row) -> Row:
    """What a correction is about in the end, as it was written."""
    while row.kind == "Corrected":
        row = rows[row.data["target"] - 1]
    return row


def _unsign(trial: dict[str, Any], row: Row, by: Row) -> None:
    """A row was corrected by row `by`: signatures on its value are void."""
    subject = trial["subjects"].get(row.data.get("subject"))
    if subject is None:
        return
    subject["unsure"] |= row.kind in ("Answered", "EligibilityConfirmed")
    subject["unclear"] |= row.kind in ("Infused", "WindowAssessed")
    now = trial["numbers"].get(row.number, row).data
    toxicity.corrected(subject, row, now, by)


def new_subject() -> dict[str, Any]:
    """A subject of whom nothing is recorded; `unsure`: eligibility was signed on values that changed,

    `unclear`: the assessment of the window was, or something of it was learnt later; `died`: it left so.
    """
    names = ("consent", "eligible", "slot", "apheresis", "lymphodepletion", "infusion", "assessed", "left")
    return (
        dict.fromkeys(names)
        | {"answers": {}, "events": {}, "rulings": {}, "group": None}
        | {"scores": {}, "judged": {}, "informed": {}, "seen": []}
        | {
            "unsure": False,
            "unclear": False,
            "died": False,
        }
    )


def _happened(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> None:
    single = {
        "Consented": "consent", "EligibilityConfirmed": "eligible", "ApheresisDone": "apheresis",
        "LymphodepletionStarted": "lymphodepletion", "WindowAssessed": "assessed", "Withdrawn": "left",
    }  # fmt: skip
    data = row.data
    if row.kind in single:
        subject[single[row.kind]] = row.at
        subject["died"] |= row.kind == "Withdrawn" and data["reason"] == "died"
        signed = {"EligibilityConfirmed": "unsure", "WindowAssessed": "unclear"}.get(row.kind)
        subject |= {signed: False} if signed else {}
    elif row.kind == "Answered":
        known = subject["answers"].get(data["fact"])
        if known is None or known["at"] <= row.at:
            subject["unsure"] |= known is not None and known["value"] != data["value"]
            subject["answers"][data["fact"]] = {"value": data["value"], "at": row.at}
    elif row.kind == "SlotHeld":
        subject["slot"] = {"level": int(data["level"]), "at": row.at}
        if not subject["infusion"]:
            subject["group"] = _newest(trial, data["level"])
    elif row.kind == "Infused":
        dose = {"level": int(data["level"]), "cells": float(data["cells"]), "at": row.at}
        subject["infusion"] = dose | {"deviation": data["deviation"]}
        if not subject["slot"] or subject["slot"]["level"] != dose["level"]:
            subject["group"] = _newest(trial, data["level"])
    elif row.kind in ("DltConfirmed", "DltRefuted"):
        subject["rulings"][data["about"]] = {
            "dlt": row.kind == "DltConfirmed",
            "at": row.at,
            "number": row.number,
            "void": False,
        }


def _newest(trial: dict[str, Any], level: Any) -> int | None:
    """Which opening of a level is the newest; None when nobody opened the level."""
    found = [at for at, opening in enumerate(trial["openings"]) if opening["level"] == int(level)]
    return found[-1] if found else None
