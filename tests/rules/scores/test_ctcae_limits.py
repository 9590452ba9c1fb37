"""A limit of normal that no laboratory has, by a slip of the unit or the point, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.scores.ctcae import rules
from rules.scores.given import BadRecord
from tests.rules.scores.asking import grade

FLAGS = {"symptomatic": "no", "corrected": "yes", "anticoagulated": "no", "sustained": "no"}
Row = tuple[str, str, str, tuple[Decimal, ...], tuple[Decimal, ...]]


def _rows() -> Iterator[Row]:
    for line in Path(__file__).with_name("ctcae_limits.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            term, unit, name, real, slips = line.split(" | ")
            yield term, unit, name, *(tuple(map(Decimal, part.split())) for part in (real, slips))


TABLE = list(_rows())
IDS = [" ".join(row[:3]) for row in TABLE]


def _with_limit(row: Row, limit: Decimal) -> Any:
    """The grade of a value like the limit, of a baseline like it too."""
    term, unit, name, (about, *_), _ = row
    return grade(term, about, unit, **{name: limit, "baseline": about, **FLAGS})


@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_the_limits_of_laboratories_are_taken(row: Row) -> None:
    for limit in row[3]:
        assert isinstance(_with_limit(row, limit), int), limit


@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_a_limit_in_another_unit_or_with_another_point_is_refused_with_its_range(row: Row) -> None:
    _, unit, name, real, slips = row
    for slip in (*slips, *(limit * ten for limit in real for ten in (10, Decimal("0.1")))):
        in_it = re.escape(unit)
        said = rf"^{name}: [\d.]+ {in_it} is not plausible; [\d.]+ to [\d.]+ {in_it} is; write"
        with pytest.raises(BadRecord, match=said) as refused:
            _with_limit(row, slip)
        assert "\n" not in str(refused.value)


def test_every_term_with_a_limit_of_normal_and_a_number_is_in_the_table() -> None:
    asked = {
        (rule.term, unit, name)
        for rule in rules().values()
        for unit, limits in rule.grades.items()
        for name in ("lln", "uln")
        if unit and name in str(limits)
    }
    assert {row[:3] for row in TABLE} == asked


@pytest.mark.parametrize(
    ("term", "value", "unit", "known", "said"),
    [
        ("Fibrinogen decreased", 120, "mg/dL", {"lln": 20, "baseline": 250}, "lln: 0.2 g/L"),
        ("Fibrinogen decreased", 1.2, "g/L", {"lln": 20, "baseline": 25}, "lln: 20 g/L"),
        ("Anemia", 12.5, "g/L", {"lln": 12}, "lln: 12 g/L is not plausible; 90 to 160 g/L is"),
        ("Proteinuria", 0.5, "g/24h", {"uln": 150}, "uln: 150 g/day"),
        ("Neutrophil count decreased", 1600, "cells/uL", {"lln": 180}, "lln: 0.18 10^9/L"),
        ("Hypertension", 80, "mmHg", {"diastolic": 120}, "diastolic: 120 mmHg"),
        ("Hypertension", 16, "kPa", {"diastolic": 121}, "diastolic: 121 mmHg"),
        ("Hypertension", 120, "mmHg", {"diastolic": 120}, "diastolic: 120 mmHg"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_in_the_unit_that_holds(
    term: str, value: float, unit: str, known: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadRecord, match=f"^{re.escape(said)}"):
        grade(term, value, unit, **known)


def test_a_limit_that_the_grades_do_not_ask_for_is_held_to_what_a_patient_can_have() -> None:
    assert grade("Anemia", 110, "g/L", lln=120, uln=175) == 1
    assert grade("Platelet count decreased", 60, "10^9/L", lln=150, uln=450) == 2
    assert grade("Hyperkalemia", 5.2, "mmol/L", lln=3.5, uln=5) == 1
