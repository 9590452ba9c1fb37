"""An outcome that is counted and open again: nobody gets a place or a dose before it is settled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules import events as e
from rules.protocol import Protocol
from tests.rules.logs import DAY, START, Record, played
from tests.rules.test_corrections import correct
from tests.rules.test_course import lacks, screened
from tests.rules.test_deaths import ae, scored

A = "CD7-001"
LEFT = ("lost", "withdrew")


def reopened(record: Record) -> list[tuple[str, str]]:
    """Subject and reason of every outcome that is open again."""
    return [(code, lack.code) for code, lack in record.decision.reopened]


def candidate(record: Record, stage: str, level: int) -> str:
    """A subject for whom the stage comes next."""
    code = screened(record, record.protocol.subject_code(record.subjects + 1))
    steps: dict[str, Callable[[], e.Event]] = {
        "slot": lambda: e.SlotHeld(code, level, record.now),
        "apheresis": lambda: e.ApheresisDone(code, record.now),
        "lymphodepletion": lambda: e.LymphodepletionStarted(code, record.now),
    }
    for name, made in steps.items():
        if name == stage:
            break
        record.add(made())
    return code


@pytest.fixture
def left(protocol: Protocol) -> Record:
    """Three dosed at level 1, of whom the first left on day 3 without a DLT: a place is free."""
    record = played(protocol, "1XPP")
    record.now = START + 4 * DAY
    return record


@pytest.mark.parametrize("stage", ["slot", "lymphodepletion", "infusion"])
@pytest.mark.parametrize(
    ("late", "why"),
    [
        (ae(4, 2), "unadjudicated"),
        (scored(2, 4), "unreported"),
        (scored(2, 5), "death_unruled"),
    ],
)
def test_the_place_of_a_leaver_waits_until_its_window_is_settled(
    left: Record, stage: str, late: e.Event, why: str
) -> None:
    code = candidate(left, stage, 1)
    assert lacks(left, code, stage) == {}
    left.add(late)
    assert (A, why) in reopened(left)
    assert set(lacks(left, code, stage)) == {"reopened"}
    assert left.decision.key == ("enrol" if stage == "slot" else "wait", 1)


@pytest.mark.parametrize("stage", ["consent", "eligibility", "apheresis"])
def test_what_is_no_step_towards_a_dose_goes_on(left: Record, stage: str) -> None:
    code = candidate(left, stage, 1) if stage == "apheresis" else screened(left, "CD7-009")
    before = lacks(left, code, stage)
    left.add(ae(4, 2))
    assert lacks(left, code, stage) == before and "reopened" not in before


def test_a_leavers_event_that_is_no_dlt_gives_the_place_and_a_dlt_takes_it(left: Record) -> None:
    code = candidate(left, "slot", 1)
    event = left.add(ae(4, 2))
    left.add(e.DltRefuted(A, event, START + 2 * DAY))
    assert reopened(left) == [] and lacks(left, code, "slot") == {}
    left.add(e.DltConfirmed(A, event, START + 2 * DAY))
    assert reopened(left) == [] and set(lacks(left, code, "slot")) == {"no_place"}
    assert left.decision.because["free"] == 0


def test_the_next_level_waits_while_an_outcome_below_is_open_again(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    code = candidate(record, "infusion", 2)
    assert lacks(record, code, "infusion") == {}
    event = record.add(ae(3, 5))
    assert reopened(record) == [(A, "unadjudicated")]
    assert set(lacks(record, code, "infusion")) == {"reopened"}
    record.add(e.DltRefuted(A, event, START + 5 * DAY))
    assert reopened(record) == [(A, "assessment_void")]
    assert set(lacks(record, code, "infusion")) == {"reopened"}
    record.add(e.WindowAssessed(A, record.now))
    assert reopened(record) == [] and lacks(record, code, "infusion") == {}


def test_an_assessment_whose_value_changed_holds_the_dose_until_it_is_signed_anew(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    mild = record.add(ae(2, 5))
    assert reopened(record) == []
    since = correct(record, mild, ("grade", "1"))
    [(code, lack)] = record.decision.reopened
    assert (code, lack.code, lack.params["entry"]) == (A, "assessment_void", since)


@pytest.mark.parametrize("late", [ae(2, 2), ae(4, 40), scored(40, 4), scored(2, 2)])
def test_what_cannot_be_a_dlt_holds_nobody(left: Record, late: e.Event) -> None:
    left.now = START + 41 * DAY
    left.add(late)
    assert reopened(left) == []


def test_who_is_in_the_window_or_had_a_dlt_is_no_outcome_that_is_open_again(protocol: Protocol) -> None:
    record = played(protocol, "1TPP")
    record.add(ae(4, 2))  # of who had the DLT
    record.add(e.AdverseEventReported("CD7-002", "Sepsis", 4, record.now))
    assert reopened(record) == []
