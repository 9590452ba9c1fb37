"""Semi-logarithmic plots of concentrations: a panel a unit or a dose level, a line a subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, NORMAL, QUIET, SMALL, blank, font, plain_axes, raised
from bot.pictures.days import Days, day_axis, name_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart by colour-blind people, and by their marks in black and white.
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9", "#1b2a3a", "#c8a000", "#8a3ffc")
MARKS = ("o", "s", "^", "D", "P", "X", "v", "*", "h")
FLOOR = 0.3  # how far below the lowest value those below the limit are drawn, as a factor
PANEL, ROW, PANELS_IN_A_COLUMN = 2.6, 15, 3  # inches, points


def concentrations(picture: Mapping[str, Any]) -> Figure:
    """`panels`: [{"unit", "curves": [{"label", "seen": [[day, value]], "below": [days]}], "limit": 0: none}].

    Panels of one unit have one scale.
    """
    words, panels = picture["words"], picture["panels"]
    columns = 1 if len(panels) <= PANELS_IN_A_COLUMN else 2
    rows = -(-len(panels) // columns)
    figure = blank(0.9 + max(PANEL * rows, 3.6) / (1.0 if columns == 1 else 1.15), words["title"])
    every = [axes for row in figure.subplots(rows, columns, sharex=True, squeeze=False) for axes in row]
    days = Days(max(_days(panels), default=0.0) or 28.0)
    for axes, panel, title in zip(every, panels, words["panels"], strict=False):
        _draw(axes, panel, _range([x for x in panels if x["unit"] == panel["unit"]]))
        rows_of_legend = _legend(axes, panel, words, 3 if columns == 1 else 2)
        above = 5 + rows_of_legend * ROW
        axes.set_title(raised(title), fontproperties=font(NORMAL), loc="left", color=INK, pad=above)
        day_axis(axes, days)
        plain_axes(axes)
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    for axes in every[max(len(panels) - columns, 0) : len(panels)]:
        name_days(axes, days, words)
        axes.tick_params(labelbottom=True)
    return figure


def _days(panels: list[dict[str, Any]]) -> list[float]:
    return [
        day for panel in panels for c in panel["curves"] for day in (*(d for d, _ in c["seen"]), *c["below"])
    ]


def _range(panels: list[dict[str, Any]]) -> tuple[float, float]:
    """The lowest and the highest value that panels of one unit show."""
    values = [value for panel in panels for c in panel["curves"] for _, value in c["seen"]]
    lowest = min([*values, *(panel["limit"] for panel in panels if panel["limit"])], default=1.0)
    return lowest, max([lowest, *values])


def _draw(axes: Axes, panel: Mapping[str, Any], shown: tuple[float, float]) -> None:
    axes.set_yscale("log")
    floor = shown[0] * FLOOR
    for at, curve in enumerate(panel["curves"]):
        colour, mark = LINES[at % len(LINES)], MARKS[at % len(MARKS)]
        days, values = [day for day, _ in curve["seen"]], [value for _, value in curve["seen"]]
        axes.plot(days, values, color=colour, marker=mark, markersize=5, linewidth=1.6, label=curve["label"])
        floors = [floor] * len(curve["below"])
        axes.plot(
            curve["below"], floors, color=colour, marker="v", markersize=6, fillstyle="none", linestyle=""
        )
    if panel["limit"]:
        axes.axhline(panel["limit"], color=QUIET, linewidth=1.0, linestyle="--")
    axes.set_ylim(floor * 0.6, shown[1] * 2.5)
    axes.minorticks_off()
    axes.grid(axis="both", color="#e6eaee")
    axes.set_axisbelow(True)


def _legend(axes: Axes, panel: Mapping[str, Any], words: Mapping[str, Any], columns: int) -> int:
    """Whose line is whose, and the signs that the panel uses, above it; how many rows it has."""
    from matplotlib.lines import Line2D

    handles: list[Any] = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    if any(curve["below"] for curve in panel["curves"]):
        low = Line2D([], [], color=INK, marker="v", fillstyle="none", linestyle="", label=words["below"])
        handles.append(low)
    if panel["limit"]:
        handles.append(Line2D([], [], color=QUIET, linestyle="--", label=words["limit"]))
    made = axes.legend(
        handles=handles, prop=font(SMALL - 1), frameon=False, loc="lower left", bbox_to_anchor=(0, 1.0),
        ncols=columns, borderaxespad=0.0, handletextpad=0.4, columnspacing=1.0, labelspacing=0.2,
    )  # fmt: skip
    made.set_in_layout(False)
    for text in made.get_texts():
        text.set_color(INK)
    return -(-len(handles) // columns)
