"""What the clauses can see: counts of the open level, drawn from the history of openings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import add
from typing import NamedTuple

from rules.expressions import Value

SYMBOLS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "level", "opened", "free", "evaluable", "dlts", "pending", "unassessed", "not_evaluable",
            "left_with_dlt", "evaluable_below", "dlts_below", "evaluable_above", "dlts_above", "enrolled",
            "target", "dlts_at_step",
        ),
        "number",
    ),
    **dict.fromkeys(("lowest", "highest", "reduced", "contradicted", "overfilled"), "truth"),
}  # fmt: skip


class Tally(NamedTuple):
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
    def free(self) -> int:
        """Places that nobody holds; negative when over-enrolled."""
        return self.places - self.evaluable - self.pending


History = tuple[Tally, ...]


class Standing(NamedTuple):
    """Where a trial stands: the open level, whether the dose was ever reduced, each level pooled."""

    level: int
    reduced: bool
    levels: tuple[Tally, ...]

    def at(self, level: int) -> Tally:
        """All openings of a level as one; no places where it was never opened."""
        return self.levels[level - 1] if 1 <= level <= len(self.levels) else Tally(level, 0)


def stand(history: History) -> Standing:
    """Where a history of openings has led; places that nobody holds lapse when their level is left."""
    level, reduced, counts = history[0].level, False, dict[int, Tally]()
    for tally in history:
        if tally.level != level:
            counts[level] = _left(counts[level])
            reduced = reduced or tally.level < level
            level = tally.level
        before = counts.get(level)
        counts[level] = Tally(level, *map(add, before[1:], tally[1:])) if before else tally
    return Standing(level, reduced, tuple(counts.get(at) or Tally(at, 0) for at in range(1, max(counts) + 1)))


def _left(tally: Tally) -> Tally:
    return tally._replace(places=tally.places - tally.free) if tally.free > 0 else tally


def pooled(history: History, level: int) -> Tally:
    """All openings of a level as one."""
    return stand(history).at(level)


def overfilled_level(history: History) -> int | None:
    """The first level with more subjects than places, or None."""
    return next((t.level for t in history if t.free < 0 and pooled(history, t.level).free < 0), None)


class View(NamedTuple):
    """What a clause looks at: the open level, its neighbours, all levels, and what guards are told."""

    level: int
    reduced: bool
    here: Tally
    below: Tally
    above: Tally
    levels: tuple[Tally, ...]
    highest: int
    target: int
    contradicted: bool = False
    dlts_at_step: int = 0


NOWHERE = Tally(0, 0)
# How each symbol is seen in a View, as Python.
SIGHTS: Mapping[str, str] = {
    "level": "level",
    "opened": "here.places",
    "free": "here.places - here.evaluable - here.pending",
    "evaluable": "here.evaluable",
    "dlts": "here.dlts",
    "pending": "here.pending",
    "unassessed": "here.unassessed",
    "not_evaluable": "here.not_evaluable",
    "left_with_dlt": "here.left_with_dlt",
    "evaluable_below": "below.evaluable",
    "dlts_below": "below.dlts",
    "evaluable_above": "above.evaluable",
    "dlts_above": "above.dlts",
    "enrolled": "sum([t.evaluable + t.pending + t.not_evaluable for t in levels])",
    "target": "target",
    "dlts_at_step": "dlts_at_step",
    "lowest": "level == 1",
    "highest": "level == highest",
    "reduced": "reduced",
    "contradicted": "contradicted",
    "overfilled": "any([t.free < 0 for t in levels])",
}
Seeing = Callable[..., tuple[Value, ...]]


def seeing(names: Iterable[str]) -> Seeing:
    """A function of a View's fields that gives the values of symbols, in order."""
    seen = "".join(f"{SIGHTS[name]}, " for name in names)
    made: Seeing = eval(f"lambda {', '.join(View._fields)}: ({seen})")  # noqa: S307 - of the constants above
    return made


SEE_ALL = seeing(SIGHTS)


def look(standing: Standing, highest: int, target: int) -> View:
    """The view from where a trial stands; `highest` is the number of levels, `target` of subjects."""
    level, reduced, levels = standing
    below = levels[level - 2] if level > 1 else NOWHERE
    above = levels[level] if level < len(levels) else NOWHERE
    return View(level, reduced, levels[level - 1], below, above, levels, highest, target)


def situation(view: View) -> dict[str, Value]:
    """Every symbol of SYMBOLS as seen; counts pool all openings of a level."""
    return dict(zip(SIGHTS, SEE_ALL(*view), strict=True))
