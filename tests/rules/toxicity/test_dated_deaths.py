"""Two records that date one death differently are told apart, whichever comes later."""

from __future__ import annotations

import pytest

from rules import events as e
from rules.protocol import Protocol
from rules.toxicity.dated_deaths import apart
from rules.trial import replay
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_deaths import S, ae, became, scored

EVENT = 4  # the entry of the event


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """A dosed subject with an event of grade 2."""
    made = Record(protocol)
    made.doses(1)
    made.add(ae(2, 1))
    return made


def left(day: float, reason: str = "died") -> e.Withdrawn:
    return e.Withdrawn(S, reason, START + day * DAY)


def told(record: Record) -> list[tuple[int, int]]:
    """The numbers of the new entry and of the known one, for the newest entry."""
    before = replay(record.protocol, record.entries[:-1])
    return [(new.number, known.number) for new, known in apart(record.protocol, before, record.trial)]


@pytest.mark.parametrize(
    ("first", "second", "far"),
    [
        (became(EVENT, 9, 5), left(5), True),
        (left(5), became(EVENT, 9, outcome="fatal"), True),
        (scored(9, 5, "icans"), scored(5, 5, "icans"), True),
        (scored(9, 5), became(EVENT, 9, 5), False),
        (scored(9, 5), became(EVENT, 8, 5), False),  # one day
        (scored(9, 5), became(EVENT, 7.9, 5), True),
        (became(EVENT, 9, 5), left(8.5), True),  # a leaving before it, on another day
        (became(EVENT, 9, 5), left(9.5), False),  # a leaving that was entered for the day after
        (left(8.9), became(EVENT, 9, 5), False),  # the same day
        (became(EVENT, 9, 4), left(5), False),
        (became(EVENT, 9, 5), left(5, "lost"), False),
        (e.Scored(S, "acr_eular", "2013", 5, (), START + 9 * DAY), left(5), False),
        (ae(5, 9), left(15), False),  # an onset dates no death
    ],
)
def test_a_second_date_of_a_death_is_told_where_it_is_far_from_the_first(
    record: Record, first: e.Event, second: e.Event, far: bool
) -> None:
    number = record.add(first)
    assert told(record) == []
    record.add(second)
    assert told(record) == ([(number + 1, number)] if far else [])


def test_of_several_dates_the_one_furthest_away_is_named(record: Record) -> None:
    record.add(scored(9, 5))
    number = record.add(scored(12, 5))
    record.add(left(14))
    assert told(record) == [(number + 1, number - 1)]
    record.add(ae(1, 3, "Nausea"))
    assert told(record) == []  # said once


def test_a_correction_of_the_date_is_told_as_well_and_another_subject_is_not(record: Record) -> None:
    number = record.add(scored(9, 5))
    leaving = record.add(left(9))
    other = record.doses(1)
    record.add(e.Withdrawn(other, "died", START + 20 * DAY))
    assert told(record) == []
    correct(record, leaving, ("at", (START + 12 * DAY).isoformat()))
    assert told(record) == [(leaving, number)]
