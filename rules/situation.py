"""What the clauses can see: counts of the open level, drawn from the history of openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from rules.expressions import Value

SYMBOLS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "level", "opened", "free", "evaluable", "dlts", "pending", "unassessed", "not_evaluable",
            "left_with_dlt", "evaluable_below", "dlts_below", "enrolled", "target", "dlts_at_step",
        ),
        "number",
    ),
    **dict.fromkeys(("lowest", "highest", "reduced", "contradicted", "overfilled"), "truth"),
}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """One opening of a level and the subjects who took its places.

    `evaluable` counts those with an outcome, `dlts` those of them with a DLT, `pending` those
    with a place and no outcome yet, `unassessed` those of them whose window is over.
    """

    level: int
    places: int
    evaluable: int = 0
    dlts: int = 0
    pending: int = 0
    unassessed: int = 0
    not_evaluable: int = 0
    left_with_dlt: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        """Everything but the level, in the order above."""
        return (
            self.places, self.evaluable, self.dlts, self.pending, self.unassessed, self.not_evaluable,
            self.left_with_dlt,
        )  # fmt: skip

    @property
    def free(self) -> int:
        """Places that nobody holds; negative when over-enrolled."""
        return self.places - self.evaluable - self.pending


History = tuple[Tally, ...]


def pooled(history: History, level: int) -> Tally:
    """All openings of a level as one."""
    return Tally(level, *map(sum, zip(*(t.counts for t in history if t.level == level), strict=True)))


def overfilled_level(history: History) -> int | None:
    """The first level with more subjects than places, or None."""
    return next((t.level for t in history if t.free < 0 and pooled(history, t.level).free < 0), None)


def situation(history: History, highest: int, target: int) -> dict[str, Value]:
    """The symbols of SYMBOLS for the last opening; counts pool all openings of its level."""
    level = history[-1].level
    here, below = pooled(history, level), pooled((Tally(level - 1, 0), *history), level - 1)
    return {
        "level": level,
        "opened": here.places,
        "free": here.free,
        "evaluable": here.evaluable,
        "dlts": here.dlts,
        "pending": here.pending,
        "unassessed": here.unassessed,
        "not_evaluable": here.not_evaluable,
        "left_with_dlt": here.left_with_dlt,
        "evaluable_below": below.evaluable,
        "dlts_below": below.dlts,
        "enrolled": sum(t.evaluable + t.pending + t.not_evaluable for t in history),
        "target": target,
        "lowest": level == 1,
        "highest": level == highest,
        "reduced": any(after.level < before.level for before, after in pairwise(history)),
        "contradicted": False,
        "dlts_at_step": 0,
        "overfilled": overfilled_level(history) is not None,
    }
