"""The calendar ahead, over all paths: forecast(protocol, trial, now) -> when, who binds it, how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.clauses import Decision, rule
from rules.counting import history_of
from rules.escalation import judge
from rules.foresight import outcomes
from rules.protocol import Protocol
from rules.proving.paths import graph_from
from rules.proving.roads import Mark, Road, always_opens, openings, stops, subjects
from rules.proving.walk import STEPS
from rules.situation import History, stand
from rules.subject import AWAITED, Subject, dlt_onsets, holds_slot, status
from rules.trial import Trial
from rules.window import aware, window_end


@dataclass(frozen=True)
class Forecast:
    """What lies ahead. Nobody leaves, assessments and signatures follow at once, windows run to their end.

    `opens` is the level above the open one, or 0 where no path opens it. `earliest`: it opens, on the
    path that opens it soonest, every place used at once. `binds`: the subject whose window ends last on
    that path, "" for one who has no place yet, or nobody. `latest`: it opens, on the path that opens it
    last, every place used on the last day of its hold (of those held already too, and where spacing asks
    for more, later). `always`: every path opens it. `fewest`..`most`: subjects whose outcome is still to
    come, those in their window included, every cohort filled.
    `last_infusion`: the last one on any path, places used as for `latest`; None where there is none.
    """

    opens: int
    earliest: datetime | None
    binds: str
    latest: datetime | None
    always: bool
    fewest: int
    most: int
    last_infusion: datetime | None


def forecast(protocol: Protocol, trial: Trial, now: datetime) -> Forecast | None:
    """The forecast; None on hold, where the clauses refer, and once the MTD is signed.

    TooManyPaths where there is no end to them.
    """
    now = aware(now)
    history = history_of(protocol, trial, now)
    said = judge(protocol, history, trial.mtd)
    if trial.mtd is not None or said.action in ("hold", "refer"):
        return None
    held = [s for s in trial.subjects.values() if status(protocol, s, now) == "held"]
    emptied = _without(history, held)
    here = [s for s in trial.subjects.values() if s.opening >= 0 and s.level == history[-1].level]
    ready = max(_known(protocol, here, said, now), default=Mark(now))
    roads = list(_roads(protocol, here, emptied, ready, now))
    level, hold = history[-1].level + 1, protocol.cohort.slot_hold_days
    soon = min((mark for road in roads for mark in openings(road, level, 0, min)), default=None)
    late = max((mark for road in roads for mark in openings(road, level, hold, max)), default=None)
    counts = [subjects(road.found) for road in roads]
    pending = sum(tally.pending for tally in emptied)
    return Forecast(
        opens=level if soon else 0,
        earliest=soon.at if soon else None,
        binds=soon.binds if soon else "",
        latest=late.at if late else None,
        always=all(always_opens(road, level) for road in roads),
        fewest=pending + min(least for least, _ in counts),
        most=pending + max(most for _, most in counts),
        last_infusion=max((stop.infused for road in roads for stop in stops(road, hold, max)), default=None),
    )


def _without(history: History, held: list[Subject]) -> History:
    """The history with the places that are only held counted as free."""
    number = Counter(subject.opening for subject in held)
    return tuple(tally._replace(pending=tally.pending - number[at]) for at, tally in enumerate(history))


def _roads(
    protocol: Protocol, here: list[Subject], history: History, ready: Mark, now: datetime
) -> Iterator[Road]:
    """The road after each outcome of those in their window; `here` are all at the open level."""
    cohort = [s for s in here if s.opening == len(history) - 1]
    given = tuple(sorted(s.infusion.at for s in cohort if s.infusion))
    holders = sorted((s.slot.at, s.code) for s in cohort if s.slot and holds_slot(protocol, s, now))
    for settled, _ in outcomes(history):
        standing = stand(settled)
        first = rule(protocol, standing)
        at, binds = holders[-1] if holders and first.slots == len(holders) else (None, "")
        expires = aware(at) + timedelta(days=protocol.cohort.slot_hold_days) if at else None
        yield Road(protocol, graph_from(protocol, standing), first.action, now, ready, given, binds, expires)


def _known(protocol: Protocol, here: list[Subject], said: Decision, now: datetime) -> Iterator[Mark]:
    """When each outcome is known that the next step waits for: also of those supposed in time to come.

    A step that can be signed waits for nobody pending.
    """
    pending = () if said.action in STEPS else AWAITED
    for subject in here:
        if subject.infusion is None:
            continue
        state, end = status(protocol, subject, now), window_end(protocol, subject.infusion.at)
        known = min(dlt_onsets(protocol, subject), default=end)
        if state in pending or (state in ("dlt", "no_dlt") and known > now):
            yield Mark(max(now, known), subject.code)
