"""The same trial without the bot: the 3+3 in plain Python, on the truth that a simulated trial drew."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

ONSET = (0.2, 28.0)  # days after the infusion


def by_hand(truth: Random, rates: Sequence[float]) -> tuple[int, int]:
    """(MTD, subjects) when each cohort of three is complete before anything is decided."""
    top, level, reduced, subjects = len(rates), 1, False, 0
    seen, dlts = dict.fromkeys(range(1, top + 1), 0), dict.fromkeys(range(1, top + 1), 0)
    while True:
        dlts[level] += sum(_has_one(truth, rates[level - 1]) for _ in range(3))
        seen[level] += 3
        subjects += 3
        if dlts[level] >= 2:
            if level == 1 or seen[level - 1] >= 6:
                return level - 1, subjects
            level, reduced = level - 1, True
        elif reduced or (level == top and seen[level] == 6):
            return level, subjects
        elif seen[level] == 6 or (dlts[level] == 0 and level < top):
            level += 1


def _has_one(truth: Random, rate: float) -> bool:
    found = truth.random() < rate
    if found:
        truth.uniform(*ONSET)
    return found
