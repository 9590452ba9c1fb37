"""CTCAE v5.0 by numbers. Grades are written from NCI's table of 27 November 2017, boundary by boundary."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scores.ctcae import KINDS, rules
from rules.scores.ctcae_terms import search, terms
from rules.scores.given import BadRecord
from tests.rules.scores.asking import ask, grade

G9, GL, MM = "10^9/L", "g/L", "mmol/L"
LOW, HIGH = {"lln": 4, "uln": 1000}, {"uln": 40, "baseline": 30}

# term, unit, what else is known, then (value, grade): on each printed boundary and just beyond it.
TABLE: list[tuple[str, str | None, dict[str, Any], list[tuple[float, int]]]] = [
    ("Anemia", GL, {"lln": 120}, [(120, 0), (119, 1), (100, 1), (99.9, 2), (80, 2), (79.9, 3), (10, 3)]),
    ("Anemia", "mmol/L", {"lln": 7.4}, [(7.4, 0), (6.2, 1), (6.1, 2), (4.9, 2), (4.8, 3)]),
    ("Neutrophil count decreased", G9, {"lln": 1.8}, [(1.8, 0), (1.5, 1), (1.49, 2), (1, 2), (0.99, 3), (0.5, 3), (0.49, 4)]),
    ("White blood cell decreased", G9, {"lln": 3.5}, [(3.5, 0), (3, 1), (2.9, 2), (2, 2), (1.9, 3), (1, 3), (0.9, 4)]),
    ("Lymphocyte count decreased", G9, {"lln": 1}, [(1, 0), (0.8, 1), (0.79, 2), (0.5, 2), (0.49, 3), (0.2, 3), (0.19, 4)]),
    ("CD4 lymphocytes decreased", G9, {"lln": 0.6}, [(0.6, 0), (0.5, 1), (0.49, 2), (0.2, 2), (0.19, 3), (0.05, 3), (0.049, 4)]),
    ("Platelet count decreased", G9, {"lln": 150}, [(150, 0), (75, 1), (74, 2), (50, 2), (49, 3), (25, 3), (24, 4)]),
    ("Lymphocyte count increased", G9, {}, [(4, 0), (4.1, 2), (20, 2), (20.1, 3)]),
    ("Leukocytosis", G9, {}, [(100, 0), (100.1, 3)]),
    ("Febrile neutropenia", G9, {"temperature": 38.4, "sustained": "no"}, [(1, 0), (0.99, 3)]),
    ("Febrile neutropenia", G9, {"temperature": 38.3, "sustained": "no"}, [(0.5, 0)]),
    ("Febrile neutropenia", G9, {"temperature": 38.0, "sustained": "yes"}, [(0.5, 3)]),
    ("Hemoglobin increased", GL, {"uln": 160, "baseline": 150}, [(160, 0), (161, 1), (180, 1), (181, 2), (200, 2), (201, 3)]),
    ("Hemoglobin increased", GL, {"uln": 160, "baseline": 170}, [(170, 0), (171, 1), (190, 1), (191, 2), (211, 3)]),
    ("Alanine aminotransferase increased", None, HIGH, [(40, 0), (41, 1), (120, 1), (121, 2), (200, 2), (201, 3), (800, 3), (801, 4)]),
    ("Alanine aminotransferase increased", None, {"uln": 40, "baseline": 60},
     [(60, 0), (89, 0), (90, 1), (180, 1), (181, 2), (300, 2), (301, 3), (1200, 3), (1201, 4)]),
    ("Aspartate aminotransferase increased", None, HIGH, [(40, 0), (120, 1), (200, 2), (800, 3), (801, 4)]),
    ("Alkaline phosphatase increased", None, HIGH, [(40, 0), (41, 1), (100, 1), (101, 2), (200, 2), (201, 3), (801, 4)]),
    ("Alkaline phosphatase increased", None, {"uln": 40, "baseline": 60}, [(119, 0), (120, 1), (150, 1), (151, 2), (301, 3)]),
    ("GGT increased", None, {"uln": 40, "baseline": 60}, [(119, 0), (120, 1), (150, 1), (151, 2), (1201, 4)]),
    ("Blood bilirubin increased", None, {"uln": 20, "baseline": 10}, [(20, 0), (21, 1), (30, 1), (31, 2), (60, 2), (61, 3), (200, 3), (201, 4)]),
    ("Blood bilirubin increased", None, {"uln": 20, "baseline": 30}, [(30, 0), (31, 1), (45, 1), (46, 2), (90, 2), (91, 3), (301, 4)]),
    ("Blood lactate dehydrogenase increased", None, {"uln": 250}, [(250, 0), (251, 1), (9000, 1)]),
    ("Creatinine increased", None, {"uln": 100, "baseline": 80}, [(100, 0), (101, 1), (120, 1), (121, 2), (240, 2), (241, 3), (600, 3), (601, 4)]),
    ("Creatinine increased", None, {"uln": 100, "baseline": 200}, [(150, 1), (151, 2), (300, 2), (301, 3), (601, 4)]),
    ("Creatinine increased", None, {"uln": 100, "baseline": 20}, [(30, 0), (31, 2), (60, 2), (61, 3), (600, 3)]),
    ("CPK increased", None, {"uln": 200}, [(200, 0), (201, 1), (500, 1), (501, 2), (1000, 2), (1001, 3), (2000, 3), (2001, 4)]),
    ("Lipase increased", None, {"uln": 60, "symptomatic": "no"}, [(60, 0), (61, 1), (90, 1), (91, 2), (300, 2), (301, 3), (9000, 3)]),
    ("Lipase increased", None, {"uln": 60, "symptomatic": "yes"}, [(90, 1), (120, 2), (121, 3), (300, 3), (301, 4)]),
    ("Serum amylase increased", None, {"uln": 60, "symptomatic": "yes"}, [(60, 0), (120, 2), (121, 3), (301, 4)]),
    ("INR increased", None, {"anticoagulated": "no"}, [(1.2, 0), (1.21, 1), (1.5, 1), (1.51, 2), (2.5, 2), (2.51, 3)]),
    ("INR increased", None, {"anticoagulated": "yes", "baseline": 2}, [(2, 0), (2.1, 1), (3, 1), (3.1, 2), (5, 2), (5.1, 3)]),
    ("Activated partial thromboplastin time prolonged", None, {"uln": 40}, [(40, 0), (41, 1), (60, 1), (61, 2), (100, 2), (101, 3)]),
    ("Fibrinogen decreased", GL, {"lln": 2, "baseline": 3}, [(2, 0), (1.9, 1), (1.5, 1), (1.49, 2), (1, 2), (0.99, 3), (0.5, 3), (0.49, 4)]),
    ("Fibrinogen decreased", GL, {"lln": 4, "baseline": 3.2}, [(3.2, 0), (3.1, 1), (2.5, 1), (2.4, 2), (1.7, 2), (1.6, 3), (0.9, 3), (0.8, 4)]),
    ("Hypernatremia", MM, {"uln": 145}, [(145, 0), (146, 1), (150, 1), (151, 2), (155, 2), (156, 3), (160, 3), (161, 4)]),
    ("Hyponatremia", MM, {"lln": 135, "symptomatic": "no"}, [(135, 0), (134, 1), (130, 1), (129, 2), (125, 2), (124, 3), (120, 3), (119, 4)]),
    ("Hyponatremia", MM, {"lln": 135, "symptomatic": "yes"}, [(130, 1), (129, 3), (125, 3), (120, 3), (119, 4)]),
    ("Hyperkalemia", MM, {"uln": 5}, [(5, 0), (5.1, 1), (5.5, 1), (5.6, 2), (6, 2), (6.1, 3), (7, 3), (7.1, 4)]),
    ("Hypokalemia", MM, {"lln": 3.5, "symptomatic": "no"}, [(3.5, 0), (3.4, 1), (3, 1), (2.9, 3), (2.5, 3), (2.4, 4)]),
    ("Hypokalemia", MM, {"lln": 3.5, "symptomatic": "yes"}, [(3.5, 0), (3.4, 2), (3, 2), (2.9, 3)]),
    ("Hypercalcemia (corrected)", MM, {"uln": 2.6, "albumin": 40}, [(2.6, 0), (2.7, 1), (2.9, 1), (3, 2), (3.1, 2), (3.2, 3), (3.4, 3), (3.5, 4)]),
    ("Hypercalcemia (corrected)", MM, {"uln": 2.6, "albumin": 20}, [(2.2, 0), (2.3, 1), (2.5, 1), (2.6, 2)]),
    ("Hypercalcemia (corrected)", "mg/dL", {"uln": 10.5, "corrected": True}, [(10.5, 0), (11.5, 1), (11.6, 2), (12.5, 2), (13.5, 3), (13.6, 4)]),
    ("Hypercalcemia (ionized)", MM, {"uln": 1.3}, [(1.3, 0), (1.5, 1), (1.6, 2), (1.8, 3), (1.9, 4)]),
    ("Hypocalcemia (corrected)", MM, {"lln": 2.2, "albumin": 40}, [(2.2, 0), (2.1, 1), (2, 1), (1.9, 2), (1.75, 2), (1.7, 3), (1.5, 3), (1.4, 4)]),
    ("Hypocalcemia (corrected)", "mg/dL", {"lln": 8.5, "albumin": 30}, [(7.7, 0), (7.2, 1), (7.1, 2), (6.2, 2), (5.2, 3), (5.1, 4)]),
    ("Hypocalcemia (ionized)", MM, {"lln": 1.1}, [(1.1, 0), (1, 1), (0.9, 2), (0.8, 3), (0.79, 4)]),
    ("Hypermagnesemia", MM, {"uln": 1.05}, [(1.05, 0), (1.23, 1), (1.24, 3), (3.3, 3), (3.31, 4)]),
    ("Hypermagnesemia", "mg/dL", {"uln": 2.5}, [(2.5, 0), (3, 1), (3.1, 3), (8, 3), (8.1, 4)]),
    ("Hypomagnesemia", MM, {"lln": 0.7}, [(0.7, 0), (0.5, 1), (0.4, 2), (0.3, 3), (0.29, 4)]),
    ("Hypomagnesemia", "mg/dL", {"lln": 1.7}, [(1.7, 0), (1.2, 1), (0.9, 2), (0.7, 3), (0.6, 4)]),
    ("Hypoglycemia", MM, {"lln": 3.9}, [(3.9, 0), (3, 1), (2.9, 2), (2.2, 2), (1.7, 3), (1.6, 4)]),
    ("Hypoglycemia", "mg/dL", {"lln": 70}, [(70, 0), (55, 1), (40, 2), (30, 3), (29, 4)]),
    ("Hypertriglyceridemia", MM, {}, [(1.7, 0), (1.71, 1), (3.42, 1), (3.43, 2), (5.7, 2), (11.4, 3), (11.5, 4)]),
    ("Hypertriglyceridemia", "mg/dL", {}, [(149, 0), (150, 1), (300, 1), (500, 2), (1000, 3), (1001, 4)]),
    ("Cholesterol high", MM, {"uln": 5.2}, [(5.2, 0), (7.75, 1), (10.34, 2), (12.92, 3), (12.93, 4)]),
    ("Cholesterol high", "mg/dL", {"uln": 200}, [(200, 0), (300, 1), (400, 2), (500, 3), (501, 4)]),
    ("Hypoalbuminemia", GL, {"lln": 35}, [(35, 0), (30, 1), (29, 2), (20, 2), (19, 3)]),
    ("Hyperuricemia", None, {"uln": 420, "symptomatic": "no"}, [(420, 0), (421, 1)]),
    ("Hyperuricemia", None, {"uln": 420, "symptomatic": "yes"}, [(420, 0), (421, 3)]),
    ("Cardiac troponin I increased", None, {"uln": 14, "mi_cutoff": 50}, [(14, 0), (15, 1), (49, 1), (50, 3)]),
    ("Cardiac troponin T increased", None, {"uln": 14, "mi_cutoff": 50}, [(14, 0), (15, 1), (50, 3)]),
    ("Electrocardiogram QT corrected interval prolonged", "ms", {"baseline": 440}, [(449, 0), (450, 1), (480, 1), (481, 2), (500, 2), (501, 3)]),
    ("Electrocardiogram QT corrected interval prolonged", "ms", {"baseline": 400}, [(460, 1), (461, 3)]),
    ("Ejection fraction decreased", "%", {"baseline": 55}, [(51, 0), (50, 2), (40, 2), (36, 3), (39, 3), (20, 3), (19, 4)]),
    ("Ejection fraction decreased", "%", {"baseline": 75}, [(66, 0), (65, 2), (56, 2), (55, 3)]),
    ("Fever", "C", {"hours": 24}, [(37.9, 0), (38, 1), (39, 1), (39.1, 2), (40, 2), (40.1, 3)]),
    ("Fever", "degC", {"hours": 25}, [(40, 2), (40.1, 4)]),
    ("Hypoxia", "%", {"state": "exercise"}, [(88, 0), (87, 2)]),
    ("Hypoxia", "%", {"state": "rest"}, [(88, 0), (87, 3)]),
    ("Hypoxia", "mmHg", {"state": "rest"}, [(56, 0), (55, 3)]),
    ("Hypertension (adult)", "mmHg", {"diastolic": 70}, [(119, 0), (120, 1), (139, 1), (140, 2), (159, 2), (160, 3)]),
    ("Hypertension", "mmHg", {"diastolic": 90}, [(100, 2), (159, 2), (160, 3)]),
    ("Forced expiratory volume decreased", "% pred", {}, [(100, 0), (99, 1), (70, 1), (69, 2), (60, 2), (59, 3), (50, 3), (49, 4)]),
    ("Vital capacity abnormal", "%", {}, [(91, 0), (90, 1), (75, 1), (74, 2), (50, 2), (49, 3)]),
    ("Weight loss", None, {"baseline": 80}, [(77, 0), (76, 1), (72.1, 1), (72, 2), (64.1, 2), (64, 3)]),
    ("Chronic kidney disease", "mL/min/1.73m2", {"lln": 90}, [(90, 0), (60, 1), (59, 2), (30, 2), (29, 3), (15, 3), (14, 4)]),
    ("Proteinuria", "g/24h", {"uln": 0.15}, [(0.14, 0), (0.15, 1), (0.99, 1), (1, 2), (3.4, 2), (3.5, 3)]),
    ("Proteinuria (adult)", "+", {}, [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3)]),
    ("Acidosis", None, {"lln": 7.35}, [(7.35, 0), (7.34, 1), (7.3, 1), (7.29, 3)]),
    ("Alkalosis", None, {"uln": 7.45}, [(7.45, 0), (7.46, 1), (7.5, 1), (7.51, 3)]),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[0]}, {row[1] or 'any unit'}, {row[2]}" for row in TABLE])
def test_each_boundary_of_the_source_has_the_milder_grade(row: tuple[Any, ...]) -> None:
    term, unit, known, values = row
    assert [(value, grade(term, value, unit, **known)) for value, _ in values] == values


@pytest.mark.parametrize(
    "term", ["Hyperglycemia", "Hypophosphatemia", "Hyperphosphatemia", "Hypotension", "Headache"]
)
def test_terms_without_a_number_say_so(term: str) -> None:
    assert grade(term, 5).startswith(
        f"cannot be computed: CTCAE v5.0 has no number for {term}; an investigator"
    )


def test_every_term_of_the_numeric_table_is_there_and_every_limit_compiles() -> None:
    tested = {row[0] for row in TABLE} - {"Hypertension", "Proteinuria"}
    none = {rule.term for rule in rules().values() if not rule.grades}
    assert tested | none == {rule.term for rule in rules().values()}
    assert len(rules()) == 56
    assert none == {"Hyperglycemia", "Hypophosphatemia", "Hyperphosphatemia", "Hypotension"}


def test_a_computed_grade_exists_for_its_term() -> None:
    for rule in rules().values():
        exists = set(terms()[rule.in_list.lower()].grades)
        for limits in rule.grades.values():
            assert set(limits) <= exists - {5}, rule.term


MISSING: list[tuple[str, Any, str | None, dict[str, Any], str]] = [
    ("Platelet count decreased", 80, G9, {}, "lln"),
    ("Platelet count decreased", 80, None, {"lln": 150}, "unit"),
    ("Platelet count decreased", None, G9, {"lln": 150}, "value"),
    ("Alanine aminotransferase increased", 100, "U/L", {"uln": 40}, "baseline"),
    ("Alanine aminotransferase increased", 100, "U/L", {"baseline": 40}, "uln"),
    ("Creatinine increased", 101, "umol/L", {"uln": 100}, "baseline"),
    ("Hyponatremia", 127, MM, {"lln": 135}, "symptomatic"),
    ("Lipase increased", 200, None, {"uln": 60}, "symptomatic"),
    ("INR increased", 1.6, None, {}, "anticoagulated"),
    ("Hypercalcemia (corrected)", 3, MM, {"uln": 2.6}, "albumin"),
    ("Fever", 40.5, "C", {}, "hours"),
    ("Hypoxia", 80, "%", {}, "state"),
    ("Hypertension (adult)", 110, "mmHg", {}, "diastolic"),
    ("Electrocardiogram QT corrected interval prolonged", 470, "ms", {}, "baseline"),
    ("Cardiac troponin I increased", 20, None, {"uln": 14}, "mi_cutoff"),
]  # fmt: skip


@pytest.mark.parametrize("row", MISSING, ids=[f"{row[0]} without {row[4]}" for row in MISSING])
def test_what_is_missing_is_named_and_never_guessed(row: tuple[Any, ...]) -> None:
    term, value, unit, known, gone = row
    assert f"{gone} is missing" in grade(term, value, unit, **known)
    assert grade(term, value, unit, **known).startswith("cannot be computed: ")


def test_without_a_term_nothing_is_graded() -> None:
    assert ask("ctcae", value=5)["result"] == "cannot be computed: term is missing"


def test_what_cannot_matter_is_not_asked_for() -> None:
    assert grade("Platelet count decreased", 20, G9) == 4
    assert grade("Creatinine increased", 400, uln=100) == 3
    assert grade("Alanine aminotransferase increased", 40, uln=40) == 0


def test_the_answer_shows_inputs_rule_source_and_that_it_is_a_floor() -> None:
    said = ask("ctcae", term="platelet  count decreased", value=60, unit=G9, lln=150)
    assert said["inputs"] == {"term": "platelet  count decreased", "value": 60, "unit": G9, "lln": 150}
    assert said["rule"] == "grade 2: value < 75; value 60 10^9/L"
    assert said["source"].startswith("CTCAE v5.0, National Cancer Institute")
    assert said["result"]["exists"] == [1, 2, 3, 4]
    assert said["result"]["standing"].startswith("a floor")
    assert ask("ctcae", term="Leukocytosis", value=5, unit=G9)["rule"].startswith(
        "below grade 3, which needs: value > 100"
    )


def test_a_boundary_in_tenths_is_not_lost_in_binary_numbers() -> None:
    assert grade("Alanine aminotransferase increased", 3.6, uln=1.2, baseline=1) == 1
    assert grade("Neutrophil count decreased", 1500, "/mm3", lln=1800) == 1


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(10.0, "g/dL", 1), (9.9, "g/dL", 2), (100, "g/L", 1), (6.1, "mmol/L", 2), (0.1, "kg/L", 1)],
)
def test_units_are_converted_before_grading(value: float, unit: str, expected: int) -> None:
    assert grade("Anemia", value, unit, lln=1000 if unit == "mg/mL" else value * 1.2) == expected
    assert grade("Fever", 100.4, "F") == 1
    assert grade("Fever", 100.3, "F") == 0


def test_a_unit_that_does_not_fit_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadRecord, match=r"unit: `furlong` does not fit; accepted: g/L, .*g/dL.*mmol/L"):
        grade("Anemia", 100, "furlong")
    with pytest.raises(BadRecord, match=r"unit: `1/1.73m2` does not fit; accepted: mL/min/1.73m2$"):
        grade("Chronic kidney disease", 100, "1/1.73m2")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"term": "Hypercalcemia"}, r"write Hypercalcemia \(corrected\) or Hypercalcemia \(ionized\)"),
        ({"term": "Platelet count"}, "is no term of CTCAE v5.0; did you mean Platelet count decreased"),
        ({"term": "§§§§"}, "is no term of CTCAE v5.0; see the list"),
        ({"term": "Anemia", "value": 1, "lln": 9, "uln": 8}, "lln 9 is above uln 8"),
        ({"term": "Fever", "value": 39, "uln": 9, "mi_cutoff": 8}, "uln 9 is above mi_cutoff 8"),
    ],
)
def test_what_cannot_be_meant_is_refused(record: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        ask("ctcae", **record)


def test_the_list_has_every_term_with_the_grades_that_exist() -> None:
    assert len(terms()) == 837
    assert len({term.organ_class for term in terms().values()}) == 26
    assert sum(term.grades == (1, 2, 3, 4, 5) for term in terms().values()) == 330
    assert terms()["alopecia"].grades == (1, 2)
    assert terms()["death nos"].grades == (5,)
    assert terms()["cytokine release syndrome"].organ_class == "Immune system disorders"


def test_terms_are_found_by_words_and_by_likeness() -> None:
    assert [term.name for term in search("platelet")] == ["Platelet count decreased"]
    assert search("headache")[0].name == "Headache"
    assert search("neutropenia febrile")[0].name == "Febrile neutropenia"
    assert "Diarrhea" in [term.name for term in search("diarrhoea")]
    assert search("  ") == []
    assert len(search("other", 3)) == 3


FALLING = ("decreased", "Anemia", "Hypo", "loss", "kidney", "abnormal", "Acidosis", "neutropenia")


@st.composite
def _worsening(draw: st.DrawFn) -> tuple[str, str, dict[str, Any], Decimal, Decimal]:
    rule = draw(st.sampled_from([rule for rule in rules().values() if rule.grades]))
    unit = draw(st.sampled_from(sorted(rule.grades)))
    some = st.decimals(0, 300, places=2)
    numbers = {name: draw(some) for name, kind in KINDS.items() if kind == "number" and name != "value"}
    numbers["lln"], numbers["uln"] = sorted((numbers["lln"], numbers["uln"]))
    numbers["mi_cutoff"] += numbers["uln"]
    numbers["temperature"] = draw(st.decimals(36, 41, places=1))
    flags = {name: draw(st.booleans()) for name, kind in KINDS.items() if kind == "truth"}
    known = {**numbers, **flags, "state": draw(st.sampled_from(["rest", "exercise"])), "albumin": 40}
    better, worse = sorted((draw(some), draw(some)), reverse=any(word in rule.term for word in FALLING))
    return rule.term, unit, known, better, worse


@settings(max_examples=1500, deadline=None)
@given(_worsening())
def test_a_worse_value_never_lowers_a_grade(case: tuple[str, str, dict[str, Any], Decimal, Decimal]) -> None:
    term, unit, known, better, worse = case
    assert grade(term, better, unit or None, **known) <= grade(term, worse, unit or None, **known)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([("Anemia", GL, "g/dL", 10), ("Hyperkalemia", MM, "umol/L", Decimal("0.001")),
                        ("Platelet count decreased", G9, "1/uL", Decimal("0.001")),
                        ("Hypoalbuminemia", GL, "mg/dL", 100)]),
       st.decimals(0, 300, places=1))  # fmt: skip
def test_a_value_has_the_same_grade_in_every_unit(row: tuple[str, str, str, Any], value: Decimal) -> None:
    term, own, other, per = row
    scaled = value / per if per != 100 else value * 100
    limit = {"lln": 150} if term != "Hyperkalemia" else {"uln": 5}
    others = {name: float(Decimal(n) / per if per != 100 else n * 100) for name, n in limit.items()}
    assert grade(term, value, own, **limit) == grade(term, scaled, other, **others)
