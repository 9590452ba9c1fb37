"""A death of which only an onset before the dose is known: until its day is, it may lie in the window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, settling, to_settle
from rules.protocol import Protocol
from rules.schedule import agenda, due
from rules.subject import dlt_onset, rises, status, unadjudicated
from rules.toxicity.deaths import undated, undated_death
from rules.window import window_end
from tests.rules.logs import DAY, START, Record
from tests.rules.toxicity.test_deaths import S, ae, became, refusals, scored

FATAL = 4  # the entry of the fatal event
LEFT = e.Withdrawn(S, "died", START + 40 * DAY)
DEAD = e.Withdrawn(S, "died", START + 9 * DAY)
RULED = e.DltRefuted(S, FATAL, START - DAY)


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START, with a fatal event whose onset was the day before."""
    made = Record(protocol, START - 2 * DAY)
    made.holds(1)
    made.now = START
    made.add(e.Infused(S, 1, protocol.level(1).cells, True, START))
    made.now = START + 50 * DAY
    made.add(ae(5, -1, "Sepsis"))
    return made


def open_(record: Record, *events: e.Event) -> list[str]:
    """What is unsettled after these."""
    for event in events:
        record.add(event)
    return [lack.code for lack in settling(record.protocol, record.subject(S), record.now)]


@pytest.mark.parametrize("ruled", [False, True])
def test_no_window_passes_until_the_day_of_the_death_is_known(record: Record, ruled: bool) -> None:
    assert open_(record, *([RULED] if ruled else [])) == ["death_undated"]
    assert refusals(record) == ["death_undated"]
    [(code, lack)] = to_settle(record.protocol, record.trial, record.now)
    assert (code, lack.code, lack.params) == (S, "death_undated", {"entry": FATAL})


def test_it_is_due_as_a_day_to_record_and_no_assessment_is(record: Record) -> None:
    assert [x.kind for x in agenda(record.protocol, record.trial, record.now)][:2] == ["leave", "undated"]
    kinds = {x.kind: x.entry for x in agenda(record.protocol, record.trial, record.now)}
    assert kinds["undated"] == FATAL and not kinds.keys() & {"assess", "window_ends", "death"}
    told = {x.task.kind for x in due(record.protocol, record.trial, record.now)}
    assert "undated" in told
    record.add(became(FATAL, 40, outcome="fatal"))
    kinds = {x.kind: 0 for x in agenda(record.protocol, record.trial, record.now)}
    assert "undated" not in kinds and "assess" in kinds


@pytest.mark.parametrize("dated", [LEFT, became(FATAL, 40, outcome="fatal"), became(FATAL, 40, 5)])
def test_a_day_after_the_window_settles_it_and_the_window_passes(record: Record, dated: e.Event) -> None:
    assert open_(record, dated) == [] and refusals(record) == []


@pytest.mark.parametrize("ruled", [False, True])
def test_a_day_in_the_window_is_put_to_a_ruling_that_can_be_a_dlt(record: Record, ruled: bool) -> None:
    found = open_(record, *([RULED] if ruled else []), became(FATAL, 9, outcome="fatal"))
    subject = record.subject(S)
    assert found == ["unadjudicated"] and unadjudicated(record.protocol, subject) == (FATAL,)
    assert dlt_onset(record.protocol, subject, FATAL) == START + 9 * DAY
    assert open_(record, e.DltConfirmed(S, FATAL, START + 9 * DAY)) == []
    assert status(record.protocol, record.subject(S), record.now) == "dlt"


@pytest.mark.parametrize("dated", [DEAD, scored(9, 5)])
@pytest.mark.parametrize("ruled", [False, True])
def test_a_death_in_the_window_by_another_record_asks_for_the_day_of_the_event(
    record: Record, dated: e.Event, ruled: bool
) -> None:
    found = open_(record, *([RULED] if ruled else []), dated)
    assert "death_undated" in found and "death_unruled" not in found


def test_no_ruling_on_it_is_needed_where_another_fatal_event_is_ruled_on(record: Record) -> None:
    other = record.add(ae(5, 8))
    assert undated_death(record.subject(S)) is None
    assert open_(record, e.DltRefuted(S, other, START + 8 * DAY), DEAD) == []


def test_a_report_after_the_assessment_makes_it_void(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    record.clears(S)
    record.add(ae(5, -1, "Sepsis"))
    found = record.subject(S)
    assert found.void_since("assessment") and [x.code for x in refusals_now(record)] == ["death_undated"]


def refusals_now(record: Record) -> tuple[object, ...]:
    return assessment_lacks(record.protocol, record.subject(S), window_end(record.protocol, START) + 9 * DAY)


def test_an_event_that_began_in_the_window_or_after_it_or_nobody_infused_is_none(record: Record) -> None:
    subject = record.subject(S)
    assert undated(subject) == (FATAL,) and undated_death(subject) is not None
    assert (
        undated(replace(subject, infusion=None)) == ()
        and undated_death(replace(subject, infusion=None)) is None
    )
    for day in (0, 3, 40):
        late = replace(subject, adverse_events={FATAL: ae(5, day)})
        assert undated(late) == () and undated_death(late) is None
    mild = replace(subject, adverse_events={FATAL: ae(4, -1)})
    assert undated(mild) == () and undated_death(mild) is None


def test_a_day_before_the_dose_is_a_day(record: Record) -> None:
    assert open_(record, became(FATAL, -0.5, outcome="fatal")) == []


@pytest.mark.parametrize("day", [9, 12])
def test_of_two_days_in_the_window_the_first_is_when_it_came_to_be_fatal(record: Record, day: float) -> None:
    open_(record, became(FATAL, day, outcome="fatal"), became(FATAL, 10, 5))
    assert rises(record.protocol, record.subject(S), FATAL) == ((START + min(day, 10) * DAY, False),)
