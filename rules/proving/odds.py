"""Exact operating characteristics: odds carried along the graph of paths, without simulation.

A rate is a float, or a numpy array of many rates at once: only + - * and ** are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from rules.protocol import Protocol
from rules.proving.paths import Branch, Graph

Rate = Any  # float, or an array of floats of one shape


@dataclass(frozen=True)
class Characteristics:
    """P(MTD = level) by level (0: none), P(no clause decides), E(subjects) and E(DLTs) by level."""

    mtd: Mapping[int, Rate]
    unresolved: Rate
    subjects: tuple[Rate, ...]
    dlts: tuple[Rate, ...]


def binomial(rate: Rate, size: int) -> list[Rate]:
    """P(k DLTs among `size`) for k = 0..size, each subject with the same rate."""
    safe = 1 - rate
    return [comb(size, k) * rate**k * safe ** (size - k) for k in range(size + 1)]


def characteristics(found: Graph, rates: Sequence[Rate]) -> Characteristics:
    """The exact characteristics at true DLT rates, one a level."""
    reach: list[Rate] = [0.0] * len(found.cohorts)
    reach[-1] = 1.0
    mtd: dict[int, Rate] = dict.fromkeys(range(-1, len(rates) + 1), 0.0)
    subjects: list[Rate] = [0.0] * len(rates)
    odds: dict[tuple[int, int], list[Rate]] = {}
    for place in found.forward:
        level, size, _, branches = found.cohorts[place]
        here = reach[place]
        subjects[level - 1] = subjects[level - 1] + here * size
        if (level, size) not in odds:
            odds[level, size] = binomial(rates[level - 1], size)
        for branch, chance in zip(branches, odds[level, size], strict=True):
            if branch.to >= 0:
                reach[branch.to] = reach[branch.to] + here * chance
            else:
                mtd[branch.mtd] = mtd[branch.mtd] + here * chance
    dlts = tuple(number * rate for number, rate in zip(subjects, rates, strict=True))
    return Characteristics(mtd, mtd.pop(-1), tuple(subjects), dlts)


def rests_on(protocol: Protocol, branch: Branch) -> tuple[str, ...]:
    """The assumptions with another reading that a branch rests on, in the order in which they speak."""
    return tuple(name for name in spoken_for(branch) if _open(protocol, name))


def spoken_for(branch: Branch) -> tuple[str, ...]:
    """Every assumption that a branch rests on, in the order in which they speak."""
    names = (a for ruling in branch.rulings for clause in ruling.clauses for a, _ in clause.under)
    return tuple(dict.fromkeys(names))


def _open(protocol: Protocol, id_: str) -> bool:
    assumption = protocol.assumption(id_)
    return assumption is not None and len(assumption.readings) > 1


@dataclass(frozen=True)
class Weight:
    """How often an assumption matters: P(it is the first one reached), P(it is reached at all)."""

    assumption: str
    first: float
    ever: float


def weights(protocol: Protocol, found: Graph, rates: Sequence[float]) -> tuple[Weight, ...]:
    """How often each assumption with another reading matters at true rates, the most frequent first."""
    rest = [[rests_on(protocol, branch) for branch in cohort.branches] for cohort in found.cohorts]
    names = dict.fromkeys(name for branches in rest for each in branches for name in each)
    first = _first_hits(found, rates, rest)
    ever = {name: _hits(found, rates, [[name in each for each in row] for row in rest]) for name in names}
    made = [Weight(name, first.get(name, 0.0), ever[name]) for name in names]
    return tuple(sorted(made, key=lambda weight: (-weight.first, -weight.ever, weight.assumption)))


def _first_hits(found: Graph, rates: Sequence[float], rest: list[list[tuple[str, ...]]]) -> dict[str, float]:
    first: dict[str, float] = {}
    reach = [0.0] * len(found.cohorts)
    reach[-1] = 1.0
    for place, branch, chance in _chances(found, rates, reach):
        named = rest[place][branch.dlts]
        if named:
            first[named[0]] = first.get(named[0], 0.0) + chance
        elif branch.to >= 0:
            reach[branch.to] += chance
    return first


def _hits(found: Graph, rates: Sequence[float], hit: list[list[bool]]) -> float:
    total, reach = 0.0, [0.0] * len(found.cohorts)
    reach[-1] = 1.0
    for place, branch, chance in _chances(found, rates, reach):
        if hit[place][branch.dlts]:
            total += chance
        elif branch.to >= 0:
            reach[branch.to] += chance
    return total


def _chances(found: Graph, rates: Sequence[float], reach: list[float]) -> Any:
    """(place, branch, odds of taking it) from the first cohort on; `reach` is filled in by the caller."""
    for place in found.forward:
        cohort = found.cohorts[place]
        odds = binomial(rates[cohort.level - 1], cohort.size)
        for branch in cohort.branches:
            yield place, branch, reach[place] * odds[branch.dlts]
