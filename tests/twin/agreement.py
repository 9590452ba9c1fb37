"""Whether simulated trials agree with the exact figures within Monte Carlo error: MTDs, subjects, DLTs.

The exact figures come from the 3+3 written by hand for the benchmark, not from the clauses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import mean, stdev
from typing import Any

from tests.bench.plain_enumeration import Enumeration

LEAST = 0.5  # of the spread of a few trials that happened to be alike
MOST = 3.3  # standard errors: each cell of a right program exceeds it about once in 1,000 runs


def agreement(rates: Sequence[float], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By MTD (0: none), and for subjects and DLTs a trial: seen, exact, and how many standard errors apart.

    A trial that ended without an MTD that is signed does not agree.
    """
    exact = Enumeration(rates)
    cells = _cells(exact, [result["mtd"] for result in results])
    means = {
        "subjects": _mean([result["dosed"] for result in results], exact.subjects),
        "dlts": _mean([result["counts"].get("dlt", 0) for result in results], exact.dlts),
    }
    apart = [abs(cell["z"]) for cell in (*cells.values(), *means.values())]
    ended = all(result["end"] == "mtd" for result in results)
    return {"cells": cells, "means": means, "agrees": ended and max(apart) <= MOST}


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
