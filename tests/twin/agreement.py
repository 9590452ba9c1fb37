"""Whether simulated trials agree with the exact figures within Monte Carlo error, each with the 3+3 by hand.

The exact figures come from the 3+3 written by hand for the benchmark, not from the clauses. Subjects who are
in their window when the MTD is signed are not followed any further, so DLTs are not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from random import Random
from statistics import mean, stdev
from typing import Any

from tests.bench.plain_enumeration import Enumeration
from tests.twin.by_hand import by_hand
from tests.twin.conduct import name

LEAST = 0.5  # of the spread of a few trials that happened to be alike
MOST = 3.3  # standard errors: each cell of a right program exceeds it about once in 1,000 runs


def agreement(rates: Sequence[float], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By MTD (0: none) and for subjects a trial: seen, exact, and how many standard errors apart.

    `by_hand`: trials with the MTD and the subjects of the 3+3 by hand on the same truth; those in which a
    second DLT closed a level before its cohort was dosed, so that they dosed fewer; others are wrong.
    A trial that ended without an MTD that is signed does not agree.
    """
    exact = Enumeration(rates)
    cells = _cells(exact, [result["mtd"] for result in results])
    subjects = _mean([result["dosed"] for result in results], exact.subjects)
    beside = Counter(_beside_by_hand(result) for result in results)
    ended = all(result["end"] == "mtd" for result in results)
    near = all(abs(cell["z"]) <= MOST for cell in (*cells.values(), subjects))
    agrees = ended and near and not beside["other"]
    return {"cells": cells, "subjects": subjects, "by_hand": dict(beside), "agrees": agrees}


def _beside_by_hand(result: Mapping[str, Any]) -> str:
    mtd, subjects = by_hand(Random(f"{name(result)} truth"), result["rates"])
    if (result["mtd"], result["dosed"]) == (mtd, subjects):
        return "same"
    return "closed sooner" if result["dosed"] < subjects else "other"


def _cells(exact: Enumeration, mtds: Sequence[int]) -> dict[str, dict[str, float]]:
    found, trials = Counter(mtds), len(mtds)
    return {
        str(level): {
            "trials": found[level],
            "exact": round(odds, 6),
            "z": round((found[level] - odds * trials) / (sqrt(odds * (1 - odds) * trials) or 1.0), 2),
        }
        for level, odds in enumerate(exact.mtd)
    }


def _mean(seen: Sequence[int], exact: float) -> dict[str, float]:
    spread = max(stdev(seen), LEAST) if len(seen) > 1 else abs(exact)
    z = round((mean(seen) - exact) * sqrt(len(seen)) / spread, 2)
    return {"mean": round(mean(seen), 4), "exact": round(exact, 6), "z": z}
