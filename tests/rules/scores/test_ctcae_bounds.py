"""What no patient and no laboratory has is refused; the worst that patients have is graded."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rules.file.units import BadUnit, convert
from rules.scores.ctcae import Rule, rules
from rules.scores.given import BadRecord
from tests.rules.scores.asking import grade

ALT, AST = "Alanine aminotransferase increased", "Aspartate aminotransferase increased"
BILIRUBIN, CREATININE, CPK = "Blood bilirubin increased", "Creatinine increased", "CPK increased"
PLATELETS, TROPONIN = "Platelet count decreased", "Cardiac troponin I increased"
APTT = "Activated partial thromboplastin time prolonged"
RATIOS = [rule for rule in rules().values() if "" in rule.grades]
Known = dict[str, Any]


def _together(rule: Rule, unit: str) -> Known:
    """A value, a baseline and limits that go together, in a unit of the row."""
    for own, normal in rule.bounds.normal.items():
        try:
            per = convert(1, own, unit.replace("IU", "U")) if unit else 1
        except BadUnit:
            continue
        low, high = (float(end) * per for end in normal)
        lln = low + (high - low) / 5
        limits = {"lln": lln, "uln": (low + high) / 2, "mi_cutoff": high}
        return {**limits, "value": lln, "baseline": min(lln, float(rule.bounds.baseline[own][1]) * per)}
    raise AssertionError(f"no range of {rule.term} is in {unit}")


@pytest.mark.parametrize("rule", RATIOS, ids=lambda rule: rule.term)
def test_a_term_graded_by_ratios_takes_the_units_of_its_quantity_only(rule: Rule) -> None:
    flags = {"anticoagulated": "no", "symptomatic": "no"}
    for unit in (*rule.units, ""):
        for spelt in {unit, unit.replace("u", "µ"), unit.upper()}:
            amounts = _together(rule, unit)
            assert isinstance(grade(rule.term, unit=spelt or None, **amounts, **flags), int), spelt
    amounts = _together(rule, rule.units[0] if rule.units else "")
    for unit in {"kg", "mmHg", "10^9/L", "furlong"} - {*rule.units}:
        fits = f"accepted: {', '.join(rule.units)}" if rule.units else "the value has no unit"
        with pytest.raises(BadRecord, match=re.escape(f"unit: `{unit}` does not fit; {fits}")):
            grade(rule.term, unit=unit, **amounts)


SLIPS: list[tuple[str, float, str | None, Known, str]] = [
    ("Anemia", 75, "g/dL", {}, "value: 750 g/L is not plausible; 10 to 250 g/L is"),
    ("Anemia", 0.5, "g/dL", {}, "value: 5 g/L"),
    ("Hyperkalemia", 55, "mmol/L", {}, "value: 55 mmol/L"),
    ("Fever", 38, "F", {}, "value: 3.33333333333 degC is not plausible; 25 to 45 degC is"),
    (PLATELETS, 120, "10^9/L", {"lln": 150000}, "lln: 150000 10^9/L is not plausible; 70 to 220 10^9/L"),
    (ALT, 99999, "U/L", {}, "value: 99999 U/L is not plausible; 1 to 50000 U/L is; write it again, with"),
    (ALT, 0, "U/L", {}, "value: 0 U/L is not plausible; 1 to 50000 U/L is; write it again, with"),
    (ALT, 0, None, {}, "value: 0 U/L"),
    (ALT, 99999, None, {"uln": 40}, "value: 99999 U/L"),
    (ALT, 90, "U/L", {"uln": 4000}, "uln: 4000 U/L is not plausible; 10 to 200 U/L is"),
    (ALT, 90, "U/L", {"uln": 40, "baseline": 0}, "baseline: 0 U/L is not plausible; 1 to 2000 U/L is"),
    (ALT, 1000, "ukat/L", {}, "value: 60000 U/L is not plausible; 1 to 50000 U/L is"),
    (CREATININE, 0, "umol/L", {}, "value: 0 umol/L is not plausible; 5 to 8000 umol/L is"),
    (CREATININE, 110, "mg/dL", {}, "value: 110 mg/dL is not plausible; 0.05 to 90 mg/dL is"),
    (CREATININE, 1.2, "umol/L", {}, "value: 1.2 umol/L"),
    (CREATININE, 180, "umol/L", {"uln": 1.2}, "uln: 1.2 umol/L is not plausible; 30 to 200 umol/L is"),
    (CREATININE, 180, None, {"uln": 1.2, "baseline": 1}, "uln: 1.2 umol/L"),
    (BILIRUBIN, 1.2, "umol/L", {"uln": 1.2}, "uln: 1.2 umol/L is not plausible; 5 to 60 umol/L is"),
    ("INR increased", 120, None, {}, "value: 120 is not plausible; 0.5 to 50 is; write it again"),
    ("Acidosis", 73.5, None, {}, "value: 73.5 is not plausible; 6 to 8.2 is; write it again"),
    (CPK, 5, "ukat/L", {"uln": 200}, "uln: 12000 U/L is not plausible; 30 to 1500 U/L is"),
    (TROPONIN, 14, "ng/L", {"uln": 10, "mi_cutoff": 40000}, "mi_cutoff: 40000 ng/L is not plausible"),
]  # fmt: skip


@pytest.mark.parametrize("row", SLIPS, ids=[" ".join(map(str, row[:4])) for row in SLIPS])
def test_what_no_patient_and_no_laboratory_has_is_refused_with_its_range(row: tuple[Any, ...]) -> None:
    term, value, unit, known, said = row
    with pytest.raises(BadRecord, match=f"^{re.escape(said)}") as refused:
        grade(term, value, unit, **known)
    assert "\n" not in str(refused.value)


EXTREMES: list[tuple[str, float, str | None, Known, int]] = [
    (ALT, 10000, "U/L", {"uln": 40, "baseline": 30}, 4),
    (ALT, 30000, None, {"uln": 40, "baseline": 30}, 4),
    (ALT, 170, "ukat/L", {"uln": 0.7, "baseline": 0.5}, 4),
    (AST, 40000, "IU/L", {"uln": 35, "baseline": 30}, 4),
    (BILIRUBIN, 100, "mg/dL", {"uln": 1.2, "baseline": 0.4}, 4),
    (BILIRUBIN, 0.1, "mg/dL", {"uln": 1.2}, 0),
    (CREATININE, 20, "mg/dL", {"uln": 1.2, "baseline": 0.9}, 4),
    (CREATININE, 0.1, "mg/dL", {"uln": 1.2, "baseline": 0.1}, 0),
    (CREATININE, 1.77, "mmol/L", {"uln": 0.1, "baseline": 0.08}, 4),
    (CPK, 500000, "U/L", {"uln": 190}, 4),
    (CPK, 500000, None, {"uln": 190}, 4),
    ("Blood lactate dehydrogenase increased", 60000, "U/L", {"uln": 250}, 1),
    ("Lipase increased", 20000, "U/L", {"uln": 60, "symptomatic": "yes"}, 4),
    ("INR increased", 20, None, {"anticoagulated": "no"}, 3),
    (APTT, 300, "s", {"uln": 40}, 3),
    ("Fibrinogen decreased", 0, "g/L", {"lln": 2, "baseline": 3}, 4),
    (TROPONIN, 500, "ng/mL", {"uln": 0.04, "mi_cutoff": 0.5}, 3),
    ("Hypoglycemia", 1500, "mg/dL", {"lln": 70}, 0),
    ("Acidosis", 6.4, None, {"lln": 7.35}, 3),
    ("Hyperuricemia", 40, "mg/dL", {"uln": 7, "symptomatic": "yes"}, 3),
    (PLATELETS, 0, "10^9/L", {"lln": 150}, 4),
]  # fmt: skip


@pytest.mark.parametrize("row", EXTREMES, ids=[" ".join(map(str, row[:4])) for row in EXTREMES])
def test_the_worst_that_patients_have_is_graded(row: tuple[Any, ...]) -> None:
    term, value, unit, known, expected = row
    assert grade(term, value, unit, **known) == expected


def test_every_term_that_is_graded_has_a_range_for_each_of_its_units() -> None:
    for rule in rules().values():
        patient, normal = rule.bounds.patient, rule.bounds.normal
        assert patient.keys() == normal.keys()
        if "" not in rule.grades:
            assert patient.keys() == rule.grades.keys(), rule.term
        for unit, (low, high) in normal.items():
            assert patient[unit][0] <= low < high <= patient[unit][1], rule.term
        graded = {unit for unit, limits in rule.grades.items() if unit and {"lln", "uln"} & _names(limits)}
        for unit in graded or (
            {*patient} if {"lln", "uln"} & rule.bounds.asked and "" in rule.grades else ()
        ):
            assert normal[unit] != patient[unit], f"{rule.term} {unit} has no range of its limit"


def _names(limits: Any) -> set[str]:
    return set(re.findall("[a-z]+", str(list(limits.values()))))
