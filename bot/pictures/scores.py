"""CRS and ICANS of one subject over time: each assessment a sign, in order, grades 0 to 5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, SMALL, blank, font, plain_axes, weeks
from bot.pictures.safety import GRADES, SIGNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES = {"crs": "-", "icans": "--"}


def scored(picture: Mapping[str, Any]) -> Figure:
    """`crs`, `icans`: [day, grade, CTCAE's own grade or -1] of each assessment, in order of time."""
    words = picture["words"]
    figure = blank(4.8, words["title"])
    axes = figure.subplots()
    for grade in range(1, 6):
        axes.axhspan(grade - 0.5, grade + 0.5, color=GRADES[grade], alpha=0.28, linewidth=0)
    for name in DASHES:
        _line(axes, name, picture[name], words[name])
    beside = [(day, own) for day, grade, own in picture["crs"] if own not in (-1, grade)]
    if beside:
        days, grades = zip(*beside, strict=True)
        axes.plot(days, grades, "o", mfc="none", mec=INK, ms=11, linestyle="", label=words["ctcae"], zorder=5)
    whole = [told[0] for name in DASHES for told in picture[name]]
    first, last = min(0.0, *whole), max(1.0, *whole)
    axes.set_xlim(first - 0.04 * (last - first), last + 0.06 * (last - first))
    step = 2 if 7 < last <= 16 else weeks(last).step
    axes.set_xticks(range(0, int(last) + 1, step))
    axes.set_ylim(-0.5, 5.5)
    axes.set_yticks(range(6))
    axes.set_xlabel(words["days"], fontproperties=font(SMALL), color=INK)
    axes.set_ylabel(words["grade"], fontproperties=font(SMALL), color=INK)
    plain_axes(axes)
    figure.legend(prop=font(SMALL), frameon=False, loc="outside lower center", ncols=2)
    return figure


def _line(axes: Axes, name: str, told: list[list[float]], label: str) -> None:
    if not told:
        return
    sign, colour = SIGNS[name]
    days, grades = [x[0] for x in told], [x[1] for x in told]
    style = {"linestyle": DASHES[name], "linewidth": 1.6, "markersize": 10, "markeredgecolor": INK}
    axes.plot(days, grades, marker=sign, color=colour, label=label, zorder=4, **style)  # type: ignore[arg-type]
