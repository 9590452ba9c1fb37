"""Areas under a curve of points (time, value): linear, or linear up and logarithmic down."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

LINEAR, LOG_DOWN = "linear", "linear-up-log-down"
METHODS = (LINEAR, LOG_DOWN)
Point = tuple[float, float]


def area(points: Sequence[Point], method: str) -> float:
    """The whole area under `points`, in order of time."""
    return between(points, points[0][0], points[-1][0], method)


def between(points: Sequence[Point], start: float, end: float, method: str) -> float:
    """The area from `start` to `end`; a segment is cut by its own rule, so that areas add up at any cut."""
    return math.fsum(_part(a, b, start, end, method) for a, b in itertools.pairwise(points))


def _part(a: Point, b: Point, start: float, end: float, method: str) -> float:
    """The area of the segment from a to b, as far as it lies between `start` and `end`."""
    (t1, c1), (t2, c2) = a, b
    low, high = max(t1, start), min(t2, end)
    if low >= high:
        return 0.0
    # A hair's fall is a straight line: the logarithmic rule would divide one rounding error by another.
    if method == LOG_DOWN and 0 < c2 < c1 * (1 - 1e-6):
        slope = math.log(c2 / c1) / (t2 - t1)
        return c1 * (math.exp(slope * (high - t1)) - math.exp(slope * (low - t1))) / slope
    rise = (c2 - c1) / (t2 - t1)
    return (high - low) * (c1 + rise * ((low + high) / 2 - t1))
