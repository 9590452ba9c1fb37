"""Whether the MTDs of simulated trials agree with the exact figures, within Monte Carlo error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import Any

from rules.odds import characteristics
from rules.paths import graph
from tests.machine.study import protocol

MOST = 3.3  # standard errors: each cell of a right program exceeds it about once in 1,000 runs


def agreement(rates: Sequence[float], mtds: Sequence[int]) -> dict[str, Any]:
    """By MTD (0: none): trials, the exact odds, and how many standard errors apart they are."""
    exact, found, trials = characteristics(graph(protocol()), rates).mtd, Counter(mtds), len(mtds)
    cells = {}
    for level, odds in sorted(exact.items()):
        error = sqrt(odds * (1 - odds) * trials) or 1.0
        z = (found[level] - odds * trials) / error
        cells[str(level)] = {"trials": found[level], "exact": round(odds, 6), "z": round(z, 2)}
    return {"cells": cells, "agrees": all(abs(cell["z"]) <= MOST for cell in cells.values())}
