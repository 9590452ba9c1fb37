"""Every way a trial can go on from a state: what legal play can reach, and what late news can undo."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import lru_cache
from itertools import product

from rules.clauses import Ruling
from rules.protocol import Protocol
from rules.situation import History, Tally, pooled, stand

STEPS = ("escalate", "expand", "reduce")


def view(history: History) -> Hashable:
    """What clauses can still see: levels above the open one are out of sight once the dose was reduced."""
    level = history[-1].level
    return tuple(tally if tally.level <= level else tally.level for tally in history)


def view_of_all(history: History) -> Hashable:
    """What clauses can see that look at every level: its counts, however often it was opened.

    Where subjects of earlier openings are pending, it matters which opening they belong to.
    """
    waiting = tuple(tally.pending for tally in history[:-1])
    return (stand(history), waiting) if any(waiting) else stand(history)


def after(history: History, ruled: Ruling, protocol: Protocol) -> Iterator[History]:
    """Every state one happening away: an outcome, a window passing, a subject leaving, a signed step."""
    last = history[-1]
    if ruled.action == "enrol":
        yield (*history[:-1], last._replace(pending=last.pending + 1))
    elif ruled.action in STEPS:
        yield (*history, Tally(ruled.level, ruled.slots))
    counted = counts_leavers(protocol)
    for at, tally in enumerate(history):
        for changed in _outcomes(tally, counted):
            yield (*history[:at], changed, *history[at + 1 :])


def counts_leavers(protocol: Protocol) -> bool:
    """True where a clause asks about those who left; else one who left is as if never there."""
    return bool({"not_evaluable", "enrolled", "left_with_dlt"} & set(protocol.symbols["ruling"]))


def _outcomes(tally: Tally, counted: bool) -> Iterator[Tally]:
    """One subject's outcome; leavers are counted as none or some."""
    if tally.pending > tally.unassessed:
        fewer = tally._replace(pending=tally.pending - 1)
        yield fewer._replace(evaluable=tally.evaluable + 1)
        yield fewer._replace(evaluable=tally.evaluable + 1, dlts=tally.dlts + 1)
        yield fewer._replace(not_evaluable=1) if counted else fewer
        yield tally._replace(unassessed=tally.unassessed + 1)
    if tally.unassessed:
        fewer = tally._replace(pending=tally.pending - 1, unassessed=tally.unassessed - 1)
        yield fewer._replace(evaluable=tally.evaluable + 1)
        yield fewer._replace(evaluable=tally.evaluable + 1, dlts=tally.dlts + 1)


@lru_cache(maxsize=65_536)
def _settled(tally: Tally, counted: bool) -> frozenset[Tally]:
    """All that can become of those still pending in one opening."""
    rest = (_settled(changed, counted) for changed in _outcomes(tally, counted))
    return frozenset({tally}).union(*rest)


def settlements(history: History, protocol: Protocol) -> Iterator[History]:
    """All that can become of everyone still pending, in every combination."""
    counted = counts_leavers(protocol)
    return product(*(_settled(tally, counted) for tally in history))


def disturbances(history: History) -> Iterator[tuple[str, History]]:
    """What can go wrong in a state, in words, and the state after it."""
    for at, tally in enumerate(history):
        if tally.evaluable > tally.dlts:
            late = tally._replace(dlts=tally.dlts + 1)
            yield "a DLT is learnt late", (*history[:at], late, *history[at + 1 :])
    last = history[-1]
    crowd = max(pooled(history, last.level).free, 0) + 1
    yield "there is one subject too many", (*history[:-1], last._replace(pending=last.pending + crowd))
    yield "places are opened out of turn", (*history, Tally(last.level, 1))
