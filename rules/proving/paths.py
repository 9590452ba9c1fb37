"""Every path of a trial: counted, walked one by one, and written in the field's notation.

A path is a sequence of (level, DLTs in that cohort); see cohorts.py for the graph that all paths share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.proving.cohorts import Branch, Cohort, Graph, TooManyPaths, graph, graph_from

__all__ = [
    "Branch", "Cohort", "Graph", "TooManyPaths", "count", "graph", "graph_from", "largest_enrolment", "walk",
    "written",
]  # fmt: skip


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
    yield from _walk(found, len(found.cohorts) - 1, (), ()) if found.cohorts else ()


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
