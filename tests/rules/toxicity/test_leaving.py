"""Whose window is over, and waits for nothing but the record that the subject left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, reopened, to_renew
from rules.foresight import suppose
from rules.protocol import Protocol
from rules.schedule import awaited
from rules.subject import status
from rules.toxicity.leaving import as_left, death_open, only_to_leave
from rules.window import window_end
from tests.rules.logs import DAY, START, Record
from tests.rules.toxicity.test_deaths import CRS

OVER = timedelta(days=40)


def died(record: Record, code: str, *, ruled: bool) -> None:
    """An event of grade 5 on day 5, ruled no DLT where `ruled`."""
    number = record.add(e.AdverseEventReported(code, CRS, 5, START + 5 * DAY))
    if ruled:
        record.add(e.DltRefuted(code, number, START + 5 * DAY))


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """Three subjects, infused at START."""
    made = Record(protocol)
    for _ in range(3):
        made.doses(1)
    return made


A, B, C = "CD7-001", "CD7-002", "CD7-003"


def test_who_died_in_the_window_and_was_ruled_on_is_not_to_be_assessed_but_to_leave(record: Record) -> None:
    died(record, B, ruled=True)
    record.clears(A)
    record.now = START + OVER
    assert (record.decision.action, record.decision.leaving) == ("assess", ())
    record.clears(C)
    assert (record.decision.action, record.decision.leaving) == ("assess", (B,))
    assert record.decision.answer[-1] == (B,)
    record.doses(2, at=START)  # whose window is over as well, at another level
    found = [only_to_leave(record.protocol, record.trial, level, record.now) for level in (1, 2)]
    assert found == [(B,), ()]
    del record.entries[-3:]
    record.add(e.Withdrawn(B, "died", START + 5 * DAY))
    assert (record.decision.action, record.decision.leaving) == ("enrol", ())


def test_a_death_that_nobody_ruled_on_waits_for_more_than_the_leaving(record: Record) -> None:
    died(record, A, ruled=True)
    died(record, B, ruled=False)
    record.clears(C)
    record.now = START + OVER
    assert (record.decision.action, record.decision.leaving) == ("assess", ())
    record.add(e.DltRefuted(B, len(record.entries) - 1, START + 5 * DAY))
    assert record.decision.leaving == (A, B)


def test_while_a_window_is_open_nobody_is_to_be_assessed(record: Record) -> None:
    died(record, A, ruled=True)
    record.now = window_end(record.protocol, START) - DAY
    assert (record.decision.action, record.decision.leaving) == ("wait", ())


def test_who_was_assessed_and_died_in_the_window_is_to_leave_and_not_to_be_assessed(record: Record) -> None:
    for code in (A, B, C):
        record.clears(code)
    record.now = START + OVER
    died(record, A, ruled=True)
    since = len(record.entries) - 1
    assert [(code, lack.code) for code, lack in record.decision.unsettled] == [(A, "died_in_window")]
    assert to_renew(record.protocol, record.trial, record.now) == ((A, "leaving", since),)
    assert kinds(record) == ["leave"]
    record.add(e.Withdrawn(A, "died", START + 5 * DAY))
    assert (record.decision.action, record.decision.unsettled, kinds(record)) == ("enrol", (), [])


def test_who_was_assessed_and_died_after_the_window_is_to_be_assessed_anew_and_to_leave(
    record: Record,
) -> None:
    event = record.add(e.AdverseEventReported(A, CRS, 2, START + 20 * DAY))
    for code in (A, B, C):
        record.clears(code)
    record.now = START + OVER
    since = record.add(e.AdverseEventFollowed(A, event, START + 35 * DAY, outcome="fatal"))
    assert to_renew(record.protocol, record.trial, record.now) == ((A, "assessment", since),)
    assert [(c, x.code) for c, x in reopened(record.protocol, record.trial, record.now)] == [
        (A, "assessment_void")
    ]
    assert kinds(record) == ["assess", "leave"]
    assert not assessment_lacks(record.protocol, record.subject(A), record.now)
    record.add(e.Withdrawn(A, "died", START + 35 * DAY))
    assert not assessment_lacks(record.protocol, record.subject(A), record.now)
    record.add(e.WindowAssessed(A, record.now))
    assert (record.decision.action, record.decision.unsettled, kinds(record)) == ("escalate", (), [])


def kinds(record: Record) -> list[str]:
    return [task.kind for task in awaited(record.protocol, record.trial, record.now)]


# ------------------------------------------------------------------ looking ahead
def left(record: Record) -> dict[str, str]:
    """Who has another status once those who died are taken as having left: the new one."""
    after = as_left(record.protocol, record.trial, record.now)
    people = ((c, [status(record.protocol, s, record.now) for s in (x, after.subjects[c])])
              for c, x in record.trial.subjects.items())  # fmt: skip
    return {code: now for code, (before, now) in people if before != now}


def open_of(record: Record) -> tuple[str, ...]:
    return death_open(record.protocol, record.trial, record.now)


def test_a_look_ahead_takes_who_died_in_the_window_as_leaving_once_it_is_ruled_on(record: Record) -> None:
    record.now = START + 10 * DAY
    assert (left(record), open_of(record)) == ({}, ())
    died(record, A, ruled=False)
    assert (left(record), open_of(record)) == ({}, (A,))
    record.add(e.DltRefuted(A, len(record.entries), START + 5 * DAY))
    assert (left(record), open_of(record)) == ({A: "not_evaluable"}, ())
    record.now = START + OVER
    assert left(record) == {A: "not_evaluable"}
    record.add(e.Withdrawn(A, "died", START + 5 * DAY))
    assert left(record) == {}


def test_a_look_ahead_takes_who_died_in_an_assessed_window_or_before_the_dose_as_leaving(
    record: Record,
) -> None:
    for code in (A, B, C):
        record.clears(code)
    record.now = START + OVER
    died(record, A, ruled=True)
    held = record.holds(1)
    record.add(e.Scored(held, "icans", "ASTCT 2019", 5, (), record.now))
    assert left(record) == {A: "not_evaluable", held: "none"}
    record.add(e.AdverseEventReported(B, CRS, 5, START + 35 * DAY))  # after the window: it passed
    assert set(left(record)) == {A, held}


def test_who_died_in_the_window_is_supposed_to_leave_by_the_death(record: Record) -> None:
    died(record, A, ruled=True)
    record.now = START + OVER
    then = suppose(record.protocol, record.trial, A, "leaves", record.now)
    assert then is not None
    assert then.subjects[A].withdrawn == e.Withdrawn(A, "died", START + 5 * DAY)
    assert status(record.protocol, then.subjects[A], record.now) == "not_evaluable"
