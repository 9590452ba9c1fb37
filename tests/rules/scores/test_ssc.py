"""ACR/EULAR 2013 (van den Hoogen, table 1), CRISS (Khanna 2016, table 11), revised CRISS (Khanna 2021)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scores.acr_eular import CATEGORIES, FIELDS, ITEMS
from rules.scores.core_set import MEASURES
from tests.rules.scores.asking import ask, result

NONE: dict[str, Any] = dict.fromkeys([field.name for field in FIELDS], "no")
ANTIBODIES = ("anticentromere", "anti_topoisomerase", "anti_rnap3")


def _total(*present: str) -> tuple[int, bool]:
    got = result("acr-eular", **{**NONE, **dict.fromkeys(present, "yes")})
    return got["total"], got["definite"]


@pytest.mark.parametrize(
    ("present", "total"),
    [
        ((), 0),
        (("raynaud", "anticentromere", "sclerodactyly"), 10),
        (("raynaud", "anticentromere", "puffy_fingers"), 8),
        (("puffy_fingers", "sclerodactyly"), 4),
        (("tip_ulcers", "pitting_scars"), 3),
        (("tip_ulcers",), 2),
        (("pah", "ild"), 2),
        (ANTIBODIES, 3),
        (("skin_proximal",), 9),
        (("raynaud", "anti_rnap3", "capillaries"), 8),
        (("raynaud", "anti_rnap3", "capillaries", "telangiectasia"), 10),
        (tuple(item for item in ITEMS if item != "skin_proximal"), 19),
        (("sclerodactyly", "raynaud", "ild"), 9),
    ],
)
def test_each_category_counts_its_highest_item(present: tuple[str, ...], total: int) -> None:
    assert _total(*present) == (total, total >= 9)


def test_the_categories_are_those_of_the_table() -> None:
    weights = [sorted(items.values()) for items in CATEGORIES.values()]
    assert weights == [[9], [2, 4], [2, 3], [2], [2], [2, 2], [3], [3, 3, 3]]


@pytest.mark.parametrize("exclusion", ["better_explained", "spares_fingers"])
def test_an_exclusion_means_that_the_criteria_do_not_apply(exclusion: str) -> None:
    got = ask("acr-eular", **{**dict.fromkeys(NONE, "yes"), **dict.fromkeys(NONE, "no"), exclusion: "yes"})
    assert got["result"]["definite"] is False
    assert got["rule"].startswith("does not apply: ")


def test_open_items_matter_only_where_they_can_change_the_verdict() -> None:
    alone = result("acr-eular", skin_proximal="yes", better_explained="no")
    assert (alone["definite"], alone["total_at_least"]) == (True, 9)
    assert "raynaud" in alone["unanswered"]
    few = {**NONE, "raynaud": None, "anticentromere": None}
    assert result("acr-eular", **few)["definite"] is False
    gone = result("acr-eular", **{**few, "sclerodactyly": "yes"})
    assert gone == "cannot be computed: raynaud is missing; anticentromere is missing"


def test_the_exclusions_are_asked_for() -> None:
    assert result("acr-eular", raynaud="yes") == (
        "cannot be computed: better_explained is missing; spares_fingers is missing"
    )
    assert result("acr-eular", skin_proximal="yes") == "cannot be computed: better_explained is missing"


@settings(max_examples=150, deadline=None)
@given(st.sets(st.sampled_from(list(ITEMS))), st.sampled_from(list(ITEMS)))
def test_one_more_item_never_lowers_the_total(present: set[str], more: str) -> None:
    assert _total(*present)[0] <= _total(*present, more)[0]


STILL: dict[str, Any] = {
    "mrss_baseline": 30, "fvc_baseline": 80, "patient_global_baseline": 5, "physician_global_baseline": 5,
    "haq_di_baseline": 1, "mrss_follow_up": 30, "fvc_follow_up": 80, "patient_global_follow_up": 5,
    "physician_global_follow_up": 5, "haq_di_follow_up": 1, "renal_crisis": "no", "lv_failure": "no",
    "pah": "no", "day": 365,
}  # fmt: skip


def _changed(*changes: float, **more: Any) -> dict[str, Any]:
    moved = dict(zip(MEASURES, changes, strict=False))
    after = {f"{name}_follow_up": STILL[f"{name}_baseline"] + change for name, change in moved.items()}
    return {**STILL, **after, **more}


# Changes of mRSS, FVC %, patient's and physician's global, HAQ-DI; log odds and probability computed apart.
@pytest.mark.parametrize(
    ("changes", "log_odds", "probability", "improved"),
    [
        ((0, 0, 0, 0, 0), -5.54, 0.003911, False),
        ((-8, 3, -2, -2, -0.25), 4.1025, 0.983738, True),
        ((-6, 2, -1, -1, -0.125), 1.00625, 0.732286, True),
        ((-5, 1, -1.5, -1, -0.125), 0.18625, 0.546428, False),
        ((-7, 0, 0, 0, 0), 0.13, 0.532454, False),
        ((4, -5, 1, 1, 0.25), -11.5225, 0.00001, False),
    ],
)
def test_criss_follows_the_published_equation(
    changes: tuple[float, ...], log_odds: float, probability: float, improved: bool
) -> None:
    got = result("criss", **_changed(*changes))
    assert got["log_odds"] == pytest.approx(log_odds, abs=1e-12)
    assert got["probability"] == pytest.approx(probability, abs=5e-7)
    assert got["improved"] is improved


STEP_1 = [
    ({"renal_crisis": "yes"}, "new scleroderma renal crisis"),
    ({"lv_failure": "yes"}, "new left ventricular failure"),
    ({"pah": "yes"}, "new pulmonary arterial hypertension"),
    ({"fvc_follow_up": 68, "fvc_fall_confirmed": "yes", "ild_on_hrct": "yes"}, "FVC fell by 15 %"),
]


@pytest.mark.parametrize(("change", "why"), STEP_1)
def test_step_1_ends_both_scores(change: dict[str, Any], why: str) -> None:
    record = {**_changed(-20, 0, -5, -5, -1), **change}
    criss, revised = ask("criss", **record), ask("rcriss", **record)
    assert (criss["result"]["probability"], criss["result"]["improved"]) == (0, False)
    assert criss["result"]["step_1"].startswith(why)
    assert criss["rule"].startswith("step 1: ")
    assert set(revised["result"]["responder"].values()) == {False}


@pytest.mark.parametrize(
    "change",
    [
        {"fvc_follow_up": 68.1},
        {"fvc_follow_up": 68, "fvc_fall_confirmed": "no"},
        {"fvc_follow_up": 68, "ild_on_hrct": "no"},
        {"fvc_baseline": 100, "fvc_follow_up": 80},
    ],
)
def test_a_smaller_unconfirmed_or_mild_fall_of_fvc_goes_on_to_step_2(change: dict[str, Any]) -> None:
    assert ask("criss", **{**STILL, **change})["rule"].startswith("step 2: ")


def test_a_fall_that_would_decide_has_to_be_settled() -> None:
    said = "cannot be computed: fvc_fall_confirmed is missing; ild_on_hrct is missing"
    assert result("criss", **{**STILL, "fvc_follow_up": 68}) == said
    assert result("rcriss", **{**STILL, "fvc_follow_up": 68}) == said


@pytest.mark.parametrize("gone", [name for name in STILL if name != "day"])
@pytest.mark.parametrize("name", ["criss", "rcriss"])
def test_a_missing_measure_is_named(name: str, gone: str) -> None:
    assert f"{gone} is missing" in result(name, **{**STILL, gone: None})


def test_criss_is_exploratory_at_90_days() -> None:
    assert (
        result("criss", **{**STILL, "day": 90})["standing"] == "exploratory: day 90, developed for one year"
    )
    assert result("criss", **STILL)["standing"].startswith("as developed")
    assert "not given" in result("rcriss", **{**STILL, "day": None})["standing"]


@pytest.mark.parametrize(
    ("changes", "responder"),
    [
        ((-6, 4, 0, -1, 0), {"20": True, "25": False, "30": False, "50": False}),
        ((-5.0, 4, 0, -1, 0), {"20": False, "25": False, "30": False, "50": False}),
        ((-9, 3.9, -1.5, -1.5, 0), {"20": True, "25": True, "30": True, "50": False}),
        ((-15, 4, 0, 0, -0.5), {"20": True, "25": True, "30": True, "50": True}),
        ((-8, 0, -1.25, -1.25, 0), {"20": True, "25": True, "30": False, "50": False}),
        ((0, 40, -5, 0, 0), {"20": False, "25": False, "30": False, "50": False}),
    ],
)
def test_three_of_five_measures_make_a_responder_and_fvc_needs_5_percent(
    changes: tuple[float, ...], responder: dict[str, bool]
) -> None:
    assert result("rcriss", **_changed(*changes))["responder"] == responder


def test_a_baseline_of_0_counts_as_not_improved_and_is_said() -> None:
    said = ask("rcriss", **_changed(-15, 4, haq_di_baseline=0, haq_di_follow_up=0))
    assert said["result"]["percent"]["haq_di"] is None
    assert said["result"]["responder"]["20"] is False
    assert "no percentage exists at baseline 0: haq_di" in said["rule"]
    assert said["result"]["percent"]["mrss"] == 50


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_better_measure_never_lowers_either_score(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(MEASURES)))
    lowest = 70 if name == "fvc" else 0  # above a fall that step 1 would ask about
    values = sorted(data.draw(st.tuples(*[st.integers(lowest, min(MEASURES[name], 100))] * 2)))
    worse, better = values if name == "fvc" else reversed(values)
    field = f"{name}_follow_up"
    p = [result("criss", **{**STILL, field: value})["probability"] for value in (worse, better)]
    n = [result("rcriss", **{**STILL, field: value})["improved"] for value in (worse, better)]
    assert p[0] <= p[1]
    assert all(set(n[0][percent]) <= set(n[1][percent]) for percent in n[0])
