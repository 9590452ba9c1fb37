"""The swimmer plot: a bar a subject, each sign at its day; signs too near to one another stand in lanes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, QUIET, SMALL, blank, font, key_below, plain_axes
from bot.pictures.days import EARLY, Days, day_axis, name_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIGHT, BAR, CONTACT = "#a9c8e6", "#2f6fab", "#1b2a3a"
SIGNS = {
    "crs": ("o", "#f0b400"),
    "icans": ("s", "#c58ad6"),
    "dlt": ("X", "#d1372f"),
    "died": ("P", "#000000"),
    "fatal": ("D", "#000000"),
}
TALLEST, AROUND, ROW, LANE, RIM = 8.3, 2.2, 0.36, 0.2, 0.14  # inches
SIGN, WORDS = 13.0, 9.0  # points
LEAST = 0.6  # of these sizes: in a smaller sign nobody reads a grade, and the picture becomes longer
APART = 0.048  # of the width: signs nearer than this would cover one another

Placed = tuple[str, float, int, float]  # sign, day, grade, lanes below the middle of the row


def swimmer(picture: Mapping[str, Any]) -> Figure:
    """`rows`: window, last, until (days), on_study, marks [name, day, grade], topmost first."""
    words, rows = picture["words"], picture["rows"]
    early = max([EARLY, *(row["window"] for row in rows)])
    days = Days(max([1.0, *(row["until"] for row in rows), *(row["last"] for row in rows)]), early)
    placed = [_placed(row["marks"], days) for row in rows]
    heights = [_height(marks) for marks in placed]
    room = min(1.0, max(LEAST, (TALLEST - AROUND) / sum(heights)))
    ends = list(accumulate(height * room for height in heights))
    figure = blank(AROUND + max(ends[-1], 1.0), words["title"])
    axes = figure.subplots()
    middles = [end - height * room / 2 for end, height in zip(ends, heights, strict=True)]
    for at, height, row, marks in zip(middles, heights, rows, placed, strict=True):
        _bar(axes, at, (height - RIM) * room, row)
        for mark in marks:
            _sign(axes, at, room, mark)
    axes.set_yticks(middles, words["labels"])
    axes.set_ylim(ends[-1], 0)
    day_axis(axes, days)
    name_days(axes, days, words)
    axes.grid(axis="x", color="#e6eaee")
    axes.set_axisbelow(True)
    plain_axes(axes)
    for label in axes.get_yticklabels():
        label.set_fontproperties(font(SMALL if min(heights) * room > 0.26 else 8))
    extra = _key(figure, words, {mark[0] for row in rows for mark in row["marks"]}) - 3
    figure.set_figheight(figure.get_figheight() + 0.2 * max(extra, 0))
    return figure


def _placed(marks: list[Any], days: Days) -> list[Placed]:
    """Each sign at its own day; those too near to one another side by side from top to bottom."""
    made, near = list[Placed](), list[tuple[str, float, int]]()
    for mark in sorted(marks, key=lambda mark: (mark[1], list(SIGNS).index(mark[0]))):
        if near and days.place(mark[1]) - days.place(near[-1][1]) >= APART:
            made += _stacked(near, days)
            near = []
        near.append(tuple(mark))
    return made + _stacked(near, days)


def _stacked(near: list[tuple[str, float, int]], days: Days) -> list[Placed]:
    """Signs of which each is near to the next, in as few lanes as keep them apart."""
    lanes, taken = list[float](), list[int]()
    for _, day, _ in near:
        place = float(days.place(day))
        lane = next((n for n, last in enumerate(lanes) if place - last >= APART), len(lanes))
        lanes[lane : lane + 1] = [place]
        taken.append(lane)
    middle = (len(lanes) - 1) / 2
    return [(*mark, lane - middle) for mark, lane in zip(near, taken, strict=True)]


def _height(marks: list[Placed]) -> float:
    """Inches of a row whose signs stand in so many lanes."""
    lanes = 1 + 2 * max((lane for *_, lane in marks), default=0.0)
    return max(ROW, lanes * LANE + RIM)


def _bar(axes: Axes, at: float, height: float, row: Mapping[str, Any]) -> None:
    """One bar: the window light, the time after it dark; a thin line from the last contact on."""
    seen = min(row["last"], row["until"])
    axes.barh(at, min(row["window"], seen), color=LIGHT, height=height)
    axes.barh(at, max(seen - row["window"], 0), left=row["window"], color=BAR, height=height)
    if row["until"] > seen:
        axes.plot([seen, row["until"]], [at, at], color=QUIET, linewidth=1.4, zorder=1)
    if row["on_study"]:
        axes.plot([row["until"]], [at], marker=">", color=QUIET, markersize=7, zorder=2)
    axes.vlines(seen, at - height / 2 - 0.02, at + height / 2 + 0.02, color=CONTACT, linewidth=2, zorder=3)


def _sign(axes: Axes, at: float, room: float, placed: Placed) -> None:
    name, day, grade, lane = placed
    mark, colour = SIGNS[name]
    at, size = at + lane * LANE * room, SIGN * room
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": room}
    axes.plot([day], [at], marker=mark, color=colour, markersize=size, zorder=4, **edge)
    if grade:
        axes.text(
            day, at, str(grade), ha="center", va="center_baseline", fontproperties=font(WORDS * room),
            color=INK, zorder=5,
        )  # fmt: skip


def _key(figure: Figure, words: Mapping[str, Any], used: set[str]) -> int:
    """What each sign means, the rare one only where it is used; how many rows it has."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(color=LIGHT, label=words["window"]), Patch(color=BAR, label=words["after"])]
    for name, (mark, colour) in ((n, sign) for n, sign in SIGNS.items() if n != "fatal" or n in used):
        handles.append(
            Line2D([], [], marker=mark, color=colour, linestyle="", markersize=9, label=words[name])
        )
    bar = Line2D([], [], marker="|", color=CONTACT, linestyle="", markersize=11, label=words["last"])
    handles += [bar, Line2D([], [], marker=">", color=QUIET, label=words["on_study"])]
    return key_below(figure, handles)
