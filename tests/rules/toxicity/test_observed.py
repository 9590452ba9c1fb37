"""Nothing is observed of a subject after its death, in whichever order the two are recorded."""

from __future__ import annotations

import pytest

from rules import events as e
from rules.lacks import Lack
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Protocol
from rules.toxicity.observed import outlived
from tests.rules.logs import DAY, START, Record
from tests.rules.toxicity.test_deaths import S, ae, became, scored

EVENT = 4


def died(day: float, reason: str = "died") -> e.Withdrawn:
    return e.Withdrawn(S, reason, START + day * DAY)


def sample(day: float) -> ConcentrationMeasured:
    return ConcentrationMeasured(S, "5", "copies/ug", START + day * DAY)


def measured(day: float) -> e.CoreSetMeasured:
    return e.CoreSetMeasured(S, "follow_up", (), START + day * DAY)


def judged(day: float) -> e.Scored:
    """A classification: its points are no grade."""
    return e.Scored(S, "acr_eular", "ACR/EULAR 2013", 5, (), START + day * DAY)


@pytest.fixture
def record(protocol: Protocol) -> Record:
    """One subject, infused at START, with an adverse event of day 3 (entry 4)."""
    made = Record(protocol)
    made.doses(1)
    made.add(ae(2, 3))
    return made


def refused(record: Record, event: e.Event) -> Lack | None:
    """Why one more event is refused; it is recorded all the same."""
    before = record.trial
    record.add(event)
    return outlived(before, record.trial, S)


OTHER = ae(1, 6, "Nausea")
SEEN = [
    OTHER, ae(5, 6, "Sepsis"), became(EVENT, 6, 3), became(EVENT, 6, outcome="recovered"), scored(6, 1),
    scored(6, 0, "icans"), judged(6), measured(6), sample(6), died(6, "withdrew"),
    e.ApheresisDone(S, START + 6 * DAY), e.LymphodepletionStarted(S, START + 6 * DAY),
    e.Infused(S, 1, 0.25e8, True, START + 6 * DAY),
]  # fmt: skip
UNSEEN = [
    became(EVENT, 6, outcome="unknown"), became(EVENT, 6, outcome="fatal"), died(6, "lost"),
    e.DltRefuted(S, EVENT, START + 6 * DAY), e.WindowAssessed(S, START + 6 * DAY),
    e.SlotHeld(S, 1, START + 6 * DAY), e.SeriousnessJudged(S, EVENT, ("death",), START + 6 * DAY),
]  # fmt: skip


@pytest.mark.parametrize("event", SEEN)
@pytest.mark.parametrize("death", [scored(5, 5), became(EVENT, 5, outcome="fatal"), became(EVENT, 5, 5)])
def test_a_death_and_what_is_seen_after_it_are_refused_in_either_order(
    record: Record, event: e.Event, death: e.Event
) -> None:
    assert refused(record, event) is None
    assert refused(record, death) == Lack("seen_after", {"entry": 5, "event": event, "number": 1})
    del record.entries[EVENT:]
    assert refused(record, death) is None
    assert refused(record, event) == Lack("after_death", {"at": START + 5 * DAY})


@pytest.mark.parametrize("event", UNSEEN)
def test_what_says_nothing_of_a_life_may_be_later_than_the_death(record: Record, event: e.Event) -> None:
    for pair in ((event, scored(5, 5)), (scored(5, 5), event)):
        assert [refused(record, x) for x in pair] == [None, None]
        del record.entries[EVENT:]


def test_the_latest_entry_of_all_that_was_seen_later_is_named(record: Record) -> None:
    for event in (scored(9, 1), sample(8), OTHER):
        assert refused(record, event) is None
    assert refused(record, died(7)) == Lack("seen_after", {"entry": 5, "event": scored(9, 1), "number": 2})


def test_what_happened_at_the_instant_of_the_death_is_not_after_it(record: Record) -> None:
    assert [refused(record, x) for x in (OTHER, died(6), sample(6))] == [None] * 3


def test_an_event_that_was_fatal_from_its_onset_on_dates_no_death(record: Record) -> None:
    assert [refused(record, x) for x in (scored(9, 1), ae(5, 5, "Sepsis"), OTHER)] == [None] * 3
    assert refused(record, became(6, 5, outcome="fatal")) is not None


def test_two_records_of_one_death_may_differ_and_the_better_one_counts(record: Record) -> None:
    for event in (became(EVENT, 5, outcome="fatal"), died(8), scored(7, 1), scored(4, 5)):
        assert refused(record, event) is None
    assert refused(record, scored(9, 5, "icans")) == Lack("after_death", {"at": START + 8 * DAY})
    del record.entries[EVENT:]
    for event in (scored(9, 5, "icans"), died(8)):
        assert refused(record, event) is None
    assert refused(record, scored(9, 5)) == Lack("after_death", {"at": START + 8 * DAY})


def test_of_two_scales_the_first_one_that_was_a_death_counts(record: Record) -> None:
    assert refused(record, scored(5, 5, "icans")) is None
    assert refused(record, scored(6, 5)) == Lack("after_death", {"at": START + 5 * DAY})


@pytest.mark.parametrize(
    ("death", "changes"),
    [
        (died(12), {"at": 5}), (died(5, "lost"), {"reason": "died"}), (became(EVENT, 12, 5), {"at": 5}),
        (became(EVENT, 5, 3), {"grade": "5"}), (became(EVENT, 5, 3), {"outcome": "fatal"}),
        (scored(12, 5), {"at": 5}), (died(12), {}),
    ],
)  # fmt: skip
def test_a_correction_moves_no_death_before_what_was_seen(
    record: Record, death: e.Event, changes: dict[str, object]
) -> None:
    record.add(OTHER)
    record.add(death)
    if not changes:  # once the leaving is void, another record dates the death
        record.add(scored(5, 5))
    values = {k: v if isinstance(v, str) else (START + 5 * DAY).isoformat() for k, v in changes.items()}
    found = refused(record, e.Corrected(6, tuple(values.items()), "typing error", START + 13 * DAY))
    assert found == Lack("seen_after", {"entry": 5, "event": OTHER, "number": 1})


def test_a_correction_moves_nothing_behind_a_death_and_an_old_contradiction_forbids_nothing_else(
    record: Record,
) -> None:
    record.add(died(5))
    moved = e.Corrected(EVENT, (("at", (START + 6 * DAY).isoformat()),), "typing error", START + 9 * DAY)
    assert refused(record, moved) == Lack("after_death", {"at": START + 5 * DAY})
    graded = e.Corrected(EVENT, (("grade", "3"),), "typing error", START + 9 * DAY)
    assert [refused(record, x) for x in (graded, e.SponsorInformed(S, 4, START + 9 * DAY))] == [None, None]
    assert outlived(record.trial, record.trial, "CD7-009") is None


def test_a_subject_that_begins_with_its_death_was_not_seen(protocol: Protocol) -> None:
    record = Record(protocol)
    assert refused(record, died(1)) is None
    assert refused(record, e.Consented(S, START + 2 * DAY)) == Lack("after_death", {"at": START + DAY})
