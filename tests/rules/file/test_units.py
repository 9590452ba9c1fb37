"""Units: converted by a units library, or refused with those that fit, and always quickly."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.file.units import BadUnit, accepted, check_units, convert
from tests.rules.files import OWN, protocol_of


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (540, "month", "year", 45),
        (540, "个月", "year", 45),
        (16436.25, "days", "year", 45),
        (12.5, "g/dL", "g/L", 125),
        (1.5, "G/L", "g/L", 1.5),
        (1500, "/uL", "10^9/L", 1.5),
        (1500, "1/mm^3", "10^9/L", 1.5),
        (1.5, "10^3/µL", "10^9/L", 1.5),
        (1.5, "1e9/L", "10^9/L", 1.5),
        (212, "degF", "degC", 100),
        (50, "%", "%", 50),
        (0.1, "mmol/L", "umol/L", 100),
        (90, "mL/min/1.73m^2", "mL/min/1.73m^2", 90),
    ],
)
def test_values_are_converted(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("kg", "year"),
        ("yaer", "year"),
        ("", "g/L"),
        ("mg/dL", "umol/L"),
        ("year", "count"),
        ("10e9/L", "10^9/L"),
        ("nan 10^9/L", "10^9/L"),
        ("10NaN^9/L", "10^9/L"),
        ("10^9/L*nan", "10^9/L"),
        ("inf/L", "10^9/L"),
        ("nan", "%"),
        ("%%", "%"),
        ("-10^9/L", "10^9/L"),
        ("10^9*-1/L", "10^9/L"),
        ("0 10^9/L", "10^9/L"),
    ],
)
def test_a_unit_that_does_not_fit_names_those_that_do(unit: str, to: str) -> None:
    with pytest.raises(BadUnit) as refusal:
        convert(1, unit, to)
    assert str(refusal.value) == f"`{unit}` does not fit; accepted: {', '.join(accepted(to))}"


@pytest.mark.parametrize(
    ("unit", "to"),
    [("2 10^9/L", "10^9/L"), ("5 g/dL", "g/L"), ("10^3 10^6/L", "10^9/L"), ("1", "%"), ("10", "%")],
)
def test_a_second_number_before_a_unit_is_no_unit(unit: str, to: str) -> None:
    with pytest.raises(BadUnit):
        convert(60, unit, to)
    assert convert(60, "10 ^ 9/L", "10^9/L") == 60


def test_the_units_own_unit_is_named_first() -> None:
    assert accepted("g/dL")[:2] == ("g/dL", "g/L")
    assert accepted("count") == ("count",)
    assert accepted("year")[0] == "year"


@pytest.mark.parametrize(
    "unit", ["99^99^9", "9^9 ^ 9", "9^-9^9", "9**9**9", "9^9.^9", "1000^1000", "^" * 24, "9" * 5000]
)
def test_a_power_of_a_power_is_refused_before_it_is_computed(unit: str) -> None:
    started = time.process_time()
    with pytest.raises(BadUnit):
        convert(1, unit, "year")
    assert time.process_time() - started < 60


@settings(deadline=1000)
@given(st.text("0123456789^*/ .eEdmgLu%-naif", max_size=24))
def test_no_unit_takes_long_or_raises_anything_else(unit: str) -> None:
    try:
        assert math.isfinite(convert(1.0, unit, "g/L"))
    except BadUnit as refusal:
        assert "accepted: g/L" in str(refusal)


def test_units_of_a_teams_own_file_are_checked() -> None:
    assert check_units(protocol_of(OWN).facts) == []
    [mistake] = check_units(protocol_of(OWN.replace("unit: 10^9/L", "unit: 10^9/litter")).facts)
    assert mistake.where == "fact anc"
    assert mistake.problem == "`10^9/litter` is no unit"
