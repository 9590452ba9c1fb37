"""What could become of a trial: supposed outcomes, whether those pending matter, odds of what is next."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import product

import pytest

from rules import events as e
from rules.counting import history_of
from rules.escalation import decide
from rules.foresight import OUTCOMES, TICK, chances, determined, suppose, waiting
from rules.protocol import Protocol
from rules.trial import Trial, status
from rules.window import NaiveTime, window_end
from tests.rules.files import changed, protocol_of, switched
from tests.rules.logs import DAY, START, Record, played

QUARTER = Fraction(1, 4)
PLACES = (
    "1P", "1PP", "1PPP", "1NP", "1TP", "1TPP", "1NTP", "1TTP", "1NNT 1P", "1NNT 1TPP", "1NNT 1NPP",
    "1NNN 2PPP", "1NNN 2TTP", "1NNN 2TPP", "1NNN 2NNT 2TPP", "1NNN 2NNN 3PPP", "1NNN 2NNN 3NNN 3NPP",
)  # fmt: skip


def at(outcomes: str, protocol: Protocol) -> Record:
    """The record of these outcomes, read when every DLT in them has happened."""
    record = played(protocol, outcomes)
    record.now += 6 * DAY
    return record


def supposing(record: Record, code: str, outcome: str) -> tuple[tuple[str, int], str]:
    """What is next, and how the subject counts, if that happened."""
    trial = suppose(record.protocol, record.trial, code, outcome, record.now)
    assert trial is not None
    decision = decide(record.protocol, trial, record.now)
    return decision.key, status(record.protocol, trial.subjects[code], record.now)


# -------------------------------------------------------------------- what if
@pytest.mark.parametrize(
    ("outcomes", "code", "outcome", "next_", "counts"),
    [
        ("1NNP", "CD7-003", "dlt", ("expand", 1), "dlt"),
        ("1NNP", "CD7-003", "no_dlt", ("escalate", 2), "no_dlt"),
        ("1NNP", "CD7-003", "leaves", ("enrol", 1), "not_evaluable"),
        ("1TPP", "CD7-003", "dlt", ("declare_mtd", 0), "dlt"),
        ("1NNN 2PPP", "CD7-005", "dlt", ("wait", 2), "dlt"),
        ("1NNN 2TPP", "CD7-005", "dlt", ("reduce", 1), "dlt"),
        ("1NNN 2NNT 2NNP", "CD7-009", "no_dlt", ("escalate", 3), "no_dlt"),
        ("1NNN 2PPP", "CD7-001", "dlt", ("hold", 1), "dlt"),
        ("1NNT 1PPP", "CD7-003", "no_dlt", ("refer", 1), "no_dlt"),
        ("1NNP", "CD7-001", "leaves", ("wait", 1), "no_dlt"),
        ("1NNP", "CD7-001", "no_dlt", ("wait", 1), "no_dlt"),
        ("1NTP", "CD7-002", "dlt", ("wait", 1), "dlt"),
        ("1NXPP", "CD7-002", "no_dlt", ("wait", 1), "not_evaluable"),
    ],
)
def test_the_decision_if_one_subject_has_that_outcome(  # noqa: PLR0917
    protocol: Protocol, outcomes: str, code: str, outcome: str, next_: tuple[str, int], counts: str
) -> None:
    record = at(outcomes, protocol)
    assert supposing(record, code, outcome) == (next_, counts)


def test_supposing_leaves_the_record_as_it_is(protocol: Protocol) -> None:
    record = at("1NNP", protocol)
    trial = record.trial
    for outcome in OUTCOMES:
        made = suppose(protocol, trial, "CD7-003", outcome, record.now)
        assert made is not None
        assert made.log[: len(trial.log)] == trial.log
        assert trial == record.trial


def test_one_who_holds_a_place_is_infused_first_as_early_as_spacing_allows() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    record.doses(1)
    code = record.holds(1)
    for outcome, counts in (("dlt", "dlt"), ("no_dlt", "no_dlt")):
        trial = suppose(record.protocol, record.trial, code, outcome, START + DAY)
        assert trial is not None
        subject = trial.subjects[code]
        assert subject.infusion is not None
        assert subject.infusion.at.astimezone(record.protocol.zone).isoformat() == "2025-04-15T00:00:00+08:00"
        assert (subject.infusion.cells, subject.infusion.full) == (0.25e8, True)
        assert status(record.protocol, subject, START + DAY) == counts
    left = suppose(record.protocol, record.trial, code, "leaves", START + DAY)
    assert left is not None
    assert left.subjects[code].withdrawn == e.Withdrawn(code, "before_dose", START + DAY)


def test_a_dlt_after_the_window_is_supposed_in_its_last_instant(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.doses(1)
    end = window_end(protocol, START)
    trial = suppose(protocol, record.trial, code, "dlt", end + DAY)
    assert trial is not None
    assert [ruling.at for ruling in trial.subjects[code].adjudicated.values()] == [end - TICK]
    assert status(protocol, trial.subjects[code], end + DAY) == "dlt"


def test_a_dlt_of_a_recorded_event_is_retracted_by_its_own_entry(protocol: Protocol) -> None:
    record = Record(protocol)
    code = record.doses(1)
    about = record.add(e.AdverseEventReported(code, "CRS", 4, START + DAY))
    record.add(e.DltConfirmed(code, about, START + DAY))
    other = record.add(e.AdverseEventReported(code, "ICANS", 3, START + 2 * DAY))
    record.add(e.DltRefuted(code, other, START + 2 * DAY))
    trial = suppose(protocol, record.trial, code, "no_dlt", START + 3 * DAY)
    assert trial is not None
    assert trial.subjects[code].adjudicated == {
        about: e.DltRefuted(code, about, START + DAY),
        other: e.DltRefuted(code, other, START + 2 * DAY),
    }


def test_a_dlt_without_an_event_is_retracted_without_one(protocol: Protocol) -> None:
    record = at("1NTP", protocol)
    trial = suppose(protocol, record.trial, "CD7-002", "no_dlt", record.now)
    assert trial is not None
    assert [x.event.about for x in trial.log if isinstance(x.event, e.DltRefuted)] == [0]
    assert trial.subjects["CD7-002"].adjudicated == {}


def test_one_who_left_early_does_not_leave_again(protocol: Protocol) -> None:
    record = at("1X", protocol)
    record.now += 60 * DAY
    assert supposing(record, "CD7-001", "leaves") == (("enrol", 1), "not_evaluable")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_one_without_a_place_has_no_outcome_to_suppose(protocol: Protocol, outcome: str) -> None:
    record = Record(protocol)
    record.add(e.Consented("CD7-001", START))
    assert suppose(protocol, record.trial, "CD7-001", outcome, START) is None
    assert suppose(protocol, record.trial, "CD7-002", outcome, START) is None


# -------------------------------------------------------------------- do those pending matter
@pytest.mark.parametrize(
    ("outcomes", "settled"),
    [
        ("1TTP", True),  # two DLTs: stop, whatever the third has
        ("1NNN 2TTP", True),
        ("1NNN 2NNT 2TPP", True),  # A4: the second of six closes the level
        ("1P", True),  # two places are free all the same
        ("1PP", False),  # two DLTs would close the level before the third is dosed
        ("1NPP", False),
        ("1NNT 1PPP", False),
        ("1NNN", False),  # nobody is pending
        ("1NNN 2NNN 3NNN 3NNT", False),
    ],
)
def test_those_pending_matter_or_not(protocol: Protocol, outcomes: str, settled: bool) -> None:
    record = at(outcomes, protocol)
    assert determined(protocol, record.trial, record.now) is settled


@pytest.mark.parametrize("outcomes", PLACES)
def test_determined_agrees_with_supposing_every_outcome_of_everyone_in_turn(
    protocol: Protocol, outcomes: str
) -> None:
    record = at(outcomes, protocol)
    keys = {decide(protocol, trial, record.now).key for trial in _every(record, (*OUTCOMES, "stays"))}
    assert determined(protocol, record.trial, record.now) is (len(keys) == 1)


def test_nothing_is_pending_once_the_mtd_is_signed(protocol: Protocol) -> None:
    record = at("1TTP", protocol)
    assert determined(protocol, record.trial, record.now)
    record.add(e.MtdDeclared(0, record.now))
    assert not determined(protocol, record.trial, record.now)


def test_those_waiting_hold_a_place_or_are_in_their_window_or_unassessed(protocol: Protocol) -> None:
    record = at("1NP", protocol)
    held = record.holds(1)
    assert [s.code for s in waiting(protocol, record.trial, record.now)] == ["CD7-002", held]
    record.now += 40 * DAY
    assert [s.code for s in waiting(protocol, record.trial, record.now)] == ["CD7-002", held]
    record.now += 40 * DAY
    assert [s.code for s in waiting(protocol, record.trial, record.now)] == ["CD7-002"]


# -------------------------------------------------------------------- odds of the next action
def odds(record: Record, rate: Fraction) -> dict[tuple[str, int], Fraction]:
    history = history_of(record.protocol, record.trial, record.now)
    return {c.decision.key: c.odds for c in chances(record.protocol, history, rate)}


def test_three_pending_at_a_rate_of_one_in_four_by_hand(protocol: Protocol) -> None:
    assert odds(at("1PPP", protocol), QUARTER) == {
        ("escalate", 2): Fraction(27, 64),
        ("expand", 1): Fraction(27, 64),
        ("declare_mtd", 0): Fraction(10, 64),
    }


def test_the_likeliest_comes_first_with_every_clause_that_leads_there(protocol: Protocol) -> None:
    record = at("1NNN 2NNT 2NPP", protocol)
    found = chances(protocol, history_of(protocol, record.trial, record.now), 0.5)
    assert [(c.decision.key, c.odds) for c in found] == [(("reduce", 1), 0.75), (("escalate", 3), 0.25)]
    assert found[0].clauses == ("two-in-six", "one-dose-lower", "more-than-one-of-three-more")
    assert found[1].clauses == ("one-in-six",)


@pytest.mark.parametrize("outcomes", PLACES)
@pytest.mark.parametrize("rate", [Fraction(0), QUARTER, Fraction(2, 3), Fraction(1)])
def test_chances_agree_with_enumerating_who_has_a_dlt(
    protocol: Protocol, outcomes: str, rate: Fraction
) -> None:
    record = at(outcomes, protocol)
    wanted: defaultdict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for trial in _every(record, ("dlt", "no_dlt")):
        known = [status(protocol, trial.subjects[s.code], record.now) for s in _pending(record)]
        dlts = known.count("dlt")
        chance = rate**dlts * (1 - rate) ** (len(known) - dlts)
        wanted[decide(protocol, trial, record.now).key] += chance
    found = odds(record, rate)
    assert found == wanted
    assert sum(found.values()) == 1


def test_another_reading_gives_other_odds() -> None:
    record = at("1NNN 2NNT 2TPP", protocol_of(switched("A4", "finish")))
    assert odds(record, QUARTER) == {("reduce", 1): Fraction(1)}
    assert not determined(record.protocol, record.trial, record.now)
    mtd = at("1NNN 2NNT 2TPP", protocol_of(switched("A3", "mtd", switched("A4", "close"))))
    assert odds(mtd, QUARTER) == {("declare_mtd", 2): Fraction(9, 16), ("reduce", 1): Fraction(7, 16)}


def test_with_nobody_pending_the_next_action_is_certain(protocol: Protocol) -> None:
    assert odds(at("1NNN", protocol), QUARTER) == {("escalate", 2): 1}


# -------------------------------------------------------------------- the calendar
@pytest.mark.parametrize("read", [waiting, determined])
def test_a_naive_now_is_refused(protocol: Protocol, read: object) -> None:
    record = at("1P", protocol)
    with pytest.raises(NaiveTime):
        read(protocol, record.trial, record.now.replace(tzinfo=None))  # type: ignore[operator]
    with pytest.raises(NaiveTime):
        suppose(protocol, record.trial, "CD7-001", "dlt", record.now.replace(tzinfo=None))


def test_the_window_of_the_site_says_when_a_supposed_window_is_over() -> None:
    berlin = Record(protocol_of(changed(("zone: Asia/Shanghai", "zone: Europe/Berlin"))))
    code = berlin.doses(1)
    trial = suppose(berlin.protocol, berlin.trial, code, "no_dlt", START + DAY)
    assert trial is not None
    assert trial.subjects[code].assessed == window_end(berlin.protocol, START)


def _pending(record: Record) -> tuple[object, ...]:
    return waiting(record.protocol, record.trial, record.now)


def _every(record: Record, outcomes: tuple[str, ...]) -> list[Trial]:
    """The trial after every combination of outcomes of those pending, through the record."""
    codes = [s.code for s in waiting(record.protocol, record.trial, record.now)]
    made = []
    for combination in product(outcomes, repeat=len(codes)):
        trial = record.trial
        for code, outcome in zip(codes, combination, strict=True):
            after = (
                suppose(record.protocol, trial, code, outcome, record.now) if outcome != "stays" else trial
            )
            assert after is not None
            trial = after
        made.append(trial)
    return made


def test_an_outcome_that_is_open_again_determines_nothing(protocol: Protocol) -> None:
    record = at("1NNN 2P", protocol)
    assert determined(protocol, record.trial, record.now)
    infusion = record.trial.subjects["CD7-001"].infusion
    assert infusion is not None
    record.add(e.Scored("CD7-001", "crs", "ASTCT 2019", 4, (), infusion.at + 3 * DAY))
    assert not determined(protocol, record.trial, record.now)


def test_to_suppose_no_dlt_rules_on_what_is_to_be_ruled_on(protocol: Protocol) -> None:
    record = played(protocol, "1TP")
    code = protocol.subject_code(2)
    record.add(e.AdverseEventReported(code, "Sepsis", 4, record.now))
    assert record.decision.whose == (code,)
    supposed = suppose(protocol, record.trial, code, "no_dlt", record.now)
    assert supposed is not None and decide(protocol, supposed, record.now).unsettled == ()
