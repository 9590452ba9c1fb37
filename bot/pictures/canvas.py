"""What every picture is drawn on: one width for phones, one font that has every sign, quiet axes."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FONT = "cvttf_NotoSansCJK_Regular"
INK, QUIET, BAR, SECOND, MARK = "#1b2a3a", "#9aa7b4", "#2f6fab", "#6fa287", "#c0512f"
RAISED, POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# A Chinese sign with what may not begin a line after it, or a word with the space behind it.
PIECES = re.compile(r"[\u2e80-\uffef][、。，：；）！？]*|[^\s\u2e80-\uffef]+\s*")
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


def wrapped(words: str, width: int, lines: int) -> str:
    """Words on so many lines of so many signs (a Chinese one counts twice); an ellipsis ends what is cut."""
    made = [""]
    for piece in (part for whole in PIECES.findall(words) for part in _short(whole, width)):
        if signs(made[-1]) + signs(piece.rstrip()) > width:
            made.append("")
        made[-1] += piece
    kept = [line.strip() for line in made]
    if len(kept) <= lines:
        return "\n".join(kept)
    last = kept[lines - 1]
    while signs(last) + 1 > width:
        last = last[:-1]
    return "\n".join([*kept[: lines - 1], f"{last.rstrip(' ,-')}…"])


def signs(words: str) -> int:
    """How many Latin signs are as wide as these words."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)


def _short(piece: str, width: int) -> list[str]:
    """A word that is longer than a line, in parts."""
    return [piece[at : at + width] for at in range(0, len(piece), width)]


def key_below(figure: Figure, handles: list[Any], size: float = SMALL - 1, columns: int = 3) -> int:
    """What each sign means, below the plot, in as many columns as fit; how many rows it has."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    while True:
        made = figure.legend(
            handles=handles, prop=font(size), frameon=False, loc="outside lower center", ncols=columns,
            handletextpad=0.4, columnspacing=1.0, labelspacing=0.3,
        )  # fmt: skip
        if columns == 1 or made.get_window_extent(renderer).width <= figure.bbox.width:
            break
        made.remove()
        columns -= 1
    for text in made.get_texts():
        text.set_color(INK)
    return -(-len(handles) // columns)
