"""Rulings that are void or stand, deaths around a window, and what the replies name as the next step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import (
    COO,
    INV,
    MON,
    NAMES,
    PI,
    RECORD,
    START,
    Heard,
    Study,
    cleared,
    code,
    infused,
    ready,
    study_in,
)
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
    next_ = await study.say(PI, "/next")
    assert f"counts until then): CD7-001 #{first}" in next_
    assert "Adjudicate CD7-001" in next_.buttons and "Sign the next step" not in next_.buttons
    assert "Adjudicate CD7-001" not in (await study.say(COO, "/next")).buttons
    assert "CD7-001: DLT" in await study.say(PI, "/subject 1")
    asked = await study.say(INV, "/dlt 1")
    assert "grade 1" in asked and "Is it a DLT?" in asked
    await made(study, INV, "/dlt 1", "Not a DLT")
    assert "Nothing is due" not in await study.say(INV, "/due")
    assert "adjudicated anew" not in await study.say(INV, "/due")
    await made(study, INV, f"/correct #{first + 1}", "grade", "2", "Typing error")
    await study.record(INV, "/dlt 2 dlt")  # a DLT all the same
    study.clock.forward(days=40)
    await study.record(INV, "/assess 1")
    assert "Sign the next step" in (await study.say(PI, "/next")).buttons


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


# ------------------------------------------------------------------ a dose that is entered after a death
async def test_a_dose_before_a_death_is_recorded_after_it_and_the_death_is_ruled_on(study: Study) -> None:
    await study.put(*ready(1, START), *cleared((2, 3), START))
    study.clock.forward(days=9)
    card = await study.say(COO, "/ae 1 CRS 5 2026-03-08 09:00")
    assert "No infusion is recorded" in card and "Before the infusion" not in card
    told = await study.press(COO, RECORD)
    event = len(await study.trial())
    asked = await study.say(INV, "/dlt 1")
    assert f"no infusion is recorded, so #{event} cannot be adjudicated yet" in asked and told
    asked = await study.press(INV, "Record infusion of CD7-001")
    assert "Refused" not in asked
    asked = await study.say(INV, "/dose 1 0.25e8")
    assert "when was the infusion" in asked, asked.text
    refused = await study.say(INV, "/dose 1 0.25e8 2026-03-08 10:00")
    assert "The subject died (fatal event" in refused and not refused.yes
    card = await study.say(INV, "/dose 1 0.25e8 2026-03-04 09:00")
    assert "Settle first: CD7-001" in card
    await study.press(INV, RECORD)
    assert "grade 5, onset Sun 2026-03-08 09:00 (day 4). Is it a DLT?" in await study.say(INV, "/dlt 1")


@pytest.mark.parametrize("line", ["/dose 1 0.25e8", "/dose 1 0.25e8 2026-03-04 09:00"])
async def test_who_left_is_dosed_once_the_leaving_is_void_and_leaves_again(study: Study, line: str) -> None:
    left = e.Withdrawn(A, "withdrew", START + 7 * DAY)
    await study.put(*ready(1, START), left, *cleared((2, 3), START))
    number = len(ready(1, START)) + 1
    study.clock.forward(days=9)
    refused = await study.say(INV, line)
    assert f"What was before that (Infusion): void the leaving with /correct #{number}" in refused
    assert f"/correct #{number}" in refused.buttons.values() and not refused.yes
    assert "The subject left on" in await study.say(INV, "/dose 1 0.25e8 2026-03-10 09:00")
    assert "/correct #" not in await study.say(COO, "/slot 1")
    refused = await study.say(COO, "/apheresis 1")
    assert f"/correct #{number}" in refused and not refused.buttons
    await made(study, INV, f"/correct #{number}", "The whole entry is wrong: void it", "Typing error")
    await study.record(INV, "/dose 1 0.25e8 2026-03-04 09:00")
    await study.record(INV, "/withdraw 1 withdrew 2026-03-09 09:00")
    assert "CD7-001: not evaluable" in await study.say(MON, "/subject 1")


# ------------------------------------------------------------------ one ruling after another
async def test_a_dlt_that_stands_is_not_overruled_but_made_void_with_a_reason(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Sepsis", 4, START + DAY))
    study.clock.forward(days=9)
    await study.record(INV, f"/dlt 1 #{FIRST} dlt")
    ruling = FIRST + 1
    event = f"#{FIRST} Sepsis G4"
    for lines in (("/dlt 1", event), (f"/dlt 1 #{FIRST} not_dlt",), (f"/dlt 1 #{FIRST} dlt",)):
        refused = await course(study, PI, *lines)
        assert f"Event #{FIRST} is ruled a DLT: #{ruling}, {NAMES[INV]} (P2), investigator, " in refused
        assert "Wed 2026-03-11 09:00" in refused and not refused.yes
        assert f"/correct #{ruling}" in refused.buttons.values()
    await made(study, INV, f"/correct #{ruling}", "The whole entry is wrong: void it", "The source says so")
    assert "A DLT no longer counts" in study.others[PI]
    card = await study.say(INV, "/dlt 1 not_dlt")
    assert card.yes and "Replaces" not in card
    await study.press(INV, RECORD)
    assert "CD7-001: day 9" in await study.say(MON, "/subject 1")


async def test_what_was_no_dlt_may_become_one_and_the_card_says_which_ruling_it_replaces(
    study: Study,
) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Sepsis", 4, START + DAY))
    study.clock.forward(days=9)
    await study.record(INV, "/dlt 1 not_dlt")
    card = await study.say(PI, f"/dlt 1 #{FIRST} dlt")
    assert f"Replaces #{FIRST + 1} (CD7-001: event #{FIRST} is not a DLT" in card
    assert f"{NAMES[INV]} (P2), investigator, Wed 2026-03-11 09:00)" in card
    await study.press(PI, RECORD)
    told = (await study.say(MON, "/subject 1")).text.split("\n")
    at = next(n for n, line in enumerate(told) if line.startswith(f"#{FIRST + 1} "))
    assert told[at + 2].strip() == f"replaced by #{FIRST + 2}"
    assert sum("replaced by" in line for line in told) == 1


# ------------------------------------------------------------------ begun inside, worse after the window
async def test_an_event_that_was_worse_only_after_the_window_is_put_to_the_investigator_everywhere(
    study: Study,
) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Pneumonitis", 2, START + 26 * DAY))
    study.clock.forward(days=40)
    both = "Onset on day 26, inside the DLT window, at worst grade 2 there; grade 3 or more from day 31 on"
    card = await study.say(COO, f"/ae #{FIRST} 5 2026-04-02 08:00")
    assert both in card and "A16" in card and "not a DLT; refer" not in card
    await study.press(COO, RECORD)
    assert "to be adjudicated" not in await study.say(INV, "/due")  # and nothing forces it
    asked = await study.say(INV, "/dlt 1")
    assert both in asked and "Is it a DLT?" in asked
    for verdict in ("dlt", "not_dlt"):
        card = await study.say(INV, f"/dlt 1 {verdict}")
        assert both in card and card.yes


async def test_a_window_is_assessed_in_sight_of_what_rose_after_it(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Pneumonitis", 2, START + 26 * DAY))
    await study.put(e.AdverseEventFollowed(A, FIRST, START + 31 * DAY, 4))
    study.clock.forward(days=40)
    card = await study.say(INV, "/assess 1")
    assert "at worst grade 2 there; grade 3 or more from day 31 on" in card and card.yes


async def test_an_event_that_began_after_the_window_is_no_dlt(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Pneumonitis", 2, START + 30 * DAY))
    study.clock.forward(days=40)
    card = await study.say(COO, f"/ae #{FIRST} 5 2026-04-02 08:00")
    assert "Day 31, after the DLT window: not a DLT; refer" in card and "Onset on day" not in card


# ------------------------------------------------------------------ looking ahead after a death
async def test_a_look_ahead_takes_who_died_in_the_window_as_leaving(study: Study) -> None:
    await study.put(*(x for n in (1, 2, 3) for x in infused(n, START)))
    study.clock.forward(days=9)
    await study.record(COO, "/ae 1 CRS 5 2026-03-08 09:00")
    open_ = "CD7-001: died inside the window, and that is not settled; taken here as pending"
    for line in ("/forecast", "/chances 0.2", "/whatif 2 no_dlt"):
        assert open_ in await study.say(PI, line), line
    await study.record(INV, "/dlt 1 not_dlt")
    taken = "CD7-001: died before the window passed; taken here as leaving, with the place free again."
    ahead = await study.say(PI, "/forecast")
    assert taken in ahead and open_ not in ahead
    assert "can open on 2026-04-09 at the earliest" in ahead and "CD7-003 binds" not in ahead
    assert "A subject who has no place yet binds it" in ahead and "2 infused already" in ahead
    found = await study.say(PI, "/chances 0.2")
    assert taken in found and "those pending (CD7-002, CD7-003)" in found
    assert "Escalate" not in found and "Enrol at level 1" in found
    supposed = await study.say(PI, "/whatif 1 leaves")
    assert "If CD7-001 leaves: Enrol at level 1" in supposed and taken in supposed
    assert "the leaving is recorded with the death" in supposed and "Supposed: now" not in supposed
    assert "at the earliest: 2026-04-09 → 2026-04-09" in supposed
    assert "not an outcome that can be supposed" in await study.say(PI, "/whatif 1 no_dlt")
    await study.record(INV, "/withdraw 1 died 2026-03-08 09:00")
    after = await study.say(PI, "/forecast")
    assert "can open on 2026-04-09" in after and "died" not in after


async def test_with_everybody_dead_the_next_action_is_certain(study: Study) -> None:
    await study.put(*cleared((1, 2), START), *infused(3, START))
    study.clock.forward(days=9)
    await study.record(COO, "/ae 3 CRS 5 2026-03-08 09:00")
    await study.record(INV, "/dlt 3 not_dlt")
    found = await study.say(PI, "/chances 0.2")
    assert "Certain, as nobody is pending who could change it: Enrol at level 1" in found
    assert "CD7-003: died before the window passed" in found


# ------------------------------------------------------------------ two dates of one death
async def test_the_card_of_a_second_death_says_that_the_first_has_another_date(study: Study) -> None:
    event = e.AdverseEventReported(A, "Sepsis", 4, START + 17 * DAY)
    await study.put(*infused(1, START), event, e.AdverseEventFollowed(A, FIRST, START + 32 * DAY, 5))
    study.clock.forward(days=40)
    await study.record(INV, "/dlt 1 not_dlt")
    card = await study.say(INV, "/withdraw 1 died 2026-03-25 09:00")
    both = f"Two dates of the death: Wed 2026-03-25 09:00 here, Fri 2026-04-03 09:00 in #{FIRST + 1}."
    assert both in card and card.yes
    await study.press(INV, "✗ Cancel")
    card = await study.say(INV, "/withdraw 1 died 2026-04-03 10:00")
    assert "Two dates" not in card
    await study.press(INV, RECORD)
    leaving = len(await study.trial())
    card = await course(study, INV, f"/correct #{leaving}", "time", "2026-03-25 09:00", "Typing error")
    assert both in card and card.yes
