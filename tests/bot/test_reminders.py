"""Reminders through the real parts: from the log, in each person's zone, once, whatever stops or races."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import events as b
from bot import main as root
from bot.dispatcher import chat_stream
from bot.reminders import MAX_LINES, tick
from rules import events as e
from rules.protocol import Protocol
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    PI,
    SITE,
    START,
    USERS,
    Clock,
    Heard,
    Study,
    code,
    infused,
    screened,
    study_in,
)  # fmt: skip
from tests.rules.files import changed, protocol_of

REMINDED = {PI, INV, COO}
DAY = timedelta(days=1)


def site(day: str, time: str = "07:00") -> datetime:
    """An instant of 2026 at the site: `03-27`."""
    return datetime.fromisoformat(f"2026-{day}T{time}").replace(tzinfo=SITE)


async def told(study: Study, at: datetime, user: int = INV) -> Heard:
    """What one person is sent by a tick at an instant."""
    study.clock.now = at
    await tick(study.dispatcher)
    return await study.read(user)


@asynccontextmanager
async def study_under(path: Path, protocol: Protocol, now: datetime) -> AsyncIterator[Study]:
    """A study under another protocol."""
    clock = Clock(now)
    async with study_in(path, clock=clock):
        pass
    async with root.opened(f"sqlite:///{path}", protocol, False, clock) as app:
        yield Study(app, clock)


# ------------------------------------------------------------------ what is told, and when
@pytest.mark.parametrize(
    ("day", "words"),
    [("03-27", "2026-03-30 24:00 (3 day(s) left)"), ("03-29", "2026-03-30 24:00 (1 day(s) left)"),
     ("03-30", "ends today, Mon 2026-03-30 24:00"), ("03-31", "assessment overdue"),
     ("04-01", "assessment overdue"), ("04-17", "assessment overdue")],
)  # fmt: skip
async def test_the_end_of_a_window_is_told_when_the_quiet_hours_end(
    study: Study, day: str, words: str
) -> None:
    await study.put(*infused(1, START))
    await told(study, site(day) - timedelta(hours=10))
    assert not (await told(study, site(day) - timedelta(seconds=1))).payloads
    heard = await told(study, site(day))
    assert words in heard
    assert code(1) in heard
    assert study.others.keys() | {INV} == REMINDED
    assert not (await told(study, site(day, "21:59"))).payloads


async def test_days_on_which_nothing_new_begins_are_silent(study: Study) -> None:
    await study.put(*infused(1, START))
    for day in range(3, 27):
        assert not (await told(study, site(f"03-{day:02}"))).payloads
    assert (await told(study, site("03-27"))).payloads
    assert not (await told(study, site("03-28"))).payloads


async def test_an_assessment_or_a_dlt_ends_the_daily_reminders(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START))
    assert "CD7-001" in await told(study, site("04-01"))
    await study.record(INV, "/assess 1")
    heard = await told(study, site("04-02"))
    assert "CD7-002" in heard and "CD7-001" not in heard
    await study.record(INV, "/ae 2 fever 3 2026-03-05 10:00")
    await study.say(INV, "/dlt 2")
    await study.record(INV, "DLT")
    asked = await told(study, site("04-03"))  # once: whether the event is serious
    assert "not judged: event #46, entered Thu 2026-04-02" in asked and "assess" not in asked
    assert "Details of #46" in asked.buttons
    assert not (await told(study, site("04-04"))).payloads


async def test_a_place_and_a_value_about_to_expire_are_told_with_the_step_that_helps(study: Study) -> None:
    consent, *answers = screened(1, START)
    minutes = [replace(each, at=START + timedelta(minutes=n)) for n, each in enumerate(answers)]
    placed = (e.EligibilityConfirmed(code(1), START), e.SlotHeld(code(1), 1, START))
    await study.put(consent, *minutes, *placed)
    stale = await told(study, site("03-23"))
    assert "valid until Mon 2026-03-30 09:11 only: Bone marrow" in stale
    assert stale.text.count("CD7-001") == 1, "the values of one day are one line"
    assert stale.buttons.keys() == {"Screen CD7-001", "Later: CD7-001"}
    assert not (await told(study, site("03-24"))).payloads
    expires = await told(study, site("04-24"))
    assert "place expires Fri 2026-05-01 09:00" in expires
    assert "/apheresis CD7-001" in expires.buttons.values()
    assert "CD7-001" in await study.press(INV, "Apheresis of CD7-001")


async def test_more_than_a_screenful_is_one_summary_that_says_how_much_is_left_out(study: Study) -> None:
    for number in range(1, MAX_LINES + 6):
        await study.put(*infused(number, START + timedelta(minutes=number))[-1:])
    heard = await told(study, site("04-01"))
    assert heard.text.count("assessment overdue") == MAX_LINES
    assert "5 more: /due" in heard
    assert not (await told(study, site("04-01", "12:00"))).payloads


# ------------------------------------------------------------------ to act or to put off
async def test_a_reminder_is_acted_upon_with_its_button_by_those_who_may(study: Study) -> None:
    await study.put(*infused(1, START))
    await told(study, site("03-31"))
    assert "Assess CD7-001" not in study.last[COO].buttons
    assert "window assessed" in await study.press(INV, "Assess CD7-001")


async def test_what_is_put_off_comes_back_a_day_later_to_who_put_it_off(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START))
    await told(study, site("03-27", "09:00"))
    assert "put off until Sat 2026-03-28 09:00" in await study.press(INV, "Later: CD7-001")
    assert not (await told(study, site("03-28", "08:59"))).payloads
    back = await told(study, site("03-28", "09:00"))
    assert "CD7-001: DLT window ends Mon 2026-03-30 24:00 (2 day(s) left)" in back and "CD7-002" not in back
    assert not study.others
    assert not (await told(study, site("03-28", "09:01"))).payloads


async def test_what_falls_due_while_put_off_is_told_to_the_others_only(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START))
    await told(study, site("03-30", "09:00"))
    await study.press(INV, "Later: CD7-001")
    early = await told(study, site("03-31", "08:59"))
    assert "CD7-002" in early and "CD7-001" not in early
    assert "CD7-001" in study.others[PI]
    assert "assessment overdue" in await told(study, site("03-31", "09:00"))


async def test_putting_off_asks_for_a_subject_that_is_none(study: Study) -> None:
    await study.put(*infused(1, START))
    for line in ("/snooze", "/snooze 999"):
        heard = await study.say(INV, line)
        assert "CD7-001" in heard.buttons and "put off" not in heard
    assert "CD7-001 are put off" in await study.press(INV, "CD7-001")


# ------------------------------------------------------------------ zones, quiet hours, clocks that change
@pytest.mark.parametrize(
    ("zone", "silent", "at"),
    [("Europe/Berlin", "2026-03-27T06:59+01:00", "2026-03-27T07:00+01:00"),
     ("America/New_York", "2026-03-26T11:59-04:00", "2026-03-26T12:00-04:00"),
     ("Pacific/Kiritimati", "2026-03-27T06:59+14:00", "2026-03-27T07:00+14:00")],
)  # fmt: skip
async def test_quiet_hours_are_those_of_the_persons_own_zone(
    study: Study, zone: str, silent: str, at: str
) -> None:
    await study.put(*infused(1, START))
    assert zone in await study.say(INV, f"/zone {zone}")
    assert not (await told(study, datetime.fromisoformat(silent))).payloads
    assert "3 day(s) left" in await told(study, datetime.fromisoformat(at))


async def test_one_abroad_reads_the_sites_time_and_their_own(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(INV, "/zone Europe/Berlin")
    heard = await told(study, site("03-27", "14:00"))
    assert "Mon 2026-03-30 24:00" in heard and "= Mon 2026-03-30 18:00 Europe/Berlin" in heard
    assert "Berlin" not in study.last[PI].text


async def test_quiet_hours_follow_the_clocks_of_a_zone_that_changes_them(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(INV, "/zone Europe/Berlin")
    for day, offset in (("27", "+01:00"), ("29", "+02:00"), ("30", "+02:00")):
        begins = datetime.fromisoformat(f"2026-03-{day}T07:00{offset}")
        assert not (await told(study, begins - timedelta(seconds=1))).payloads
        assert (await told(study, begins)).payloads


@pytest.mark.parametrize(
    ("infusion", "last", "end"),
    [("2026-03-02T10:00+01:00", "2026-03-30T07:00+02:00", "2026-03-30T22:00+00:00"),
     ("2026-10-01T10:00+02:00", "2026-10-29T07:00+01:00", "2026-10-29T23:00+00:00")],
)  # fmt: skip
async def test_a_window_across_a_change_of_clocks_ends_at_the_sites_midnight(
    tmp_path: Path, infusion: str, last: str, end: str
) -> None:
    berlin = protocol_of(changed(("zone: Asia/Shanghai", "zone: Europe/Berlin")))
    at, day, over = (datetime.fromisoformat(text) for text in (infusion, last, end))
    async with study_under(tmp_path / "berlin.sqlite", berlin, at) as study:
        await study.put(*infused(1, at))
        await told(study, day - timedelta(hours=8))
        assert not (await told(study, day - timedelta(seconds=1))).payloads
        assert "ends today" in await told(study, day)
        study.clock.now = over - timedelta(seconds=1)
        assert "Refused" in await study.say(INV, "/assess 1")
        study.clock.now = over
        assert "Record this?" in await study.say(INV, "/assess 1")


# ------------------------------------------------------------------ once, and never lost
async def test_two_processes_that_tick_at_once_remind_each_person_once(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite") as one, study_in(tmp_path / "s.sqlite") as two:
        await one.put(*infused(1, START))
        for day in ("03-27", "03-29", "03-30", "03-31", "04-01"):
            one.clock.now = two.clock.now = site(day)
            await asyncio.gather(*(tick(study.dispatcher) for study in (one, two, one, two)))
            found = await one.outbox()
            assert {user: len(heard.payloads) for user, heard in found.items()} == dict.fromkeys(REMINDED, 1)


TICKER = """
import asyncio, sys, time
from datetime import timedelta
from pathlib import Path
from bot.reminders import tick
from tests.bot.study import START, Clock, study_in
async def main(path, clock=Clock(START)):
    async with study_in(Path(path), clock=clock) as study:
        print("ready", flush=True)
        sys.stdin.readline()
        for hour in range(24 * 25, 24 * 31, 6):
            clock.now = START + timedelta(hours=hour)
            await tick(study.dispatcher)
asyncio.run(main(sys.argv[1]))
"""


async def test_two_real_processes_remind_each_person_once(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite") as study:
        await study.put(*infused(1, START), *infused(2, START + DAY))
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        words = (sys.executable, "-c", TICKER, str(tmp_path / "s.sqlite"))
        both = [await asyncio.create_subprocess_exec(*words, **pipes) for _ in range(2)]
        for process in both:
            assert process.stdout and await process.stdout.readline() == b"ready\n"
        await asyncio.gather(*(process.communicate(b"go\n") for process in both))
        assert [process.returncode for process in both] == [0, 0]
        study.clock.now = START + 40 * DAY
        letters = await study.outbox()
        for user in REMINDED:
            records = await study.dispatcher.log.read(chat_stream(user))
            claims = [r.event for r in records if isinstance(r.event, b.Reminded)]
            keys = Counter(key for claim in claims for key in claim.keys)
            assert set(keys.values()) == {1} and len(keys) >= 8
            assert len(letters[user].payloads) == len(claims)


async def test_a_restart_neither_loses_nor_repeats_a_reminder(place: str) -> None:
    async with study_in(place, clock=Clock(site("03-27"))) as study:
        await study.put(*infused(1, START))
        await tick(study.dispatcher)
    async with study_in(place, clock=Clock(site("03-27", "08:00"))) as study:
        await tick(study.dispatcher)
        assert {u: len(h.payloads) for u, h in (await study.outbox()).items()} == dict.fromkeys(REMINDED, 1)
    async with study_in(place, clock=Clock(site("03-29"))) as study:
        assert "1 day(s) left" in await told(study, site("03-29"))


async def test_after_three_days_of_downtime_there_is_one_summary(place: str) -> None:
    async with study_in(place, clock=Clock(site("03-28"))) as study:
        await study.put(*(event for number in range(1, 7) for event in infused(number, START)))
        await tick(study.dispatcher)
        await study.outbox()
    async with study_in(place, clock=Clock(site("04-02"))) as study:
        heard = await told(study, site("04-02"))
        assert len(heard.payloads) == 1
        assert [heard.text.count(code(n)) for n in range(1, 7)] == [1] * 6
        assert not (await told(study, site("04-02", "07:30"))).payloads


async def test_those_who_only_read_or_keep_the_list_of_people_are_not_reminded(study: Study) -> None:
    await study.put(*infused(1, START))
    await told(study, site("03-31"))
    assert not {MON, ADM} & study.last.keys()


async def test_each_is_reminded_in_their_own_language(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(COO, "/language zh")
    await told(study, site("03-30"))
    assert "今天" in study.last[COO] and "today" in study.last[PI]
    assert set(USERS) - study.last.keys() == {MON, ADM}
