"""All paths at once: the cohorts of a trial, and what the clauses make of each outcome.

A path is a sequence of (level, DLTs in that cohort): all places that are open are filled, all
windows pass, then the clauses speak. Paths that stand in the same place share one Cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rules.clauses import Ruling, chain, ruling
from rules.protocol import Protocol
from rules.proving.walk import STEPS
from rules.situation import Standing, Tally, View, stand

MOST_COHORTS = 200_000
MOST_PLACES = 200


class TooManyPaths(ValueError):
    """The clauses lead on and on; str() is one line."""


class Branch(NamedTuple):
    """What follows `dlts` DLTs in a cohort: the rulings on the way, and the next cohort or the end.

    `to` is the next cohort's place in Graph.cohorts, or -1; `mtd` is the level declared at the
    end (0: none), or -1 where the clauses name nobody and refer.
    """

    dlts: int
    rulings: tuple[Ruling, ...]
    to: int
    mtd: int


Counts = tuple[int, ...]
Spot = tuple[int, bool, tuple[Counts, ...]]
NOBODY: Counts = (0, 0, 0, 0, 0)


class Cohort(NamedTuple):
    """A cohort of `size` subjects at `level`, and a branch for each number of DLTs among them.

    `spot` is where it begins: level, reduced, and by level places, evaluable, dlts, not_evaluable,
    left_with_dlt.
    """

    level: int
    size: int
    spot: Spot
    branches: tuple[Branch, ...]

    @property
    def standing(self) -> Standing:
        """Where the trial stands when the cohort begins, with nobody pending."""
        return standing_at(self.spot)


class Graph(NamedTuple):
    """Every cohort that can be reached; the first to be dosed is the last, each stands after its next."""

    cohorts: tuple[Cohort, ...]

    @property
    def forward(self) -> range:
        """Places of cohorts, each before those that can follow it."""
        return range(len(self.cohorts) - 1, -1, -1)


def graph(protocol: Protocol) -> Graph:
    """The graph of all paths from the first cohort; TooManyPaths when there is no end to them."""
    return graph_from(protocol, stand((Tally(1, protocol.cohort.size),)))


def graph_from(protocol: Protocol, standing: Standing) -> Graph:
    """The graph of all paths from where a trial stands with nobody pending; empty where it has ended."""
    walker = Walker(protocol)
    levels = tuple((t.places, t.evaluable, t.dlts, t.not_evaluable, t.left_with_dlt) for t in standing.levels)
    try:
        walker.follow((standing.level, standing.reduced, levels))
    except RecursionError as error:
        raise TooManyPaths("the paths are too long to follow") from error
    return Graph(tuple(walker.cohorts))


def standing_at(spot: Spot) -> Standing:
    """A spot as the clauses' own standing, with nobody pending."""
    return Standing(spot[0], spot[1], tuple(_tally(at, counts) for at, counts in enumerate(spot[2], 1)))


Turn = tuple[Ruling, tuple[Ruling, ...]]
Seen = tuple[int, bool, Counts, Counts, Counts, tuple[Counts, ...]]
Going = tuple[tuple[Ruling, ...], int, int]  # rulings on the way, the next cohort or -1, the MTD or -1


class Walker:
    """Goes through the cohorts, each once."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol, self.near = protocol, protocol.near_sighted
        self.cohorts: list[Cohort] = []
        self.places: dict[Spot, int] = {}

    def follow(self, spot: Spot) -> Going:
        """From a spot to the next cohort or the end."""
        place = self.places.get(spot, -1)
        if place < 0:
            found, outcomes = turn(self.protocol, self._seen(spot))
            if found.action != "enrol":
                return self._goes_on(spot, found)
            if len(self.places) > MOST_COHORTS:
                raise TooManyPaths(f"more than {MOST_COHORTS:,} cohorts can be reached")
            self.places[spot] = -1
            place = self.places[spot] = self._cohort(spot, found.slots, outcomes)
        return (), place, -1

    def _goes_on(self, spot: Spot, found: Ruling) -> Going:
        if found.action not in STEPS:
            return (found,), -1, found.level if found.action == "declare_mtd" else -1
        rulings, place, mtd = self.follow(self._opened(spot, found))
        return (found, *rulings) if rulings else (found,), place, mtd

    def _cohort(self, spot: Spot, size: int, outcomes: Sequence[Ruling]) -> int:
        branches = []
        for dlts, found in enumerate(outcomes):
            if found.action in STEPS:
                going = self._goes_on(completed(spot, size, dlts), found)
            elif found.action == "enrol":
                going = self.follow(completed(spot, size, dlts))
            else:
                going = (found,), -1, found.level if found.action == "declare_mtd" else -1
            branches.append(Branch(dlts, *going))
        self.cohorts.append(Cohort(spot[0], size, spot, tuple(branches)))
        return len(self.cohorts) - 1

    def _seen(self, spot: Spot) -> Seen:
        level, reduced, levels = spot
        below = levels[level - 2] if level > 1 else NOBODY
        above = levels[level] if level < len(levels) else NOBODY
        return level, reduced, levels[level - 1], below, above, () if self.near else levels

    def _opened(self, spot: Spot, found: Ruling) -> Spot:
        """The spot after a signed step; what is out of sight after a reduction is forgotten."""
        level, levels = found.level, _left(spot[2], spot[0]) if found.level != spot[0] else spot[2]
        if level > len(levels):
            levels = (*levels, NOBODY)
        places, *rest = levels[level - 1]
        if places > MOST_PLACES:
            raise TooManyPaths(f"level {level} is opened again and again")
        reduced = spot[1] or level < spot[0]
        above = () if reduced and self.near else levels[level:]
        return level, reduced, (*levels[: level - 1], (places + found.slots, *rest), *above)


def _left(levels: tuple[Counts, ...], level: int) -> tuple[Counts, ...]:
    """The counts once a level is left: places that nobody holds lapse, as in situation.stand."""
    places, evaluable, *rest = levels[level - 1]
    if places <= evaluable:
        return levels
    return (*levels[: level - 1], (evaluable, evaluable, *rest), *levels[level:])


def _tally(level: int, counts: Counts) -> Tally:
    places, evaluable, dlts, not_evaluable, left = counts
    return Tally(level, places, evaluable, dlts, 0, 0, not_evaluable, left)


def completed(spot: Spot, size: int, dlts: int) -> Spot:
    """The spot after `size` more subjects at the open level have their outcome."""
    level, reduced, levels = spot
    places, evaluable, before, *rest = levels[level - 1]
    here = (places, evaluable + size, before + dlts, *rest)
    return level, reduced, (*levels[: level - 1], here, *levels[level:])


@lru_cache(maxsize=65_536)
def turn(protocol: Protocol, seen: Seen) -> Turn:
    """What the clauses say before a cohort, and where they enrol, of each number of DLTs in it.

    It rests on what the clauses see and not on how the trial got there; `every` are all levels,
    where a clause may look at them.
    """
    level, reduced, here, below, above, every = seen
    rest = len(protocol.levels), protocol.trial.target_subjects

    def ruled(now: Counts) -> Ruling:
        levels = tuple(_tally(at, now if at == level else counts) for at, counts in enumerate(every, 1))
        neighbours = _tally(level - 1, below), _tally(level + 1, above)
        view = View(level, reduced, _tally(level, now), *neighbours, levels, *rest)
        found = chain(protocol, protocol.see["ruling"](*view))
        return ruling(protocol, found, view)

    found = ruled(here)
    if found.action != "enrol":
        return found, ()
    places, evaluable, dlts, *left = here
    size = found.slots
    return found, tuple(ruled((places, evaluable + size, dlts + n, *left)) for n in range(size + 1))
