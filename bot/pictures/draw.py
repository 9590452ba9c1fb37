"""Pictures: a letter's plain data -> PNG. matplotlib is imported when the first one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.pictures.canvas import BAR, DPI, INK, MARK, NORMAL, SECOND, SMALL, blank, font, plain_axes
from bot.pictures.pk import concentrations
from bot.pictures.safety import safety_table
from bot.pictures.scores import scored
from bot.pictures.swimmer import swimmer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"window": BAR, "opens": SECOND, "last": MARK}
drawing = Lock()


def draw(picture: Mapping[str, Any]) -> bytes:
    """The picture as PNG, about 960 pixels wide. One is drawn at a time: matplotlib shares its fonts."""
    with drawing:
        made = BytesIO()
        figure_of(picture).savefig(made, format="png", dpi=DPI)
    return made.getvalue()


def figure_of(picture: Mapping[str, Any]) -> Figure:
    """The picture as a figure of matplotlib's."""
    kinds = {"oc": _characteristics, "calendar": _calendar, "pk": concentrations}
    kinds |= {"safety": safety_table, "swim": swimmer, "scores": scored}
    return kinds[picture["kind"]](picture)


def _characteristics(picture: Mapping[str, Any]) -> Figure:
    """`mtd`: P(MTD) for none and each level; `subjects`: expected, `rates`: in words, by level."""
    words = picture["words"]
    figure = blank(6.0, words["title"])
    above, below = figure.subplots(2, 1)
    levels = [f"{level}\n{rate}" for level, rate in zip(words["levels"], picture["rates"], strict=True)]
    percent = [f"{100 * odds:.1f} %" for odds in picture["mtd"]]
    _bars(above, words["mtd"], [words["none"], *levels], picture["mtd"], percent)
    numbers = [f"{number:.2f}" for number in picture["subjects"]]
    _bars(below, words["subjects"], levels, picture["subjects"], numbers)
    return figure


def _bars(axes: Axes, title: str, labels: list[str], heights: list[float], written: list[str]) -> None:
    bars = axes.bar(range(len(heights)), heights, color=BAR, width=0.62)
    for label in axes.bar_label(bars, written, padding=2):
        label.set_fontproperties(font(NORMAL))
    axes.set_title(title, fontproperties=font(NORMAL), loc="left", color=INK)
    axes.set_xticks(range(len(heights)), labels)
    axes.set_yticks([])
    axes.set_ylim(0, max(*heights, 1e-9) * 1.18)
    plain_axes(axes)


def _calendar(picture: Mapping[str, Any]) -> Figure:
    """`rows`: kind (window | opens | last), begin, end as ISO dates, topmost first; words: labels, notes."""
    words, rows = picture["words"], picture["rows"]
    figure = blank(1.5 + 0.48 * len(rows), words["title"])
    axes = figure.subplots()
    today = date.fromisoformat(picture["today"])
    spans = [(date.fromisoformat(row["begin"]), date.fromisoformat(row["end"])) for row in rows]
    first, last = min(today, *(a for a, _ in spans)), max(today, *(b for _, b in spans))
    whole = max((last - first).days, 14)
    for at, (row, (begin, end), note) in enumerate(zip(rows, spans, words["notes"], strict=True)):
        days = max((end - begin).days, whole * 0.012)
        axes.barh(at, days, left=(begin - first).days, height=0.5, color=COLOURS[row["kind"]])
        right = (begin - first).days + days + whole * 0.015
        axes.text(right, at, note.replace(" – ", " –\n"), va="center", fontproperties=font(SMALL), color=INK)
    axes.axvline((today - first).days, color=MARK, linewidth=1.2, linestyle="--")
    axes.set_yticks(range(len(rows)), words["labels"])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-whole * 0.02, whole * 1.24)
    _dates(axes, first, whole)
    axes.set_xlabel(words["today"], fontproperties=font(SMALL), color=MARK)
    return figure


def _dates(axes: Axes, first: date, whole: int) -> None:
    """Four dates below."""
    ticks = [round(whole * part / 3) for part in range(4)]
    axes.set_xticks(ticks, [(first + timedelta(days=tick)).isoformat() for tick in ticks])
    axes.grid(axis="x", color="#e6eaee")
    axes.set_axisbelow(True)
    plain_axes(axes)
