"""A baseline in the unit of another value, is refused; what patients begin with is taken."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rules.scores.ctcae import rules
from rules.scores.given import BadRecord
from tests.rules.scores.asking import grade

ALT, AST = "Alanine aminotransferase increased", "Aspartate aminotransferase increased"
ALP, GGT = "Alkaline phosphatase increased", "GGT increased"
BILIRUBIN, CREATININE, FIBRINOGEN = (
    "Blood bilirubin increased",
    "Creatinine increased",
    "Fibrinogen decreased",
)
HEMOGLOBIN, WEIGHT, INR = "Hemoglobin increased", "Weight loss", "INR increased"
QTC, EJECTION = "Electrocardiogram QT corrected interval prolonged", "Ejection fraction decreased"
Row = tuple[str, float, str | None, dict[str, Any], float, Any]

# The term, the value, its unit, the limits, the baseline, and what is said of it.
SLIPS: list[Row] = [
    (BILIRUBIN, 8, "mg/dL", {"uln": 1.2}, 10, "10 mg/dL is not plausible; 0.05 to 4.5 mg/dL is"),
    (BILIRUBIN, 3.2, "mg/dL", {"uln": 1.2}, 13, "13 mg/dL is not plausible; 0.05 to 4.5 mg/dL is"),
    (BILIRUBIN, 8, None, {"uln": 1.2}, 10, "10 mg/dL is not plausible; 0.05 to 4.5 mg/dL is"),
    (BILIRUBIN, 60, "umol/L", {"uln": 21}, 0.6, "0.6 umol/L is not plausible; 1 to 300 umol/L is"),
    (CREATININE, 3.0, "mg/dL", {"uln": 1.2}, 80, "80 mg/dL is not plausible; 0.1 to 11 mg/dL is"),
    (CREATININE, 3.0, None, {"uln": 1.2}, 80, "80 mg/dL is not plausible; 0.1 to 11 mg/dL is"),
    (CREATININE, 0.265, "mmol/L", {"uln": 0.1}, 0.9, "0.9 mmol/L is not plausible; 0.009 to 0.45 mmol/L is"),
    (CREATININE, 265, "umol/L", {"uln": 100}, 0.9, "0.9 umol/L is not plausible; 9 to 1000 umol/L is"),
    (CREATININE, 265, "umol/L", {"uln": 100}, 1001, "1001 umol/L is not plausible; 9 to 1000 umol/L is"),
    (FIBRINOGEN, 80, "mg/dL", {"lln": 200}, 2.5, "0.025 g/L is not plausible; 0.5 to 15 g/L is"),
    (FIBRINOGEN, 120, "mg/dL", {"lln": 200}, 2.5, "0.025 g/L is not plausible; 0.5 to 15 g/L is"),
    (FIBRINOGEN, 0.8, "g/L", {"lln": 2}, 250, "250 g/L is not plausible; 0.5 to 15 g/L is"),
    (ALT, 8.3, "ukat/L", {"uln": 0.7}, 30, "30 ukat/L is not plausible; 0.02 to 6 ukat/L is"),
    (ALT, 8.3, "µkat/L", {"uln": 0.7}, 7, "7 ukat/L is not plausible; 0.02 to 6 ukat/L is"),
    (ALT, 8.3, None, {"uln": 0.7}, 30, "30 ukat/L is not plausible; 0.02 to 6 ukat/L is"),
    (ALT, 500, "U/L", {"uln": 40}, 2001, "2001 U/L is not plausible; 1 to 2000 U/L is"),
    (ALT, 500, "IU/L", {"uln": 40}, 0.5, "0.5 U/L is not plausible; 1 to 2000 U/L is"),
    (AST, 8.3, "ukat/L", {"uln": 0.6}, 25, "25 ukat/L is not plausible; 0.02 to 6 ukat/L is"),
    (ALP, 12, "ukat/L", {"uln": 2}, 70, "70 ukat/L is not plausible; 0.02 to 25 ukat/L is"),
    (GGT, 9, "ukat/L", {"uln": 0.9}, 20, "20 ukat/L is not plausible; 0.02 to 8 ukat/L is"),
    (HEMOGLOBIN, 210, "g/L", {"uln": 170}, 16, "16 g/L is not plausible; 40 to 250 g/L is"),
    (HEMOGLOBIN, 21, "g/dL", {"uln": 17}, 160, "1600 g/L is not plausible; 40 to 250 g/L is"),
    (WEIGHT, 60, "kg", {}, 600, "600 kg is not plausible; 20 to 300 kg is"),
    (WEIGHT, 60, "kg", {}, 7.5, "7.5 kg is not plausible; 20 to 300 kg is"),
    (WEIGHT, 60000, "g", {}, 75, "0.075 kg is not plausible; 20 to 300 kg is"),
    (INR, 6, None, {"anticoagulated": "yes"}, 25, "25 is not plausible; 0.5 to 8 is"),
    (QTC, 470, "ms", {}, 0.4, "0.4 ms is not plausible; 250 to 650 ms is"),
    (EJECTION, 45, "%", {}, 6, "6 % is not plausible; 10 to 85 % is"),
]  # fmt: skip

REAL: list[Row] = [
    # chronic renal failure, to dialysis; muscles wasted
    (CREATININE, 500, "umol/L", {"uln": 100}, 400, 3),
    (CREATININE, 950, "umol/L", {"uln": 100}, 1000, 4),
    (CREATININE, 9, "mg/dL", {"uln": 1.2}, 11, 4),
    (CREATININE, 0.5, "mmol/L", {"uln": 0.1}, 0.45, 3),
    (CREATININE, 0.3, "mg/dL", {"uln": 1.2}, 0.1, 2),
    (CREATININE, 30, "umol/L", {"uln": 100}, 20, 0),
    # haemochromatosis, fatty liver, hepatitis
    (ALT, 150, "U/L", {"uln": 40}, 90, 1),
    (ALT, 300, "U/L", {"uln": 40}, 150, 1),
    (ALT, 2.6, "ukat/L", {"uln": 0.7}, 2.5, 0),
    (ALT, 20, "ukat/L", {"uln": 0.7}, 6, 2),
    (ALT, 9000, "nkat/L", {"uln": 700}, 500, 3),
    (AST, 2500, "U/L", {"uln": 35}, 1200, 1),
    (AST, 12, "IU/L", {"uln": 35}, 4, 0),
    # cholestasis, and alcohol
    (ALP, 1400, "U/L", {"uln": 120}, 600, 1),
    (ALP, 25, "ukat/L", {"uln": 2}, 10, 1),
    (GGT, 2500, "U/L", {"uln": 60}, 1000, 1),
    (GGT, 25, "ukat/L", {"uln": 0.9}, 8, 2),
    # Gilbert, and cirrhosis
    (BILIRUBIN, 3.2, "mg/dL", {"uln": 1.2}, 2.5, 1),
    (BILIRUBIN, 55, "umol/L", {"uln": 21}, 50, 1),
    (BILIRUBIN, 7, "mg/dL", {"uln": 1.2}, 4, 2),
    (BILIRUBIN, 400, "umol/L", {"uln": 21}, 300, 1),
    (BILIRUBIN, 8, "mg/dL", {"uln": 1.2}, 0.2, 3),
    # acute phase, and cirrhosis
    (FIBRINOGEN, 0.9, "g/L", {"lln": 2}, 9, 3),
    (FIBRINOGEN, 90, "mg/dL", {"lln": 200}, 1200, 3),
    (FIBRINOGEN, 60, "mg/dL", {"lln": 200}, 80, 2),
    # anaemia, and life at altitude
    (HEMOGLOBIN, 185, "g/L", {"uln": 160}, 60, 2),
    (HEMOGLOBIN, 25, "g/dL", {"uln": 20}, 23, 1),
    (WEIGHT, 30, "kg", {}, 38, 3),
    (WEIGHT, 240, "kg", {}, 280, 2),
    (WEIGHT, 150, "lb", {}, 165, 1),
    (INR, 6, None, {"anticoagulated": "yes"}, 3.5, 2),
    (QTC, 500, "ms", {}, 450, 2),
    (EJECTION, 18, "%", {}, 25, 4),
]  # fmt: skip


def _id(row: Row) -> str:
    return " ".join(map(str, row[:5]))


@pytest.mark.parametrize("row", SLIPS, ids=_id)
def test_a_baseline_in_another_unit_or_with_another_point_is_refused_with_its_range(row: Row) -> None:
    term, value, unit, known, baseline, said = row
    with pytest.raises(BadRecord, match=f"^baseline: {re.escape(said)}; write it again") as refused:
        grade(term, value, unit, baseline=baseline, **known)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("row", REAL, ids=_id)
def test_what_patients_begin_with_is_taken(row: Row) -> None:
    term, value, unit, known, baseline, expected = row
    assert grade(term, value, unit, baseline=baseline, **known) == expected


def test_every_term_that_counts_from_a_baseline_has_a_narrower_range_of_it() -> None:
    for rule in rules().values():
        own, patient = rule.bounds.baseline, rule.bounds.patient
        assert patient.keys() <= own.keys()
        for unit, (low, high) in patient.items():
            inside = low <= own[unit][0] < own[unit][1] <= high
            assert inside and (own[unit] != patient[unit]) is ("baseline" in rule.bounds.asked), rule.term
        assert {row[0] for row in SLIPS} >= ({rule.term} if "baseline" in rule.bounds.asked else set())
