"""How criteria read the course of an adverse event: at each grade, with the longest time at it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import events as e
from rules.expressions import UNKNOWN
from rules.toxicity.dlt import Proposal
from rules.toxicity.proposals import longest, organ_class, said_of, scale_of
from tests.rules.files import changed, protocol_of
from tests.rules.logs import DAY, START, Record
from tests.rules.toxicity.test_deaths import CRS, S, ae, became
from tests.rules.toxicity.test_weighing import AE, LISTED, related

HEART = "Heart failure"
OVER = [became(AE, 25, 1)]


def said(events: Sequence[e.Event], now: float = 30, written: str = LISTED) -> dict[str, Proposal]:
    """What each criterion says of the first event."""
    record = Record(protocol_of(changed(("criteria: []\n", written))))
    record.doses(1)
    for event in events:
        record.add(event)
    found = said_of(record.protocol, record.subject(S), AE, START + now * DAY)
    return {x.criterion.id: x for x in found}


def proposed(events: Sequence[e.Event], now: float = 30, written: str = LISTED) -> set[str]:
    return {id_ for id_, x in said(events, now, written).items() if x.proposes is True}


@pytest.mark.parametrize(
    ("events", "ids"),
    [
        ([ae(3, 3, HEART), related(3), became(AE, 16, 1)], {"organ-3-lasting"}),
        ([ae(4, 3, HEART), related(3), became(AE, 4, 3), became(AE, 16, 1)], {"organ-3-lasting"}),
        ([ae(4, 3, HEART), related(3), became(AE, 4, 2), became(AE, 16, 1)], set()),
        ([ae(3, 2), became(AE, 3, 1), became(AE, 5, 3), became(AE, 15, 1)], {"crs-3-lasting"}),
        ([ae(3, 2), became(AE, 3, 1), became(AE, 5, 3), became(AE, 8, 1)], set()),
        ([ae(3, 2), became(AE, 4, outcome="recovered"), became(AE, 5, 3), became(AE, 7, 1)], set()),
        ([ae(3, 2), became(AE, 4, 3), became(AE, 4, 1), became(AE, 7, 1)], {"crs-3-lasting"}),
        ([ae(4, 2), became(AE, 7, 1)], {"crs-4", "crs-3-lasting"}),
        ([ae(2, 2), became(AE, 3, 4), became(AE, 3.5, 1)], {"crs-4"}),
        ([ae(3, 2), became(AE, 4, outcome="recovering"), became(AE, 7, 1)], {"crs-3-lasting"}),
        ([ae(3, 2), became(AE, 4, outcome="sequelae")], set()),
    ],
)  # fmt: skip
def test_a_worse_or_relapsing_course_counts_by_its_longest_time_at_a_grade(
    events: list[e.Event], ids: set[str]
) -> None:
    assert proposed(events) == ids


def test_the_reading_that_proposes_is_the_one_that_is_said() -> None:
    found = said([ae(4, 3, HEART), related(3), became(AE, 4, 3), became(AE, 16, 1)])["organ-3-lasting"]
    assert dict(found.used) | {"days_at_grade": 13.0, "grade": 3} == dict(found.used)


def test_an_event_that_goes_on_proposes_by_the_time_so_far() -> None:
    events = [ae(3, 2), became(AE, 4, 1), became(AE, 10, 3)]
    for now, truth in ((12, UNKNOWN), (13.5, True)):
        found = said(events, now)["crs-3-lasting"]
        assert found.proposes is truth
        assert found.missing == (("days_at_grade",) if truth is UNKNOWN else ())


def test_a_death_ends_the_time_at_a_grade_of_all_but_the_fatal_event() -> None:
    record = Record(protocol_of(changed(("criteria: []\n", LISTED))))
    record.doses(1)
    for event in (ae(3, 2), ae(3, 3, "Sepsis"), became(AE + 1, 5, 5)):
        record.add(event)
    subject, now = record.subject(S), START + 30 * DAY
    assert longest(subject, AE, 3, now) == (3.0, False)
    assert longest(subject, AE + 1, 5, now) == (25.0, True)  # the fatal one itself goes on
    assert longest(subject, AE + 1, 3, now) == (27.0, True)
    record.add(e.Withdrawn(S, "died", START + 4 * DAY))
    assert longest(record.subject(S), AE, 3, now) == (2.0, False)


def test_how_long_it_was_at_a_grade_that_only_a_score_has_is_not_known() -> None:
    events = [ae(2, 2), became(AE, 9, 1), e.Scored(S, "crs", "ASTCT 2019", 3, (), START + 3 * DAY, "", 2)]
    found = said(events)["crs-3-lasting"]
    assert (found.proposes, found.missing) == (UNKNOWN, ("days_at_grade",))
    events[0] = ae(3, 2)
    assert said(events)["crs-3-lasting"].proposes is True
    events[1] = became(AE, 3.1, 1)
    assert said(events)["crs-3-lasting"].proposes is False  # every date is recorded


def test_a_scale_is_asked_of_by_its_name() -> None:
    own = (
        "criteria:\n    - {criterion: a, says: A., all: ['scale == \"ASTCT 2019\"', grade >= 4], source: s}\n"
    )
    score = e.Scored(S, "crs", "ASTCT 2019", 4, (), START + 3 * DAY, "", 3)
    assert proposed([ae(3, 3), score], written=own) == {"a"} and proposed([ae(4, 3)], written=own) == set()
    assert proposed([ae(4, 3, "ICANS")], written=own) == {"a"}
    assert proposed([ae(3, 3, "ICANS"), e.Scored(S, "icans", "", 4, (), START + 3 * DAY)], written=own) == {
        "a"
    }


def test_nothing_is_said_of_an_event_outside_the_window() -> None:
    assert said([ae(4, 40)]) == {} and said([ae(4, -2)]) == {}
    assert proposed([ae(4, -2), became(AE, -1, 1), became(AE, 3, 4), became(AE, 5, 1)]) == {"crs-4"}


def test_the_class_of_icans_is_that_of_encephalopathy() -> None:
    assert organ_class("ICANS") == organ_class("encephalopathy") == "Nervous system disorders"
    assert organ_class("words of one's own") is None
    assert (scale_of("ICANS", "CTCAE v5.0"), scale_of(CRS, "CTCAE v5.0")) == ("ASTCT 2019", "CTCAE v5.0")


STEPS = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 5)), max_size=5, unique_by=lambda x: x[0])
RISING = """criteria:
    - {criterion: a, says: A., all: [grade >= 3, days_at_grade > 4], source: s}
    - {criterion: b, says: B., any: [grade >= 4, days_at_grade >= 12], source: s}
    - {criterion: c, says: C., when: grade >= 2 and days_at_grade > 7 or grade >= 5, source: s}
"""


def _course(steps: Sequence[tuple[int, int]]) -> list[e.Event]:
    (_, first), *later = steps
    return [ae(first, 1, "Fever"), *(became(AE, 1 + day, grade) for day, grade in later)]


@settings(max_examples=120, deadline=None)
@given(STEPS, st.integers(1, 5), st.data())
def test_raising_a_grade_or_lasting_longer_never_takes_a_proposal_back(
    later: list[tuple[int, int]], first: int, data: st.DataObject
) -> None:
    steps = [(0, first), *sorted(later)]
    at = data.draw(st.integers(0, len(steps) - 1))
    day, grade = steps[at]
    worse = [*steps[:at], (day, data.draw(st.integers(grade, 5))), *steps[at + 1 :]]
    fell = [n for n, (_, had) in enumerate(steps) if n and had < steps[n - 1][1]]
    longer = [*steps]
    if fell:  # what came down comes down later, but before the next change
        n = data.draw(st.sampled_from(fell))
        until = steps[n + 1][0] if n + 1 < len(steps) else 22
        longer[n] = (data.draw(st.integers(steps[n][0], until - 1)), steps[n][1])
    before = proposed(_course(steps), 25, RISING)
    assert before <= proposed(_course(worse), 25, RISING)
    assert before <= proposed(_course(longer), 25, RISING)
    assert before <= proposed(_course(steps), 26, RISING)
