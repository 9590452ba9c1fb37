"""How one subject counts: A10 to A13 and A16, to the microsecond."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rules import events as e
from rules.protocol import Protocol
from rules.subject import (
    Subject,
    has_dlt,
    holds_slot,
    left_early,
    measured_at,
    rose_after,
    slot_expires,
    status,
)  # fmt: skip
from rules.window import NaiveTime, window_end
from tests.rules.logs import DAY, START, Record

TICK = timedelta(microseconds=1)


def counted(record: Record, code: str, now: datetime | None = None) -> str:
    return status(record.protocol, record.subject(code), now or record.now)


@pytest.fixture
def record(protocol: Protocol) -> Record:
    return Record(protocol)


def end_of(record: Record) -> datetime:
    return window_end(record.protocol, START)


def test_a_subject_is_none_then_holds_a_slot_then_is_in_the_window(record: Record) -> None:
    record.add(e.Consented("CD7-009", START))
    assert counted(record, "CD7-009") == "none"
    assert counted(record, record.holds(1)) == "held"
    assert counted(record, record.doses(1)) == "in_window"


def test_nobody_is_clear_by_the_clock_alone(record: Record) -> None:
    code = record.doses(1)
    assert counted(record, code, end_of(record) - TICK) == "in_window"
    assert counted(record, code, end_of(record)) == "unassessed"
    assert counted(record, code, end_of(record) + 365 * DAY) == "unassessed"


def test_an_assessment_counts_from_the_end_of_the_window_on(record: Record) -> None:
    code = record.doses(1)
    record.add(e.WindowAssessed(code, end_of(record) - TICK))
    assert counted(record, code, end_of(record) - TICK) == "in_window"
    assert counted(record, code, end_of(record)) == "unassessed"
    record.add(e.WindowAssessed(code, end_of(record)))
    assert counted(record, code, end_of(record)) == "no_dlt"


@pytest.mark.parametrize("reason", ["withdrew", "died", "lost"])
def test_who_leaves_before_the_window_ends_is_not_evaluable(record: Record, reason: str) -> None:
    code = record.doses(1)
    record.add(e.Withdrawn(code, reason, end_of(record) - TICK))
    assert counted(record, code) == "not_evaluable"
    assert left_early(record.protocol, record.subject(code))


def test_who_leaves_after_the_window_stays_evaluable(record: Record) -> None:
    code = record.doses(1)
    record.add(e.Withdrawn(code, "withdrew", end_of(record)))
    assert counted(record, code, end_of(record)) == "unassessed"
    record.add(e.WindowAssessed(code, end_of(record)))
    assert counted(record, code, end_of(record)) == "no_dlt"


def test_a_dose_not_given_in_full_is_not_evaluable(record: Record) -> None:
    assert counted(record, record.doses(1, full=False)) == "not_evaluable"


@pytest.mark.parametrize("leaving", ["withdrew", "dose_not_full"])
def test_who_leaves_with_a_dlt_counts(record: Record, leaving: str) -> None:
    code = record.doses(1, full=leaving != "dose_not_full")
    record.dlt(code, days=2)
    if leaving == "withdrew":
        record.leaves(code, days=3)
    assert counted(record, code) == "dlt"
    assert record.decision.assumptions == ("A11",)


def test_who_leaves_after_the_window_with_a_dlt_is_no_leaver(record: Record) -> None:
    code = record.doses(1)
    record.dlt(code)
    record.leaves(code, days=40)
    assert record.decision.assumptions == ()


def test_who_leaves_before_the_dose_gives_the_place_back(record: Record) -> None:
    code = record.holds(1)
    record.add(e.Withdrawn(code, "before_dose", START))
    subject = record.subject(code)
    assert counted(record, code) == "none"
    assert left_early(record.protocol, subject)
    assert not holds_slot(record.protocol, subject, START)
    assert record.decision.slots == 3


@pytest.mark.parametrize(("onset", "counts"), [(-TICK, False), (0 * TICK, True), (28 * DAY, True)])
def test_a_dlt_counts_when_its_onset_is_in_the_window(record: Record, onset: timedelta, counts: bool) -> None:
    code = record.doses(1)
    record.add(e.DltConfirmed(code, 0, START + onset))
    assert has_dlt(record.protocol, record.subject(code)) is counts


def test_toxicity_after_the_window_is_no_dlt(record: Record) -> None:
    code = record.doses(1)
    event = record.add(e.AdverseEventReported(code, "fever", 4, end_of(record)))
    record.add(e.DltConfirmed(code, event, end_of(record)))
    record.clears(code)
    assert counted(record, code) == "no_dlt"
    assert record.subject(code).adverse_events[event].grade == 4


def test_the_newest_ruling_on_an_event_stands(record: Record) -> None:
    code = record.doses(1)
    event = record.add(e.AdverseEventReported(code, "fever", 3, START + DAY))
    record.add(e.DltConfirmed(code, event, START + DAY))
    assert counted(record, code) == "dlt"
    record.add(e.DltRefuted(code, event, START + DAY))
    assert counted(record, code) == "in_window"


def test_a_second_dlt_after_the_window_does_not_hide_the_first(record: Record) -> None:
    code = record.doses(1)
    record.dlt(code, days=3)
    record.dlt(code, days=60)
    assert counted(record, code) == "dlt"


def test_refuting_dlts_without_a_recorded_event_leaves_the_others(record: Record) -> None:
    code = record.doses(1)
    record.dlt(code, days=3)
    record.add(e.DltRefuted(code, 0, START + 3 * DAY))
    assert counted(record, code) == "in_window"
    event = record.add(e.AdverseEventReported(code, "fever", 3, START + DAY))
    record.add(e.DltConfirmed(code, event, START + DAY))
    record.add(e.DltRefuted(code, 0, START + 3 * DAY))
    assert counted(record, code) == "dlt"


def test_a_dlt_without_an_infusion_is_none(protocol: Protocol) -> None:
    assert not has_dlt(protocol, Subject("CD7-001"))
    assert Subject("CD7-001").level == 0


def test_a_slot_expires_unless_it_is_used(record: Record) -> None:
    held, dosed = record.holds(1), record.doses(1)
    assert slot_expires(record.protocol, record.subject(held)) == START + 60 * DAY
    assert slot_expires(record.protocol, record.subject(dosed)) is None
    assert not holds_slot(record.protocol, record.subject(dosed), START)


def test_a_naive_now_is_refused(record: Record) -> None:
    naive = START.replace(tzinfo=None)
    for code in (record.holds(1), record.doses(1)):
        with pytest.raises(NaiveTime):
            counted(record, code, naive)
    with pytest.raises(NaiveTime):
        holds_slot(record.protocol, record.subject("CD7-001"), naive)


def test_what_was_measured_in_the_same_minute_gives_its_highest_floor(record: Record) -> None:
    code, minute = record.doses(1), timedelta(minutes=1)

    def floor(at: datetime) -> int:
        return getattr(measured_at(record.subject(code), event, at), "floor", 0)

    event = record.add(e.AdverseEventReported(code, "Anemia", 1, START, (("value", "95 g/L"),), 1))
    assert floor(START + 0.9 * minute) == 1
    record.add(e.AdverseEventFollowed(code, event, START, 3, measured=(("value", "70 g/L"),), floor=3))
    record.add(e.AdverseEventFollowed(code, event, START + DAY, 2))
    assert (floor(START), floor(START + minute), floor(START + DAY)) == (3, 0, 0)


@pytest.mark.parametrize(
    ("begun", "grade", "then", "found"),
    [
        (26, 2, [(31, 5)], (2, 31)),
        (26, 1, [(27, 2), (30, 3), (31, 5)], (2, 30)),
        (26, 2, [(27, 3), (31, 5)], None),  # it came to the grade inside
        (26, 2, [(31, 2)], None),
        (29, 2, [(31, 5)], None),
        (-1, 2, [(31, 5)], None),
    ],
)
def test_an_event_that_began_inside_and_was_worse_only_after_the_window_is_told_apart(
    record: Record, begun: int, grade: int, then: list[tuple[int, int]], found: tuple[int, int] | None
) -> None:
    code = record.doses(1)
    number = record.add(e.AdverseEventReported(code, "Sepsis", grade, START + begun * DAY))
    for day, to in then:
        record.add(e.AdverseEventFollowed(code, number, START + day * DAY, to))
    said = rose_after(record.protocol, record.subject(code), number)
    assert said == (found and (found[0], START + found[1] * DAY))
