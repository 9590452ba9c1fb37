"""What must hold on every path of a trial, beyond one clause a state; each failure comes with a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rules.monotone import highest_doses, rises
from rules.paths import Branch, Graph, written
from rules.protocol import Protocol
from rules.reading import Mistake


class Cell(NamedTuple):
    """An outcome that a file leaves open: DLTs among evaluable at a level, a path to it, and who refers."""

    level: int
    dlts: int
    evaluable: int
    path: str
    clauses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.dlts}/{self.evaluable} at level {self.level} ({self.path})"


def broken_properties(protocol: Protocol, found: Graph) -> Iterator[Mistake]:
    """Mistakes: more subjects at a level than the file's maximum; a DLT more that leads to a higher dose."""
    ways, most = _ways(found), highest_doses(found)
    for place in found.forward:
        yield from _crowds(protocol, found, ways, place)
        yield from rises(protocol, found.cohorts[place], most, written(found, ways[place]))


def open_cells(protocol: Protocol, found: Graph) -> tuple[Cell, ...]:
    """Outcomes of complete cohorts at which the clauses refer, or none speaks."""
    ways, cells = _ways(found), dict[tuple[int, int, int], Cell]()
    for place in found.forward:
        cohort = found.cohorts[place]
        before = cohort.standing.at(cohort.level)
        for branch in cohort.branches:
            if branch.to < 0 and branch.mtd < 0 and not _clash(branch):
                counts = (before.dlts + branch.dlts, before.evaluable + cohort.size)
                path = written(found, [*ways[place], (place, branch)])
                names = tuple(clause.id for clause in branch.rulings[-1].clauses)
                cells.setdefault((cohort.level, *counts), Cell(cohort.level, *counts, path, names))
    return tuple(sorted(cells.values()))


def _clash(branch: Branch) -> bool:
    """True where several clauses speak at once: that is no cell left open."""
    spoke = branch.rulings[-1].clauses
    return len({clause.table for clause in spoke}) < len(spoke)


def rising_again(found: Graph) -> str:
    """A path on which the dose rises after it was reduced; "" where there is none. BOIN needs that."""
    ways = _ways(found)
    for place in found.forward:
        cohort = found.cohorts[place]
        for branch in cohort.branches:
            actions = ["reduce"] * cohort.standing.reduced + [ruling.action for ruling in branch.rulings]
            if "escalate" in actions[actions.index("reduce") :] if "reduce" in actions else False:
                return written(found, [*ways[place], (place, branch)])
    return ""


def worst_mtd(found: Graph) -> dict[str, Any]:
    """The MTD declared on the highest share of DLTs: level, dlts, evaluable, a path; empty without any."""
    ways, worst = _ways(found), dict[str, Any]()
    for place in found.forward:
        cohort = found.cohorts[place]
        for branch in cohort.branches:
            if branch.to < 0 and branch.mtd > 0:
                seen = cohort.standing.at(branch.mtd)
                here = branch.mtd == cohort.level
                dlts, evaluable = seen.dlts + here * branch.dlts, seen.evaluable + here * cohort.size
                if not worst or dlts * worst["evaluable"] > worst["dlts"] * evaluable:
                    path = written(found, [*ways[place], (place, branch)])
                    worst = {"level": branch.mtd, "dlts": dlts, "evaluable": evaluable, "path": path}
    return worst


Way = list[tuple[int, Branch]]


def _ways(found: Graph) -> dict[int, Way]:
    """One way to each cohort: the cohorts before it, with the branch taken at each."""
    ways: dict[int, Way] = {len(found.cohorts) - 1: []}
    for place in found.forward:
        for branch in found.cohorts[place].branches:
            if branch.to >= 0:
                ways.setdefault(branch.to, [*ways[place], (place, branch)])
    return ways


def _crowds(protocol: Protocol, found: Graph, ways: dict[int, Way], place: int) -> Iterator[Mistake]:
    cohort = found.cohorts[place]
    here = cohort.standing.at(cohort.level).evaluable + cohort.size
    most = protocol.cohort.maximum
    if here > most:
        path = written(found, ways[place]) or "the empty trial"
        problem = (
            f"{here} subjects can be enrolled at level {cohort.level}, `maximum` is {most}; after {path}"
        )
        fix = "Raise `cohort.maximum`, or open fewer places"
        yield Mistake(min(clause.line for clause in protocol.clauses), "cohort", problem, fix)
