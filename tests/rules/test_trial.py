"""The state of a trial is a fold of its log: nothing is edited, and late news changes the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from rules import events as e
from rules.counting import history_of
from rules.escalation import decide, judge
from rules.notation import read_outcomes, write_outcomes
from rules.protocol import Protocol
from rules.trial import continued, replay
from rules.window import NaiveTime
from tests.rules.files import protocol_of, switched
from tests.rules.logs import DAY, START, Record, played

PLAYED = [
    "1NN",
    "1NNP",
    "1NTP",
    "1NNX",
    "1NNN",
    "1NNT",
    "1NNT 1NP",
    "1NNT 1NNN",
    "1TT",
    "1NNN 2TT",
    "1NNN 2TTP",
    "1NNN 2NNT 2NNT",
    "1NNT 1NNN 2NNT 2NNT",
    "1NNN 2NNN 3NNN",
    "1NNN 2TTX 1NNX",
]


@pytest.mark.parametrize("outcomes", PLAYED)
def test_a_log_and_its_notation_give_one_decision(protocol: Protocol, outcomes: str) -> None:
    record = played(protocol, outcomes)
    assert record.decision == judge(protocol, read_outcomes(outcomes, protocol))


@pytest.mark.parametrize("outcomes", PLAYED)
def test_a_log_can_be_written_in_the_notation(protocol: Protocol, outcomes: str) -> None:
    record = played(protocol, outcomes)
    written = write_outcomes(history_of(protocol, record.trial, record.now))
    assert [sorted(group) for group in written.split()] == [sorted(group) for group in outcomes.split()]


def test_an_empty_log_is_an_open_first_level(protocol: Protocol) -> None:
    trial = replay(protocol, [])
    assert [(o.level, o.places, o.at) for o in trial.openings] == [(1, 3, None)]
    assert (trial.mtd, trial.subject("CD7-001"), trial.amended) == (None, None, frozenset())
    assert decide(protocol, trial, START).key == ("enrol", 1)


def test_replaying_a_log_twice_gives_the_same_state(protocol: Protocol) -> None:
    record = played(protocol, "1NNT 1NNN 2NXP")
    assert replay(protocol, record.entries) == replay(protocol, record.entries)


def test_a_log_that_goes_on_anywhere_ends_in_the_state_of_a_whole_replay(protocol: Protocol) -> None:
    record = played(protocol, "1NNT 1NNN 2NXP")
    dose = next(x for x in record.entries if isinstance(x.event, e.Infused))
    later = (dose.event.at + timedelta(hours=1)).isoformat()
    moved = record.add(e.Corrected(dose.number, (("at", later),), "typing", record.now))
    record.holds(2)
    record.add(e.Corrected(moved, (), "typing", record.now))
    whole = record.trial
    for at in range(len(record.entries) + 1):
        begun = replay(protocol, record.entries[:at])
        assert continued(protocol, begun, record.entries[at:]) == whole
        assert len(begun.log) == at


def test_each_event_leaves_its_mark(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.holds(1)
    record.add(e.Answered(code, "age", "45", START))
    record.add(e.EligibilityConfirmed(code, START))
    record.add(e.ApheresisDone(code, START + DAY))
    record.add(e.LymphodepletionStarted(code, START + 2 * DAY))
    record.add(e.Infused(code, 1, 0.25e8, True, START + 5 * DAY))
    event = record.add(e.AdverseEventReported(code, "cytokine release", 3, START + 6 * DAY))
    record.add(e.DltRefuted(code, event, START + 6 * DAY))
    subject = record.subject(code)
    assert (subject.consented, subject.eligible) == (START, START)
    assert subject.answers["age"].value == "45"
    assert (subject.apheresis, subject.lymphodepletion) == (START + DAY, START + 2 * DAY)
    assert subject.infusion is not None
    assert subject.infusion.cells == 0.25e8
    assert subject.adverse_events[event].grade == 3
    assert isinstance(subject.adjudicated[event], e.DltRefuted)
    assert record.trial.subject(code) == subject


# -------------------------------------------------------------------- late news
def test_a_dlt_learnt_after_the_next_level_opened_holds_all_enrolment(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    assert record.decision.key == ("enrol", 2)
    record.dlt("CD7-002", days=10)
    decision = record.decision
    assert (decision.key, decision.slots, decision.escalation) == (("hold", 1), 0, "stopped")
    assert (decision.clauses, decision.assumptions) == (("late-news",), ("A14",))
    assert decision.because["rederived"] == {"action": "expand", "level": 1}


def test_a_dlt_learnt_late_that_changes_no_step_changes_nothing_else(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2TTP 1N")
    before = record.decision
    record.dlt("CD7-006")
    assert record.decision.key == before.key == ("enrol", 1)


def test_a_dlt_learnt_after_the_mtd_was_signed_holds(protocol: Protocol) -> None:
    record = played(protocol, "1NNT 1NNN 2TT")
    assert record.decision.key == ("declare_mtd", 1)
    record.add(e.MtdDeclared(1, record.now))
    assert record.decision.key == ("declare_mtd", 1)
    record.dlt("CD7-001")
    assert record.decision.action == "hold"


def test_an_mtd_signed_that_no_clause_gives_is_referred(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    record.add(e.MtdDeclared(1, record.now))
    decision = record.decision
    assert (decision.key, decision.clauses) == (("refer", 1), ("unforeseen-step",))
    assert decision.because["rederived"] == {"action": "escalate", "level": 2}


# -------------------------------------------------------------------- who takes a place
def test_a_slot_that_expires_opens_the_place_again(protocol: Protocol) -> None:
    record = Record(protocol)
    for _ in range(3):
        record.holds(1)
    assert record.decision.action == "wait"
    record.now = START + 60 * DAY - timedelta(microseconds=1)
    assert record.decision.action == "wait"
    record.now = START + 60 * DAY
    assert (record.decision.action, record.decision.slots) == ("enrol", 3)


def test_a_slot_does_not_expire_once_pretreatment_began(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.holds(1)
    record.add(e.LymphodepletionStarted(code, START + DAY))
    record.now = START + 100 * DAY
    assert record.decision.slots == 2


def test_a_fourth_dose_in_a_cohort_of_three_is_referred(protocol: Protocol) -> None:
    record = played(protocol, "1PPP")
    code = record.protocol.subject_code(4)
    record.add(e.Infused(code, 1, 0.25e8, True, record.now, deviation="over-enrolled"))
    decision = record.decision
    assert (decision.key, decision.clauses, decision.assumptions) == (
        ("refer", 1),
        ("over-enrolled",),
        ("A19",),
    )


def test_a_dose_after_the_slot_expired_counts_where_the_slot_was(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.holds(1)
    record.now = START + 90 * DAY
    record.add(e.Infused(code, 1, 0.25e8, True, record.now, deviation="slot expired"))
    assert record.decision.slots == 2


@pytest.mark.parametrize("deviation", ["", "wrong level"])
def test_a_dose_at_a_level_never_opened_is_referred_and_never_counts_elsewhere(
    protocol: Protocol, deviation: str
) -> None:
    record = played(protocol, "1NN")
    code = record.holds(1)
    record.add(e.Infused(code, 2, 1e8, True, record.now, deviation=deviation))
    assert write_outcomes(history_of(protocol, record.trial, record.now)) == "1NN 2P"
    assert record.decision.action == "refer"


def test_a_dose_at_a_level_left_behind_counts_there(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    code = record.holds(2)
    record.add(e.Infused(code, 1, 0.25e8, True, record.now, deviation="wrong dose"))
    assert write_outcomes(history_of(protocol, record.trial, record.now)) == "1NNNP 2P"
    assert record.decision.key == ("refer", 1)


def test_a_slot_at_a_level_whose_opening_was_voided_is_referred_until_it_is_given_back(
    protocol: Protocol,
) -> None:
    record = played(protocol, "1NNN")
    opened = record.opens()
    code = record.holds(2)
    record.add(e.Corrected(opened, (), "signed by mistake", record.now))
    assert record.decision.action == "refer"
    record.add(e.Withdrawn(code, "before_dose", record.now))
    assert record.decision.key == ("escalate", 2)


def test_a_slot_recorded_after_the_dose_moves_nobody(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2P")
    record.add(e.SlotHeld("CD7-001", 2, record.now))
    assert record.subject("CD7-001").opening == 0
    assert record.decision.slots == 2


# -------------------------------------------------------------------- readings of the day count
def test_the_reading_through_day_29_waits_a_day_longer() -> None:
    later = protocol_of(switched("A12", "through-day-29"))
    record = Record(later)
    codes = [record.doses(1) for _ in range(3)]
    for code in codes:
        record.add(e.WindowAssessed(code, START + 29 * DAY))
    record.now = START + 29 * DAY
    assert record.decision.action == "wait"
    record.now = START + 30 * DAY
    assert record.decision.action == "assess"


# -------------------------------------------------------------------- instants
def test_a_time_without_zone_is_refused_wherever_it_enters(protocol: Protocol) -> None:
    naive = datetime(2025, 4, 1, 9)
    for event in (
        e.Consented("CD7-001", naive),
        e.LevelOpened(2, 3, "escalate", naive),
        e.Corrected(1, (), "", naive),
    ):
        with pytest.raises(NaiveTime):
            replay(protocol, [e.Entry(1, event)])
    with pytest.raises(NaiveTime):
        replay(protocol, [e.Entry(1, e.Consented("CD7-001", START), entered_at=naive)])
    with pytest.raises(NaiveTime):
        decide(protocol, played(protocol, "1P").trial, naive)


def test_the_same_instants_in_another_zone_give_the_same_trial(protocol: Protocol) -> None:
    record = played(protocol, "1NNT 1NXP")
    there = timezone(timedelta(hours=8))
    moved = [replace(x, event=replace(x.event, at=x.event.at.astimezone(there))) for x in record.entries]
    assert replay(protocol, moved) == record.trial


def test_an_entry_without_author_or_time_of_entry_counts_as_well(protocol: Protocol) -> None:
    trial = replay(protocol, [e.Entry(1, e.Consented("CD7-001", START))])
    assert trial.subjects["CD7-001"].consented == START


def test_an_older_measurement_entered_late_replaces_no_newer_one(protocol: Protocol) -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    answers = [
        e.Answered("CD7-001", "liver", "no", at + timedelta(days=10)),
        e.Answered("CD7-001", "liver", "yes", at),
    ]
    trial = replay(protocol, [e.Entry(n, x) for n, x in enumerate(answers, 1)])
    assert trial.subjects["CD7-001"].answers["liver"].value == "no"
