"""Every path of a trial at once: cohorts that complete, and what the clauses make of each outcome.

A path is a sequence of (level, DLTs in that cohort): all places that are open are filled, all
windows pass, then the clauses speak. Paths that stand in the same place share one Cohort.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rules.clauses import Ruling, rule
from rules.protocol import Protocol
from rules.situation import Standing, Tally, stand
from rules.walk import STEPS

MOST_COHORTS = 200_000
MOST_STEPS = 8


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


class Cohort(NamedTuple):
    """A cohort of `size` subjects at `level`, and a branch for each number of DLTs among them."""

    level: int
    size: int
    standing: Standing
    branches: tuple[Branch, ...]


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
    cohorts: list[Cohort] = []
    places: dict[Standing, int] = {}
    _follow(protocol, standing, cohorts, places)
    return Graph(tuple(cohorts))


def _follow(
    protocol: Protocol, standing: Standing, cohorts: list[Cohort], places: dict[Standing, int]
) -> tuple[tuple[Ruling, ...], int, int]:
    """Rulings from here to the next cohort or the end: (rulings, next cohort or -1, MTD or -1)."""
    taken: list[Ruling] = []
    for _ in range(MOST_STEPS):
        ruling = rule(protocol, standing)
        taken.append(ruling)
        if ruling.action == "enrol":
            place = places.get(standing, -1)
            if place < 0:
                place = places[standing] = _cohort(protocol, standing, ruling.slots, cohorts, places)
            return tuple(taken), place, -1
        if ruling.action not in STEPS:
            return tuple(taken), -1, ruling.level if ruling.action == "declare_mtd" else -1
        standing = opened(standing, ruling, protocol.near_sighted)
    raise TooManyPaths(f"levels are opened again and again; at level {standing.level}")


def _cohort(
    protocol: Protocol, standing: Standing, size: int, cohorts: list[Cohort], places: dict[Standing, int]
) -> int:
    if len(places) > MOST_COHORTS:
        raise TooManyPaths(f"more than {MOST_COHORTS:,} cohorts can be reached")
    branches = tuple(
        [
            Branch(dlts, *_follow(protocol, completed(standing, size, dlts), cohorts, places))
            for dlts in range(size + 1)
        ]
    )
    cohorts.append(Cohort(standing.level, size, standing, branches))
    return len(cohorts) - 1


def completed(standing: Standing, size: int, dlts: int) -> Standing:
    """The standing after `size` more subjects at the open level have their outcome."""
    level, reduced, levels = standing
    at, places, evaluable, before, *rest = levels[level - 1]
    here = Tally(at, places, evaluable + size, before + dlts, *rest)
    return Standing(level, reduced, (*levels[: level - 1], here, *levels[level:]))


def opened(standing: Standing, ruling: Ruling, near_sighted: bool) -> Standing:
    """The standing after a signed step; what is out of sight after a reduction is forgotten."""
    level, levels = ruling.level, standing.levels
    if level > len(levels):
        levels = (*levels, Tally(level, 0))
    here = levels[level - 1]
    here = here._replace(places=here.places + ruling.slots)
    reduced = standing.reduced or level < standing.level
    above = () if reduced and near_sighted else levels[level:]
    return Standing(level, reduced, (*levels[: level - 1], here, *above))


def count(found: Graph) -> tuple[int, int]:
    """How many paths there are, and how many of them end with `refer` or where no clause speaks."""
    paths: list[int] = []
    unresolved: list[int] = []
    for cohort in found.cohorts:
        paths.append(sum(paths[b.to] if b.to >= 0 else 1 for b in cohort.branches))
        unresolved.append(sum(unresolved[b.to] if b.to >= 0 else b.mtd < 0 for b in cohort.branches))
    return (paths[-1], unresolved[-1]) if paths else (0, 0)


def walk(found: Graph) -> Iterator[tuple[tuple[int, ...], tuple[Branch, ...]]]:
    """Every path: the places of its cohorts, and the branch taken at each; the last branch ends it."""
    if found.cohorts:
        yield from _walk(found, len(found.cohorts) - 1, (), ())


def _walk(
    found: Graph, place: int, places: tuple[int, ...], taken: tuple[Branch, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[Branch, ...]]]:
    for branch in found.cohorts[place].branches:
        if branch.to >= 0:
            yield from _walk(found, branch.to, (*places, place), (*taken, branch))
        else:
            yield (*places, place), (*taken, branch)


def largest_enrolment(found: Graph) -> int:
    """The largest number of evaluable subjects on any path."""
    most: list[int] = []
    for cohort in found.cohorts:
        most.append(cohort.size + max(most[b.to] if b.to >= 0 else 0 for b in cohort.branches))
    return most[-1] if most else 0


def written(found: Graph, taken: Sequence[tuple[int, Branch]]) -> str:
    """A path in the field's notation: `taken` are cohorts' places with the branch of each."""
    groups = []
    for place, branch in taken:
        cohort = found.cohorts[place]
        groups.append(f"{cohort.level}{'N' * (cohort.size - branch.dlts)}{'T' * branch.dlts}")
    return " ".join(groups)
