"""The same trial without the bot: the plain table of the 3+3, on the truth that a simulated trial drew."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.rules.plain import plain

ONSET = (0.2, 28.0)  # days after the infusion


def by_hand(truth: Random, rates: Sequence[float]) -> tuple[int, int]:
    """(MTD, subjects) when each cohort of three is complete before anything is decided."""
    level, openings, action = 1, list[tuple[int, str]](), ""
    while action != "declare_mtd":
        openings.append((level, "".join(_outcome(truth, rates[level - 1]) for _ in range(3))))
        action, level, *_ = plain(openings, len(rates))
    return level, 3 * len(openings)


def _outcome(truth: Random, rate: float) -> str:
    if truth.random() >= rate:
        return "N"
    truth.uniform(*ONSET)
    return "T"
