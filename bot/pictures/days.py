"""Days after the infusion from left to right: on long courses the first weeks get half of the width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, QUIET, SMALL, font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EARLY = 28.0  # days
LONG = 6  # how many times as long a course is drawn with one scale
STEPS, LATER = (1, 2, 7, 14, 28, 84, 364), (28, 56, 91, 182, 364, 728)
NEAR, MARGIN = 0.06, 0.03  # of the width


@dataclass(frozen=True)
class Days:
    """The place of a day: 0 at the infusion, 1 at `last`; beyond `LONG` times `early` half way at `early`."""

    last: float
    early: float = EARLY

    @property
    def bent(self) -> bool:
        """True where there are two scales."""
        return self.last > LONG * self.early

    def place(self, day: Any) -> Any:
        """Where a day stands; days may be an array."""
        import numpy as np

        if not self.bent:
            return np.asarray(day) / self.last
        later = 0.5 + (np.asarray(day) - self.early) * 0.5 / (self.last - self.early)
        return np.where(np.asarray(day) < self.early, np.asarray(day) * 0.5 / self.early, later)

    def day(self, place: Any) -> Any:
        """The day that stands at a place."""
        import numpy as np

        if not self.bent:
            return np.asarray(place) * self.last
        later = self.early + (np.asarray(place) - 0.5) * 2 * (self.last - self.early)
        return np.where(np.asarray(place) < 0.5, np.asarray(place) * 2 * self.early, later)

    def ticks(self) -> list[int]:
        """Whole days, at weeks where there is room for no more, none too near to another."""
        if not self.bent:
            step = next((step for step in STEPS if self.last / step <= 8), 728)
            return list(range(0, int(self.last) + 1, step))
        step = next((step for step in (1, 7, 14, 28) if self.early / step <= 6), 56)
        found = list(range(0, int(self.early) + 1, step))
        step = next((step for step in LATER if self.last / step <= 5), 1092)
        far = (day for day in range(0, int(self.last) + 1, step) if day > self.early)
        return found + [day for day in far if self.place(day) - self.place(found[-1]) >= NEAR]


def day_axis(axes: Axes, days: Days, first: float = 0.0) -> None:
    """The axis with its ticks; where there are two scales a dotted line stands between them."""
    axes.set_xscale("function", functions=(days.place, days.day))
    begin = min(float(days.place(first)), 0.0)
    axes.set_xlim(float(days.day(begin - MARGIN)), float(days.day(1 + MARGIN)))
    axes.set_xticks(days.ticks())
    if days.bent:
        axes.axvline(days.early, color=QUIET, linewidth=1.2, linestyle=":", zorder=0)


def name_days(axes: Axes, days: Days, words: Mapping[str, Any]) -> None:
    """What the axis counts, and that it has two scales."""
    name = words["days_bent"] if days.bent else words["days"]
    axes.set_xlabel(name, fontproperties=font(SMALL), color=INK)
