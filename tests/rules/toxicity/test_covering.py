"""What a ruling answers for: relapses and scores that it could not know are ruled on anew."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, settling
from rules.protocol import Protocol
from rules.schedule import awaited
from rules.subject import dlt_onset, levels_of
from rules.toxicity.covering import least_grade, ruled_from, scale_of, uncovered, window_scores, worst_score
from rules.toxicity.unsettled import unsettled
from rules.trial import continued, replay
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_deaths import CRS, S, ae, became

AE = 4  # the entry of the first event after the subject was dosed
NOT = e.DltRefuted(S, AE, START + 3 * DAY)
DLT = e.DltConfirmed(S, AE, START + 3 * DAY)
RULING = 5  # where it follows the event at once


def scored(day: float, grade: int, beside: int = -1, scale: str = "crs") -> e.Scored:
    return e.Scored(S, scale, "ASTCT 2019", grade, (), START + day * DAY, "", beside)


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START."""
    made = Record(protocol)
    made.doses(1)
    return made


def adds(record: Record, events: Sequence[e.Event]) -> list[tuple[str, int]]:
    """What is unsettled with the events recorded: (what, the event to rule on)."""
    for event in events:
        record.add(event)
    return [(x.what, x.entry) for x in unsettled(record.protocol, record.subject(S), record.now)]


def void_since(record: Record, what: str = f"ruling:{AE}") -> int:
    return record.subject(S).void_since(what)


OPEN = [("unadjudicated", AE)]


# ------------------------------------------------------------------ relapses
RELAPSES: list[tuple[list[e.Event], int]] = [
    ([became(AE, 5, 1), became(AE, 8, 3)], 7),
    ([became(AE, 5, 1), became(AE, 8, 4)], 7),
    ([became(AE, 5, 2), became(AE, 27, 3)], 7),
    ([became(AE, 8, 3), became(AE, 5, 1)], 7),  # the fall is entered last
    ([became(AE, 5, outcome="recovered"), became(AE, 8, 3)], 7),
    ([became(AE, 5, outcome="sequelae"), became(AE, 8, outcome="not_recovered")], 7),
    ([became(AE, 5, 1), became(AE, 6, 1), became(AE, 8, 3)], 8),
    ([became(AE, 5, 1), became(AE, 8, 2)], 0),
    ([became(AE, 5, 1), became(AE, 30, 3)], 0),  # after the window
    ([became(AE, 8, 3), became(AE, 9, 3)], 0),  # it had not come down
    ([became(AE, 5, 1), became(AE, 8, outcome="recovering")], 0),
    ([became(AE, 5, outcome="recovered"), became(AE, 6, outcome="recovered")], 0),
    ([became(AE, 5, 1, "recovered"), became(AE, 6, 1)], 0),
    ([became(AE, 5, 3, "recovered")], 0),  # at that grade until it was over
    ([became(AE, 8, 4)], 6),  # worse than ever, as before
    ([became(99, 8, 4)], 0),
]


@pytest.mark.parametrize(("course", "since"), RELAPSES)
def test_a_rise_that_a_ruling_did_not_know_voids_it_and_the_assessment(
    record: Record, course: list[e.Event], since: int
) -> None:
    adds(record, [ae(3, 3), NOT])
    assert adds(record, course) == (OPEN if since else [])
    assert void_since(record) == since


def test_a_relapse_learnt_after_the_window_opens_the_outcome_until_it_is_ruled_on(record: Record) -> None:
    adds(record, [ae(3, 3), NOT, became(AE, 5, 1)])
    record.clears(S)
    number = record.add(became(AE, 8, 3))
    assert void_since(record) == void_since(record, "assessment") == number
    assert [x.code for x in assessment_lacks(record.protocol, record.subject(S), record.now)] == [
        "unadjudicated"
    ]
    assert adds(record, [NOT]) == []
    assert assessment_lacks(record.protocol, record.subject(S), record.now) == ()
    assert adds(record, [became(AE, 9, 1), became(AE, 12, 3)]) == OPEN


def test_a_ruling_that_knew_the_relapse_stands(record: Record) -> None:
    assert adds(record, [ae(3, 3), became(AE, 5, 1), became(AE, 8, 3)]) == OPEN
    assert adds(record, [NOT, became(AE, 6, 2)]) == []


def test_a_fall_learnt_late_makes_a_relapse_of_what_was_known_as_worse(record: Record) -> None:
    assert adds(record, [ae(3, 3), became(AE, 8, 4), NOT]) == []
    assert adds(record, [became(AE, 5, 2)]) == OPEN


def test_a_dlt_stays_one_whatever_comes_back(record: Record) -> None:
    again = [became(AE, 5, 1), became(AE, 8, 3), scored(8, 3)]
    assert adds(record, [ae(3, 3), DLT, *again]) == [] and not record.subject(S).void
    assert adds(record, [became(AE, 9, 4)]) == OPEN  # a worse grade, as ever


def test_an_event_of_before_the_dose_that_comes_back_in_the_window_is_ruled_on(record: Record) -> None:
    assert adds(record, [ae(3, -2), became(AE, -1, 1)]) == []
    assert adds(record, [became(AE, 5, 3)]) == OPEN
    assert dlt_onset(record.protocol, record.subject(S), AE) == START + 5 * DAY


def test_where_an_event_is_over_its_grade_is_none_until_it_goes_on(record: Record) -> None:
    adds(record, [ae(3, 3), became(AE, 5, 1, "recovered"), became(AE, 6, outcome="unknown")])
    grades = [(3, 3), (5, 1), (5, 0), (6, 1)]
    assert levels_of(record.subject(S), AE) == tuple((START + day * DAY, grade) for day, grade in grades)


@pytest.mark.parametrize(
    ("before", "changes", "voids"),
    [
        (became(AE, 5, outcome="recovering"), (("grade", "3"),), True),
        (became(AE, 5, outcome="recovering"), (("outcome", "recovered"),), True),
        (became(AE, 5, outcome="recovered"), (), True),
        (became(AE, 5, outcome="recovering"), (("outcome", "unknown"),), False),
    ],
)
def test_a_corrected_course_is_ruled_on_anew(
    record: Record, before: e.Event, changes: tuple[tuple[str, str], ...], voids: bool
) -> None:
    adds(record, [ae(3, 3), before, NOT])
    number = correct(record, 5, *changes)
    assert void_since(record) == (number if voids else 0)


# ------------------------------------------------------------------ which grade covers a score
@pytest.mark.parametrize(
    ("score", "least", "grade", "open_"),
    [
        (scored(3, 4, 3), 3, 3, []),  # CTCAE's own grade is what an adverse event has
        (scored(3, 4, 3), 3, 2, [("unreported", 0)]),
        (scored(3, 4, 4), 4, 3, [("unreported", 0)]),
        (scored(3, 4), 4, 3, [("unreported", 0)]),  # CTCAE's own grade is not known
        (scored(3, 2, 4), 4, 4, []),
        (scored(3, 2, 4), 4, 3, [("unreported", 0)]),
        (scored(3, 3, 2), 2, 2, []),
        (scored(3, 3, 2), 2, 1, [("unreported", 0)]),
        (scored(3, 3, 0), 1, 1, []),
    ],
)
def test_an_event_covers_a_score_by_the_grade_of_ctcae(
    record: Record, score: e.Scored, least: int, grade: int, open_: list[tuple[str, int]]
) -> None:
    assert least_grade(score) == least
    assert adds(record, [score, e.AdverseEventReported(S, CRS, grade, START + 3 * DAY)]) != []
    assert adds(record, [e.DltRefuted(S, 5, START + 3 * DAY)]) == open_


def test_an_event_below_the_grade_of_the_file_is_asked_for_and_covers_once_ruled_on(record: Record) -> None:
    assert adds(record, [ae(2, 3), scored(4, 3, 2), scored(5, 4, 2)]) == OPEN
    [lack] = settling(record.protocol, record.subject(S), record.now)
    assert (lack.code, lack.params["entry"], lack.params["score"]) == ("score_unruled", AE, scored(5, 4, 2))
    [task] = [x for x in awaited(record.protocol, record.trial, record.now) if x.kind != "window_ends"]
    assert (task.kind, task.entry) == ("adjudicate", AE)
    assert adds(record, [NOT]) == []
    assert adds(record, [scored(6, 4, 2)]) == []
    ruling, number = len(record.entries) - 1, record.add(scored(6, 4, 3))
    assert adds(record, []) == [("unreported", 0)] and not record.subject(S).void  # it takes grade 3
    assert adds(record, [became(AE, 6, 3)]) == OPEN
    assert record.subject(S).void == {ruling: number + 1}


def test_the_worst_score_of_each_lack_is_named(record: Record) -> None:
    adds(record, [ae(2, 3), scored(4, 3, 2), scored(4, 3, scale="icans"), scored(5, 4, scale="icans")])
    found = [
        (x.code, x.params["score"].score) for x in settling(record.protocol, record.subject(S), record.now)
    ]
    assert found == [("unreported", 4), ("score_unruled", 3)]


def test_the_event_that_began_last_is_asked_for(record: Record) -> None:
    assert adds(record, [ae(2, 3), ae(2, 5), ae(2, 7), scored(6, 3, 2)]) == [("unadjudicated", 5)]


# ------------------------------------------------------------------ which ruling knew a score
RULED: list[tuple[list[e.Event], e.Scored, bool]] = [
    # what was recorded before the ruling, the score after it, and whether the ruling answers for it
    ([ae(3, 3)], scored(3, 3), False),
    ([ae(3, 3), scored(3, 3)], scored(4, 3), True),
    ([ae(3, 3), scored(3, 3)], scored(3, 3), True),
    ([ae(4, 3), scored(3, 3)], scored(4, 4), False),  # worse on its own scale
    ([ae(4, 3), scored(3, 3, 3)], scored(4, 3, 4), False),  # worse by CTCAE
    ([ae(4, 3), scored(3, 3, 4)], scored(4, 4, 3), False),
    ([ae(4, 3), scored(3, 4, 4)], scored(4, 3, 3), True),
    ([ae(3, 3), scored(3, 3), scored(5, 1)], scored(8, 3), False),  # it had come down on the scale
    ([ae(3, 3), scored(8, 3), scored(5, 1)], scored(4, 3), False),
    ([ae(3, 3), scored(3, 3), scored(9, 1)], scored(8, 3), True),
    ([ae(3, 3), scored(3, 3, scale="icans"), ae(3, 3, "ICANS")], scored(3, 3), False),
    ([ae(3, 3), scored(-1, 3)], scored(3, 3), False),  # before the window
    ([ae(3, 3), scored(2, 3)], scored(4, 3), False),  # before the event
]


@pytest.mark.parametrize(("before", "score", "answers"), RULED)
def test_a_ruling_answers_for_scores_no_worse_than_it_knew_until_the_event_came_down(
    record: Record, before: list[e.Event], score: e.Scored, answers: bool
) -> None:
    adds(record, [*before, NOT])
    number = record.add(score)
    assert void_since(record) == (0 if answers else number)
    assert (("unadjudicated", AE) in adds(record, [])) is not answers
    adds(record, [NOT])
    assert void_since(record) == 0 and score not in uncovered(record.protocol, record.subject(S))


def test_a_fall_that_is_entered_last_parts_two_scores(record: Record) -> None:
    assert adds(record, [ae(2, 3), scored(3, 3, 2), NOT, scored(8, 3, 2)]) == []
    assert adds(record, [became(AE, 5, 1), became(AE, 6, 2)]) == OPEN
    assert void_since(record) == 9
    assert adds(record, [NOT]) == []
    assert adds(record, [scored(7, 0)]) == []  # the ruling knew both


def test_a_score_after_the_window_or_below_the_grade_shakes_nothing(record: Record) -> None:
    assert adds(record, [ae(3, 3), NOT, scored(3, 2, 2), scored(34, 4)]) == []
    assert window_scores(record.protocol, record.subject(S)) == (scored(3, 2, 2),)
    assert not record.subject(S).void


def test_a_score_that_another_event_covers_shakes_no_ruling(record: Record) -> None:
    assert adds(record, [ae(3, 3), NOT, ae(3, 7), scored(8, 3)]) == [("unadjudicated", 6)]
    assert void_since(record) == 0


@pytest.mark.parametrize("changes", [(("score", "4"),), (("beside", "3"),), (("score", "3"),)])
def test_a_corrected_score_is_ruled_on_anew(record: Record, changes: tuple[tuple[str, str], ...]) -> None:
    adds(record, [ae(4, 3), scored(3, 2, 2), NOT])
    record.clears(S)
    number = correct(record, 5, *changes)
    assert void_since(record) == void_since(record, "assessment") == number
    adds(record, [NOT])
    again = correct(record, number)  # the score is again below the file's grade
    assert (void_since(record) == 0 and void_since(record, "assessment") == again) or number


def test_a_score_whose_correction_is_void_counts_as_known_since_then(record: Record) -> None:
    adds(record, [ae(4, 3), scored(3, 4), scored(4, 4)])
    low = correct(record, 5, ("score", "1"))
    correct(record, 6, ("score", "1"))
    adds(record, [NOT])
    number = correct(record, low)
    assert void_since(record) == number


def test_an_assessment_is_void_since_a_score_that_the_ruling_did_not_know(record: Record) -> None:
    adds(record, [ae(3, 3), NOT])
    record.clears(S)
    number = record.add(scored(3, 3))
    assert record.subject(S).void == {RULING: number, RULING + 1: number}


# ------------------------------------------------------------------ terms
@pytest.mark.parametrize("term", ["Encephalopathy", "encephalopathy", "ICANS"])
def test_icans_is_covered_by_its_own_term_and_by_encephalopathy(record: Record, term: str) -> None:
    score = scored(4, 3, scale="icans")
    assert adds(record, [ae(3, 3, term), score]) == OPEN
    assert adds(record, [NOT]) == []
    assert worst_score(record.protocol, record.subject(S), AE) == score
    assert adds(record, [scored(5, 4, scale="icans")]) == [("unreported", 0)]


def test_no_other_term_covers_a_scale() -> None:
    assert [scale_of(term) for term in (CRS.upper(), "Encephalopathy", "ICANS", "Fever", "")] == [
        "crs", "icans", "icans", "", "",
    ]  # fmt: skip


# ------------------------------------------------------------------ from when a ruling counts
@pytest.mark.parametrize(
    ("events", "day"),
    [
        ([ae(2, 3), scored(4, 3, 2)], 3),
        ([ae(2, 3), became(AE, 5, 3)], 5),
        ([ae(2, -1), scored(6, 4, 2), scored(4, 3, 2), scored(2, 1)], 4),
        ([ae(2, -1), became(AE, 5, 3), scored(4, 3, 2)], 5),
        ([ae(2, -1)], -1),
        ([ae(3, 30)], 30),
    ],
)
def test_what_is_ruled_on_lies_in_the_window_where_any_of_it_does(
    record: Record, events: list[e.Event], day: float
) -> None:
    adds(record, events)
    assert ruled_from(record.protocol, record.subject(S), AE) == START + day * DAY


def test_folding_on_gives_what_replaying_gives(record: Record) -> None:
    adds(record, [ae(3, 3), NOT, scored(3, 3), NOT, became(AE, 5, 1), scored(8, 3), became(AE, 8, 3)])
    correct(record, 6, ("score", "4"))
    entries, protocol = record.entries, record.protocol
    trial = replay(protocol, entries[:3])
    for at in range(3, len(entries)):
        trial = continued(protocol, trial, entries[at : at + 1])
    assert trial == record.trial and trial.subjects[S].void


@pytest.mark.parametrize(("said", "open_"), [
    (("recovered", "not_recovered"), []),
    (("not_recovered", "recovered"), [("unreported", 0)]),
])  # fmt: skip
def test_of_two_outcomes_of_one_instant_the_one_said_last_counts(
    record: Record, said: tuple[str, str], open_: list[tuple[str, int]]
) -> None:
    ends = [became(AE, 4, outcome=outcome) for outcome in said]
    assert adds(record, [ae(3, 3, CRS), *ends, scored(5, 3), NOT]) == open_
