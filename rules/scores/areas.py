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
    return math.fsum(_segment(a, b, method) for a, b in itertools.pairwise(points))


def between(points: Sequence[Point], start: float, end: float, method: str) -> float:
    """The area from `start` to `end`, both inside the points; bounds are interpolated by the method."""
    inner = [point for point in points if start < point[0] < end]
    return area([(start, at(points, start, method)), *inner, (end, at(points, end, method))], method)


def at(points: Sequence[Point], time: float, method: str) -> float:
    """The value at a time inside the points."""
    for (t1, c1), (t2, c2) in itertools.pairwise(points):
        if t1 <= time <= t2:
            part = (time - t1) / (t2 - t1)
            if _log(c1, c2, method):
                return c1 * math.exp(part * math.log(c2 / c1))
            return c1 * (1 - part) + c2 * part
    return points[0][1]


def _segment(a: Point, b: Point, method: str) -> float:
    (t1, c1), (t2, c2) = a, b
    if _log(c1, c2, method):
        return (t2 - t1) * (c1 - c2) / math.log(c1 / c2)
    return (t2 - t1) * (c1 + c2) / 2


def _log(c1: float, c2: float, method: str) -> bool:
    """Whether a segment goes by logarithms: it falls, and not to 0 (a hair's fall is a straight line)."""
    return method == LOG_DOWN and 0 < c2 < c1 * (1 - 1e-6)
