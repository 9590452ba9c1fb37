"""A CRS score without a grade by CTCAE may be one of the file's grade: an adverse event has to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import events as e
from rules.assessment import settling
from rules.protocol import Protocol
from rules.schedule import awaited
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_covering import AE, DLT, NOT, adds, void_since
from tests.rules.toxicity.test_deaths import S, ae, became


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START."""
    made = Record(protocol)
    made.doses(1)
    return made


UNKNOWN = e.Scored(S, "crs", "ASTCT 2019", 2, (), START + 8 * DAY, "", -2)


def test_a_score_that_ctcae_does_not_grade_may_be_one_of_the_files_grade(record: Record) -> None:
    assert adds(record, [UNKNOWN]) == [("unreported", 0)]
    [lack] = settling(record.protocol, record.subject(S), record.now)
    assert (lack.code, lack.params["least"], lack.params["from_grade"]) == ("ungraded", 2, 3)
    assert next(x.kind for x in awaited(record.protocol, record.trial, record.now)) == "unreported_crs"


@pytest.mark.parametrize(
    ("score", "event", "open_"),
    [
        (UNKNOWN, ae(1, 8), [("unreported", 0)]),  # oxygen for hypoxia is grade 2 at least
        (replace(UNKNOWN, score=1), ae(1, 8), []),
        (UNKNOWN, ae(2, 7), []),
        (UNKNOWN, ae(3, 8), [("unadjudicated", 5)]),
        (UNKNOWN, ae(2, 9), [("unreported", 0)]),  # begun later
        (UNKNOWN, ae(2, 8, "Fever"), [("unreported", 0)]),
        (replace(UNKNOWN, score=3), ae(2, 8), [("unadjudicated", 5)]),  # a ruling has to know that one
        (replace(UNKNOWN, score=3), ae(2, 9), [("unreported", 0)]),
    ],
)
def test_an_event_reported_after_a_score_that_ctcae_does_not_grade_covers_it_by_its_grade(
    record: Record, score: e.Scored, event: e.Event, open_: list[tuple[str, int]]
) -> None:
    assert adds(record, [score, event]) == open_


GRADED_BEFORE: list[tuple[list[e.Event], list[tuple[str, int]]]] = [
    # what follows an event of grade 2 and then the score, and what is unsettled
    ([], [("unadjudicated", AE)]),
    ([became(AE, 8, 2)], []),
    ([became(AE, 9, 2)], []),
    ([became(AE, 9, 3)], [("unadjudicated", AE)]),  # for its own grade
    ([became(AE, 8, 3), NOT], []),
    ([became(AE, 8, 1)], [("unadjudicated", AE)]),  # below what the score asks
    ([became(AE, 6, 2)], []),  # entered late, its grade on that day
    ([became(AE, 6, 2), became(AE, 7, 1)], [("unreported", 0)]),
    ([became(AE, 4, 2), became(AE, 6, 1), became(AE, 9, 2)], []),
    ([became(AE, 9, outcome="recovering")], [("unadjudicated", AE)]),  # without a grade
    ([became(99, 8, 2)], [("unadjudicated", AE)]),
    ([ae(2, 8)], []),
    ([ae(2, 8, "Fever")], [("unadjudicated", AE)]),
    ([NOT], []),
    ([DLT], []),
    ([NOT, replace(UNKNOWN, at=START + 9 * DAY)], [("unadjudicated", AE)]),  # one more that nobody graded
    ([NOT, replace(UNKNOWN, score=1)], [("unadjudicated", AE)]),
    ([became(AE, 8, 2), replace(UNKNOWN, at=START + 9 * DAY)], [("unadjudicated", AE)]),
]


@pytest.mark.parametrize(("more", "open_"), GRADED_BEFORE)
def test_a_grade_of_before_a_score_that_ctcae_does_not_grade_is_no_answer_to_it(
    record: Record, more: list[e.Event], open_: list[tuple[str, int]]
) -> None:
    adds(record, [ae(2, 5), UNKNOWN])
    assert adds(record, more) == open_


@pytest.mark.parametrize("grade", [1, 2])
def test_an_event_of_before_does_not_let_the_window_pass(record: Record, grade: int) -> None:
    adds(record, [ae(grade, 3), UNKNOWN])
    [lack] = settling(record.protocol, record.subject(S), record.now)
    assert lack.code == "ungraded"


def test_a_ruling_of_before_is_void_by_a_score_that_ctcae_does_not_grade(record: Record) -> None:
    assert adds(record, [ae(3, 5), NOT]) == []
    assert adds(record, [UNKNOWN]) == [("unadjudicated", AE)] and void_since(record)
    assert adds(record, [NOT]) == [] and not void_since(record)


def test_a_dlt_answers_for_any_score(record: Record) -> None:
    assert adds(record, [ae(3, 5), DLT, UNKNOWN]) == [] and not void_since(record)


@pytest.mark.parametrize(
    "changes", [(("at", (START + 9 * DAY).isoformat()),), (("score", "1"),)], ids=("time", "score")
)
def test_a_score_that_is_corrected_is_graded_anew(
    record: Record, changes: tuple[tuple[str, str], ...]
) -> None:
    assert adds(record, [UNKNOWN, ae(2, 8)]) == []
    correct(record, AE, *changes)
    event = AE + 1
    assert adds(record, []) == [("unadjudicated", event)]
    assert adds(record, [became(event, 9, 2)]) == []


@pytest.mark.parametrize(
    "score",
    [
        replace(UNKNOWN, score=0),
        replace(UNKNOWN, beside=-1),  # as it was written before
        replace(UNKNOWN, beside=2),
        replace(UNKNOWN, at=START + 40 * DAY),
    ],
)
def test_no_crs_one_of_an_old_log_and_one_after_the_window_wait_for_nothing(
    record: Record, score: e.Scored
) -> None:
    assert adds(record, [score]) == []


def test_a_score_without_a_grade_by_ctcae_learnt_late_voids_the_assessment(record: Record) -> None:
    record.clears(S)
    number = record.add(UNKNOWN)
    assert void_since(record, "assessment") == number
    correct(record, number)
    assert adds(record, []) == []


def test_a_ruling_answers_for_no_later_score_of_which_less_is_known(record: Record) -> None:
    adds(record, [ae(3, 3), replace(UNKNOWN, score=3, at=START + 3 * DAY), NOT])
    assert adds(record, [replace(UNKNOWN, score=3, at=START + 4 * DAY)]) == []
    assert adds(record, [replace(UNKNOWN, score=3, beside=4, at=START + 4 * DAY)]) == [("unreported", 0)]
