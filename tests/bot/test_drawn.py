"""What is drawn: whole, readable in both languages, each sign where it belongs."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ft2font import FT2Font

from bot.pictures.canvas import font, signs, wrapped
from bot.pictures.days import Days
from bot.pictures.draw import draw, figure_of
from bot.pictures.swimmer import SIGNS
from bot.words import LANGUAGES, texts
from rules.scores.ctcae_terms import terms
from tests.bot import crowded
from tests.bot.drawings import pictures


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_is_a_png_that_a_phone_shows_whole(language: str) -> None:
    for picture in pictures(language):
        made = draw(picture)
        width, height = (int.from_bytes(made[at : at + 4]) for at in (16, 20))
        assert made.startswith(b"\x89PNG")
        assert width == 960
        assert 300 < height < 1400
        assert len(made) < 400_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_overlap_and_none_are_cut_off(language: str) -> None:
    for picture in pictures(language):
        figure = figure_of(picture)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        whole = figure.bbox
        boxes = []
        for axes in figure.axes:
            heights = [
                label
                for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=False)
                if min(axes.get_ylim()) <= place <= max(axes.get_ylim())
            ]
            written = [*axes.get_xticklabels(), *heights, *axes.texts, axes.xaxis.label]
            written += axes.get_legend().get_texts() if axes.get_legend() else []
            boxes += [
                (text.get_text(), text.get_window_extent(canvas.get_renderer()))  # type: ignore[attr-defined]
                for text in written
                if text.get_text()
            ]
        assert len(boxes) > 6
        written = [figure._suptitle, *(text for key in figure.legends for text in key.get_texts())]  # type: ignore[attr-defined]
        boxes += [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in written]
        keys = [("key", key.get_window_extent(canvas.get_renderer())) for key in figure.legends]
        for words, box in boxes + keys:
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
            assert inside, (picture["kind"], words, box)
        for (one, a), (two, b) in combinations(boxes, 2):
            assert not a.overlaps(b), (picture["kind"], one, two)


def test_the_font_has_every_sign_of_the_words_in_both_languages() -> None:
    signs = FT2Font(font(12).get_file())
    for language in LANGUAGES:
        words = "".join(text for key, text in texts(language).items() if key.startswith("picture."))
        assert {sign for sign in words if not signs.get_char_index(ord(sign))} == set()


# ------------------------------------------------------------------ signs at their days
def at_signs(axes: Axes) -> list[tuple[str, float, Any]]:
    """The signs of a swimmer plot: mark, day, and where its middle is in points."""
    marks = {mark for mark, _ in SIGNS.values()}
    found = [line for line in axes.get_lines() if line.get_marker() in marks]
    points = 72 / axes.figure.dpi
    return [
        (
            str(line.get_marker()),
            float(line.get_xdata()[0]),
            axes.transData.transform(line.get_xydata())[0] * points,
        )  # type: ignore[index]
        for line in found
    ]


@pytest.mark.parametrize("name", ["late-swimmer", "early-swimmer", "few", "long", "forty"])
def test_a_sign_stands_at_its_own_day_and_covers_no_other(name: str) -> None:
    picture = crowded.forty("en") if name == "forty" else crowded.drawn("en")[name]
    figure = figure_of(picture)
    FigureCanvasAgg(figure).draw()
    found = at_signs(figure.axes[0])
    told = sorted((SIGNS[mark][0], day) for row in picture["rows"] for mark, day, _ in row["marks"])
    assert sorted((mark, day) for mark, day, _ in found) == told
    assert min(text.get_fontsize() for text in figure.axes[0].texts) > 5  # a grade that can be read
    [size] = {line.get_markersize() for line in figure.axes[0].get_lines() if line.get_marker() == "s"}
    for (_, _, one), (_, _, two) in combinations(found, 2):
        assert max(abs(one - two)) >= size, (one, two)


def test_signs_in_the_window_and_on_the_bar_stay_there() -> None:
    """CRS of day 26 and ICANS of day 26.5: neither goes over the end of the window at day 28.6."""
    picture = crowded.drawn("zh")["early-swimmer"]
    [row] = [row for row in picture["rows"] if ["icans", 26.5, 3] in row["marks"]]
    drawn = {day for _, day, _ in at_signs(figure_of(picture).axes[0])}
    assert {26.0, 26.5} <= drawn and row["window"] > 28


def test_crs_and_icans_of_the_same_time_and_grade_are_both_seen() -> None:
    axes = figure_of(crowded.drawn("en")["same-scores"]).axes[0]
    crs, icans = axes.get_lines()[:2]
    assert (list(crs.get_xdata()), list(crs.get_ydata())) == (
        list(icans.get_xdata()),
        list(icans.get_ydata()),
    )
    assert icans.get_markersize() * 2**0.5 < crs.get_markersize()
    assert icans.get_zorder() > crs.get_zorder()


# ------------------------------------------------------------------ days
def test_days_0_to_28_are_read_on_two_years() -> None:
    days = Days(730)
    assert days.ticks() == [0, 7, 14, 21, 28, 182, 364, 546, 728]
    assert (days.place(0), days.place(28), days.place(730)) == (0, 0.5, 1)
    assert all(float(days.day(days.place(day))) == pytest.approx(day) for day in (-3, 0, 5, 28, 29, 500))
    for name in ("late-pk", "late-one", "late-swimmer", "late-scores"):
        axes = figure_of(crowded.drawn("en")[name]).axes[-1]
        assert {0, 7, 14, 21, 28} <= set(axes.get_xticks()) and "left of the dots" in axes.get_xlabel()


@pytest.mark.parametrize("last", [1, 3, 9, 20, 60, 100, 168, 169, 200, 300, 500, 1100, 2200])
def test_ticks_are_few_and_apart(last: int) -> None:
    days = Days(last)
    ticks = days.ticks()
    assert days.bent == (last > 168)
    assert 2 <= len(ticks) <= 11 and ticks[-1] <= last
    assert all(days.place(b) - days.place(a) >= 0.06 for a, b in pairwise(ticks))


def test_a_course_of_a_few_months_has_one_scale() -> None:
    assert Days(90).ticks() == [0, 14, 28, 42, 56, 70, 84]
    assert "left of the dots" not in figure_of(crowded.drawn("en")["early-pk"]).axes[-1].get_xlabel()


def test_panels_of_one_unit_have_one_scale_and_each_unit_its_own() -> None:
    def curve(value: float) -> dict[str, Any]:
        return {"label": "CD7-001", "seen": [[7, value]], "below": []}

    told = (("copies/ug", 9e5), ("copies/ug", 2e3), ("cells/uL", 4.0))
    panels = [{"unit": unit, "curves": [curve(value)], "limit": 0.0} for unit, value in told]
    first, second, third = figure_of(crowded.drawn("en")["early-pk"] | {"panels": panels}).axes
    assert first.get_ylim() == second.get_ylim()
    assert third.get_ylim()[1] < 100 < first.get_ylim()[0]


# ------------------------------------------------------------------ labels
def test_every_term_fits_into_three_lines_or_ends_in_an_ellipsis() -> None:
    cut = []
    for term in terms().values():
        lines = wrapped(term.name, 26, 3).split("\n")
        assert len(lines) <= 3 and all(signs(line) <= 26 for line in lines), lines
        told = "".join("".join(lines).split())
        assert told == "".join(term.name.split()) or told.endswith("…")
        cut += [term.name] if told.endswith("…") else []
    assert len(cut) == 2  # two of the 26 "Other, specify"


def test_chinese_signs_count_twice_and_a_long_word_is_broken() -> None:
    assert wrapped("可逆性后部白质脑病综合征，重度", 26, 3) == "可逆性后部白质脑病综合征，\n重度"
    assert wrapped("x" * 60, 26, 3) == "\n".join(["x" * 26, "x" * 26, "x" * 8])
    assert wrapped("x" * 90, 26, 2) == "x" * 26 + "\n" + "x" * 25 + "…"
    assert wrapped("细胞" * 20, 10, 2) == "细胞细胞细\n胞细胞细…"


def test_a_chinese_label_has_capitals_where_people_write_them() -> None:
    words = crowded.drawn("zh")["late-safety"]["words"]["terms"]
    assert {"APTT延长", "QTc间期延长", "CD4淋巴细胞降低", "肌钙蛋白I升高", "EB病毒再激活"} <= {*words}
