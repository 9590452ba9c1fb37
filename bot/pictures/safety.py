"""The safety table and the swimmer plot."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import INK, NORMAL, QUIET, SMALL, blank, font, plain_axes, raised, weeks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Paper, then grades 1 to 5: darker is worse, in grey too.
GRADES = ("#f6f8fa", "#fdf0c4", "#fbd078", "#f09a4a", "#d1542f", "#7d1511")
LIGHT, BAR, CONTACT = "#a9c8e6", "#2f6fab", "#1b2a3a"
SIGNS = {
    "crs": ("o", "#f0b400"),
    "icans": ("s", "#c58ad6"),
    "dlt": ("X", "#d1372f"),
    "died": ("P", "#000000"),
    "fatal": ("D", "#000000"),
}
TALLEST, ROW = 8.6, 0.36


def safety_table(picture: Mapping[str, Any]) -> Figure:
    """`cells`: [subjects, worst grade] by term and level; `dlts`, `serious`: by level."""
    words, cells = picture["words"], picture["cells"]
    terms = ["\n".join(wrap(term, 26)[:2]) for term in words["terms"]]
    labels = [*terms, words["dlts"], words["serious"]]
    columns = len(words["levels"])
    figure = blank(1.75 + 0.42 * len(labels), words["title"])
    axes = figure.subplots()
    for row, line in enumerate(cells):
        for column, (number, grade) in enumerate(line):
            _cell(axes, (column, row), f"{number} · G{grade}" if number else "–", grade)
    for row, name in enumerate(("dlts", "serious"), len(cells)):
        for column, number in enumerate(picture[name]):
            _cell(axes, (column, row), str(number), 0, bold=True)
    axes.axhline(len(cells) - 0.5, color=INK, linewidth=1.2)
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xticks(range(columns), [raised(level.replace("|", "\n")) for level in words["levels"]])
    axes.set_yticks(range(len(labels)), labels)
    axes.xaxis.tick_top()
    plain_axes(axes)
    axes.spines["bottom"].set_visible(False)
    figure.supxlabel(words["key"], fontproperties=font(SMALL - 1), color=INK)
    return figure


def _cell(axes: Axes, place: tuple[int, int], text: str, grade: int, bold: bool = False) -> None:
    from matplotlib.patches import Rectangle

    column, row = place
    patch = Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=GRADES[grade], edgecolor="white")
    axes.add_patch(patch)
    size = font(NORMAL if bold else SMALL)
    colour = "white" if grade >= 4 else INK
    axes.text(column, row, text, ha="center", va="center", fontproperties=size, color=colour)


def swimmer(picture: Mapping[str, Any]) -> Figure:
    """`rows`: window, last, until (days), on_study, marks [name, day, grade], topmost first."""
    words, rows = picture["words"], picture["rows"]
    height = min(ROW, (TALLEST - 2.2) / max(len(rows), 1))
    figure = blank(2.2 + max(height * len(rows), 1.0), words["title"])
    axes = figure.subplots()
    whole = max([1.0, *(row["until"] for row in rows), *(row["last"] for row in rows)])
    for at, row in enumerate(rows):
        _row(axes, at, row, whole)
    axes.set_yticks(range(len(rows)), words["labels"])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-whole * 0.02, whole * 1.05)
    axes.set_xticks(weeks(whole))
    axes.set_xlabel(words["days"], fontproperties=font(SMALL), color=INK)
    axes.grid(axis="x", color="#e6eaee")
    axes.set_axisbelow(True)
    plain_axes(axes)
    for label in axes.get_yticklabels():
        label.set_fontproperties(font(SMALL if height > 0.26 else 8))
    _key(figure, words, {mark[0] for row in rows for mark in row["marks"]})
    return figure


def _row(axes: Axes, at: int, row: Mapping[str, Any], whole: float) -> None:
    """One bar: the window light, the time after it dark; a thin line from the last contact on."""
    seen = min(row["last"], row["until"])
    axes.barh(at, min(row["window"], seen), color=LIGHT, height=0.62)
    axes.barh(at, max(seen - row["window"], 0), left=row["window"], color=BAR, height=0.62)
    if row["until"] > seen:
        axes.plot([seen, row["until"]], [at, at], color=QUIET, linewidth=1.4, zorder=1)
    if row["on_study"]:
        axes.plot([row["until"]], [at], marker=">", color=QUIET, markersize=7, zorder=2)
    axes.plot([seen], [at], marker="|", color=CONTACT, markersize=13, markeredgewidth=2, zorder=3)
    for name, day, grade in _apart(row["marks"], whole):
        mark, colour = SIGNS[name]
        axes.plot([day], [at], marker=mark, color=colour, markersize=13, markeredgecolor="white", zorder=4)
        if grade:
            axes.text(
                day,
                at,
                str(grade),
                ha="center",
                va="center_baseline",
                fontproperties=font(9),
                color=INK,
                zorder=5,
            )


def _apart(marks: list[Any], whole: float) -> list[tuple[str, float, int]]:
    """The marks in order of time, moved apart where they would cover one another."""
    placed: list[tuple[str, float, int]] = []
    for name, day, grade in sorted(marks, key=lambda mark: mark[1]):
        after = placed[-1][1] + whole * 0.045 if placed else day
        placed.append((name, max(day, after), grade))
    return placed


def _key(figure: Figure, words: Mapping[str, Any], used: set[str]) -> None:
    """What each sign means, below the plot; the rare one only where it is used."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(color=LIGHT, label=words["window"]), Patch(color=BAR, label=words["after"])]
    for name, (mark, colour) in ((n, sign) for n, sign in SIGNS.items() if n != "fatal" or n in used):
        handles.append(
            Line2D([], [], marker=mark, color=colour, linestyle="", markersize=9, label=words[name])
        )
    bar = Line2D([], [], marker="|", color=CONTACT, linestyle="", markersize=11, label=words["last"])
    handles += [bar, Line2D([], [], marker=">", color=QUIET, label=words["on_study"])]
    made = figure.legend(
        handles=handles, prop=font(SMALL - 1), frameon=False, loc="outside lower center", ncols=3,
        handletextpad=0.4, columnspacing=1.0, labelspacing=0.3,
    )  # fmt: skip
    for text in made.get_texts():
        text.set_color(INK)
