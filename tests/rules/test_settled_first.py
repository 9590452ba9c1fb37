"""What is open and may be a DLT that changes the answer is settled before anybody gets a place or a dose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules import events as e
from rules.protocol import Protocol
from tests.rules.logs import DAY, START, Record, played
from tests.rules.test_corrections import correct
from tests.rules.test_course import lacks, screened
from tests.rules.toxicity.test_deaths import ae, scored

A = "CD7-001"
LEFT = ("lost", "withdrew")


def unsettled(record: Record) -> list[tuple[str, str]]:
    """Subject and reason of all that is to be settled before a place or a dose."""
    return [(code, lack.code) for code, lack in record.decision.unsettled]


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
    before = left.decision
    left.add(late)
    assert (A, why) in unsettled(left) and left.decision.whose == (A,)
    assert before.key == left.decision.key and before.answer != left.decision.answer
    assert set(lacks(left, code, stage)) == {"may_be_dlt"}
    assert left.decision.key == ("enrol" if stage == "slot" else "wait", 1)


@pytest.mark.parametrize("stage", ["consent", "eligibility", "apheresis"])
def test_what_is_no_step_towards_a_dose_goes_on(left: Record, stage: str) -> None:
    code = candidate(left, stage, 1) if stage == "apheresis" else screened(left, "CD7-009")
    before = lacks(left, code, stage)
    left.add(ae(4, 2))
    assert lacks(left, code, stage) == before and "may_be_dlt" not in before


def test_a_leavers_event_that_is_no_dlt_gives_the_place_and_a_dlt_takes_it(left: Record) -> None:
    code = candidate(left, "slot", 1)
    event = left.add(ae(4, 2))
    left.add(e.DltRefuted(A, event, START + 2 * DAY))
    assert unsettled(left) == [] and lacks(left, code, "slot") == {}
    left.add(e.DltConfirmed(A, event, START + 2 * DAY))
    assert unsettled(left) == [] and set(lacks(left, code, "slot")) == {"no_place"}
    assert left.decision.because["free"] == 0


def test_the_next_level_waits_while_an_outcome_below_is_open_again(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    code = candidate(record, "infusion", 2)
    assert lacks(record, code, "infusion") == {}
    event = record.add(ae(3, 5))
    assert unsettled(record) == [(A, "unadjudicated")]
    assert set(lacks(record, code, "infusion")) == {"may_be_dlt"}
    record.add(e.DltRefuted(A, event, START + 5 * DAY))
    assert unsettled(record) == [(A, "assessment_void")]
    assert set(lacks(record, code, "infusion")) == {"may_be_dlt"}
    record.add(e.WindowAssessed(A, record.now))
    assert unsettled(record) == [] and lacks(record, code, "infusion") == {}


def test_an_assessment_whose_value_changed_holds_the_dose_until_it_is_signed_anew(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    mild = record.add(ae(2, 5))
    assert unsettled(record) == []
    since = correct(record, mild, ("grade", "1"))
    [(code, lack)] = record.decision.unsettled
    assert (code, lack.code, lack.params["entry"]) == (A, "assessment_void", since)


@pytest.mark.parametrize("late", [ae(2, 2), ae(4, 40), scored(40, 4), scored(2, 2)])
def test_what_cannot_be_a_dlt_holds_nobody(left: Record, late: e.Event) -> None:
    left.now = START + 41 * DAY
    left.add(late)
    assert unsettled(left) == []


def test_what_is_open_of_who_had_a_dlt_holds_nobody(protocol: Protocol) -> None:
    record = played(protocol, "1TPP")
    record.add(ae(4, 2))
    assert unsettled(record) == []


@pytest.mark.parametrize(
    ("outcomes", "open_", "held"),
    [
        ("1PP", 1, False),  # one DLT leaves the level open
        ("1PP", 2, True),
        ("1TP", 1, True),
        ("1TP", 0, False),
        ("1NNT 1P", 1, True),
        ("1NNN 2NNN 3NNN 3P", 1, False),
        ("1NNN 2NNN 3NNN 3PP", 2, True),
        ("1NNN 2TT 1P", 1, False),
        ("1NNN 2TT 1PP", 2, True),
    ],
)
def test_nobody_is_dosed_while_what_is_open_in_windows_could_close_the_level(
    protocol: Protocol, outcomes: str, open_: int, held: bool
) -> None:
    record = played(protocol, outcomes)
    record.now += 6 * DAY  # so that no DLT lies ahead
    level, last = record.decision.level, record.subjects
    code = candidate(record, "infusion", level)
    assert lacks(record, code, "infusion") == {}
    whose = [record.protocol.subject_code(last - at) for at in range(open_)]
    events = [record.add(e.AdverseEventReported(who, "Sepsis", 4, record.now)) for who in whose]
    assert {who for who, _ in unsettled(record)} == (set(whose) if held else set())
    assert set(lacks(record, code, "infusion")) == ({"may_be_dlt"} if held else set())
    for who, event in zip(whose, events, strict=True):
        record.add(e.DltRefuted(who, event, record.now))
    assert unsettled(record) == [] and lacks(record, code, "infusion") == {}


def test_a_level_that_is_closed_asks_for_nothing_to_be_settled_before_a_place(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2TTP")
    record.add(e.AdverseEventReported("CD7-006", "Sepsis", 4, record.now))
    assert record.decision.action == "reduce" and unsettled(record) == []
