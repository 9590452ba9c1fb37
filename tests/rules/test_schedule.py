"""What falls due comes from the log: each reminder once, the newest of a task, whatever the downtime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules import events as e
from rules.protocol import Protocol
from rules.schedule import Reminder, Task, agenda, agenda_of, awaited, due, turned
from rules.spacing import earliest_infusion
from rules.trial import replay
from rules.window import NaiveTime, midnight, window_end
from tests.rules.files import changed, protocol_of, switched
from tests.rules.logs import DAY, START, Record

TICK = timedelta(microseconds=1)


@pytest.fixture
def record(protocol: Protocol) -> Record:
    return Record(protocol)


def told(record: Record, now: datetime) -> list[tuple[str, int]]:
    """Kind and days left of each reminder due."""
    return [(reminder.task.kind, reminder.days) for reminder in due(record.protocol, record.trial, now)]


def start_of_day(record: Record, days_before_end: int) -> datetime:
    """Midnight at the site, that many days before the last day of the first subject's window."""
    infusion = record.subject("CD7-001").infusion
    assert infusion is not None
    last = window_end(record.protocol, infusion.at) - TICK
    return midnight(record.protocol, last.astimezone(record.protocol.zone).date() - days_before_end * DAY)


# -------------------------------------------------------------------- the window
@pytest.mark.parametrize("days", [3, 1, 0])
def test_the_end_of_a_window_is_told_3_days_and_1_day_before_and_on_the_day(
    record: Record, days: int
) -> None:
    record.doses(1)
    begins = start_of_day(record, days)
    assert ("window_ends", days) in told(record, begins)
    before = due(record.protocol, record.trial, begins - TICK)
    now = due(record.protocol, record.trial, begins)
    assert [r.key for r in before] != [r.key for r in now]


def test_nothing_is_told_before_its_day(record: Record) -> None:
    record.doses(1)
    assert told(record, start_of_day(record, 3) - TICK) == []
    assert [task.kind for task in agenda(record.protocol, record.trial, START)] == ["window_ends"]


def test_a_reminder_stays_the_same_until_the_next_one_supersedes_it(record: Record) -> None:
    record.doses(1)
    first = due(record.protocol, record.trial, start_of_day(record, 3))
    second = due(record.protocol, record.trial, start_of_day(record, 1) - TICK)
    assert [r.key for r in first] == [r.key for r in second]
    assert [r.days for r in second] == [2]


def test_an_overdue_assessment_is_told_anew_each_day(record: Record) -> None:
    record.doses(1)
    end = start_of_day(record, -1)
    days = [due(record.protocol, record.trial, end + n * DAY) for n in range(4)]
    assert [[(r.task.kind, r.days) for r in each] for each in days] == [[("assess", -n)] for n in range(1, 5)]
    assert len({r.key for each in days for r in each}) == 4
    assert days[0] == due(record.protocol, record.trial, end + DAY - TICK)


def test_overdue_reminders_follow_the_interval_of_the_file() -> None:
    slow = Record(protocol_of(changed(("overdue_every_days: 1", "overdue_every_days: 3"))))
    slow.doses(1)
    end = start_of_day(slow, -1)
    keys = [due(slow.protocol, slow.trial, end + n * DAY)[0].key for n in range(6)]
    assert len(set(keys)) == 2
    assert len(set(keys[:3])) == 1


def test_after_three_days_of_downtime_there_is_one_reminder_a_task_not_one_a_day(record: Record) -> None:
    for _ in range(3):
        record.doses(1)
    late = start_of_day(record, -1) + 3 * DAY
    found = due(record.protocol, record.trial, late)
    assert [(r.task.subject, r.days) for r in found] == [("CD7-001", -4), ("CD7-002", -4), ("CD7-003", -4)]


def test_an_outcome_ends_the_reminders(record: Record) -> None:
    cleared, dlt, gone = record.doses(1), record.doses(1), record.doses(1)
    record.dlt(dlt)
    record.leaves(gone)
    record.clears(cleared)
    assert agenda(record.protocol, record.trial, record.now + DAY) == ()


def test_the_day_is_that_of_the_site_when_clocks_change() -> None:
    berlin = Record(protocol_of(changed(("zone: Asia/Shanghai", "zone: Europe/Berlin"))))
    berlin.now = datetime.fromisoformat("2025-03-03T10:00+01:00")
    berlin.doses(1)  # the window ends on 31 March, a day after clocks went forward
    at = datetime.fromisoformat
    assert told(berlin, at("2025-03-28T00:00+01:00")) == [("window_ends", 3)]
    assert told(berlin, at("2025-03-27T23:59+01:00")) == []
    assert told(berlin, at("2025-03-31T00:00+02:00")) == [("window_ends", 0)]
    assert told(berlin, at("2025-03-31T23:59+02:00")) == [("window_ends", 0)]
    assert told(berlin, at("2025-04-01T00:00+02:00")) == [("assess", -1)]


# -------------------------------------------------------------------- slots and values
def test_a_slot_about_to_expire_is_told_7_days_before(record: Record) -> None:
    code = record.holds(1)
    begins = midnight(record.protocol, (START + 53 * DAY).astimezone(record.protocol.zone).date())
    assert told(record, begins - TICK) == []
    assert told(record, begins) == [("slot_expires", 7)]
    assert told(record, START + 60 * DAY) == [("slot_expired", 0)]
    assert told(record, START + 63 * DAY) == [("slot_expired", -3)]
    record.add(e.LymphodepletionStarted(code, START + DAY))
    assert told(record, begins) == []


def test_a_value_about_to_go_stale_is_told_until_pretreatment_begins(record: Record) -> None:
    record.add(e.Consented("CD7-001", START))
    record.add(e.Answered("CD7-001", "liver", "yes", START))
    record.add(e.Answered("CD7-001", "age", "45", START))
    [reminder] = due(record.protocol, record.trial, START + 21 * DAY)
    assert reminder == Reminder(
        f"value_stale:CD7-001:liver:{(START + 28 * DAY).isoformat()}:7",
        Task("value_stale", "CD7-001", START + 28 * DAY, "liver"),
        7,
    )
    assert told(record, START + 28 * DAY) == [("value_stale", 0)]
    assert told(record, START + 28 * DAY + TICK) == []
    record.add(e.LymphodepletionStarted("CD7-001", START + DAY))
    assert told(record, START + 28 * DAY) == []


def test_a_place_that_expired_is_told_once_for_ever_until_one_is_given_again(record: Record) -> None:
    code = record.holds(1)
    keys = {due(record.protocol, record.trial, START + n * DAY)[0].key for n in (60, 61, 90)}
    assert len(keys) == 1
    record.add(e.SlotHeld(code, 1, START + 90 * DAY))
    assert told(record, START + 90 * DAY) == []


def test_a_value_that_ran_out_is_a_task_once_eligibility_rested_on_it(record: Record) -> None:
    record.add(e.Consented("CD7-001", START))
    record.add(e.Answered("CD7-001", "liver", "yes", START))
    assert agenda(record.protocol, record.trial, START + 29 * DAY) == ()
    record.add(e.EligibilityConfirmed("CD7-001", START))
    late = START + 29 * DAY
    assert agenda(record.protocol, record.trial, late) == (
        Task("value_expired", "CD7-001", START + 28 * DAY, "liver"),
    )
    assert told(record, late) == [("value_expired", -1)]
    record.add(e.Answered("CD7-001", "liver", "yes", late))
    assert told(record, late) == []


def test_one_who_left_is_reminded_of_nothing(record: Record) -> None:
    code = record.holds(1)
    record.add(e.Answered(code, "liver", "yes", START))
    record.add(e.Withdrawn(code, "before_dose", START))
    assert agenda(record.protocol, record.trial, START) == ()


def test_the_agenda_has_the_nearest_deadline_first(record: Record) -> None:
    record.holds(1)
    record.doses(1)
    record.add(e.Answered("CD7-001", "liver", "yes", START + DAY))
    tasks = agenda(record.protocol, record.trial, START + DAY)
    assert [task.kind for task in tasks] == ["window_ends", "value_stale", "slot_expires"]


def test_of_the_agenda_a_decision_awaits_outcomes_and_a_subject_has_its_own(record: Record) -> None:
    record.holds(1)
    record.doses(2)
    record.add(e.Answered("CD7-001", "liver", "yes", START + DAY))
    record.add(e.AdverseEventReported("CD7-002", "Fever", 3, START + DAY))
    now = START + 2 * DAY
    tasks = agenda(record.protocol, record.trial, now)
    outcomes = ("window_ends", "assess", "adjudicate")
    found = awaited(record.protocol, record.trial, now)
    assert found == tuple(task for task in tasks if task.kind in outcomes)
    assert {task.kind for task in found} == {"window_ends", "adjudicate"}
    for subject in record.trial.subjects.values():
        mine = agenda_of(record.protocol, subject, now)
        assert mine == tuple(task for task in tasks if task.subject == subject.code)


# -------------------------------------------------------------------- spacing
def test_no_spacing_is_required_as_shipped(record: Record) -> None:
    record.doses(1)
    code = record.holds(1)
    assert earliest_infusion(record.protocol, record.trial, record.subject(code)) is None


def test_with_the_other_reading_each_subject_waits_14_days_from_the_first() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    first, second = record.holds(1), record.holds(1)
    assert earliest_infusion(record.protocol, record.trial, record.subject(first)) is None
    record.add(e.Infused(first, 1, 0.25e8, True, START))
    earliest = earliest_infusion(record.protocol, record.trial, record.subject(second))
    assert earliest == midnight(record.protocol, (START + 14 * DAY).astimezone(record.protocol.zone).date())
    record.add(e.Infused(second, 1, 0.25e8, True, START + 14 * DAY))
    third = record.holds(1)
    assert earliest_infusion(record.protocol, record.trial, record.subject(third)) == earliest


def test_days_between_subjects_count_from_the_newest() -> None:
    record = Record(protocol_of(changed(("spacing_between_days: 0", "spacing_between_days: 7"))))
    record.doses(1)
    record.doses(1, at=START + 8 * DAY)
    third = record.holds(1)
    earliest = earliest_infusion(record.protocol, record.trial, record.subject(third))
    assert earliest == midnight(record.protocol, (START + 15 * DAY).astimezone(record.protocol.zone).date())


def test_a_naive_now_is_refused(record: Record) -> None:
    record.doses(1)
    for read in (due, agenda):
        with pytest.raises(NaiveTime):
            read(record.protocol, record.trial, START.replace(tzinfo=None))


# ------------------------------------------------------------------ rulings that wait, and time alone
def test_an_event_to_adjudicate_is_due_until_it_is_ruled_on(protocol: Protocol) -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    events: list[e.Event] = [
        e.Infused("CD7-001", 1, 0.25e8, True, at),
        e.AdverseEventReported("CD7-001", "Fever", 4, at + timedelta(days=1)),
        e.AdverseEventReported("CD7-001", "Rash", 2, at + timedelta(days=1)),
    ]
    log = [e.Entry(n, event, entered_at=event.at) for n, event in enumerate(events, 1)]
    trial = replay(protocol, log)
    now = at + timedelta(days=1, hours=1)
    assert [t.entry for t in agenda(protocol, trial, now) if t.kind == "adjudicate"] == [2]
    assert not [r for r in due(protocol, trial, now) if r.task.kind == "adjudicate"]
    keys = [
        {r.key for r in due(protocol, trial, now + timedelta(days=n)) if r.task.kind == "adjudicate"}
        for n in (1, 2)
    ]
    assert [len(each) for each in keys] == [1, 1]
    assert keys[0] != keys[1]
    ruled = replay(protocol, [*log, e.Entry(4, e.DltRefuted("CD7-001", 2, at + timedelta(days=1)))])
    assert not [t for t in agenda(protocol, ruled, now) if t.kind == "adjudicate"]


def test_what_time_alone_changes_has_a_key_of_its_own(protocol: Protocol) -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert turned(protocol, replay(protocol, ()), at) is None
    events = [e.Infused(f"CD7-00{n}", 1, 0.25e8, True, at) for n in (1, 2, 3)]
    trial = replay(protocol, [e.Entry(n, x, entered_at=x.at) for n, x in enumerate(events, 1)])
    assert turned(protocol, trial, at + timedelta(days=2)) is None
    found = turned(protocol, trial, at + timedelta(days=30))
    assert found is not None
    assert (found.key, found.decision.action) == ("decision:3:assess:1", "assess")
