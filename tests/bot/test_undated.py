"""In chats: who was infused and died of an event from before the dose, on a day that is not recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.reminders import tick
from rules import events as e
from tests.bot.study import COO, INV, PI, RECORD, START, Study, cleared, code, infused
from tests.bot.test_adverse_events import course

S = code(1)
PUT = [*infused(1, START), *cleared((2, 3), START)]
N = len(PUT) + 1
SEPSIS = "/ae 1 Sepsis 5 2026-03-01 09:00"  # the day before the infusion
DAY = f"Of fatal event #{N}, which began before the infusion, the day of the death is not recorded"
BUTTON = (f"Details of #{N}", f"/ae #{N}")


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only; cards and permissions of the same commands run on both."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.mark.parametrize("days", [9, 40])
async def test_no_window_passes_and_no_level_opens_until_the_day_is_known(study: Study, days: int) -> None:
    await study.put(*PUT)
    study.clock.forward(days=days)
    card = await study.say(COO, SEPSIS)
    assert "a death inside the window may be a DLT" in card and "no DLT can follow" not in card
    await study.press(COO, RECORD)
    study.clock.forward(days=34)
    told = await study.say(PI, "/next")
    assert f"the day of the death is not recorded: CD7-001 #{N}" in told
    assert "after the window" not in told and "the event or the leaving" not in told
    assert BUTTON in told.buttons.items()
    assert (DAY in await study.say(INV, "/assess 1")) and not (await study.say(PI, "/sign")).yes
    due = await study.say(COO, "/due")
    assert f"the day of the death is to be recorded: /ae #{N}" in due and BUTTON in due.buttons.items()
    assert f"day of death to be recorded (#{N})" in await study.say(PI, "/subject 1")
    refused = await study.say(INV, "/withdraw 1 died 2026-03-20 09:00")
    assert DAY in refused and not refused.yes and BUTTON in refused.buttons.items()
    refused = await course(study, INV, f"/dlt 1 #{N}", "dlt")
    assert DAY in refused and not refused.yes


async def test_next_names_the_day_where_one_more_dlt_would_not_close_the_level(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START), *infused(3, START))
    study.clock.forward(days=9)
    await study.record(COO, f"/ae 1 Sepsis 5 {START - timedelta(days=1):%Y-%m-%d} 09:00")
    told = await study.say(PI, "/next")
    assert "Wait." in told and "the day of the death is not recorded: CD7-001 #" in told
    assert "/ae #" in "".join(told.buttons.values())


async def test_a_day_in_the_window_is_put_to_a_ruling_as_dlt(study: Study) -> None:
    await study.put(*PUT)
    study.clock.forward(days=40)
    await study.record(COO, SEPSIS)
    await course(study, COO, f"/ae #{N}", "became", "fatal", "2026-03-20 09:00")
    await study.press(COO, RECORD)
    assert f"To adjudicate as DLT or not: CD7-001 #{N}" in await study.say(PI, "/next")
    await study.record(INV, "/dlt 1 dlt")
    assert "1 DLT" in await study.say(PI, "/next")


async def test_a_leaving_after_the_window_dates_the_death_and_the_window_is_assessed(study: Study) -> None:
    await study.put(*PUT)
    study.clock.forward(days=40)
    await study.record(COO, SEPSIS)
    await study.record(INV, "/withdraw 1 died 2026-04-06 09:00")
    assert (await study.say(INV, "/assess 1")).yes


async def test_a_level_is_not_opened_while_an_assessed_window_lost_its_end(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=40)
    number = len(cleared((1, 2, 3), START)) + 1
    await study.record(COO, SEPSIS)
    held = await study.say(PI, "/sign")
    assert not held.yes and f"Of fatal event #{number}" in held
    assert held.buttons[f"Details of #{number}"] == f"/ae #{number}"


async def test_the_day_is_reminded_of_with_the_button_that_records_it(study: Study) -> None:
    await study.put(*PUT, e.AdverseEventReported(S, "Sepsis", 5, START - timedelta(days=1)))
    study.clock.forward(days=9)
    await tick(study.dispatcher)
    told = (await study.outbox())[COO]
    assert f"the day of the death is to be recorded: /ae #{N}" in told
    assert BUTTON in told.buttons.items()
