"""What every picture is drawn on: one width for phones, one font that has every sign, quiet axes."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FONT = "cvttf_NotoSansCJK_Regular"
INK, QUIET, BAR, SECOND, MARK = "#1b2a3a", "#9aa7b4", "#2f6fab", "#6fa287", "#c0512f"
RAISED, POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
WIDTH, DPI, SMALL, NORMAL, LARGE = 6.0, 160, 11, 12, 14


@cache
def font(size: float) -> FontProperties:
    """The font that has every sign of both languages."""
    from matplotlib.font_manager import FontProperties

    path = next(file for file in files(FONT).iterdir() if file.name.endswith((".otf", ".ttf", ".ttc")))
    return FontProperties(fname=str(path), size=size)


def raised(words: str) -> str:
    """Words whose raised digits are drawn as such: the font has none of them."""
    return RAISED.sub(lambda found: f"$^{{{found.group().translate(POWERS)}}}$", words)


def blank(height: float, title: str) -> Figure:
    """An empty figure of that height in inches, with its title."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")
    figure.suptitle(title, fontproperties=font(LARGE), color=INK)
    return figure


def plain_axes(axes: Axes) -> None:
    """No frame, quiet ticks, the font that has every sign."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.tick_params(length=0, colors=INK)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font(SMALL))


def weeks(last: float) -> range:
    """Ticks at whole weeks up to that day, eight of them at the most."""
    step = next((step for step in (1, 7, 14, 28, 84, 364) if last / step <= 7), 728)
    return range(0, int(last) + 1, step)
