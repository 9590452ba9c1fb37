"""The field's notation: "1NNN 2NNT", with P for pending and X for not evaluable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.escalation import judge
from rules.notation import BadNotation, read_outcomes, write_outcomes
from rules.protocol import Protocol
from rules.situation import Tally
from tests.rules.files import protocol_of


def test_an_empty_string_is_the_first_level_without_subjects(protocol: Protocol) -> None:
    assert read_outcomes("", protocol) == (Tally(1, 3),)
    assert write_outcomes((Tally(1, 3),)) == ""


def test_groups_of_one_level_add_up_and_open_places_where_the_clauses_do(protocol: Protocol) -> None:
    whole = read_outcomes("1NNTNPX", protocol)
    assert whole == (Tally(1, 3, 3, 1), Tally(1, 3, 1, 0, 1, not_evaluable=1))
    assert whole == read_outcomes("1NNT 1NPX", protocol) == read_outcomes("1N 1N 1T 1N 1P 1X", protocol)


def test_one_who_left_is_replaced_at_the_same_opening(protocol: Protocol) -> None:
    assert read_outcomes("1NXNN", protocol) == (Tally(1, 3, 3, not_evaluable=1),)


def test_a_fourth_subject_without_a_place_stays_where_it_was_enrolled(protocol: Protocol) -> None:
    assert read_outcomes("1NNNN", protocol) == (Tally(1, 3, 4),)


def test_going_down_opens_as_many_places_as_a_reduction_does(protocol: Protocol) -> None:
    assert read_outcomes("1NNN 2TT 1N", protocol)[-1] == Tally(1, 3, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1", "`1` is no group: write a level and letters of N, T, P, X, for example 1NNT"),
        ("NNN", "`NNN` is no group"),
        ("1nnn", "`1nnn` is no group"),
        ("1NNN,2NNN", "`1NNN,2NNN` is no group"),
        ("１NNN", "`１NNN` is no group"),
        ("1NN N", "`N` is no group"),
        ("0NNN", "`0NNN`: this protocol has levels 1 to 3"),
        ("1NNN 4NNN", "`4NNN`: this protocol has levels 1 to 3"),
        ("9" * 500 + "N", f"`{'9' * 40}` is no group"),
        ("1N " * 900, "2,700 characters are no outcomes of a trial; at most 600 are read"),
    ],
)
def test_what_is_not_in_the_notation_is_said_in_one_line(protocol: Protocol, text: str, said: str) -> None:
    with pytest.raises(BadNotation) as refusal:
        read_outcomes(text, protocol)
    assert str(refusal.value).startswith(said)
    assert len(str(refusal.value)) < 120


GROUP = st.tuples(st.integers(1, 3), st.text("NTPX", min_size=1, max_size=7))
OUTCOMES = st.lists(GROUP, max_size=6).map(lambda groups: " ".join(f"{at}{them}" for at, them in groups))


@given(OUTCOMES)
def test_no_history_of_the_notation_raises_and_its_counts_are_kept(outcomes: str) -> None:
    protocol = protocol_of()
    history = read_outcomes(outcomes, protocol)
    decision = judge(protocol, history)
    assert decision.because["enrolled"] == sum(outcomes.count(letter) for letter in "NTPX")
    assert 0 <= decision.level <= 3
    assert decision.slots >= 0
    assert decision.clauses or decision.action == "refer"


@given(OUTCOMES)
def test_what_is_written_reads_as_the_same_subjects(outcomes: str) -> None:
    written = write_outcomes(read_outcomes(outcomes, protocol_of()))
    for letter in "NTPX123":
        assert letter.isdigit() or written.count(letter) == outcomes.count(letter)


def test_a_very_long_string_is_judged_quickly(protocol: Protocol) -> None:
    started = time.process_time()
    judge(protocol, read_outcomes("1N 2T " * 100, protocol))
    judge(protocol, read_outcomes("1" + "NTPX" * 149, protocol))
    assert time.process_time() - started < 60
