"""NCA against published numbers: WinNonlin and the NonCompart book on Theoph, and PKNCA's own tests."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scores.areas import LINEAR, LOG_DOWN, METHODS, area, between
from rules.scores.given import BadRecord
from tests.rules.scores.asking import ask, result

# R's Theoph (hours, mg/L): subjects 1 and 8; and Indometh's subject 1 with WinNonlin's C0.
TIMES_1 = (0, 0.25, 0.57, 1.12, 2.02, 3.82, 5.1, 7.03, 9.05, 12.12, 24.37)
THEOPH_1 = tuple(
    zip(TIMES_1, (0.74, 2.84, 6.57, 10.5, 9.66, 8.58, 8.36, 7.47, 6.89, 5.94, 3.28), strict=True)
)
THEOPH_8 = (
    (0, 0), (0.25, 3.05), (0.52, 3.05), (0.98, 7.31), (2.02, 7.56), (3.53, 6.59),
    (5.05, 5.88), (7.15, 4.73), (9.07, 4.57), (12.1, 3), (24.12, 1.25),
)  # fmt: skip
INDOMETH_1 = (
    (0, 2.3936170212766), (0.25, 1.5), (0.5, 0.94), (0.75, 0.78), (1, 0.48), (1.25, 0.37), (2, 0.19),
    (3, 0.12), (4, 0.11), (5, 0.08), (6, 0.07), (8, 0.05),
)  # fmt: skip
PKNCA = tuple(enumerate((0, 2, 0, 1, 2, 1, 0, 0)))


def _rows(points: Any) -> list[dict[str, Any]]:
    return [{"day": day, "value": value} for day, value in points]


def _nca(points: Any, method: str = LOG_DOWN, **more: Any) -> dict[str, Any]:
    got: dict[str, Any] = result("nca", samples=_rows(points), method=method, **more)
    return got


def test_theoph_subject_1_is_winnonlins() -> None:
    linear, log = _nca(THEOPH_1, LINEAR), _nca(THEOPH_1)
    assert (linear["cmax"], linear["tmax"], linear["clast"], linear["tlast"]) == (10.5, 1.12, 3.28, 24.37)
    assert linear["auc_last"] == linear["auc_all"] == pytest.approx(148.92305, rel=1e-9)
    assert log["auc_last"] == pytest.approx(147.2347485, rel=1e-8)


def test_indometh_subject_1_is_winnonlins() -> None:
    assert _nca(INDOMETH_1, LINEAR)["auc_last"] == pytest.approx(2.04045212765957, rel=1e-12)
    assert _nca(INDOMETH_1)["auc_last"] == pytest.approx(2.00989843640473, rel=1e-12)
    later = _nca(INDOMETH_1[1:], LINEAR, start="zero")  # WinNonlin's output for an extravascular dose
    assert later["auc_last"] == pytest.approx(1.74125, rel=1e-12)


def test_partial_areas_are_those_of_the_noncompart_book() -> None:
    areas = _nca(THEOPH_1, LINEAR, areas=[[0, 12], [0, 24]])["areas"]
    assert areas["AUC0-12d"]["value"] == pytest.approx(91.735522, rel=1e-8)
    assert areas["AUC0-24d"]["value"] == pytest.approx(147.694587, rel=1e-8)
    assert _nca(THEOPH_8, LINEAR, areas=[[0.5, 11]])["areas"]["AUC0.5-11d"]["value"] == pytest.approx(
        58.26022, rel=1e-7
    )


@pytest.mark.parametrize(
    ("blq", "method", "last"),
    [
        ("zero", LINEAR, 1 + 1 + 0.5 + 1.5 + 1.5),
        ("zero", LOG_DOWN, 1 + 1 + 0.5 + 1.5 + 1 / math.log(2)),
        ("default", LINEAR, 1 + 3 + 1.5 + 1.5),
        ("default", LOG_DOWN, 1 + 2 / math.log(2) + 1.5 + 1 / math.log(2)),
    ],
)
def test_samples_below_the_limit_count_as_in_pknca(blq: str, method: str, last: float) -> None:
    got = _nca(PKNCA, method, blq=blq)
    assert got["auc_last"] == pytest.approx(last, rel=1e-12)
    assert got["auc_all"] == pytest.approx(last + 0.5, rel=1e-12)


def test_below_the_limit_is_a_word_a_zero_or_less_than_the_limit() -> None:
    words = [(0, "BLQ"), (1, 2), (2, "BLQ"), (3, 1), (4, 2), (5, 1), (6, 0.4), (7, "BLQ")]
    assert _nca(words, LINEAR, lloq=0.5)["auc_all"] == 7.5
    assert _nca(words, LINEAR, lloq=0.5)["tlast"] == 5
    assert _nca(words, LINEAR, lloq=0.4)["tlast"] == 6
    assert ask("nca", samples=_rows(words), lloq=0.5)["rule"].count("default (days 0, 2, 6, 7)") == 1


def test_half_the_limit_and_dropping_are_possible_and_said() -> None:
    points = [(0, "BLQ"), (1, 2), (2, "BLQ"), (3, 2), (4, "BLQ")]
    assert _nca(points, LINEAR, blq="half", lloq=1)["auc_all"] == pytest.approx(1.25 * 4)
    assert _nca(points, LINEAR, blq="dropped")["auc_all"] == pytest.approx(4)
    assert result("nca", samples=_rows(points), blq="half") == "cannot be computed: lloq is missing"
    assert (
        "below the limit: half (days 0, 2, 4)"
        in ask("nca", samples=_rows(points), blq="half", lloq=1)["rule"]
    )


def test_a_sample_that_was_not_drawn_is_left_out_and_said() -> None:
    said = ask("nca", samples=_rows([(0, 0), (7, None), (14, 10)]), method=LINEAR, areas=[[0, 14]])
    assert said["result"]["areas"]["AUC0-14d"]["value"] == 70
    assert "not drawn: days 7" in said["rule"]


CAR_T = [(0, "BLQ"), (7, 1000), (14, 4000), (21, 400), (28, 100)]


def test_an_area_is_not_reported_when_sampling_ends_early() -> None:
    got = _nca(CAR_T, LINEAR)
    assert got["areas"]["AUC0-28d"] == {"value": pytest.approx(3500 + 17500 + 15400 + 1750)}
    late = got["areas"]["AUC0-90d"]
    assert (late["value"], late["tlast"], late["auc_last"]) == (None, 28, got["auc_last"])
    assert late["why"] == "not reportable: the last sample is on day 28"
    assert (
        _nca(CAR_T[:4], LINEAR)["areas"]["AUC0-28d"]["why"] == "not reportable: the last sample is on day 21"
    )


def test_the_end_of_data_is_by_the_convention_that_is_named() -> None:
    faded = [*CAR_T, (60, "BLQ"), (90, "BLQ")]
    last, whole = _nca(faded, LINEAR), _nca(faded, LINEAR, end="all")
    assert last["areas"]["AUC0-90d"]["value"] == pytest.approx(38150)
    assert last["areas"]["AUC0-90d"]["note"] == (
        "stops at day 28, the last quantifiable sample; the next sample, on day 60, is below the limit"
    )
    assert whole["areas"]["AUC0-90d"] == {"value": pytest.approx(38150 + 1600)}
    assert _nca(faded, LINEAR, areas=[[30, 60]])["areas"]["AUC30-60d"]["value"] == 0


def test_a_gap_before_a_late_sample_below_the_limit_is_said_and_not_called_empty() -> None:
    """Nothing was drawn between day 14 and day 90: whether cells were there is not known."""
    sparse = [(0, "BLQ"), (7, 1000), (14, 4000), (90, "BLQ")]
    last, whole = (_nca(sparse, LINEAR, end=end)["areas"]["AUC0-28d"] for end in ("last", "all"))
    stops = "stops at day 14, the last quantifiable sample; the next sample, on day 90, is below the limit"
    assert last == {"value": pytest.approx(21000), "note": stops, "stops": [14, 90]}
    assert whole["value"] == pytest.approx(21000 + 14 * (4000 + 4000 * 62 / 76) / 2)
    assert whole["note"] == "day 28 is interpolated between days 14 and 90"
    cut = _nca([*sparse[:3], (60, "BLQ"), (90, 400)], LINEAR, areas=[[3, 28]])["areas"]["AUC3-28d"]
    assert cut["interpolated"] == [[3, 0, 7], [28, 14, 90]] and "stops" not in cut


def test_an_area_needs_a_sample_at_its_start_unless_the_start_is_said_to_be_0() -> None:
    why = _nca(CAR_T[1:])["areas"]["AUC0-28d"]["why"]
    assert why == "not reportable: the first sample is on day 7"
    assert _nca(CAR_T[1:], start="zero")["areas"] == _nca(CAR_T)["areas"]
    assert _nca(CAR_T, start="zero") == _nca(CAR_T)


def test_tmax_is_the_first_time_of_the_maximum() -> None:
    assert _nca([(0, 0), (7, 5), (14, 5)])["tmax"] == 7


def test_without_a_quantifiable_sample_nothing_is_computed() -> None:
    assert _nca([(0, "BLQ"), (7, 0)]) == "cannot be computed: no sample is quantifiable"
    assert _nca([(0, "BLQ")], blq="dropped") == "cannot be computed: no sample is quantifiable"
    assert result("nca", lloq=1) == "cannot be computed: samples is missing"
    assert _nca([(7, 5)], areas=[[7, 8]])["areas"]["AUC7-8d"]["value"] is None


def test_the_answer_names_every_convention() -> None:
    said = ask("nca", samples=_rows(CAR_T))
    conventions = {"method": LOG_DOWN, "blq": "default", "end": "last", "start": "measured"}
    assert {name: said["inputs"][name] for name in conventions} == conventions
    assert said["rule"].startswith("linear-up-log-down trapezoids")
    assert "never extrapolated" in said["rule"]


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([], "samples: write 1 to 1,000 rows"),
        ("7 1234", "samples: write 1 to 1,000 rows"),
        ([5], "sample 1: `5` is no row like"),
        ([{"day": 1}], "sample 1: .* is no row like"),
        ([{"day": -1, "value": 0}], "sample 1: `-1` is no number from 0 to 10,000"),
        (
            [{"day": 1, "value": -1}, {"day": 1, "value": "x"}],
            "sample 1: `-1` is no number .*; sample 2: `x`",
        ),
        ([{"day": 2, "value": 1}, {"day": 2, "value": 1}], "sample 2: day 2 does not come after day 2"),
    ],
)
def test_rows_that_cannot_be_meant_are_refused_together(samples: Any, said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        ask("nca", samples=samples)


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ("x", "write 1 to 20 pairs"),
        ([], "write 1 to 20"),
        ([5], "no pair"),
        ([[1, 1]], "ends before it starts"),
    ],
)
def test_areas_that_cannot_be_meant_are_refused(areas: Any, said: str) -> None:
    with pytest.raises(BadRecord, match=f"areas: .*{said}"):
        ask("nca", samples=_rows(CAR_T), areas=areas)


CURVES = st.lists(
    st.tuples(st.floats(0.1, 20), st.just(0.0) | st.floats(1e-3, 1e6)), min_size=3, max_size=12
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(CURVES, st.sampled_from(METHODS), st.data())
def test_areas_are_additive_over_a_split_at_a_sample_or_anywhere(
    steps: list[tuple[float, float]], method: str, data: st.DataObject
) -> None:
    points, day = [], 0.0
    for step, value in steps:
        day += step
        points.append((day, value))
    whole = area(points, method)
    at = data.draw(st.sampled_from([p[0] for p in points[1:-1]]) | st.floats(points[0][0] + 0.01, day - 0.01))
    parts = between(points, points[0][0], at, method) + between(points, at, day, method)
    assert parts == pytest.approx(whole, rel=1e-6, abs=1e-12)
    assert between(points, points[0][0], day, method) == pytest.approx(whole, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(CURVES)
def test_the_logarithmic_rule_never_gives_more_than_the_linear_one(steps: list[tuple[float, float]]) -> None:
    points = [(sum(step for step, _ in steps[: n + 1]), value) for n, (_, value) in enumerate(steps)]
    assert area(points, LOG_DOWN) <= area(points, LINEAR) * (1 + 1e-9)
