"""What the clauses can see: counts of the open level, drawn from the history of openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


History = tuple[Tally, ...]


def free_places(history: History, level: int) -> int:
    """Places opened at `level` that nobody holds; negative when over-enrolled."""
    return sum(t.places - t.evaluable - t.pending for t in history if t.level == level)


def overfilled_level(history: History) -> int | None:
    """The first level with more subjects than places, or None."""
    return next((t.level for t in history if free_places(history, t.level) < 0), None)


def situation(history: History, highest: int, target: int) -> dict[str, Value]:
    """The symbols of SYMBOLS for the last opening; counts pool all openings of its level."""
    level = history[-1].level
    here = [t for t in history if t.level == level]
    below = [t for t in history if t.level == level - 1]
    return {
        "level": level,
        "opened": sum(t.places for t in here),
        "free": free_places(history, level),
        "evaluable": sum(t.evaluable for t in here),
        "dlts": sum(t.dlts for t in here),
        "pending": sum(t.pending for t in here),
        "unassessed": sum(t.unassessed for t in here),
        "not_evaluable": sum(t.not_evaluable for t in here),
        "left_with_dlt": sum(t.left_with_dlt for t in here),
        "evaluable_below": sum(t.evaluable for t in below),
        "dlts_below": sum(t.dlts for t in below),
        "enrolled": sum(t.evaluable + t.pending + t.not_evaluable for t in history),
        "target": target,
        "lowest": level == 1,
        "highest": level == highest,
        "reduced": any(b.level < a.level for a, b in zip(history, history[1:], strict=False)),
        "contradicted": False,
        "dlts_at_step": 0,
        "overfilled": overfilled_level(history) is not None,
    }
