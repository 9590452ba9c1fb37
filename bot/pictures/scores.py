"""CRS and ICANS of one subject over time: each assessment a sign, in order, grades 0 to 5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, SMALL, blank, font, key_below, plain_axes
from bot.pictures.days import Days, day_axis, name_days
from bot.pictures.safety import GRADES
from bot.pictures.swimmer import SIGNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Of each scale: its line, and the size of its sign; the smaller one is drawn last, so that both are seen.
LINES: Mapping[str, Mapping[str, Any]] = {
    "crs": {"linestyle": "-", "linewidth": 2.6, "markersize": 13, "zorder": 4},
    "icans": {"linestyle": "--", "linewidth": 1.6, "markersize": 8, "zorder": 5},
}
RING = 18


def scored(picture: Mapping[str, Any]) -> Figure:
    """`crs`, `icans`: [day, grade, CTCAE's own grade or -1] of each assessment, in order of time."""
    words = picture["words"]
    figure = blank(4.8, words["title"])
    axes = figure.subplots()
    for grade in range(1, 6):
        axes.axhspan(grade - 0.5, grade + 0.5, color=GRADES[grade], alpha=0.28, linewidth=0)
    for name in LINES:
        _line(axes, name, picture[name], words[name])
    beside = [(day, own) for day, grade, own in picture["crs"] if own not in (-1, grade)]
    if beside:
        at, grades = zip(*beside, strict=True)
        axes.plot(at, grades, "o", mfc="none", mec=INK, ms=RING, linestyle="", label=words["ctcae"], zorder=6)
    whole = [told[0] for name in LINES for told in picture[name]]
    days = Days(max(1.0, *whole))
    day_axis(axes, days, min(whole))
    name_days(axes, days, words)
    axes.set_ylim(-0.5, 5.5)
    axes.set_yticks(range(6))
    axes.set_ylabel(words["grade"], fontproperties=font(SMALL), color=INK)
    plain_axes(axes)
    key_below(figure, axes.get_legend_handles_labels()[0], SMALL, 2)
    return figure


def _line(axes: Axes, name: str, told: list[list[float]], label: str) -> None:
    if not told:
        return
    sign, colour = SIGNS[name]
    days, grades = [x[0] for x in told], [x[1] for x in told]
    style: dict[str, Any] = {"marker": sign, "color": colour, "markeredgecolor": INK, **LINES[name]}
    axes.plot(days, grades, label=label, **style)
