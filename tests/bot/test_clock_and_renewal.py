"""What time alone changes is told; values are renewed in time; what is entered late keeps its place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.reminders import tick
from rules import events as e
from rules.schedule import turned
from rules.trial import replay
from tests.bot.study import INV, MON, PI, SITE, START, Study, code, infused, ready, screened, shipped

THREE = [event for number in (1, 2, 3) for event in infused(number, START)]
DAY = timedelta(days=1)


async def test_monitors_and_the_pi_are_told_once_when_a_window_ends_by_time_alone(study: Study) -> None:
    await study.put(*THREE)
    study.clock.now = START + 20 * DAY
    await tick(study.dispatcher)
    assert MON not in await study.outbox()
    study.clock.now = START + 29 * DAY
    await tick(study.dispatcher)
    sent = await study.outbox()
    assert "changed, by time alone" in sent[MON].text
    assert "3 DLT window(s) over" in sent[MON].text or "assess" in sent[MON].text.lower()
    assert "changed, by time alone" in sent[PI].text
    assert "assessment overdue" in sent[PI].text
    assert "by time alone" not in sent[INV].text
    await tick(study.dispatcher)
    assert await study.outbox() == {}


async def test_at_night_a_change_by_time_alone_waits_for_the_morning(study: Study) -> None:
    await study.put(*THREE)
    midnight = (START + 29 * DAY).astimezone(SITE).replace(hour=0, minute=30)
    study.clock.now = midnight
    await tick(study.dispatcher)
    assert MON not in await study.outbox()
    study.clock.now = midnight + timedelta(hours=7)
    await tick(study.dispatcher)
    assert "by time alone" in (await study.outbox())[MON].text


def test_nothing_has_turned_without_a_log_or_without_a_change() -> None:
    protocol = shipped()
    assert turned(protocol, replay(protocol, ()), START) is None
    log = [e.Entry(n, event, entered_at=event.at) for n, event in enumerate(THREE, 1)]
    trial = replay(protocol, log)
    assert turned(protocol, trial, START + DAY) is None
    found = turned(protocol, trial, START + 40 * DAY)
    assert found is not None
    assert (found.decision.action, found.key) == ("assess", f"decision:{len(log)}:assess:1")


async def test_a_dlt_that_a_correction_brings_back_is_told_as_a_dlt(study: Study) -> None:
    event = e.AdverseEventReported(code(1), "Fever", 4, START + DAY)
    about = len(THREE) + 1
    study.clock.now = START + 3 * DAY
    await study.put(*THREE, event, e.DltConfirmed(code(1), about, START + DAY))
    await study.put(e.Corrected(about + 1, (), "wrong subject", START + 2 * DAY))
    await study.say(PI, f"/correct #{about + 2}")
    await study.press(PI, "The whole entry is wrong: void it")
    await study.record(PI, "Source document says otherwise")
    assert "A DLT was confirmed" in study.others[MON].text


async def test_a_value_is_asked_anew_before_it_goes_stale(study: Study) -> None:
    await study.put(*screened(1, START))
    study.clock.now = START + 5 * DAY
    assert "Eligible" in await study.say(INV, "/screen 1")
    study.clock.now = START + 23 * DAY
    asked = await study.say(INV, "/screen 1")
    assert "Bone marrow" in asked
    assert "5 left" in asked
    await study.say(INV, "yes")
    await study.press(INV, "Record so far")
    await study.press(INV, "✓ Record")
    renewed = [x for x in await study.events() if isinstance(x, e.Answered) and x.fact == "bone_marrow"]
    assert [x.at for x in renewed] == [START, START + 23 * DAY]
    assert "4 left" in await study.say(INV, "/screen 1")


async def test_after_lymphodepletion_nothing_is_asked_anew(study: Study) -> None:
    await study.put(*ready(1, START))
    study.clock.now = START + 23 * DAY
    assert "left)" not in await study.say(INV, "/screen 1")


@pytest.mark.parametrize(("first", "second", "stands"), [(10, 0, "no"), (0, 10, "yes"), (5, 5, "yes")])
def test_an_older_measurement_entered_late_replaces_no_newer_one(
    first: int, second: int, stands: str
) -> None:
    answers = [e.Answered(code(1), "liver", "no", START + first * DAY)]
    answers.append(e.Answered(code(1), "liver", "yes", START + second * DAY))
    log = [e.Entry(n, x) for n, x in enumerate([e.Consented(code(1), START), *answers], 1)]
    assert replay(shipped(), log).subjects[code(1)].answers["liver"].value == stands


async def test_an_event_of_grade_three_is_told_at_once_and_stays_due_until_ruled_on(
    study: Study,
) -> None:
    await study.put(*infused(1, START))
    study.clock.now = START + DAY
    await study.record(INV, "/ae 1 ICANS 4 now")
    assert "to be adjudicated" in study.others[MON].text
    assert "To adjudicate as DLT or not: CD7-001 #" in await study.say(PI, "/next")
    assert "to be adjudicated" in await study.say(PI, "/due")
    assert "Adjudicate CD7-001" in study.last[PI].buttons
    study.clock.now = START + 3 * DAY
    await tick(study.dispatcher)
    assert "to be adjudicated" in (await study.outbox())[INV].text
    refusal = await study.record(INV, "/dlt 1 not_dlt")
    assert "to be adjudicated" not in await study.say(PI, "/due"), refusal.text


async def test_nobody_leaves_with_an_event_that_may_be_a_dlt(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.now = START + DAY
    await study.record(INV, "/ae 1 ICANS 4 now")
    assert "not adjudicated" in await study.say(INV, "/withdraw 1 withdrew now")
    await study.record(INV, "/dlt 1 dlt")
    await study.record(INV, "/withdraw 1 withdrew now")
    assert [x for x in await study.events() if isinstance(x, e.Withdrawn)]


@pytest.mark.parametrize("unit", ["cells/kg", "mL", "per kg", "mg"])
async def test_a_unit_that_was_not_read_takes_its_number_with_it(study: Study, unit: str) -> None:
    await study.put(*ready(1, START))
    study.clock.now = START + DAY
    await study.say(INV, f"/dose 1 0.25e8 {unit} now")
    asked = study.last[INV]
    assert "how many cells" in asked or "per kg" in asked
    assert "\u2713 Record" not in (await study.say(INV, "now")).buttons
