"""Subject codes as people type them; two ways to read one are never possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.file.codes import PATTERN, read_code, write_code
from rules.protocol import Protocol


@pytest.mark.parametrize("typed", ["CD7-004", "cd7-004", "cd7-4", "004", "4", " 4 ", "CD7-0004"])
def test_a_code_is_read_in_short_and_in_full(protocol: Protocol, typed: str) -> None:
    assert protocol.read_code(typed) == "CD7-004"


@pytest.mark.parametrize(
    "typed",
    ["", "0", "CD7-000", "1000", "CD7-1000", "CD8-004", "-4", "4.0", "４", "4 5", "9" * 6000],
)
def test_what_is_no_code_is_none(protocol: Protocol, typed: str) -> None:
    assert protocol.read_code(typed) is None


PATTERNS = ["CD7-{number:3}", "{number:2}", "S_{number:6}-a", "x{number:1}"]


@given(st.sampled_from(PATTERNS), st.integers(1, 9))
def test_each_code_that_is_written_is_read_back(pattern: str, number: int) -> None:
    code = write_code(pattern, number)
    assert PATTERN.fullmatch(pattern)
    assert read_code(pattern, code) == read_code(pattern, str(number)) == code


@pytest.mark.parametrize(
    "pattern", ["7{number:3}", "{number:3}7", "{number:0}", "{number:7}", "CD 7-{number:3}"]
)
def test_a_pattern_that_could_be_read_in_two_ways_is_none(pattern: str) -> None:
    assert not PATTERN.fullmatch(pattern)
