"""What must hold on every path of a trial, beyond one clause a state; each failure comes with a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.clauses import Ruling, rule
from rules.paths import Branch, Graph, written
from rules.protocol import Protocol
from rules.reading import Mistake
from rules.situation import Standing

DOSING = ("enrol", "wait", "assess", "expand", "escalate", "reduce")


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
    ways = _ways(found)
    for place in found.forward:
        yield from _crowds(protocol, found, ways, place)
        yield from _rises(protocol, found, ways, place)


def open_cells(protocol: Protocol, found: Graph) -> tuple[Cell, ...]:
    """Outcomes of complete cohorts at which the clauses refer, or none speaks."""
    ways, cells = _ways(found), dict[tuple[int, int, int], Cell]()
    for place in found.forward:
        cohort = found.cohorts[place]
        before = cohort.standing.at(cohort.level)
        for branch in cohort.branches:
            if branch.to < 0 and branch.mtd < 0:
                counts = (before.dlts + branch.dlts, before.evaluable + cohort.size)
                path = written(found, [*ways[place], (place, branch)])
                names = tuple(clause.id for clause in branch.rulings[-1].clauses)
                cells.setdefault((cohort.level, *counts), Cell(cohort.level, *counts, path, names))
    return tuple(sorted(cells.values()))


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


def _rises(protocol: Protocol, found: Graph, ways: dict[int, Way], place: int) -> Iterator[Mistake]:
    """Where one more DLT among those enrolled leads to a higher dose, others pending or not."""
    cohort = found.cohorts[place]
    for known in range(cohort.size):
        for waiting in range(cohort.size - known):
            for dlts in range(known + 1):
                none, one = (
                    rule(protocol, _part(cohort.standing, known + 1, dlts + more, waiting)) for more in (0, 1)
                )
                if not _lower_or_same(none, one):
                    letters = f"{'N' * (known - dlts)}{'T' * dlts}{'P' * waiting}"
                    ids = [clause.id for clause in one.clauses]
                    before = written(found, ways[place])
                    path = f"{before} {cohort.level}{letters}".strip()
                    problem = f"one more DLT leads to a higher dose: {path} and then N or T"
                    line = one.clauses[-1].line if one.clauses else 1
                    yield Mistake(line, f"clause {', '.join(ids)}", problem, "Let more DLTs never allow more")
                    return


def _part(standing: Standing, known: int, dlts: int, waiting: int) -> Standing:
    level, reduced, levels = standing
    before = levels[level - 1]
    here = before._replace(
        evaluable=before.evaluable + known, dlts=before.dlts + dlts, pending=before.pending + waiting
    )
    return Standing(level, reduced, (*levels[: level - 1], here, *levels[level:]))


def _lower_or_same(none: Ruling, one: Ruling) -> bool:
    """True when the ruling after one more DLT gives no higher dose, or one of the two gives none."""
    both = (none.action, one.action)
    if set(both) <= set(DOSING) or both == ("declare_mtd", "declare_mtd"):
        return one.level <= none.level
    return both != ("declare_mtd", "escalate")
