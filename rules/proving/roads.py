"""Paths on a calendar: cohorts filled at some pace, windows that run to their end, steps signed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.protocol import Protocol
from rules.proving.paths import Branch, Cohort, Graph
from rules.spacing import infusions
from rules.window import window_end


class Mark(NamedTuple):
    """An instant, and the subject who binds it: "" for one who has no place yet."""

    at: datetime
    binds: str = ""


class Road(NamedTuple):
    """All paths after one outcome of those pending; `first` is the action that the outcome leads to.

    `ready` is when that action can be taken; where it is to enrol, places are free already `now`, beside
    the infusions `given` in the open cohort; where all of them are held, `binds` is who holds the last one,
    and `expires` the last day of its hold.
    """

    protocol: Protocol
    found: Graph
    first: str
    now: datetime
    ready: Mark
    given: tuple[datetime, ...] = ()
    binds: str = ""
    expires: datetime | None = None


class Stop(NamedTuple):
    """A cohort on the calendar: its last infusion, and when all outcomes are known."""

    cohort: Cohort
    infused: datetime
    done: Mark


Pick = Callable[[Mark, Mark], Mark]


def stops(road: Road, hold: int, pick: Pick, opens: int = 0) -> Iterator[Stop]:
    """Every cohort on the calendar; of several ways to it, the `pick` (min: soonest, max: latest).

    Places are used on the last of `hold` days, or later where spacing asks for it; 0: at once. Paths end
    where the level `opens` is opened.
    """
    cohorts, root = road.found.cohorts, len(road.found.cohorts) - 1
    begin = {root: Mark(road.now, road.binds) if road.first == "enrol" else road.ready}
    for place in road.found.forward:
        if place not in begin:
            continue
        first = place == root and road.first == "enrol"
        stop = _stop(road, cohorts[place], begin[place], hold, first)
        yield stop
        for branch in stop.cohort.branches:
            if branch.to >= 0 and not is_opened(branch, opens):
                begin[branch.to] = pick(begin.get(branch.to, stop.done), stop.done)


def _stop(road: Road, cohort: Cohort, begin: Mark, hold: int, first: bool) -> Stop:
    soonest = infusions(road.protocol, begin.at, cohort.size, road.given if first else ())[-1]
    held = road.expires if hold and first else None
    last = max(soonest, held or begin.at + timedelta(days=hold))
    done = Mark(window_end(road.protocol, last), road.binds if first else "")
    return Stop(cohort, last, max(road.ready, done) if first else done)


def is_opened(branch: Branch, level: int) -> bool:
    """True when the steps of a branch escalate to the level."""
    return any(ruling.action == "escalate" and ruling.level == level for ruling in branch.rulings)


def openings(road: Road, level: int, hold: int, pick: Pick) -> list[Mark]:
    """When the level opens first, for each cohort after which it can; empty where it never does."""
    if road.first == "escalate":
        return [road.ready]
    found = stops(road, hold, pick, level)
    return [stop.done for stop in found if any(is_opened(b, level) for b in stop.cohort.branches)]


def always_opens(road: Road, level: int) -> bool:
    """True when every path opens the level."""
    sure: list[bool] = []
    for cohort in road.found.cohorts:
        sure.append(all(is_opened(b, level) or (b.to >= 0 and sure[b.to]) for b in cohort.branches))
    return road.first == "escalate" or (bool(sure) and sure[-1])


def subjects(found: Graph) -> tuple[int, int]:
    """The smallest and the largest number of subjects on a path; each cohort is filled."""
    least, most = [0], [0]  # place -1 is the end
    for cohort in found.cohorts:
        least.insert(-1, cohort.size + min(least[b.to] for b in cohort.branches))
        most.insert(-1, cohort.size + max(most[b.to] for b in cohort.branches))
    return (least[-2], most[-2]) if found.cohorts else (0, 0)
