"""The safety table: adverse events and scores by dose level, darker is worse."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, NORMAL, SMALL, blank, font, plain_axes, raised, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Place = tuple[float, float, float]  # column, row, height of the row

# Paper, then grades 1 to 5: darker is worse, in grey too.
GRADES = ("#f6f8fa", "#fdf0c4", "#fbd078", "#f09a4a", "#d1542f", "#7d1511")
SIGNS, LINES = 26, 3  # of a label
ROW, LINE = 0.42, 0.17  # inches


def safety_table(picture: Mapping[str, Any]) -> Figure:
    """`cells`, `scored`: [subjects, worst grade] by term or scale and level; `dlts`, `serious`: by level."""
    words, cells = picture["words"], [*picture["cells"], *picture["scored"]]
    terms = [wrapped(term, SIGNS, LINES) for term in (*words["terms"], *words["scales"])]
    labels = [*terms, words["dlts"], words["serious"]]
    heights = [max(ROW, 0.08 + LINE * (1 + label.count("\n"))) for label in labels]
    ends = list(accumulate(heights))
    places = [end - height / 2 for end, height in zip(ends, heights, strict=True)]
    figure = blank(1.75 + ends[-1], words["title"])
    axes = figure.subplots()
    for at, height, line in zip(places, heights, cells, strict=False):
        for column, (number, grade) in enumerate(line):
            _cell(axes, (column, at, height), f"{number} · G{grade}" if number else "–", grade)
    for name, at in (("dlts", -2), ("serious", -1)):
        for column, number in enumerate(picture[name]):
            _cell(axes, (column, places[at], ROW), str(number), 0, bold=True)
    for lines in {len(picture["cells"]), len(cells)} - {0}:
        axes.axhline(ends[lines - 1], color=INK, linewidth=1.2)
    axes.set_xlim(-0.5, len(words["levels"]) - 0.5)
    axes.set_ylim(ends[-1], 0)
    axes.set_xticks(range(len(words["levels"])), [raised(x.replace("|", "\n")) for x in words["levels"]])
    axes.set_yticks(places, labels)
    axes.xaxis.tick_top()
    plain_axes(axes)
    axes.spines["bottom"].set_visible(False)
    figure.supxlabel(words["key"], fontproperties=font(SMALL - 1), color=INK)
    return figure


def _cell(axes: Axes, place: Place, text: str, grade: int, bold: bool = False) -> None:
    from matplotlib.patches import Rectangle

    column, at, height = place
    corner, high = (column - 0.48, at - height / 2 + 0.017), height - 0.034
    axes.add_patch(Rectangle(corner, 0.96, high, facecolor=GRADES[grade], edgecolor="white"))
    size = font(NORMAL if bold else SMALL)
    colour = "white" if grade >= 4 else INK
    axes.text(column, at, text, ha="center", va="center", fontproperties=size, color=colour)
