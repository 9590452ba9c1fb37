"""Concentrations as they are written: read in one way or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.pk.concentration import NotRead, read_day, read_unit, read_value


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1234.5", "1234.5"), ("1234.50", "1234.5"), ("0", "0"), ("1e5", "100000"), ("2.5E+8", "250000000"),
        ("1.5×10^5", "150000"), ("1.5 x 10⁵", "150000"), ("１２３４", "1234"), ("< 50", "<50"),
        ("BLQ", "BLQ"), ("bloq", "BLQ"), ("<LLOQ", "BLQ"), ("低于定量下限", "BLQ"), ("0.001", "0.001"),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_one_decimal_number(typed: str, kept: str) -> None:
    assert read_value(typed) == kept
    assert read_value(kept) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1,234", "comma"), ("1.234,5", "comma"),
        ("1,5", "comma"), ("1'234", "comma"), ("１，２３４", "comma"),
        ("-3", "negative"), ("12 34", "value"), ("007", "value"), ("NaN", "value"), ("inf", "value"),
        ("1e99", "large"), ("1e15", "large"), ("1000000000000000", "large"), ("9" * 40, "value"),
        ("10⁵", "value"), ("²", "value"), ("½", "value"), ("1_000", "value"),
        ("٣", "value"),
        ("<0", "value"), ("<BLQ", "value"), ("", "value"), ("1234 copies", "value"), ("1e-20", "value"),
        ("=1+1", "value"), ("+5", "value"), ("1.2.3", "value"), ("0x10", "value"), ("not done", "value"),
    ],
)  # fmt: skip
def test_what_could_be_two_numbers_or_none_is_refused(typed: str, why: str) -> None:
    with pytest.raises(NotRead, match=f"^{why}$"):
        read_value(typed)


def test_a_dot_before_three_digits_is_doubtful_where_columns_are_parted_by_semicolons() -> None:
    assert read_value("1.234") == "1.234"
    with pytest.raises(NotRead, match="dot"):
        read_value("1.234", dots_are_doubtful=True)
    assert read_value("1.2340", dots_are_doubtful=True) == "1.234"
    assert read_value("0.234", dots_are_doubtful=True) == "0.234"


@pytest.mark.parametrize(
    ("typed", "unit", "factor"),
    [
        ("copies/ug", "copies/ug", "1"), ("copies/μg gDNA", "copies/ug", "1"),
        ("copies/µg DNA", "copies/ug", "1"),
        ("拷贝/μg", "copies/ug", "1"), ("copies/ng", "copies/ug", "1000"), ("Copies/mL", "copies/mL", "1"),
        ("cells/uL", "cells/uL", "1"), ("cells/mL", "cells/uL", "0.001"), ("个/μL", "cells/uL", "1"),
        ("cells/L", "cells/uL", "0.000001"), ("copies/mcg", "copies/ug", "1"),
    ],
)  # fmt: skip
def test_a_unit_is_a_multiple_of_one_of_three(typed: str, unit: str, factor: str) -> None:
    assert read_unit(typed) == (unit, Decimal(factor))


@pytest.mark.parametrize("typed", ["", "copies", "%", "copies/kg", "cells/ug", "10^6/L", "ug/copies", "g/L"])
def test_any_other_unit_is_refused(typed: str) -> None:
    with pytest.raises(NotRead, match="unit"):
        read_unit(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("day 7", "7"),
        ("D7", "7"),
        ("d+7", "7"),
        ("第7天", "7"),
        ("7.50", "7.5"),
        ("predose", "0"),
        ("给药前", "0"),
    ],
)
def test_a_nominal_day_counts_from_the_infusion(typed: str, day: str) -> None:
    assert read_day(typed) == day


@pytest.mark.parametrize("typed", ["-7", "day seven", "9999", "7-8", "week 2", "1.23456", ""])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(NotRead, match="day"):
        read_day(typed)
