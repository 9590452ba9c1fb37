"""Nothing is edited: a correction changes a value or voids an entry, and is itself an entry."""

from __future__ import annotations

import pytest

from rules import events as e
from rules.protocol import Protocol
from rules.trial import BadCorrection, replay
from tests.rules.logs import DAY, START, Record, played


def correct(record: Record, target: int, *changes: tuple[str, str]) -> int:
    return record.add(e.Corrected(target, changes, "typing", record.now))


def test_a_correction_changes_a_value(protocol: Protocol) -> None:
    record = Record(protocol)
    number = record.add(e.Answered("CD7-001", "age", "54", START))
    correct(record, number, ("value", "45"))
    assert record.subject("CD7-001").answers["age"].value == "45"
    assert record.trial.amended == {number}


def test_the_newest_correction_of_a_value_stands_and_others_keep_theirs(protocol: Protocol) -> None:
    record = Record(protocol)
    number = record.add(e.AdverseEventReported("CD7-001", "fever", 2, START))
    correct(record, number, ("grade", "3"), ("term", "high fever"))
    correct(record, number, ("grade", "4"))
    event = record.subject("CD7-001").adverse_events[number]
    assert (event.grade, event.term) == (4, "high fever")


def test_a_correction_voids_an_entry(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    dlt = record.dlt("CD7-003")
    assert record.decision.key == ("expand", 1)
    correct(record, dlt)
    assert record.decision.key == ("escalate", 2)


def test_a_correction_can_be_voided_and_what_it_changed_stands_again(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    dlt = record.dlt("CD7-003")
    void = correct(record, dlt)
    correct(record, void)
    assert record.decision.key == ("expand", 1)


def test_a_changed_value_is_restored_when_its_correction_is_voided(protocol: Protocol) -> None:
    record = Record(protocol)
    number = record.add(e.Answered("CD7-001", "age", "45", START))
    change = correct(record, number, ("value", "17"))
    correct(record, change)
    assert record.subject("CD7-001").answers["age"].value == "45"


def test_an_onset_corrected_out_of_the_window_is_no_dlt(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    dlt = record.dlt("CD7-003")
    correct(record, dlt, ("at", (START + 40 * DAY).isoformat()))
    assert record.decision.key == ("escalate", 2)


def test_an_infusion_corrected_to_a_later_day_reopens_its_window(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    infused = next(x.number for x in record.entries if isinstance(x.event, e.Infused))
    correct(record, infused, ("at", (record.now - 2 * DAY).isoformat()))
    assert record.decision.action == "wait"


def test_a_dose_corrected_to_less_than_full_is_replaced(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    infused = next(x.number for x in record.entries if isinstance(x.event, e.Infused))
    correct(record, infused, ("cells", "1.0e+7"), ("full", "false"))
    assert (record.decision.action, record.decision.slots) == ("enrol", 1)
    correct(record, infused, ("full", "true"))
    assert record.decision.action == "escalate"


def test_a_correction_of_an_entry_that_is_not_there_or_yet_to_come_does_nothing(protocol: Protocol) -> None:
    record = Record(protocol)
    correct(record, 999)
    correct(record, 3)
    record.add(e.Answered("CD7-001", "age", "45", START))
    assert record.subject("CD7-001").answers["age"].value == "45"


@pytest.mark.parametrize(
    ("event", "change"),
    [
        (e.Answered("CD7-001", "age", "45", START), ("colour", "blue")),
        (e.Answered("CD7-001", "age", "45", START), ("at", "yesterday")),
        (e.Answered("CD7-001", "age", "45", START), ("at", "2025-04-01T09:00")),
        (e.AdverseEventReported("CD7-001", "fever", 2, START), ("grade", "three")),
        (e.Infused("CD7-001", 1, 1.0, True, START), ("full", "yes")),
        (e.Infused("CD7-001", 1, 1.0, True, START), ("cells", "inf")),
        (e.Corrected(0, (), "typing", START), ("changes", "()")),
    ],
)
def test_a_correction_that_cannot_be_read_is_refused_in_one_line(
    protocol: Protocol, event: e.Event, change: tuple[str, str]
) -> None:
    with pytest.raises(BadCorrection, match=f"`{change[0]}` cannot become"):
        replay(protocol, [e.Entry(1, event), e.Entry(2, e.Corrected(1, (change,), "typing", START))])
