"""What a subject lacks before each step: the file's own needs, the order of the calendar, spacing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rules import events as e
from rules.assessment import assessment_lacks
from rules.course import Step, closes, done_at, lacking, outcomes_complete
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.subject import Subject, unadjudicated
from rules.window import window_end
from tests.rules.files import protocol_of, switched
from tests.rules.logs import DAY, START, Record, played
from tests.rules.test_eligibility import FIT


@pytest.fixture
def record(protocol: Protocol) -> Record:
    return Record(protocol)


def screened(record: Record, code: str = "CD7-001") -> str:
    """A subject with consent, all answers and eligibility signed."""
    record.add(e.Consented(code, record.now))
    for fact, value in FIT.items():
        record.add(e.Answered(code, fact, value, record.now))
    record.add(e.EligibilityConfirmed(code, record.now))
    return code


def lacks(record: Record, code: str, stage: str, at: datetime | None = None) -> dict[str, object]:
    """The codes that are lacking, with what they rest on."""
    trial = record.trial
    subject = trial.subjects.get(code, Subject(code))
    found = lacking(
        Step(record.protocol, trial, record.decision, subject, stage, at or record.now, record.now)
    )
    return {lack.code: dict(lack.params) for lack in found}


def test_a_whole_course_lacks_nothing_at_any_step(record: Record) -> None:
    assert lacks(record, "CD7-001", "consent") == {}
    code = screened(record)
    assert lacks(record, code, "slot") == {}
    record.add(e.SlotHeld(code, 1, record.now))
    for stage, event in (
        ("apheresis", e.ApheresisDone(code, record.now)),
        ("lymphodepletion", e.LymphodepletionStarted(code, record.now)),
    ):
        assert lacks(record, code, stage) == {}
        record.add(event)
    assert lacks(record, code, "infusion") == {}


def test_each_stage_names_what_has_not_happened(record: Record) -> None:
    assert set(lacks(record, "CD7-009", "eligibility")) == {"no_consent", "undetermined"}
    assert set(lacks(record, "CD7-009", "screening")) == {"no_consent"}
    assert set(lacks(record, "CD7-009", "slot")) == {"no_eligibility", "undetermined"}
    assert set(lacks(record, "CD7-009", "infusion")) == {"no_slot", "no_lymphodepletion"}


def test_a_stage_that_the_file_does_not_have_needs_nothing(record: Record) -> None:
    assert lacks(record, "CD7-009", "biopsy") == {}


def test_screening_must_have_begun_where_a_stage_needs_it() -> None:
    text = switched("A1", "escalate").replace("needs: [consent, all_criteria_met]", "needs: [screening]")
    record = Record(protocol_of(text))
    record.add(e.Consented("CD7-001", START))
    assert set(lacks(record, "CD7-001", "eligibility")) == {"no_screening"}
    record.add(e.Answered("CD7-001", "age", "45", START))
    assert lacks(record, "CD7-001", "eligibility") == {}


def test_criteria_that_are_open_or_failed_are_named(record: Record) -> None:
    code = screened(record)
    record.add(e.Answered(code, "aids", "yes", record.now))
    assert lacks(record, code, "slot") == {"not_eligible": {"criteria": ("E3",)}}


def test_criteria_are_held_to_the_day_of_the_step(record: Record) -> None:
    code = screened(record)
    record.add(e.SlotHeld(code, 1, START))
    record.add(e.ApheresisDone(code, START))
    record.now = START + 40 * DAY
    late = lacks(record, code, "lymphodepletion")
    assert late == {"undetermined": {"criteria": ("I6", "I7", "I8", "I9", "I10")}}
    assert lacks(record, code, "lymphodepletion", START + 20 * DAY) == {}


def test_without_a_place_there_is_no_slot(record: Record) -> None:
    for _ in range(3):
        record.holds(1)
    code = screened(record, "CD7-004")
    assert lacks(record, code, "slot") == {"no_place": {"action": "wait", "level": 1}}


def test_a_level_that_is_closed_is_not_dosed(record: Record) -> None:
    record = played(record.protocol, "1NNN")
    record.opens()
    code = record.holds(2)
    for dosed in (record.doses(2), record.doses(2)):
        record.dlt(dosed)
    record.add(e.LymphodepletionStarted(code, record.now))
    assert lacks(record, code, "infusion") == {"level_closed": {"level": 2, "action": "reduce", "next": 1}}


def test_nothing_happens_twice(record: Record) -> None:
    code = screened(record)
    assert lacks(record, code, "consent") == {"done_already": {"at": START}}
    dosed = record.doses(1)
    assert lacks(record, dosed, "apheresis") == {"done_already": {"at": START}}


def test_a_slot_that_expired_can_be_held_again(record: Record) -> None:
    code = screened(record)
    record.add(e.SlotHeld(code, 1, START))
    assert "done_already" in lacks(record, code, "slot")
    record.now = START + 61 * DAY
    for fact, value in FIT.items():
        record.add(e.Answered(code, fact, value, record.now))
    assert lacks(record, code, "slot") == {}


def test_one_who_left_does_nothing_more(record: Record) -> None:
    code = record.holds(1)
    left = e.Withdrawn(code, "before_dose", START)
    number = record.add(left)
    record.now += DAY
    assert lacks(record, code, "apheresis") == {"withdrawn": {"at": START}}
    assert lacks(record, code, "slot", START) == {"withdrawn": {"at": START}}
    before = {"at": START, "stage": "apheresis", "entry": number, "event": left}
    assert lacks(record, code, "apheresis", START) == {"left_before": before}
    assert (closes(record.subject(code)), closes(Subject(code))) == (START, None)


def test_a_dose_before_a_death_may_be_entered_after_it(record: Record) -> None:
    code = screened(record)
    record.add(e.SlotHeld(code, 1, START))
    record.add(e.ApheresisDone(code, START))
    record.add(e.LymphodepletionStarted(code, START))
    record.add(e.AdverseEventReported(code, "Sepsis", 5, START + 3 * DAY))
    record.now += 5 * DAY
    assert closes(record.subject(code)) == START + 3 * DAY
    assert lacks(record, code, "infusion", START + 3 * DAY) == {}
    assert set(lacks(record, code, "infusion", START + 3.1 * DAY)) == {"died"}


def test_steps_are_never_in_the_future_and_keep_their_order(record: Record) -> None:
    code = record.holds(1)
    assert set(lacks(record, code, "apheresis", START + DAY)) == {"future"}
    record.add(e.ApheresisDone(code, START))
    record.add(e.LymphodepletionStarted(code, START))
    early = START - DAY
    assert lacks(record, code, "infusion", early) == {"before": {"stage": "lymphodepletion", "at": START}}


def test_spacing_is_held_where_the_file_asks_for_it() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    record.doses(1)
    code = record.holds(1)
    record.add(e.LymphodepletionStarted(code, START))
    record.now = START + DAY
    assert set(lacks(record, code, "infusion")) == {"spacing"}
    record.now = START + 15 * DAY
    assert lacks(record, code, "infusion") == {}


# -------------------------------------------------------------------- outcomes before the next level
def test_a_dose_at_the_next_level_is_not_dated_before_the_last_window_below(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    record.opens()
    code = record.holds(2, START)
    record.add(e.LymphodepletionStarted(code, START + DAY))
    end = window_end(protocol, _last_infusion(record))
    assert outcomes_complete(protocol, record.trial, record.subject(code)) == end
    opened = record.trial.openings[-1].at
    unsigned = {"level_unsigned": {"level": 2, "at": opened}}
    assert lacks(record, code, "infusion", end - DAY) == unsigned | {"before_outcome": {"at": end}}
    assert lacks(record, code, "infusion", opened - timedelta(minutes=1)) == unsigned
    assert lacks(record, code, "lymphodepletion", opened - timedelta(minutes=1)).keys() == {"done_already"}
    assert lacks(record, code, "infusion", opened) == {}


def test_pretreatment_for_a_level_follows_the_signature_that_opened_it(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    record.opens()
    opened = record.trial.openings[-1].at
    early = opened - timedelta(minutes=1)
    record.now = opened - DAY
    code = screened(record, "CD7-009")
    record.now = opened
    record.add(e.SlotHeld(code, 2, opened))
    record.add(e.ApheresisDone(code, early))
    assert set(lacks(record, code, "lymphodepletion", early)) == {"level_unsigned"}
    assert lacks(record, code, "lymphodepletion", opened) == {}


def test_after_a_reduction_the_dlts_count_and_not_the_windows(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2TTP")
    dosed = _last_infusion(record)
    record.opens()
    code = record.holds(1)
    expected = max(r.at for s in record.trial.subjects.values() for r in s.adjudicated.values())
    assert outcomes_complete(protocol, record.trial, record.subject(code)) == expected < dosed + 28 * DAY


def test_the_first_opening_and_a_subject_without_slot_rest_on_nothing(protocol: Protocol) -> None:
    record = played(protocol, "1NP")
    for subject in (record.subject("CD7-001"), Subject("CD7-009")):
        assert outcomes_complete(protocol, record.trial, subject) is None


def test_a_place_given_back_and_a_dlt_before_the_dose_settle_nothing(protocol: Protocol) -> None:
    record = Record(protocol)
    record.holds(1)
    record.add(e.DltConfirmed(record.doses(1), 0, START - DAY))
    record.add(e.LevelOpened(2, 3, "escalate", START))
    code = record.holds(2)
    assert outcomes_complete(protocol, record.trial, record.subject(code)) is None


def _last_infusion(record: Record) -> datetime:
    return max(s.infusion.at for s in record.trial.subjects.values() if s.infusion)


# -------------------------------------------------------------------- assessment
def assessed(record: Record, code: str) -> tuple[Lack, ...]:
    return assessment_lacks(record.protocol, record.subject(code), record.now)


def test_an_assessment_needs_an_infusion_and_the_end_of_the_window(record: Record) -> None:
    held, dosed = record.holds(1), record.doses(1)
    end = window_end(record.protocol, START)
    assert assessed(record, held) == (Lack("no_infusion"),)
    assert assessed(record, dosed) == (Lack("window_open", {"at": end}),)
    record.now = end
    assert assessed(record, dosed) == ()
    record.clears(dosed)
    assert assessed(record, dosed) == (Lack("done_already", {"at": end}),)


def test_who_has_a_dlt_or_left_is_not_assessed(record: Record) -> None:
    dlt, gone = record.doses(1), record.doses(1)
    record.dlt(dlt)
    record.leaves(gone)
    assert assessed(record, dlt) == (Lack("has_dlt"),)
    assert assessed(record, gone) == (Lack("not_evaluable"),)


def test_events_of_grade_3_in_the_window_are_ruled_on_first(record: Record) -> None:
    code = record.doses(1)
    end = window_end(record.protocol, START)
    mild = record.add(e.AdverseEventReported(code, "fatigue", 2, START + DAY))
    severe = record.add(e.AdverseEventReported(code, "fever", 3, START + DAY))
    record.add(e.AdverseEventReported(code, "late", 4, end))
    record.add(e.AdverseEventReported(code, "before", 4, START - timedelta(minutes=1)))
    record.now = end
    assert unadjudicated(record.protocol, record.subject(code)) == (severe,)
    assert assessed(record, code) == (Lack("unadjudicated", {"entries": (severe,), "grade": 3}),)
    record.add(e.DltRefuted(code, severe, START + DAY))
    assert assessed(record, code) == ()
    assert mild not in record.subject(code).adjudicated


def test_without_an_infusion_nothing_waits_for_a_ruling(record: Record) -> None:
    code = record.holds(1)
    record.add(e.AdverseEventReported(code, "fever", 3, START))
    assert unadjudicated(record.protocol, record.subject(code)) == ()


def test_a_stage_has_the_instant_at_which_it_happened(record: Record) -> None:
    code = record.doses(1)
    stages = ("consent", "slot", "infusion", "apheresis", "biopsy")
    assert [done_at(record.subject(code), stage) for stage in stages] == [START, START, START, None, None]
