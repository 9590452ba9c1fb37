"""How subjects and groups count at an instant, and what the table allows next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.machine.table import HOLD, Group, Step, allowed, in_full, window_end
from tests.machine.unsettled import unruled, unsettled

RUNNING = ("enrol", "wait", "assess")


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


def void_dlts(subject: dict[str, Any]) -> list[int]:
    """Events that count as a DLT by a ruling that is void."""
    counted = dlts(subject)
    return [n for n, ruling in subject["rulings"].items() if ruling["void"] and ruling in counted]


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


def groups(trial: dict[str, Any], now: datetime, supposed: tuple[str, ...] = ()) -> list[Group]:
    """The groups of the table at an instant; those `supposed` to have had a DLT count so."""
    made = []
    for at, opening in enumerate(trial["openings"]):
        inside = {code: s for code, s in trial["subjects"].items() if s["group"] == at}
        states = ["dlt" if code in supposed else counts_as(s, now) for code, s in inside.items()]
        later = [o["number"] for o in trial["openings"][at + 1 :]] + [trial["mtd_number"] or 10**9]
        late = [r for s in inside.values() for r in dlts(s) if r["number"] > min(later)]
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


def strays(trial: dict[str, Any], now: datetime) -> bool:
    """Somebody has a place or a dose at a level that nobody opened."""
    lost = [s for s in trial["subjects"].values() if s["group"] is None]
    return any(counts_as(subject, now) != "none" for subject in lost)


def renewals(trial: dict[str, Any], now: datetime) -> list[str]:
    """Who counts towards the next step on a void signature, or has something unsettled in the window."""
    return [
        code
        for code, subject in trial["subjects"].items()
        if (counts_as(subject, now) == "clear" and subject["unclear"])
        or any(number in subject["rulings"] for number in unruled(subject))
        or void_dlts(subject)
        or (not dlts(subject) and unsettled(subject))
    ]


def reopened(trial: dict[str, Any], now: datetime) -> list[str]:
    """Who is counted as clear or not evaluable, and may have had a DLT after all."""
    return [
        code
        for code, subject in trial["subjects"].items()
        if ((state := counts_as(subject, now)) in ("clear", "not_evaluable"))
        and (unsettled(subject) or (state == "clear" and subject["unclear"]))
    ]


def next_step(trial: dict[str, Any], now: datetime, supposed: tuple[str, ...] = ()) -> list[Step]:
    """What the table allows next on a folded record."""
    return allowed(groups(trial, now, supposed), trial["mtd"], strays(trial, now))


def could_close(trial: dict[str, Any], now: datetime, level: int) -> bool:
    """True when the level were closed, had everybody pending with something unsettled a DLT."""
    action, open_, _ = next_step(trial, now, tuple(waiting(trial, now)))[0]
    return action not in RUNNING or open_ != level


def waiting(trial: dict[str, Any], now: datetime) -> list[str]:
    """Who has no outcome yet, and something unsettled in the window."""
    people = trial["subjects"].items()
    return [c for c, s in people if counts_as(s, now) in ("in_window", "unassessed") and unsettled(s)]


def to_settle(trial: dict[str, Any], now: datetime) -> set[str]:
    """Of whom something is to be settled before anybody has a place or a dose."""
    action, level, _ = next_step(trial, now)[0]
    closing = action in RUNNING and could_close(trial, now, level)
    return {*reopened(trial, now), *(waiting(trial, now) if closing else ())}
