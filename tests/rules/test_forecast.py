"""The calendar ahead: dates by hand, and all paths again by a plain search that knows no graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

import pytest

from rules import events as e
from rules.clauses import Ruling, rule_on
from rules.counting import history_of
from rules.forecast import Forecast, forecast
from rules.foresight import suppose
from rules.protocol import Protocol
from rules.proving.paths import Branch, Cohort, Graph
from rules.proving.roads import Mark, Road, always_opens, openings, stops
from rules.situation import History, Tally, stand
from rules.spacing import infusions
from rules.subject import status
from rules.window import NaiveTime, local_day, midnight, window_end
from tests.rules.files import changed, protocol_of, switched, with_levels
from tests.rules.logs import DAY, START, Record, played


def of(record: Record) -> Forecast:
    found = forecast(record.protocol, record.trial, record.now)
    assert found is not None
    return found


def day(record: Record, at: datetime | None) -> str:
    """The day at the site that begins at this instant."""
    assert at is not None
    assert midnight(record.protocol, local_day(record.protocol, at)) == at
    return local_day(record.protocol, at).isoformat()


# -------------------------------------------------------------------- by hand
def test_three_in_their_window_open_the_next_level_when_the_last_window_ends(protocol: Protocol) -> None:
    record = Record(protocol)  # 1 April 2025, 09:00 at the site
    for _ in range(3):
        record.doses(1)
        record.now += 2 * DAY
    found = of(record)
    assert (found.opens, found.binds, found.always) == (2, "CD7-003", False)
    assert day(record, found.earliest) == "2025-05-04"  # infused on 5 April; day 28 is 3 May
    # One DLT: three more places from 4 May, held for 60 days until 3 July; day 28 is 31 July.
    assert day(record, found.latest) == "2025-08-01"
    assert (found.fewest, found.most) == (3, 18)
    assert found.last_infusion is not None
    # Five cohorts more: four times 60 days of hold and 29 of window, then 60 days of hold.
    assert day(record, found.last_infusion) == day(record, found.earliest + timedelta(days=4 * 89 + 60))


def test_with_day_29_every_window_is_a_day_longer() -> None:
    record = played(protocol_of(switched("A12", "through-day-29")), "1PPP")
    plain = played(protocol_of(), "1PPP")
    assert of(record).earliest == of(plain).earliest + DAY  # type: ignore[operator]
    assert of(record).latest == of(plain).latest + 2 * DAY  # type: ignore[operator]


def test_a_place_that_is_free_is_filled_now_and_binds_without_a_name(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    record.now += 3 * DAY
    found = of(record)
    assert (day(record, found.earliest), found.binds) == ("2025-05-03", "")
    assert (found.fewest, found.most) == (3, 18)


def test_the_last_who_holds_a_place_binds_when_every_place_is_taken(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    first, last = record.holds(1, START + DAY), record.holds(1, START + 2 * DAY)
    record.now += 3 * DAY
    assert of(record).binds == last
    record.add(e.Infused(last, 1, 0.25e8, True, record.now))
    record.now += DAY
    assert of(record).binds == first
    assert (of(record).fewest, of(record).most) == (2, 18)


def test_a_held_place_whose_level_closes_is_not_counted(protocol: Protocol) -> None:
    record = played(protocol, "1PP")
    record.holds(1)
    assert of(record).fewest == 2
    assert of(record).last_infusion is not None


def test_a_place_held_at_a_level_that_closed_fills_nothing(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2TT")
    record.now += 6 * DAY
    record.holds(2)
    record.opens()
    found = of(record)
    assert (found.opens, found.fewest, found.most) == (0, 3, 3)
    assert found.last_infusion == record.now + 60 * DAY


def test_a_window_that_ended_unassessed_binds_now(protocol: Protocol) -> None:
    record = played(protocol, "1NNP")
    record.now += 40 * DAY
    found = of(record)
    assert record.decision.action == "assess"
    assert (found.earliest, found.binds) == (record.now, "CD7-003")


def test_a_step_that_can_be_signed_opens_the_level_now(protocol: Protocol) -> None:
    record = played(protocol, "1NNN")
    found = of(record)
    assert (found.opens, found.earliest, found.latest) == (2, record.now, record.now)
    assert (found.binds, found.always) == ("", True)
    assert (found.fewest, found.most) == (6, 15)


def test_a_reduction_waits_for_nobody_who_is_pending(protocol: Protocol) -> None:
    record = played(protocol, "1NNN 2TTP")
    record.now += 6 * DAY
    found = of(record)
    assert (found.opens, found.earliest, found.latest, found.always) == (0, None, None, False)
    assert (found.fewest, found.most) == (4, 4)
    assert found.last_infusion == record.now + 60 * DAY


def test_where_nobody_can_be_infused_any_more_there_is_no_last_infusion(protocol: Protocol) -> None:
    record = played(protocol, "1TTP")
    record.now += 6 * DAY
    assert of(record) == Forecast(0, None, "", None, False, 1, 1, None)


def test_at_the_highest_level_nothing_opens_and_places_are_still_counted(protocol: Protocol) -> None:
    found = of(played(protocol, "1NNN 2NNN 3PPP"))
    assert (found.opens, found.binds) == (0, "")
    assert (found.fewest, found.most) == (6, 12)


def test_a_supposed_assessment_counts_when_the_window_ends(protocol: Protocol) -> None:
    record = played(protocol, "1NNP")
    before = of(record)
    record.add(e.WindowAssessed("CD7-003", window_end(protocol, record.now)))
    assert record.decision.action == "escalate"
    assert (of(record).earliest, of(record).binds) == (before.earliest, "CD7-003")


@pytest.mark.parametrize("spoil", ["hold", "refer", "mtd"])
def test_on_hold_where_it_refers_and_after_the_mtd_there_is_no_forecast(
    protocol: Protocol, spoil: str
) -> None:
    record = played(protocol, "1NNN 2PP")
    if spoil == "hold":
        record.dlt("CD7-001")
    elif spoil == "refer":
        record.add(e.LevelOpened(3, 3, "escalate", record.now))
    else:
        record.add(e.MtdDeclared(1, record.now))
    assert forecast(protocol, record.trial, record.now) is None


# -------------------------------------------------------------------- clocks and spacing
def test_windows_end_at_local_midnight_when_clocks_change() -> None:
    berlin = Record(protocol_of(changed(("zone: Asia/Shanghai", "zone: Europe/Berlin"))))
    berlin.now = datetime.fromisoformat("2025-03-03T10:00+01:00")
    for _ in range(3):
        berlin.doses(1)
    found = of(berlin)
    at = datetime.fromisoformat
    assert found.earliest == at("2025-04-01T00:00+02:00")  # a day after clocks went forward
    assert found.latest == at("2025-06-29T00:00+02:00")  # held until 31 May; day 28 is 28 June


@pytest.mark.parametrize(
    ("edits", "given", "wanted"),
    [
        ((), 0, ["2025-04-01", "2025-04-01", "2025-04-01"]),
        (("after", 14), 0, ["2025-04-01", "2025-04-15", "2025-04-15"]),
        (("between", 7), 0, ["2025-04-01", "2025-04-08", "2025-04-15"]),
        (("after", 14), 1, ["2025-04-13", "2025-04-13"]),
        (("between", 7), 2, ["2025-04-06"]),
        (("between", 1), 2, ["2025-04-01"]),
    ],
)
def test_places_are_filled_as_early_as_spacing_allows(
    edits: tuple[str, int], given: int, wanted: list[str]
) -> None:
    names = {"after": "spacing_after_first_days", "between": "spacing_between_days"}
    words = [(f"{names[edits[0]]}: 0", f"{names[edits[0]]}: {edits[1]}")] if edits else []
    protocol = protocol_of(changed(*words))
    before = tuple(START - 2 * DAY for _ in range(given))
    made = infusions(protocol, START, len(wanted), before)
    assert [local_day(protocol, at).isoformat() for at in made] == wanted


def test_spacing_counts_from_those_infused_in_the_open_cohort() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    record.doses(1)
    assert day(record, of(record).earliest) == "2025-05-14"  # the others on 15 April


def test_each_cohort_is_spaced_anew_from_its_own_first_subject() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    record.doses(1)
    found = of(record)
    # The others on 31 May; one DLT: three more places from 29 June, the last of them used on 28 August.
    assert day(record, found.latest) == "2025-09-26"


def test_each_cohort_is_spaced_by_more_days_than_a_place_is_held() -> None:
    spaced = ("spacing_after_first_days: 0", "spacing_after_first_days: 14")
    record = Record(protocol_of(changed(spaced, ("slot_hold_days: 60", "slot_hold_days: 10"))))
    record.doses(1)
    # The others on 15 April; three more places from 14 May, the first used at once, the others on 28 May.
    assert day(record, of(record).latest) == "2025-06-26"


# -------------------------------------------------------------------- places held already
@pytest.mark.parametrize("reading", ["none", "after-first"])
def test_a_place_that_is_held_is_used_on_the_last_day_of_its_own_hold(reading: str) -> None:
    record = Record(protocol_of(switched("A15", reading)))
    codes = [record.holds(1) for _ in range(3)]  # on 1 April, until 31 May
    record.now += 5 * DAY
    record.add(e.Infused(codes[0], 1, 0.25e8, True, record.now))
    for days in (0, 44):
        record.now += days * DAY
        found = of(record)
        # Day 28 is 28 June; one DLT: three more places held until 28 August; day 28 is 25 September.
        assert day(record, found.latest) == "2025-09-26"
        # Four cohorts more follow those three more, each 60 days of hold after the window of the one before.
        opened = datetime.fromisoformat("2025-06-29T00:00+08:00")
        assert found.last_infusion == opened + timedelta(days=4 * 89 + 60)


def test_a_place_held_since_pretreatment_began_is_used_now_at_the_latest_once_its_days_are_over(
    protocol: Protocol,
) -> None:
    record = Record(protocol)
    codes = [record.holds(1) for _ in range(3)]
    for code in codes:
        record.add(e.LymphodepletionStarted(code, START + DAY))
    record.now += 70 * DAY  # 10 June; day 28 is 8 July; three more until 7 September; day 28 is 5 October
    assert day(record, of(record).latest) == "2025-10-06"


def test_a_place_that_is_free_beside_those_held_is_held_anew(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    record.holds(1)
    record.now += 10 * DAY  # 11 April; until 10 June, day 28 is 8 July
    assert of(record).latest == played_until(record, "2025-07-09")


def played_until(record: Record, day_: str) -> datetime:
    """When a cohort of three more is over, whose places open on that day and are used on their last."""
    at = datetime.fromisoformat(f"{day_}T00:00+08:00") + 60 * DAY
    return window_end(record.protocol, at)


@pytest.mark.parametrize("supposed", [0, 1, 2])
def test_who_is_supposed_to_be_infused_first_lets_the_others_go_no_earlier(supposed: int) -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    codes = [record.holds(1) for _ in range(3)]
    record.add(e.Infused(codes[0], 1, 0.25e8, True, START))
    then = suppose(record.protocol, record.trial, codes[supposed], "dlt", START)
    assert then is not None
    found = forecast(record.protocol, then, START)
    assert found is not None
    # The others on 15 April, until 14 May; three more on 14 and 28 May, until 26 June.
    assert day(record, found.earliest) == "2025-06-26"


def test_a_step_waits_for_a_dlt_that_is_supposed_in_time_to_come() -> None:
    record = played(protocol_of(switched("A15", "after-first")), "1NNN 2P")
    first = record.subject("CD7-004").infusion
    assert first is not None
    record.dlt("CD7-004", 1)
    code = record.holds(2)
    then = suppose(record.protocol, record.trial, code, "dlt", record.now + DAY)
    assert then is not None
    found = forecast(record.protocol, then, record.now + DAY)
    assert found is not None
    # Two DLTs, the second one on the day of the infusion; three more below, their places held 60 days.
    assert found.last_infusion == midnight(record.protocol, local_day(record.protocol, first.at) + 74 * DAY)


def test_one_who_is_supposed_to_be_infused_later_than_the_rest_binds() -> None:
    record = Record(protocol_of(switched("A15", "after-first")))
    record.doses(1)
    code = record.holds(1)
    supposed = suppose(record.protocol, record.trial, code, "no_dlt", START)
    assert supposed is not None
    found = forecast(record.protocol, supposed, START)
    assert found is not None
    assert (day(record, found.earliest), found.binds) == ("2025-05-14", code)


def test_while_a_place_is_free_beside_those_held_nobody_is_named(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    record.holds(1)
    record.now += DAY
    assert of(record).binds == ""


# -------------------------------------------------------------------- a level opened twice
def test_a_level_opens_when_it_is_opened_first(protocol: Protocol) -> None:
    up, down = Ruling("escalate", 2, 3, ()), Ruling("reduce", 1, 3, ())
    standing = stand((Tally(1, 3),))
    again = Cohort(1, 3, standing, (Branch(0, (up,), -1, 2),))
    second = Cohort(2, 3, standing, (Branch(0, (down,), 0, -1),))
    first = Cohort(1, 3, standing, (Branch(0, (up,), 1, -1),))
    road = Road(protocol, Graph((again, second, first)), "enrol", START, Mark(START))
    opened = [mark.at for mark in openings(road, 2, 0, max)]
    assert opened == [window_end(protocol, START)]
    assert len(list(stops(road, 0, max))) == 3
    assert always_opens(road, 2)


# -------------------------------------------------------------------- against a plain search
@dataclass(frozen=True)
class Play:
    """One path: when the next level opened first, subjects after now, the last infusion."""

    opened: datetime | None
    subjects: int
    last: datetime | None


def plays(record: Record, hold: int) -> Iterator[Play]:
    """Every path by playing it, one cohort after another; the test's own arithmetic of days."""
    protocol, now = record.protocol, record.now
    history = history_of(protocol, record.trial, now)
    ends = [
        (s.opening, window_end(protocol, s.infusion.at))
        for s in record.trial.subjects.values()
        if s.infusion and status(protocol, s, now) in ("in_window", "unassessed")
    ]
    signable = record.decision.action in ("reduce", "expand", "escalate")
    here = [end for at, end in ends if history[at].level == history[-1].level]
    ready = max([now, *([] if signable else here)])
    for settled in settle(history):
        yield from play(
            protocol, settled, now, ready, hold, history[-1].level + 1, Play(None, len(ends), None)
        )


def settle(history: History) -> Iterator[History]:
    for dlts in product(*(range(t.pending + 1) for t in history)):
        yield tuple(
            Tally(t.level, t.places, t.evaluable + t.pending, t.dlts + more, 0, 0, t.not_evaluable)
            for t, more in zip(history, dlts, strict=True)
        )


def play(  # noqa: PLR0917
    protocol: Protocol,
    history: History,
    free_at: datetime,
    ready: datetime,
    hold: int,
    next_: int,
    so_far: Play,
) -> Iterator[Play]:
    """`free_at`: from when free places can be filled; `ready`: when all outcomes so far are known."""
    said = rule_on(protocol, history)
    if said.action == "enrol":
        given = free_at + timedelta(days=hold)
        known = max(ready, midnight(protocol, local_day(protocol, given) + 29 * DAY))
        grown = Play(so_far.opened, so_far.subjects + said.slots, max(given, so_far.last or given))
        last = history[-1]
        for dlts in range(said.slots + 1):
            more = last._replace(evaluable=last.evaluable + said.slots, dlts=last.dlts + dlts)
            yield from play(protocol, (*history[:-1], more), known, known, hold, next_, grown)
    elif said.action in ("escalate", "expand", "reduce"):
        first = said.key == ("escalate", next_) and so_far.opened is None
        grown = Play(ready if first else so_far.opened, so_far.subjects, so_far.last)
        opened = (*history, Tally(said.level, said.slots))
        yield from play(protocol, opened, ready, ready, hold, next_, grown)
    else:
        yield so_far


@pytest.mark.parametrize(
    "outcomes",
    [
        "1P", "1PP", "1PPP", "1NP", "1NNP", "1TP", "1TPP", "1TTP", "1NNT", "1NNT 1PP", "1NNT 1NTP", "1NNN",
        "1NNN 2P", "1NNN 2PPP", "1NNN 2TTP", "1NNN 2NNT 2PPP", "1NNN 2NNT 2TPP", "1NNN 2NNN 3PPP",
        "1NNN 2NNN 3NNN 3NPP", "1NNN 2NNN 3TTP", "1NNT 1NNN 2TPP",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", [changed(), with_levels(4), switched("A3", "mtd"), switched("A5", "more")])
def test_the_forecast_agrees_with_playing_every_path(text: str, outcomes: str) -> None:
    protocol = protocol_of(text)
    if len(protocol.levels) > 3:
        outcomes = outcomes.replace("3NNN 3", "3NNN 4")
    record = played(protocol, outcomes)
    record.now += 6 * DAY
    found = of(record)
    soon, late = list(plays(record, 0)), list(plays(record, 60))
    assert found.earliest == min((p.opened for p in soon if p.opened), default=None)
    assert found.latest == max((p.opened for p in late if p.opened), default=None)
    assert (found.opens > 0) is any(p.opened for p in soon)
    assert found.always is all(p.opened for p in soon)
    assert found.fewest == min(p.subjects for p in soon)
    assert found.most == max(p.subjects for p in late)
    assert found.last_infusion == max((p.last for p in late if p.last), default=None)


def test_a_naive_now_is_refused(protocol: Protocol) -> None:
    with pytest.raises(NaiveTime):
        forecast(protocol, Record(protocol).trial, START.replace(tzinfo=None))
