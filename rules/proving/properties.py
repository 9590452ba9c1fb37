"""What must hold on every path of a trial, beyond one clause a state; each failure comes with a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rules.clauses import clash
from rules.file.reading import Mistake
from rules.protocol import Protocol
from rules.proving.monotone import highest_doses, rises
from rules.proving.paths import Branch, Cohort, Graph, written


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
    """Outcomes of complete cohorts at which the clauses refer, or none speaks; where several do, none."""
    cells = dict[tuple[int, int, int], Cell]()
    for cohort, branch, path in _branches(found):
        if branch.to < 0 and branch.mtd < 0 and not clash(branch.rulings[-1].clauses):
            before = cohort.standing.at(cohort.level)
            counts = (before.dlts + branch.dlts, before.evaluable + cohort.size)
            names = tuple(clause.id for clause in branch.rulings[-1].clauses)
            cells.setdefault(
                (cohort.level, *counts), Cell(cohort.level, *counts, written(found, path), names)
            )
    return tuple(sorted(cells.values()))


def rising_again(found: Graph) -> str:
    """A path on which the dose rises after it was reduced; "" where there is none. BOIN needs that."""
    for cohort, branch, path in _branches(found):
        reduced = cohort.standing.reduced
        for ruling in branch.rulings:
            if reduced and ruling.action == "escalate":
                return written(found, path)
            reduced = reduced or ruling.action == "reduce"
    return ""


def worst_mtd(found: Graph) -> dict[str, Any]:
    """The MTD declared on the highest share of DLTs: level, dlts, evaluable, a path; empty without any."""
    worst = dict[str, Any]()
    for cohort, branch, path in _branches(found):
        if branch.to < 0 and branch.mtd > 0:
            seen, here = cohort.standing.at(branch.mtd), branch.mtd == cohort.level
            dlts, evaluable = seen.dlts + here * branch.dlts, seen.evaluable + here * cohort.size
            if not worst or dlts * worst["evaluable"] > worst["dlts"] * evaluable:
                worst = {"level": branch.mtd, "dlts": dlts, "evaluable": evaluable}
                worst["path"] = written(found, path)
    return worst


Way = list[tuple[int, Branch]]


def _branches(found: Graph) -> Iterator[tuple[Cohort, Branch, Way]]:
    """Every branch with its cohort, and one path that ends with it; earlier cohorts first."""
    ways = _ways(found)
    for place in found.forward:
        for branch in found.cohorts[place].branches:
            yield found.cohorts[place], branch, [*ways[place], (place, branch)]


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
