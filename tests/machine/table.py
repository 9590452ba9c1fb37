"""The rules as registered, as plain dictionaries and ifs; nothing of the bot is imported here.

A group is one opening of a level: {"level", "places", "evaluable", "dlts", "pending", "unassessed",
"late"}; `late` counts DLTs that were learnt after the next group was opened.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

Group = dict[str, Any]
Step = tuple[str, int, int]  # action, level, places

PLANNED = {1: 0.25e8, 2: 1.0e8, 3: 2.0e8}
TOP = 3
TOLERANCE = 0.10
HOLD = timedelta(days=60)
SITE = timezone(timedelta(hours=8))  # Asia/Shanghai, without clock changes

# What follows a complete level, by places and DLTs: the registration's own text, and A1, A3, A6, A8, A9.
RISING = {(3, 0): "up", (3, 1): "more", (6, 1): "up"}
AT_THE_TOP = {(3, 0): "more", (3, 1): "more", (6, 0): "mtd", (6, 1): "mtd"}
AFTER_A_REDUCTION = {(6, 0): "mtd", (6, 1): "mtd"}

# Screening: days that an answer stays valid, and what it must be.
YES, NO = (lambda value: value == "yes"), (lambda value: value == "no")
FACTS = {
    "age": (90, lambda value: 18 <= float(value) <= 70),
    "ssc_2013": (365, YES),
    "failed_agents": (365, lambda value: float(value) >= 2),
    "relapsed_refractory": (90, YES),
    "hbsag": (90, lambda value: value == "negative"),
    "aids": (90, NO),
    "syphilis": (90, NO),
    "other_virus": (90, NO),
    "malignancy_5y": (90, NO),
    "severe_heart_disease": (90, NO),
    "serious_mental_disorder": (90, NO),
    "bone_marrow": (28, YES),
    "coagulation": (28, YES),
    "liver": (28, YES),
    "kidney": (28, YES),
    "cardiopulmonary": (28, YES),
}


def window_end(infused: datetime) -> datetime:
    """A12: infusion is day 0; the window closes at the end of day 28, local time of the site."""
    day = infused.astimezone(SITE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=29)).astimezone(UTC)


def in_full(level: int, cells: float) -> bool:
    """Within the tolerance of the planned dose."""
    return abs(cells - PLANNED[level]) <= PLANNED[level] * TOLERANCE + 1e-6


def not_met(answers: dict[str, dict[str, Any]], at: datetime) -> list[str]:
    """Facts whose answer at an instant is missing, unclear, stale, of the future, or not what it must be."""
    return [fact for fact in FACTS if not _met(fact, answers.get(fact), at)]


def _met(fact: str, answer: dict[str, Any] | None, at: datetime) -> bool:
    valid_days, must = FACTS[fact]
    if answer is None or answer["value"] == "unclear":
        return False
    if not answer["at"] <= at <= answer["at"] + timedelta(days=valid_days):
        return False
    return must(answer["value"])


def pooled(groups: list[Group], level: int) -> Group:
    """All openings of a level together."""
    counted = [group for group in groups if group["level"] == level]
    names = ("places", "evaluable", "dlts", "pending", "unassessed")
    return {name: sum(group[name] for group in counted) for name in names}


def follows(groups: list[Group]) -> Step:
    """What the newest group calls for, the steps before it taken as right."""
    level = groups[-1]["level"]
    here = pooled(groups, level)
    if here["dlts"] >= 2:  # A2, A4, and the registered "more than one"
        return lower(groups, level)
    table = AFTER_A_REDUCTION if is_reduced(groups) else AT_THE_TOP if level == TOP else RISING
    what = table.get((here["places"], here["dlts"]), "")
    free = here["places"] - here["evaluable"] - here["pending"]
    if free < 0:  # A19
        return ("refer", level, 0)
    if free > 0:
        return ("enrol", level, free)
    if here["pending"]:  # A13
        return ("assess" if here["unassessed"] else "wait", level, 0)
    steps = {"up": ("escalate", level + 1, 3), "more": ("expand", level, 3), "mtd": ("declare_mtd", level, 0)}
    return steps.get(what, ("refer", level, 0))


def lower(groups: list[Group], level: int) -> Step:
    """The level is closed: A7 at the lowest, A5 with six below, otherwise the registered reduction."""
    if level == 1:
        return ("declare_mtd", 0, 0)
    if pooled(groups, level - 1)["evaluable"] >= 6:
        return ("declare_mtd", level - 1, 0)
    return ("reduce", level - 1, 3)


def is_reduced(groups: list[Group]) -> bool:
    """True once a level was opened below the one before it."""
    return any(b["level"] < a["level"] for a, b in pairwise(groups))


def wrong_step(groups: list[Group], mtd: int | None) -> int | None:
    """The first group whose outcomes of today do not call for what was signed after it, or None."""
    for at, (here, after) in enumerate(pairwise(groups)):
        taken = {0: "expand", 1: "escalate", -1: "reduce"}.get(after["level"] - here["level"])
        if follows(groups[: at + 1])[:2] != (taken, after["level"]):
            return at
    if mtd is not None and follows(groups)[:2] != ("declare_mtd", mtd):
        return len(groups) - 1
    return None


def allowed(groups: list[Group], mtd: int | None, strays: bool) -> list[Step]:
    """What may be done next: one answer; two where the registration says no more than that all stops."""
    wrong = wrong_step(groups, mtd)
    if strays or wrong is not None:
        level = groups[wrong]["level"] if wrong is not None else 0
        hold, refer = ("hold", level, 0), ("refer", level, 0)
        late = not strays and any(g["late"] for g in groups[: wrong + 1] if g["level"] == level)
        return [hold] if late else [hold, refer]  # A14
    for group in groups:
        here = pooled(groups, group["level"])
        if here["evaluable"] + here["pending"] > here["places"]:
            return [("refer", group["level"], 0)]  # A19
    return [follows(groups)]
