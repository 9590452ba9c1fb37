"""What inside a DLT window is unsettled: scores without an event, events without a ruling, deaths."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, to_renew, to_settle
from rules.protocol import Protocol
from rules.schedule import agenda, awaited, due
from rules.subject import status
from rules.toxicity.covering import uncovered, worst_score
from rules.toxicity.unsettled import unsettled
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_deaths import CRS, S, ae, became, scored

AE = 4  # the entry of the first event after the subject was dosed
NOT = e.DltRefuted(S, AE, START + 8 * DAY)
HOUR = DAY / 24


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START."""
    made = Record(protocol)
    made.doses(1)
    return made


def adds(record: Record, events: Sequence[e.Event]) -> list[str]:
    """What is unsettled with the events recorded."""
    for event in events:
        record.add(event)
    return [x.what for x in unsettled(record.protocol, record.subject(S), record.now)]


@pytest.mark.parametrize(
    ("events", "covered"),
    [
        ([ae(4, 8), NOT], True),
        ([ae(4, 7), NOT], True),
        ([ae(4, 8.3), NOT], True),  # later on the same day
        ([ae(4, 9), NOT], False),
        ([ae(3, 8), NOT], False),
        ([ae(5, 8), NOT], True),
        ([ae(4, 8, "ICANS"), NOT], False),
        ([ae(4, 8, CRS.lower()), NOT], True),
        ([ae(4, 34), NOT], False),  # g1
        ([ae(2, 5), became(AE, 8, 4), NOT], True),
        ([ae(4, 5), became(AE, 7, outcome="recovered"), NOT], False),
        ([ae(4, 5), became(AE, 7, outcome="sequelae"), NOT], False),
        ([ae(4, 5), became(AE, 7, outcome="recovering"), NOT], True),
        ([ae(4, 5), became(AE, 7, outcome="recovered"), became(AE, 7.5, outcome="not_recovered"), NOT], True),
        ([ae(4, 5), became(AE, 9, outcome="recovered"), NOT], True),
        ([ae(4, 5), became(AE, 7, outcome="fatal"), NOT], True),
        ([ae(4, 3), NOT, became(AE, 5, 1)], False),  # a relapse: it had come down before
        ([ae(4, 3), NOT, became(AE, 5, 1), became(AE, 8, 4)], True),
        ([ae(4, -1)], False),  # begun before the dose: it covers the score once it is ruled on
        ([ae(4, -1), NOT], False),  # before the score was known
    ],
)
def test_a_score_is_covered_by_an_event_of_its_term_and_grade_whose_course_holds_it(
    record: Record, events: list[e.Event], covered: bool
) -> None:
    adds(record, [*events, scored(8, 4)])
    assert (uncovered(record.protocol, record.subject(S)) == ()) is covered


def test_an_event_that_covers_a_score_is_still_to_be_ruled_on(record: Record) -> None:
    assert adds(record, [scored(8, 4)]) == ["unreported"]
    del record.entries[3:]
    assert adds(record, [ae(4, 8), scored(8, 4)]) == ["unadjudicated"]
    assert adds(record, [NOT]) == []
    assert adds(record, [became(AE, 9, 5)]) == ["unadjudicated"]


@pytest.mark.parametrize("late", [scored(8, 4), ae(4, 8), became(AE, 8, 3), scored(8, 3, "icans")])
def test_what_is_learnt_late_of_a_window_voids_its_assessment_and_holds_the_next_step(
    record: Record, late: e.Event
) -> None:
    record.add(ae(2, 3))
    record.clears(S)
    assert to_settle(record.protocol, record.trial, record.now) == ()
    number = record.add(late)
    assert record.subject(S).void_since("assessment") == number
    assert [code for code, _ in to_settle(record.protocol, record.trial, record.now)] == [S]
    assert status(record.protocol, record.subject(S), record.now) == "no_dlt"
    assert [lack.code for lack in assessment_lacks(record.protocol, record.subject(S), record.now)] in (
        ["unreported"], ["unadjudicated"],
    )  # fmt: skip
    kinds = {task.kind for task in awaited(record.protocol, record.trial, record.now)}
    assert kinds & {"adjudicate", "unreported_crs", "unreported_icans"} and "assess" not in kinds


@pytest.mark.parametrize("late", [scored(8, 2), ae(2, 8), scored(40, 4), ae(4, 40), became(AE, 8, 2)])
def test_what_cannot_be_a_dlt_leaves_an_assessment_as_it_is(record: Record, late: e.Event) -> None:
    record.add(ae(2, 3))
    record.clears(S)
    record.add(late)
    assert not record.subject(S).void and to_settle(record.protocol, record.trial, record.now) == ()


def test_a_window_is_assessed_anew_once_all_of_it_is_settled(record: Record) -> None:
    record.clears(S)
    late = record.add(ae(4, 8))
    record.add(e.DltRefuted(S, late, START + 8 * DAY))
    assert to_settle(record.protocol, record.trial, record.now) == ()
    assert to_renew(record.protocol, record.trial, record.now) == ((S, "assessment", late),)
    assert [task.kind for task in awaited(record.protocol, record.trial, record.now)] == ["assess"]
    record.add(e.WindowAssessed(S, record.now + DAY))
    assert to_renew(record.protocol, record.trial, record.now + DAY) == ()
    assert awaited(record.protocol, record.trial, record.now + DAY) == ()


def test_who_has_a_dlt_holds_no_step_by_another_event(record: Record) -> None:
    record.add(ae(4, 8))
    record.dlt(S)
    assert unsettled(record.protocol, record.subject(S), record.now) != ()
    assert to_settle(record.protocol, record.trial, record.now) == ()


def test_a_leaving_as_dead_in_the_window_is_unsettled_until_the_death_is_ruled_on(record: Record) -> None:
    assert adds(record, [e.Withdrawn(S, "died", START + 9 * DAY)]) == ["death_unruled"]
    assert status(record.protocol, record.subject(S), START + 10 * DAY) == "not_evaluable"
    assert [(code, lack.code) for code, lack in to_settle(record.protocol, record.trial, record.now)] == [
        (S, "death_unruled")
    ]
    fatal = record.add(ae(5, 9))
    assert adds(record, []) == ["unadjudicated"]
    assert adds(record, [e.DltRefuted(S, fatal, START + 9 * DAY)]) == []


def test_who_left_or_died_after_the_window_leaves_nothing_unsettled(record: Record) -> None:
    record.clears(S)
    assert adds(record, [e.Withdrawn(S, "died", START + 40 * DAY)]) == []
    assert not record.subject(S).void


def test_a_corrected_score_voids_the_assessment(record: Record) -> None:
    low = record.add(scored(8, 1))
    total = record.add(e.Scored(S, "acr_eular", "ACR/EULAR 2013", 9, (), START + 8 * DAY))
    record.clears(S)
    correct(record, total, ("score", "10"))
    assert not record.subject(S).void
    number = correct(record, low, ("score", "2"))
    assert record.subject(S).void_since("assessment") == number


def test_each_scale_without_an_event_stands_on_the_list_once_and_is_told_from_the_next_day(
    record: Record,
) -> None:
    adds(record, [scored(9, 4), scored(8, 3), scored(8, 4, "icans")])
    kinds = [(x.kind, x.deadline) for x in agenda(record.protocol, record.trial, START + 9 * DAY)]
    told = [("unreported_crs", START + 8 * DAY), ("unreported_icans", START + 8 * DAY)]
    assert kinds[:2] == told
    later = due(record.protocol, record.trial, START + 10 * DAY)
    assert {x.task.kind for x in later} == {kind for kind, _ in told}
    assert len({x.key for x in later}) == 2
    assert due(record.protocol, record.trial, START + 8 * DAY + HOUR) == ()


def test_the_worst_score_of_an_event_is_that_of_its_own_course(record: Record) -> None:
    adds(record, [ae(2, 5), scored(3, 5), scored(6, 3), scored(7, 4), scored(8, 4, "icans")])
    worst = worst_score(record.protocol, record.subject(S), AE)
    assert worst == scored(7, 4)
    adds(record, [became(AE, 6.5, outcome="recovered")])
    assert worst_score(record.protocol, record.subject(S), AE) == scored(6, 3)
    adds(record, [ae(2, 9, "Fever")])
    assert worst_score(record.protocol, record.subject(S), len(record.entries)) is None
