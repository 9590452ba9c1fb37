"""CRS and ICANS by ASTCT 2019 (PMC9327779 table 2, PMC8403007 table 4), CTCAE v5.0's CRS beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scores.crs import OXYGEN, ctcae_needs
from rules.scores.given import BadRecord
from rules.scores.icans import CONSCIOUSNESS, MOTOR, OEDEMA, PARTS, SEIZURE
from tests.rules.scores.asking import ask, result

FEVERISH: dict[str, Any] = {
    "temperature": 38.0, "fever_explained": "no", "hypotension": "no", "pressors": 0, "vasopressin": "no",
    "oxygen": "none", "life_threatening": "no", "death": "no",
}  # fmt: skip
WELL: dict[str, Any] = {
    "ice": 10, "consciousness": "alert", "seizure": "none", "motor": "none", "oedema": "none", "death": "no",
}  # fmt: skip


def _crs(**changes: Any) -> tuple[Any, Any]:
    got = result("crs", **{**FEVERISH, **changes})
    return got if isinstance(got, str) else (got["grade"], got["ctcae"]["grade"])


def _icans(**changes: Any) -> Any:
    got = result("icans", **{**WELL, **changes})
    return got if isinstance(got, str) else got["grade"]


def test_without_hypotension_no_vasopressor_is_asked_for() -> None:
    assert _crs(pressors=None, vasopressin=None) == (1, 1)
    assert _crs(pressors=None, vasopressin=None, oxygen="low_flow", oxygen_percent=40) == (2, 3)
    assert "pressors" not in ask("crs", **{**FEVERISH, "pressors": None, "vasopressin": None})["inputs"]
    missing = "cannot be computed: pressors is missing; vasopressin is missing"
    assert _crs(hypotension="yes", pressors=None, vasopressin=None) == missing


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pressors": 1}, False), ({"pressors": 2}, True), ({"pressors": 1, "vasopressin": "yes"}, True),
        ({"pressors": 2, "life_threatening": "yes"}, False), ({"pressors": 2, "death": "yes"}, False),
    ],
)  # fmt: skip
def test_several_vasopressors_count_as_the_one_that_ctcae_names_and_that_is_said(
    changes: dict[str, Any], said: bool
) -> None:
    rule = ask("crs", **{**FEVERISH, "hypotension": "yes", **changes})["rule"]
    assert ("CTCAE v5.0 names one pressor in grade 3; several" in rule) is said


@pytest.mark.parametrize(
    ("changes", "astct", "ctcae"),
    [
        ({}, 1, 1),
        ({"hypotension": "yes"}, 2, 2),
        ({"hypotension": "yes", "pressors": 1}, 3, 3),
        ({"hypotension": "yes", "pressors": 1, "vasopressin": "yes"}, 3, 3),
        ({"hypotension": "yes", "vasopressin": "yes"}, 3, 3),
        ({"hypotension": "yes", "pressors": 2}, 4, 3),
        ({"hypotension": "yes", "pressors": 2, "life_threatening": "yes"}, 4, 4),
        ({"oxygen": "low_flow", "oxygen_percent": 28}, 2, 2),
        ({"oxygen": "low_flow", "oxygen_percent": 40}, 2, 3),
        ({"oxygen": "blow_by", "oxygen_percent": 39}, 2, 2),
        ({"oxygen": "high_flow", "oxygen_percent": 35}, 3, 2),
        ({"oxygen": "face_mask", "oxygen_percent": 40}, 3, 3),
        ({"oxygen": "non_rebreather", "oxygen_percent": 80}, 3, 3),
        ({"oxygen": "venturi", "oxygen_percent": 35}, 3, 2),
        ({"oxygen": "cpap", "oxygen_percent": 35}, 4, 2),
        ({"oxygen": "bipap", "oxygen_percent": 60}, 4, 3),
        ({"oxygen": "intubation", "oxygen_percent": 60, "life_threatening": "yes"}, 4, 4),
        ({"hypotension": "yes", "oxygen": "high_flow", "oxygen_percent": 50}, 3, 3),
        ({"hypotension": "yes", "pressors": 1, "oxygen": "low_flow", "oxygen_percent": 30}, 3, 3),
        ({"death": "yes"}, 5, 5),
        ({"temperature": 37.9, "fever_treated": "no"}, 0, 0),
        ({"temperature": 37.9, "fever_treated": "yes"}, 1, 1),
        ({"temperature": None, "fever_treated": "yes"}, 1, 1),
        ({"temperature": 37.0, "fever_treated": "yes", "hypotension": "yes"}, 2, 2),
        ({"temperature": 37.0, "fever_treated": "no", "hypotension": "yes"}, 0, 2),
        ({"fever_explained": "yes"}, 0, 0),
        ({"fever_explained": "yes", "life_threatening": "yes"}, 0, 0),
    ],
)
def test_the_worse_of_hypotension_and_hypoxia_is_the_grade(
    changes: dict[str, Any], astct: int, ctcae: int
) -> None:
    assert _crs(**changes) == (astct, ctcae)
    assert result("crs", **{**FEVERISH, **changes})["differs"] is (astct != ctcae)


@pytest.mark.parametrize(
    "gone", ["fever_explained", "hypotension", "pressors", "vasopressin", "oxygen", "death"]
)
def test_crs_without_an_input_is_not_computed(gone: str) -> None:
    low = {"hypotension": "yes"} if gone in ("pressors", "vasopressin") else {}
    assert _crs(**{**low, gone: None}) == f"cannot be computed: {gone} is missing"


@pytest.mark.parametrize(
    ("changes", "grade", "why"),
    [
        ({"hypotension": None, "pressors": None, "vasopressin": None, "oxygen": "bipap"}, 4, "? 4"),
        ({"hypotension": "yes", "vasopressin": None, "pressors": 2, "oxygen": None}, 4, "4 ?"),
        ({"hypotension": "yes", "vasopressin": None, "pressors": 1}, 3, "3 -"),
        ({"hypotension": None, "pressors": 0, "vasopressin": "no", "oxygen": "venturi"}, 3, "? 3"),
    ],
)
def test_what_cannot_change_the_grade_of_crs_is_not_needed(
    changes: dict[str, Any], grade: int, why: str
) -> None:
    assert result("crs", **{**FEVERISH, **changes})["grade"] == grade
    pressure, oxygen = why.split()
    said = f"worse of hypotension ({pressure}) and hypoxia ({oxygen})"
    assert said in ask("crs", **{**FEVERISH, **changes})["rule"]


def test_what_could_change_the_grade_of_crs_is_needed() -> None:
    said = _crs(hypotension="yes", pressors=None, oxygen="high_flow")
    assert said == "cannot be computed: pressors is missing"


@pytest.mark.parametrize("running", [{"pressors": 2}, {"vasopressin": "yes"}])
def test_a_vasopressor_without_hypotension_is_refused(running: dict[str, Any]) -> None:
    with pytest.raises(BadRecord, match="hypotension: no, but a vasopressor runs"):
        _crs(**running)


def test_fever_is_asked_for_and_treated_fever_stands_for_it() -> None:
    both = "cannot be computed: temperature is missing; fever_treated is missing"
    assert _crs(temperature=None) == both
    assert _crs(temperature=None, fever_treated="no") == "cannot be computed: temperature is missing"
    assert _crs(temperature=37) == "cannot be computed: fever_treated is missing"


def test_a_ctcae_grade_that_is_not_known_does_not_hide_the_other() -> None:
    assert _crs(oxygen="low_flow") == (2, "cannot be computed: oxygen_percent is missing")
    assert _crs(life_threatening=None) == (1, "cannot be computed: life_threatening is missing")
    assert result("crs", **{**FEVERISH, "oxygen": "low_flow"})["differs"] is None


def test_each_grade_is_stored_with_its_scale_and_its_reason() -> None:
    said = ask("crs", **{**FEVERISH, "hypotension": "yes"})
    assert said["result"] == {
        "grade": 2, "scale": "ASTCT 2019", "ctcae": {"scale": "CTCAE v5.0", "grade": 2}, "differs": False,
    }  # fmt: skip
    assert said["rule"] == "grade 2: fever; worse of hypotension (2) and hypoxia (-)"


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(list(OXYGEN)), st.sampled_from(list(OXYGEN)), st.integers(0, 10), st.integers(0, 10),
    st.booleans(),
)  # fmt: skip
def test_more_oxygen_or_pressors_never_lower_crs(a: str, b: str, m: int, n: int, vasopressin: bool) -> None:
    milder, worse = sorted((a, b), key=OXYGEN.__getitem__)
    less, more = sorted((m, n))
    base = {"hypotension": "yes", "vasopressin": vasopressin}
    assert _crs(**base, oxygen=milder, pressors=less)[0] <= _crs(**base, oxygen=worse, pressors=more)[0]


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, 0),
        *[({"ice": points}, 1) for points in (7, 8, 9)],
        *[({"ice": points}, 2) for points in (3, 4, 5, 6)],
        *[({"ice": points}, 3) for points in (0, 1, 2)],
        ({"ice": 0, "consciousness": "unarousable"}, 4),
        ({"ice": None, "consciousness": "unarousable"}, 4),
        ({"consciousness": "spontaneous"}, 1),
        ({"consciousness": "voice"}, 2),
        ({"consciousness": "touch"}, 3),
        ({"seizure": "resolved"}, 3),
        ({"seizure": "prolonged"}, 4),
        ({"motor": "deep_focal_weakness"}, 4),
        ({"oedema": "focal"}, 3),
        *[({"oedema": sign}, 4) for sign in OEDEMA if sign not in ("none", "focal")],
        ({"death": "yes"}, 5),
        ({"ice": 3, "seizure": "resolved"}, 3),
        ({"ice": 8, "consciousness": "voice"}, 2),
    ],
)
def test_the_worst_domain_is_the_grade_of_icans(changes: dict[str, Any], grade: int) -> None:
    assert _icans(**changes) == grade


def test_ice_is_the_sum_of_its_parts() -> None:
    parts = {"ice_orientation": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 1, "ice_counting": 1}
    assert result("icans", **{**WELL, "ice": None, **parts})["ice"] == 10
    assert result("icans", **{**WELL, "ice": None, **parts, "ice_naming": 1, "ice_writing": 0})["ice"] == 7
    assert result("icans", **{**WELL, **parts})["grade"] == 0
    with pytest.raises(BadRecord, match="ice: 10 is not the sum of its parts, 9"):
        _icans(**{**parts, "ice_writing": 0})
    assert sum(PARTS.values()) == 10


@pytest.mark.parametrize("gone", list(WELL))
def test_icans_without_an_input_is_not_computed(gone: str) -> None:
    assert _icans(**{gone: None}) == f"cannot be computed: {gone} is missing"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"consciousness": "unarousable", "ice": None, "seizure": None, "motor": None, "oedema": None}, 4),
        ({"motor": "deep_focal_weakness", "consciousness": None, "ice": None}, 4),
        ({"seizure": "resolved", "ice": None}, 3),
        ({"seizure": "resolved", "ice": None, "ice_naming": 1}, 3),
        ({"seizure": "resolved", "ice": None, "motor": None}, "cannot be computed: motor is missing"),
        ({"consciousness": "voice", "ice": None}, "cannot be computed: ice is missing"),
    ],
)
def test_what_cannot_change_the_grade_of_icans_is_not_needed(changes: dict[str, Any], wanted: Any) -> None:
    assert _icans(**changes) == wanted


def test_missing_parts_of_ice_are_named() -> None:
    said = _icans(ice=None, ice_orientation=4, ice_naming=3, ice_command=1)
    assert said == "cannot be computed: ice_writing is missing; ice_counting is missing"


def test_the_rule_names_the_domain_that_decided() -> None:
    assert ask("icans", **WELL)["rule"] == "grade 0: no domain is affected"
    both = ask("icans", **{**WELL, "ice": 1, "seizure": "resolved"})["rule"]
    assert both == "grade 3: the worst domain decides: ice 1, seizure resolved"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_worse_finding_never_lowers_icans(data: st.DataObject) -> None:
    milder: dict[str, Any] = {}
    worse: dict[str, Any] = {}
    choices = {"consciousness": CONSCIOUSNESS, "seizure": SEIZURE, "motor": MOTOR, "oedema": OEDEMA}
    for name, grades in choices.items():
        pair = st.tuples(st.sampled_from(list(grades)), st.sampled_from(list(grades)))
        milder[name], worse[name] = sorted(data.draw(pair), key=grades.__getitem__)
    points = data.draw(st.tuples(st.integers(0, 10), st.integers(0, 10)))
    worse["ice"], milder["ice"] = sorted(points)
    assert _icans(**milder) <= _icans(**worse)


def test_what_is_missing_for_the_grade_of_ctcae_is_named() -> None:
    known = {
        "death": False,
        "life_threatening": False,
        "hypotension": False,
        "pressors": 0,
        "vasopressin": False,
    }
    low = {**known, "oxygen": "low_flow"}
    assert ctcae_needs(low) == ("oxygen_percent",)
    assert ctcae_needs({**low, "oxygen_percent": 30}) == ()
    assert ctcae_needs({"death": False}) == ("life_threatening",)
