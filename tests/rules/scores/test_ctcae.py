"""CTCAE v5.0 by numbers. Grades are written from NCI's table of 27 November 2017, boundary by boundary."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scores.ctcae import KINDS, rules
from rules.scores.ctcae_terms import CALLED, search, terms
from rules.scores.given import BadRecord
from tests.rules.scores.asking import ask, grade

G9, GL, MM = "10^9/L", "g/L", "mmol/L"
Row = tuple[str, str, str, tuple[tuple[float, int], ...]]


def _boundaries() -> Iterator[Row]:
    for line in Path(__file__).with_name("ctcae_boundaries.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            term, unit, known, values = line.split(" | ")
            pairs = [pair.split(":") for pair in values.split()]
            yield term, unit, known, tuple((float(value), int(grade)) for value, grade in pairs)


def _known(written: str) -> dict[str, Any]:
    pairs = [pair.split("=") for pair in written.split() if pair != "-"]
    return {name: float(value) if value[0].isdigit() else value for name, value in pairs}


TABLE = list(_boundaries())


@pytest.mark.parametrize("row", TABLE, ids=[" | ".join(row[:3]) for row in TABLE])
def test_each_boundary_of_the_source_has_the_milder_grade(row: Row) -> None:
    term, unit, known, values = row
    own = None if unit == "-" else unit
    assert tuple((value, grade(term, value, own, **_known(known))) for value, _ in values) == values


@pytest.mark.parametrize("term", ["Hyperglycemia", "Hypophosphatemia", "Hyperphosphatemia", "Hypotension"])
def test_terms_without_a_number_say_so(term: str) -> None:
    assert grade(term, 5).startswith(
        f"cannot be computed: CTCAE v5.0 has no number for {term}; an investigator"
    )


@pytest.mark.parametrize("term", ["Hypothermia", "Weight gain", "Haptoglobin decreased", "Headache"])
def test_of_a_term_without_a_rule_it_is_not_said_that_the_source_has_no_number(term: str) -> None:
    said = grade(term, 5)
    assert said.startswith(f"cannot be computed: this program has no rule for a number of {term}; an")
    assert "by the text of CTCAE v5.0 (" in said


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


def test_the_correction_of_calcium_is_shown() -> None:
    said = ask("ctcae", term="Hypercalcemia (corrected)", value=2.2, unit=MM, uln=2.6, albumin=20)
    assert said["rule"] == (
        "below grade 1, which needs: value > uln; value 2.6 mmol/L; "
        "corrected for albumin: 2.2 + 0.02 x (40 - 20)"
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


def test_a_conversion_keeps_every_digit_that_was_written() -> None:
    assert grade("Platelet count decreased", 74990, "/mm3", lln=150000) == 2
    assert grade("Platelet count decreased", 75000, "/mm3", lln=150000) == 1
    assert grade("Neutrophil count decreased", 1499.6, "/mm3", lln=1800) == 2


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
    assert [search("ua"), search("pe")] == [[], []]  # not "thrombotic thrombocytopenic purpura"
    assert [term.name for term in search("alt")] == ["Alanine aminotransferase increased"]
    assert [search(words)[0].name for words in ("fevr", "rahs", "pain")] == ["Fever", "Rash pustular", "Pain"]
    assert "Pruritus" in [term.name for term in search("prur")]
    assert len(search("other", 3)) == 3


@pytest.mark.parametrize(
    ("words", "first"),
    {
        "Hb": "Anemia", "WBC": "White blood cell decreased", "AKI": "Acute kidney injury",
        "thrombocytopenia": "Platelet count decreased", "CMV": "Cytomegalovirus infection reactivation",
        "EBV reactivation": "Epstein-Barr virus infection reactivation",
        "neutropenia": "Neutrophil count decreased",
    }.items(),
)  # fmt: skip
def test_a_term_is_found_by_what_people_call_it(words: str, first: str) -> None:
    assert search(words)[0].name == first
    with pytest.raises(BadRecord, match=f"did you mean {first}"):
        ask("ctcae", term=words, value=5)


def test_every_name_that_is_called_otherwise_is_a_term() -> None:
    assert {name.lower() for names in CALLED.values() for name in names} <= terms().keys()


FALLING = ("decreased", "Anemia", "Hypo", "loss", "kidney", "abnormal", "Acidosis", "neutropenia")


def _between(low: Decimal, high: Decimal) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=2)


@st.composite
def _worsening(draw: st.DrawFn) -> tuple[str, str, dict[str, Any], Decimal, Decimal]:
    rule = draw(st.sampled_from([rule for rule in rules().values() if rule.grades]))
    unit = draw(st.sampled_from(sorted(rule.bounds.patient)))
    (low, high), normal = rule.bounds.patient[unit], _between(*rule.bounds.normal[unit])
    lln, uln, cutoff = sorted((draw(normal), draw(normal), draw(normal)))
    # Grades lie within some twenty limits of normal; what is possible reaches much further.
    near = min(high, 25 * max(uln, low, Decimal(1)))
    of_patient = st.one_of(_between(low, near), _between(low, high))
    numbers = {"lln": lln, "uln": uln, "mi_cutoff": cutoff, "albumin": 40}
    numbers["baseline"] = draw(_between(*rule.bounds.baseline[unit]))
    numbers |= {"temperature": draw(st.decimals(36, 41, places=1))}
    numbers |= {name: draw(st.decimals(0, 300, places=2)) for name in ("hours", "diastolic")}
    flags = {name: draw(st.booleans()) for name, kind in KINDS.items() if kind == "truth"}
    known = {**numbers, **flags, "state": draw(st.sampled_from(["rest", "exercise"]))}
    better, worse = sorted(
        (draw(of_patient), draw(of_patient)), reverse=any(word in rule.term for word in FALLING)
    )
    known["diastolic"] %= min(better, worse) or 1  # below the systolic pressure
    return rule.term, unit, known, better, worse


@settings(max_examples=500, deadline=None)
@given(_worsening())
def test_a_worse_value_never_lowers_a_grade(case: tuple[str, str, dict[str, Any], Decimal, Decimal]) -> None:
    term, unit, known, better, worse = case
    assert grade(term, better, unit or None, **known) <= grade(term, worse, unit or None, **known)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([("Anemia", GL, "g/dL", 10, {"lln": 150}),
                        ("Hypoalbuminemia", GL, "mg/dL", Decimal("0.01"), {"lln": 35}),
                        ("Hyperkalemia", MM, "umol/L", Decimal("0.001"), {"uln": 5}),
                        ("Platelet count decreased", G9, "1/uL", Decimal("0.001"), {"lln": 150})]),
       st.decimals(0, 300, places=1))  # fmt: skip
def test_a_value_has_the_same_grade_in_every_unit(row: tuple[Any, ...], value: Decimal) -> None:
    term, own, other, per, limit = row
    low, high = rules()[term.lower()].bounds.patient[own]
    value = min(max(value, low), high)
    others = {name: float(Decimal(n) / per) for name, n in limit.items()}
    assert grade(term, value, own, **limit) == grade(term, value / per, other, **others)
