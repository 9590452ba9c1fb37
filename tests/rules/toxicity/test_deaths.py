"""Who died, by which record; what is then refused, what is still owed; the clock of a death."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, to_settle
from rules.course import Step, gone, lacking
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.schedule import agenda, due
from rules.subject import Subject, dlt_onset, status, unadjudicated, worst_grade
from rules.toxicity.deaths import Death, death_of, died_in_window, unruled_death
from rules.toxicity.observed import after_death
from rules.toxicity.seriousness import Owed, criteria, death_to_report, owed, to_report, unjudged
from rules.window import window_end
from tests.rules.logs import DAY, START, Record

CRS = "Cytokine release syndrome"


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START."""
    made = Record(protocol)
    made.doses(1)
    return made


S = "CD7-001"


def ae(grade: int, day: float, term: str = CRS) -> e.AdverseEventReported:
    return e.AdverseEventReported(S, term, grade, START + day * DAY)


def became(about: int, day: float, grade: int = 0, outcome: str = "") -> e.AdverseEventFollowed:
    return e.AdverseEventFollowed(S, about, START + day * DAY, grade, outcome=outcome)


def scored(day: float, grade: int, scale: str = "crs") -> e.Scored:
    return e.Scored(S, scale, "ASTCT 2019", grade, (), START + day * DAY)


def after(record: Record, *events: e.Event) -> Subject:
    """The subject once each event was entered as it happened, none before an earlier one."""
    for event in events:
        record.now = max(record.now, event.at)
        record.add(event)
    return record.subject(S)


def kinds(record: Record, days: float) -> list[str]:
    return [task.kind for task in agenda(record.protocol, record.trial, START + days * DAY)]


def refusals(record: Record) -> list[str]:
    """Why the window cannot be assessed once it is over."""
    end = window_end(record.protocol, START)
    return [lack.code for lack in assessment_lacks(record.protocol, record.subject(S), end)]


LEFT = e.Withdrawn(S, "died", START + 12 * DAY)


@pytest.mark.parametrize(
    ("events", "by", "day"),
    [
        ([], "", 0),
        ([ae(4, 3), scored(4, 4), e.Withdrawn(S, "lost", START + 9 * DAY)], "", 0),
        ([scored(5, 5)], "crs", 5),
        ([scored(5, 5, "icans")], "icans", 5),
        ([ae(5, 3)], "onset", 3),
        ([ae(5, 3), scored(5, 5)], "crs", 5),
        ([ae(2, 3), became(4, 8, outcome="fatal"), scored(7, 5)], "event", 8),
        ([ae(2, 3), became(4, 8, 5)], "event", 8),
        ([ae(2, 3), became(4, 8, outcome="fatal"), LEFT], "left", 12),
    ],
)
def test_a_death_is_one_whatever_recorded_it_and_the_best_record_dates_it(
    record: Record, events: list[e.Event], by: str, day: float
) -> None:
    death = death_of(after(record, *events))
    assert (death and (death.by, death.at)) == ((by, START + day * DAY) if by else None)
    assert kinds(record, 20).count("leave") == (by not in ("", "left"))


def test_an_outcome_that_is_death_is_grade_5_and_is_adjudicated(record: Record) -> None:
    found = after(record, ae(2, 3), became(4, 8, outcome="fatal"))
    assert worst_grade(found, 4) == 5
    assert dlt_onset(record.protocol, found, 4) == START + 8 * DAY
    assert unadjudicated(record.protocol, found) == (4,)


def test_a_ruling_and_an_assessment_are_void_once_the_event_was_fatal(record: Record) -> None:
    after(record, ae(3, 3), e.DltRefuted(S, 4, START + 3 * DAY))
    end = window_end(record.protocol, START)
    assert refusals(record) == []
    found = after(record, e.WindowAssessed(S, end), became(4, 8, outcome="recovering"))
    assert not found.void
    record.add(e.Corrected(7, (("outcome", "fatal"),), "source document", end))
    found = record.subject(S)
    assert unadjudicated(record.protocol, found) == (4,)
    assert (found.void_since("assessment"), found.void_since("ruling:4")) == (7, 7)


def test_no_window_passes_over_a_death_in_it_that_nobody_adjudicated(record: Record) -> None:
    after(record, ae(3, 3), e.DltRefuted(S, 4, START + 3 * DAY), scored(9, 5))
    assert refusals(record) == ["death_unruled", "unreported"]
    after(record, became(4, 9, 5))
    assert refusals(record) == ["unadjudicated"]
    after(record, e.DltRefuted(S, 4, START + 9 * DAY))
    assert refusals(record) == ["died_in_window"]
    assert status(record.protocol, record.subject(S), START + 20 * DAY) == "in_window"
    after(record, e.DltConfirmed(S, 4, START + 9 * DAY))
    assert refusals(record) == ["has_dlt"]


@pytest.mark.parametrize(("day", "open_"), [(9, True), (40, False), (-1, False)])
def test_a_death_that_is_learnt_after_the_assessment_holds_the_next_signature(
    record: Record, day: float, open_: bool
) -> None:
    record.clears(S)
    after(record, scored(day, 5))
    owed = [(S, "death_unruled"), (S, "unreported")] if open_ else []
    assert [(code, lack.code) for code, lack in to_settle(record.protocol, record.trial, record.now)] == owed
    assert (record.subject(S).void_since("assessment") > 0) is open_
    assert (died_in_window(record.protocol, record.subject(S)) is not None) is open_


def test_without_an_infusion_no_window_holds_a_death(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.holds(1)
    record.add(e.Scored(code, "crs", "ASTCT 2019", 5, (), START))
    assert unruled_death(protocol, record.subject(code)) is None
    assert death_of(record.subject(code)) == Death(START, "crs")
    assert {"slot_expires", "value_stale"}.isdisjoint(kinds(record, 1))
    assert kinds(record, 1) == ["death", "leave", "sae"]

    def lacks(stage: str, at: datetime) -> tuple[Lack, ...]:
        step = Step(protocol, record.trial, record.decision, record.subject(code), stage, at, START + DAY)
        return lacking(step)

    late = (Lack("died", {"death": Death(START, "crs")}),)
    assert lacks("apheresis", START + DAY / 24) == lacks("slot", START) == late
    assert lacks("apheresis", START) == ()  # entered late, of before the death
    assert gone(Subject(code)) is None


def test_of_the_dead_only_what_is_owed_stands_on_the_list(record: Record) -> None:
    assert kinds(record, 9) == ["window_ends"]
    after(record, scored(9, 5))
    assert kinds(record, 10) == ["death", "leave", "sae"]
    assert kinds(record, 50) == ["death", "leave", "sae_overdue"]
    after(record, ae(5, 8))
    assert kinds(record, 9) == ["adjudicate", "leave", "sae"]
    after(record, e.Withdrawn(S, "died", START + 9 * DAY))
    assert kinds(record, 50) == ["adjudicate", "sae_overdue"]


def test_who_died_after_the_window_is_still_to_be_assessed(record: Record) -> None:
    after(record, scored(40, 5))
    assert kinds(record, 50) == ["assess", "death", "leave", "sae_overdue"]
    assert refusals(record) == []
    after(record, ae(5, 3), e.DltRefuted(S, 5, START + 3 * DAY))  # begun in the window, the death after it
    assert refusals(record) == []


def test_what_is_owed_of_a_death_is_told_from_the_next_day_and_again(record: Record) -> None:
    after(record, scored(9, 5))
    told = [due(record.protocol, record.trial, START + d * DAY) for d in (9, 10, 10.1, 20)]
    assert [x[-1].task.kind for x in told[:3]] == ["sae", "sae", "sae_overdue"]
    keys = [{r.key for r in x if not r.task.kind.startswith("sae")} for x in told]
    assert [len(x) for x in keys] == [0, 2, 2, 2]
    assert keys[1] == keys[2] and keys[2].isdisjoint(keys[3])


# ------------------------------------------------------------------ the clock of a death
def test_a_death_that_nobody_judged_starts_the_clock_of_a_serious_event(record: Record) -> None:
    found = after(record, ae(2, 3))
    assert (to_report(found, 4), criteria(found, 4), unjudged(found)) == (None, None, ())
    found = after(record, became(4, 8, outcome="fatal"))
    assert (to_report(found, 4), criteria(found, 4)) == (START + 8 * DAY, ("death",))
    assert unjudged(found) == ()
    not_so = after(record, e.SeriousnessJudged(S, 4, (), START + 4 * DAY))
    assert (to_report(not_so, 4), criteria(not_so, 4)) == (START + 8 * DAY, ("death",))
    judged = after(record, e.SeriousnessJudged(S, 4, ("hospitalisation",), START + 8.5 * DAY))
    assert to_report(judged, 4) == START + 8.5 * DAY
    assert criteria(judged, 4) == ("hospitalisation",)
    told = after(record, e.SponsorInformed(S, 4, START + 9 * DAY))
    assert to_report(told, 4) is None


@pytest.mark.parametrize(("grade", "listed"), [(2, False), (3, True), (4, True), (5, False)])
def test_a_severe_event_whose_seriousness_nobody_judged_stands_on_the_list_last(
    record: Record, grade: int, listed: bool
) -> None:
    record.add(ae(grade, -30))
    tasks = agenda(record.protocol, record.trial, START)
    assert (tasks[-1].kind == "unjudged") is listed
    told = [due(record.protocol, record.trial, START + days * DAY) for days in (0.99, 1, 9)]
    keys = [[r.key for r in x if r.task.kind == "unjudged"] for x in told]
    assert keys == [[], *[[f"unjudged:{S}:4"] * listed] * 2]  # entered at START: told once, a day later
    record.add(e.SeriousnessJudged(S, 4, (), START))
    assert "unjudged" not in kinds(record, 0)


def test_a_serious_event_is_overdue_from_its_deadline_on(record: Record) -> None:
    after(record, ae(5, 1))
    assert "sae" in kinds(record, 2)
    assert "sae_overdue" in kinds(record, 2 + 1e-6)
    assert timedelta(hours=record.protocol.sae_hours) == DAY


# ------------------------------------------------------------------ a death that was learnt late
def test_the_clock_of_a_death_begins_at_its_entry_and_a_report_of_before_it_counts(record: Record) -> None:
    record.now = START + 20 * DAY
    found = after(record, ae(5, 3))
    assert owed(found, 4) == Owed(START + 20 * DAY, START + 3 * DAY)
    assert kinds(record, 21) == ["adjudicate", "leave", "sae"]
    assert to_report(after(record, e.SponsorInformed(S, 4, START + 4 * DAY)), 4) is None


@pytest.mark.parametrize(
    ("changes", "day"), [((("grade", "5"),), 9), ((("at", f"{START + 2 * DAY:%FT%T%z}"),), 0)]
)
def test_a_grade_that_was_corrected_is_known_since_the_correction(
    record: Record, changes: e.Pairs, day: float
) -> None:
    was = 3 if changes[0][0] == "grade" else 5
    record.add(ae(was, 3))
    after(record, e.Corrected(4, changes, "typing error", START + 9 * DAY))
    record.add(ae(1, 3, "Nausea"))
    assert to_report(record.subject(S), 4) == START + day * DAY


@pytest.mark.parametrize("elsewhere", [scored(9, 5, "icans"), e.Withdrawn(S, "died", START + 9 * DAY)])
def test_a_death_entered_elsewhere_runs_the_clock_until_and_beyond_its_first_event(
    record: Record, elsewhere: e.Event
) -> None:
    assert death_to_report(record.subject(S)) is None
    assert death_to_report(after(record, elsewhere)) == START + 9 * DAY
    after(record, ae(5, 9.5))
    found = after(record, ae(5, 9.7, "Sepsis"))
    assert death_to_report(found) is None
    assert (to_report(found, 5), to_report(found, 6)) == (START + 9 * DAY, START + 9.7 * DAY)


# ------------------------------------------------------------------ a death after the report of its event
def told(day: float) -> e.SponsorInformed:
    return e.SponsorInformed(S, 4, START + day * DAY)


REPORTED = (ae(4, 3), e.SeriousnessJudged(S, 4, ("hospitalisation",), START + 3 * DAY), told(4))
AGAIN = Owed(START + 8 * DAY, START + 8 * DAY, again=True)


@pytest.mark.parametrize(("fatal", "begin"), [
    (became(4, 8, 5), 8), (became(4, 8, outcome="fatal"), 8),
    (e.Corrected(4, (("grade", "5"),), "source document", START + 8 * DAY), 3),
])  # fmt: skip
def test_an_event_that_became_fatal_after_its_report_is_reported_again(
    record: Record, fatal: e.Event, begin: float
) -> None:
    assert owed(after(record, *REPORTED), 4) is None
    assert owed(after(record, fatal), 4) == replace(AGAIN, begin=START + begin * DAY)
    assert "sae" in kinds(record, 9) and "sae_overdue" in kinds(record, 9.1)
    assert owed(after(record, told(begin + 0.5)), 4) is None
    assert "sae" not in kinds(record, 9)


def test_a_report_from_before_the_death_is_none_of_it_whenever_it_is_entered(record: Record) -> None:
    after(record, *REPORTED, became(4, 8, 5))
    assert owed(after(record, told(7)), 4) == AGAIN
    assert owed(after(record, told(8)), 4) is None


def test_a_report_that_was_entered_before_the_event_was_fatal_is_none_of_its_death(record: Record) -> None:
    record.now = START + 9 * DAY
    found = after(record, *REPORTED, told(8.5), became(4, 8, 5))
    assert owed(found, 4) == replace(AGAIN, since=START + 9 * DAY)


def test_the_clock_of_a_second_report_begins_where_the_death_was_entered_first(record: Record) -> None:
    after(record, *REPORTED, scored(8, 5))
    assert "sae" in kinds(record, 9)
    found = after(record, told(8.2), became(4, 8.5, 5))
    assert owed(found, 4) == replace(AGAIN, begin=START + 8.5 * DAY)


def test_a_first_report_after_the_death_is_the_only_one(record: Record) -> None:
    after(record, *REPORTED[:2], became(4, 8, 5))
    assert owed(record.subject(S), 4) == Owed(START + 3 * DAY, START + 3 * DAY, aware=True)
    assert owed(after(record, told(8.5)), 4) is None
    assert owed(after(record, became(4, 9, outcome="fatal")), 4) is None


def test_a_correction_of_what_is_fatal_all_the_same_asks_no_second_report(record: Record) -> None:
    after(record, ae(5, 3), told(4))
    for number, grade in enumerate(("3", "5"), 4):
        correction = e.Corrected(4, (("grade", grade),), "typing error", START + number * DAY)
        assert owed(after(record, correction), 4) is None


# ------------------------------------------------------------------ what is dated after a death
@pytest.mark.parametrize(
    ("event", "refused"),
    [
        (scored(6, 1), True), (ae(1, 6), True), (ae(5, 6), True),
        (e.CoreSetMeasured(S, "follow_up", (), START), False),
        (e.CoreSetMeasured(S, "follow_up", (), START + 6 * DAY), True), (became(4, 6, 3), True),
        (became(4, 6, outcome="recovered"), True), (became(4, 6, outcome="fatal"), False),
        (became(4, 6, outcome="unknown"), False), (scored(5, 5), False),
        (e.DltRefuted(S, 4, START + 6 * DAY), False),
    ],
)  # fmt: skip
def test_what_is_observed_is_not_dated_after_a_death(record: Record, event: e.Event, refused: bool) -> None:
    found = after(record, ae(2, 3), scored(5, 5))
    assert after_death(event, found) == (Lack("after_death", {"at": START + 5 * DAY}) if refused else None)


def test_an_onset_of_a_fatal_event_dates_no_death(record: Record) -> None:
    assert after_death(scored(6, 1), after(record, ae(5, 3))) is None
