"""Signed decisions in hindsight: told with what is known today of what had happened by then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules import events as e
from rules.hindsight import Difference, differences
from rules.protocol import Protocol
from tests.rules.logs import DAY, Record

WHOLE = ("1NNN 2NNN 3NNN 3NNT", "1NNT 1NNN 2NTT", "1NNN 2NNT 2NTN 1NNN", "1TTT", "1NNT 1NNT")


def conducted(protocol: Protocol, outcomes: str) -> Record:
    """A trial whose every step is signed after its outcomes happened; "!" at the end signs the MTD."""
    record = Record(protocol)
    for at, group in enumerate(outcomes.rstrip("!").split()):
        if at:
            record.opens()
        level = int(group[0])
        for letter, code in [(letter, record.doses(level)) for letter in group[1:]]:
            if letter == "T":
                record.dlt(code)
        for code in [s.code for s in record.trial.subjects.values()][-len(group[1:]) :]:
            if not record.subject(code).adjudicated and "P" not in group:
                record.clears(code)
        record.now += 6 * DAY
    if outcomes.endswith("!"):
        assert record.decision.action == "declare_mtd"
        record.add(e.MtdDeclared(record.decision.level, record.now))
    return record


def found(record: Record) -> list[tuple[str, tuple[str, int]]]:
    """What was signed, and what today's record gives."""
    return [(type(d.signed).__name__, d.gives.key) for d in differences(record.protocol, record.trial)]


def number(record: Record, code: str, kind: type) -> int:
    return next(
        x.number
        for x in record.entries
        if isinstance(x.event, kind) and getattr(x.event, "subject", "") == code
    )


# -------------------------------------------------------------------- nothing different
@pytest.mark.parametrize("outcomes", WHOLE)
def test_a_trial_that_nothing_disturbed_shows_no_difference(protocol: Protocol, outcomes: str) -> None:
    assert found(conducted(protocol, f"{outcomes}!")) == []


def test_an_empty_trial_has_nothing_to_look_back_on(protocol: Protocol) -> None:
    assert differences(protocol, Record(protocol).trial) == ()


def test_an_outcome_after_the_signature_changes_nothing(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2P")
    record.dlt("CD7-004", days=2)
    assert found(record) == []


def test_places_taken_in_the_instant_of_the_signature_rest_on_it(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN")
    record.opens()
    record.doses(2)
    signature = next(x for x in record.entries if isinstance(x.event, e.LevelOpened))
    taken = next(x for x in record.entries if isinstance(x.event, e.SlotHeld) and x.event.level == 2)
    assert taken.event.at == signature.event.at
    assert found(record) == []


# -------------------------------------------------------------------- late, retracted, corrected
def test_a_dlt_learnt_late_would_have_expanded_the_level(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2PPP")
    record.dlt("CD7-002")
    [difference] = differences(protocol, record.trial)
    signed = next(x for x in record.entries if isinstance(x.event, e.LevelOpened))
    assert (difference.entry, difference.signed, difference.void) == (signed, signed.event, False)
    assert (difference.entry.by, difference.entry.role) == ("Dr Li", "investigator")
    assert difference.gives.key == ("expand", 1)
    assert difference.gives.clauses == ("one-in-three",)


def test_once_a_step_is_contradicted_the_later_ones_would_have_been_held(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2NNN 3NNN 3NNN!")
    record.dlt("CD7-001")
    assert found(record) == [
        ("LevelOpened", ("expand", 1)),
        ("LevelOpened", ("hold", 1)),
        ("LevelOpened", ("hold", 1)),
        ("MtdDeclared", ("hold", 1)),
    ]


def test_only_steps_after_the_onset_are_different(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2NNN 3NNN 3NNN!")
    record.dlt("CD7-008")
    assert found(record) == []  # expanded all the same, and one in six is the MTD
    record.dlt("CD7-009")
    assert found(record) == [("LevelOpened", ("reduce", 2)), ("MtdDeclared", ("hold", 3))]


def test_a_late_dlt_in_the_last_cohort_changes_the_mtd(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2NNN 3NNN 3NNT!")
    record.dlt("CD7-010")
    assert found(record) == [("MtdDeclared", ("reduce", 2))]


def test_a_retracted_dlt_would_have_escalated(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNT 1PPP")
    record.add(e.DltRefuted("CD7-003", 0, record.subject("CD7-003").infusion.at + 5 * DAY))  # type: ignore[union-attr]
    assert found(record) == [("LevelOpened", ("assess", 1))]  # nobody recorded an assessment
    record.add(e.WindowAssessed("CD7-003", record.now))
    assert found(record) == [("LevelOpened", ("assess", 1))]  # nor had anybody by then


def test_a_voided_assessment_or_a_corrected_infusion_would_have_waited(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2P")
    assessed = number(record, "CD7-002", e.WindowAssessed)
    record.add(e.Corrected(assessed, (), "wrong subject", record.now))
    assert found(record) == [("LevelOpened", ("assess", 1))]
    other = conducted(protocol, "1NNN 2P")
    infused = number(other, "CD7-002", e.Infused)
    later = other.entries[infused - 1].event.at + timedelta(days=7)
    other.add(e.Corrected(infused, (("at", later.isoformat()),), "typing", other.now))
    assert found(other) == [("LevelOpened", ("wait", 1))]


def test_a_correction_that_changes_no_step_is_not_listed(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2P")
    infused = number(record, "CD7-002", e.Infused)
    earlier = record.entries[infused - 1].event.at - timedelta(hours=1)
    record.add(e.Corrected(infused, (("at", earlier.isoformat()),), "typing", record.now))
    assert found(record) == []


def test_a_voided_signature_is_looked_at_too_and_is_no_step_for_the_later_ones(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN")
    signature = record.opens()
    record.dlt("CD7-001")
    record.now += DAY
    record.add(e.Corrected(signature, (), "a DLT was learnt late", record.now))
    record.opens()
    made = differences(protocol, record.trial)
    assert [(d.entry.number, d.gives.key, d.void) for d in made] == [(signature, ("expand", 1), True)]
    assert isinstance(made[0], Difference)
    assert record.decision.key == ("enrol", 1)


def test_a_wrong_mtd_is_different_in_its_level(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2NNT 2NTN 1NNN")
    record.add(e.MtdDeclared(2, record.now))
    assert found(record) == [("MtdDeclared", ("declare_mtd", 1))]


def test_a_signature_counts_as_it_was_corrected(protocol: Protocol) -> None:
    record = conducted(protocol, "1NNN 2NNT 2NTN 1NNN")
    signature = record.add(e.MtdDeclared(2, record.now))
    record.add(e.Corrected(signature, (("level", "1"),), "typing", record.now))
    assert found(record) == []
