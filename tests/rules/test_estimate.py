"""The MTD by estimate, against the text of the method and cases worked out by hand."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest

from rules.estimate import Estimate, estimated_mtd, isotonic, overdose_odds
from rules.situation import Tally

BOIN = Estimate(0.30, 0.95)


def levels(*counts: tuple[int, int]) -> tuple[Tally, ...]:
    """One Tally a level from (DLTs, evaluable)."""
    return tuple(Tally(at, n, n, x) for at, (x, n) in enumerate(counts, 1))


def beta_tail(x: int, n: int, target: float, steps: int = 20_000) -> float:
    """P(rate > target) for the posterior Beta(x + 1, n - x + 1), by the midpoint rule."""
    width = (1 - target) / steps
    rates = (target + (at + 0.5) * width for at in range(steps))
    return sum(r**x * (1 - r) ** (n - x) for r in rates) * width * (n + 1) * comb(n, x)


@pytest.mark.parametrize(("x", "n"), [(0, 3), (2, 3), (3, 3), (4, 6), (5, 9), (6, 12), (7, 12)])
def test_the_odds_of_an_overdose_are_the_tail_of_the_posterior(x: int, n: int) -> None:
    assert overdose_odds(Tally(1, n, n, x), 0.30) == pytest.approx(beta_tail(x, n, 0.30), abs=1e-7)


def test_a_level_is_out_from_three_in_three_four_in_six_five_in_nine_and_seven_in_twelve() -> None:
    first = {
        n: min(x for x in range(n + 1) if overdose_odds(Tally(1, n, n, x), 0.30) > 0.95)
        for n in (3, 6, 9, 12)
    }
    assert first == {3: 3, 6: 4, 9: 5, 12: 7}


# -------------------------------------------------------------------- the rising sequence
@pytest.mark.parametrize(
    ("rates", "weights", "wanted"),
    [
        ([0.1, 0.2, 0.3], [1, 1, 1], [0.1, 0.2, 0.3]),
        ([0.3, 0.1], [1, 1], [0.2, 0.2]),
        ([0.3, 0.1], [1, 3], [0.15, 0.15]),
        ([0.1, 0.4, 0.2, 0.3], [1, 1, 1, 1], [0.1, 0.3, 0.3, 0.3]),
        ([0.5, 0.4, 0.0], [2, 1, 1], [0.35, 0.35, 0.35]),
        ([], [], []),
    ],
)
def test_neighbours_that_fall_are_pooled_by_weight(
    rates: list[float], weights: list[float], wanted: list[float]
) -> None:
    assert isotonic(rates, weights) == pytest.approx(wanted)


def test_no_rising_sequence_on_a_grid_is_nearer() -> None:
    rates, weights = [0.35, 0.15, 0.55, 0.4], [1.0, 2.0, 3.0, 1.0]

    def far(values: tuple[float, ...]) -> float:
        return sum(w * (v - r) ** 2 for v, r, w in zip(values, rates, weights, strict=True))

    grid = [at / 20 for at in range(21)]
    best = min(far(v) for v in product(grid, repeat=4) if list(v) == sorted(v))
    found = isotonic(rates, weights)
    assert found == sorted(found)
    assert far(tuple(found)) <= best + 1e-12


# -------------------------------------------------------------------- the choice
@pytest.mark.parametrize(
    ("counts", "mtd"),
    [
        ([(0, 3), (1, 6), (4, 12)], 3),  # .02 .17 .34: nearest to .30
        ([(0, 3), (3, 12), (2, 3)], 2),  # .02 .25 .66: a level above that is not out, but far
        ([(0, 3), (0, 3), (4, 15), (4, 9), (0, 0)], 3),  # the example of select.mtd in the R package
        ([(3, 3)], 0),  # even the lowest is out
        ([(3, 3), (0, 12)], 0),  # with all above it
        ([(1, 6), (4, 6), (0, 3)], 1),  # the second is out, and the third with it
        ([(0, 3), (0, 3), (0, 0)], 2),  # ties below the target go up
        ([(2, 3), (1, 3)], 1),  # pooled above the target: ties go down
        ([(2, 12), (0, 3), (0, 3)], 3),  # pooled below the target: ties go up
        ([(0, 0)], 0),  # nobody was treated
        ([(2, 2), (0, 0)], 1),  # with fewer than three nothing is out
    ],
)
def test_the_mtd_is_the_level_nearest_to_the_target(counts: list[tuple[int, int]], mtd: int) -> None:
    assert estimated_mtd(BOIN, levels(*counts)) == mtd


def test_the_weights_are_the_inverse_variances() -> None:
    """1/3 and 1/12 pool to .112 by w = (a + b)^2 (a + b + 1) / ab; to .133 by size, to .213 evenly."""
    weights = [3.1**2 * 4.1 / (1.05 * 2.05), 12.1**2 * 13.1 / (1.05 * 11.05)]
    pooled = isotonic([1.05 / 3.1, 1.05 / 12.1], weights)
    assert pooled == pytest.approx([0.1119, 0.1119], abs=5e-5)
    counts = levels((1, 3), (1, 12), (4, 9))  # the third is at .445
    assert estimated_mtd(Estimate(0.285, 0.95), counts) == 3
    assert estimated_mtd(Estimate(0.275, 0.95), counts) == 2
