"""Rulings that are void or stand, deaths around a window, and what the replies name as the next step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import COO, INV, MON, PI, RECORD, START, Heard, Study, cleared, code, infused, study_in
from tests.bot.test_adverse_events import course

A, B = code(1), code(2)
DAY = timedelta(days=1)
FIRST = len(infused(1, START)) + 1  # the first entry after one dosed subject


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with study_in(tmp_path / "s.sqlite") as made:
        yield made


async def made(study: Study, user: int, *answers: str) -> Heard:
    """Type or press each in turn, and record the card that follows."""
    card = await course(study, user, *answers)
    assert card.yes, card.text
    return await study.press(user, RECORD)


# ------------------------------------------------------------------ a DLT whose ruling is void
async def test_no_step_is_signed_on_a_dlt_whose_ruling_is_void(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START), *cleared((3,), START))
    first = len(await study.trial()) + 1
    study.clock.forward(days=9)
    for number, subject in ((first, 1), (first + 1, 2)):
        await study.record(COO, f"/ae {subject} CRS 4 2026-03-10 09:00")
        assert number == len(await study.trial())
    await study.record(INV, "/dlt 1 dlt")
    await study.record(INV, "/dlt 2 dlt")
    recorded = await made(study, INV, f"/correct #{first}", "grade", "1", "Typing error")
    since = len(await study.trial())
    assert f"Voids the signature on #{first + 2}" in recorded
    refused = await study.say(PI, "/sign")
    assert f"CD7-001: adjudication of event #{first}, void since #{since}" in refused and not refused.yes
    assert [*refused.buttons] == ["Adjudicate CD7-001"]
    due = await study.say(INV, "/due")
    assert f"CD7-001: to be adjudicated anew: event #{first}" in due
    assert due.buttons["Adjudicate CD7-001"] == "/dlt CD7-001"
    assert f"counts until then): CD7-001 #{first}" in await study.say(PI, "/next")
    assert "CD7-001: DLT" in await study.say(PI, "/subject 1")
    asked = await study.say(INV, "/dlt 1")
    assert "grade 1" in asked and "Is it a DLT?" in asked
    await made(study, INV, "/dlt 1", "Not a DLT")
    assert "Nothing is due" not in await study.say(INV, "/due")
    assert "adjudicated anew" not in await study.say(INV, "/due")


# ------------------------------------------------------------------ a death in a window that was assessed
async def test_who_was_assessed_and_died_in_the_window_is_to_leave_wherever_it_is_named(
    study: Study,
) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=40)
    await study.record(COO, "/ae 1 Sudden death NOS 5 2026-03-20 08:00")
    told = await study.record(INV, "/dlt 1 not_dlt")
    assert "Next: Record the leaving first (/withdraw): CD7-001" in told
    next_ = await study.say(PI, "/next")
    assert "only the leaving is missing: CD7-001" in next_
    assert "Leaving of CD7-001" in next_.buttons and "Assess CD7-001" not in next_.buttons
    refused = await study.say(PI, "/sign")
    assert "record the leaving (/withdraw) instead" in refused and [*refused.buttons] == [
        "Leaving of CD7-001"
    ]
    due = await study.say(INV, "/due")
    assert "the leaving is to be recorded" in due and "assessment" not in due
    assert "outcome open: leaving to be recorded" in await study.say(MON, "/status")
    place = await study.say(COO, "/slot")
    assert "Died inside the window, and the leaving is not recorded: CD7-001" in place
    await study.record(INV, "/withdraw 1 died 2026-03-20 08:00")
    assert "Enrol at level 1" in await study.say(PI, "/next")


async def test_the_card_of_a_death_in_an_assessed_window_offers_no_assessment(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=40)
    await study.say(COO, "/ae 1 Sudden death NOS 5 2026-03-20 08:00")
    recorded = await study.press(COO, RECORD)
    assert "Voids the signature" in recorded and "Assess CD7-001" not in recorded.buttons
    await study.say(INV, "/correct")
    recorded = await study.record(INV, "/ae 2 CRS 5 2026-03-20 08:00")
    assert {"Adjudicate", "Leaving of CD7-002"} <= {*recorded.buttons}


async def test_who_was_assessed_and_died_after_the_window_is_assessed_anew_and_leaves(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START), e.AdverseEventReported(A, "Pneumonitis", 2, START + 26 * DAY))
    event = len(await study.trial())
    await study.put(e.WindowAssessed(A, START + 29 * DAY))
    study.clock.forward(days=40)
    await study.record(COO, f"/ae #{event} 5 2026-04-02 08:00")
    next_ = await study.say(PI, "/next")
    assert "the assessment (/assess) and the leaving (/withdraw) are to be recorded: CD7-001" in next_
    assert "only the leaving" not in next_
    await study.record(INV, "/withdraw 1 died 2026-04-02 08:00")
    assert [*(await study.say(PI, "/sign")).buttons] == ["Assess CD7-001"]
    await study.record(INV, "/assess 1")
    assert "opens with 3 places (escalation)" in await study.say(PI, "/sign")
