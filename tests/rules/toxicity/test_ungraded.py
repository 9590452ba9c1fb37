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
from tests.rules.toxicity.test_covering import NOT, adds, void_since
from tests.rules.toxicity.test_deaths import S, ae


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
    assert (lack.code, lack.params["least"], lack.params["from_grade"]) == ("ungraded", 1, 3)
    assert next(x.kind for x in awaited(record.protocol, record.trial, record.now)) == "unreported_crs"


@pytest.mark.parametrize(
    ("score", "event", "open_"),
    [
        (UNKNOWN, ae(1, 8), []),
        (UNKNOWN, ae(2, 7), []),
        (UNKNOWN, ae(3, 8), [("unadjudicated", 5)]),
        (UNKNOWN, ae(2, 9), [("unreported", 0)]),  # begun later
        (UNKNOWN, ae(2, 8, "Fever"), [("unreported", 0)]),
        (replace(UNKNOWN, score=3), ae(2, 8), [("unadjudicated", 5)]),  # a ruling has to know that one
        (replace(UNKNOWN, score=3), ae(2, 9), [("unreported", 0)]),
    ],
)
def test_any_grade_of_an_event_covers_a_score_that_ctcae_does_not_grade(
    record: Record, score: e.Scored, event: e.Event, open_: list[tuple[str, int]]
) -> None:
    assert adds(record, [score, event]) == open_


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
