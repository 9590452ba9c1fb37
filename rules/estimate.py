"""The MTD by estimate: isotonic regression of the DLT rates, and the level nearest to the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

from rules.situation import Tally

PRIOR_DLTS, PRIOR_SUBJECTS = 0.05, 0.1
TIE = 1e-10


@dataclass(frozen=True)
class Estimate:
    """How `at: estimate` finds the MTD: the target rate, and the odds at which a level is out."""

    target: float
    eliminate_above: float


def overdose_odds(tally: Tally, target: float) -> float:
    """P(DLT rate > target) under a uniform prior: the posterior is Beta(dlts + 1, n - dlts + 1)."""
    n, y = tally.evaluable, tally.dlts
    return sum(comb(n + 1, i) * target**i * (1 - target) ** (n + 1 - i) for i in range(y + 1))


@lru_cache(maxsize=65_536)
def estimated_mtd(estimate: Estimate, levels: tuple[Tally, ...]) -> int:
    """The level whose pooled rate is nearest to the target; 0 when even the lowest is too toxic.

    A level with three or more subjects and overdose odds above `eliminate_above` is out, with all
    above it. Ties go to the higher level below the target and to the lower one above it.
    Source: Liu and Yuan 2015 (BOIN), as the R package BOIN does it in select.mtd.
    """
    tried: list[Tally] = []
    for tally in levels:
        if tally.evaluable >= 3 and overdose_odds(tally, estimate.target) > estimate.eliminate_above:
            break
        if tally.evaluable:
            tried.append(tally)
    if not tried:
        return 0
    rates = isotonic(
        [(t.dlts + PRIOR_DLTS) / (t.evaluable + PRIOR_SUBJECTS) for t in tried],
        [_precision(t) for t in tried],
    )
    # A small slope breaks ties as select.mtd does: upwards below the target, downwards above it.
    off = [abs(rate + TIE * at - estimate.target) for at, rate in enumerate(rates, 1)]
    return tried[off.index(min(off))].level


def _precision(tally: Tally) -> float:
    """The inverse variance of Beta(dlts + 0.05, n - dlts + 0.05)."""
    a, b = tally.dlts + PRIOR_DLTS, tally.evaluable - tally.dlts + PRIOR_DLTS
    return (a + b) ** 2 * (a + b + 1) / (a * b)


def isotonic(rates: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence nearest to `rates` by weighted squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for rate, weight in zip(rates, weights, strict=True):
        blocks.append((rate, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (r1, w1, n1), (r2, w2, n2) = blocks[-2:]
            blocks[-2:] = [((r1 * w1 + r2 * w2) / (w1 + w2), w1 + w2, n1 + n2)]
    return [rate for rate, _, size in blocks for _ in range(size)]
