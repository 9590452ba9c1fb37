"""Nothing passes, leaves or opens while something inside a DLT window is unsettled, and each card says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import (
    CANCEL,
    COO,
    INV,
    MON,
    PI,
    RECORD,
    START,
    Study,
    cleared,
    code,
    infused,
    ready,
    screened,
    study_in,
)  # fmt: skip
from tests.rules.files import changed, protocol_of

DAY = timedelta(days=1)
A = code(1)
AT = START + 8 * DAY


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with study_in(tmp_path / "s.sqlite") as made:
        yield made


def scored(grade: int, scale: str = "crs", beside: int = -1) -> e.Scored:
    return e.Scored(A, scale, "ASTCT 2019", grade, (), AT, beside=beside)


LATE_SCORE = (
    "/crs 1", "39", "No", "Yes", "Two or more", "No", "Intubation, ventilation", "100", "Life-threatening",
    "2026-03-10 09:00",
)  # fmt: skip


async def test_a_score_learnt_after_the_assessment_opens_the_outcome_and_is_told(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=30)
    for line in LATE_SCORE:
        card = await study.say(COO, line)
    assessment = len(await study.trial()) - 2 * len(infused(1, START)) - 2
    assert f"Voids the signature on #{assessment} (CD7-001" in card
    await study.press(COO, RECORD)
    for told in (study.others[PI], study.others[MON]):
        assert "score inside a DLT window is to be reported" in told and f"#{assessment}" in told
    assert "no adverse event covers it: CD7-001 CRS" in await study.say(PI, "/next")
    board = await study.say(PI, "/status")
    assert "CD7-001: no DLT; outcome open: CRS without an adverse event" in board
    assert "CD7-002: no DLT" in board
    due = await study.say(INV, "/due")
    assert "CD7-001: CRS was scored at Tue 2026-03-10 09:00" in due
    assert due.buttons["Adverse event of CD7-001"] == "/ae CD7-001"
    refused = await study.say(PI, "/sign")
    assert "CRS was scored grade 4 (ASTCT 2019) at Tue 2026-03-10 09:00" in refused and not refused.yes
    assert [*refused.buttons] == ["Adverse event of CD7-001"]
    await study.record(COO, "/ae 1 CRS 4 2026-03-10 09:00")
    assert [*(await study.say(PI, "/sign")).buttons] == ["Adjudicate CD7-001"]
    await study.record(INV, "/dlt 1 not_dlt")
    assert [*(await study.say(PI, "/sign")).buttons] == ["Assess CD7-001"]
    assert "assessment to be recorded" in await study.say(INV, "/due")
    await study.record(INV, "/assess 1")
    assert (await study.say(PI, "/sign")).yes


async def test_an_event_learnt_after_the_assessment_holds_the_signature_until_it_is_a_dlt(
    study: Study,
) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=30)
    await study.record(COO, "/ae 1 CRS 4 2026-03-10 09:00")
    refused = await study.say(PI, "/sign")
    assert "Events of grade 3 or more are not adjudicated" in refused and not refused.yes
    await study.record(INV, "/dlt 1 dlt")
    assert "Level 1 (0.25×10⁸) opens 3 more places (expansion)" in await study.say(PI, "/sign")


async def test_who_died_in_the_window_leaves_once_the_event_is_reported_and_ruled_on(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=8)
    refused = await study.say(INV, "/withdraw 1 died now")
    assert "First report the event that the subject died of with grade 5 (/ae)" in refused
    assert [*refused.buttons] == ["Adverse event of CD7-001"]
    assert (await study.say(INV, "/withdraw 1 lost now")).yes
    await study.record(COO, "/ae 1 sepsis 5 now")
    assert [*(await study.say(INV, "/withdraw 1 died now")).buttons] == ["Adjudicate CD7-001"]
    await study.record(INV, "/dlt 1 not_dlt")
    assert (await study.say(INV, "/withdraw 1 died now")).yes


async def test_an_old_leaving_as_dead_counts_as_open_until_the_death_is_ruled_on(study: Study) -> None:
    left = e.Withdrawn(A, "died", AT)
    await study.put(*infused(1, START), left, *cleared((2, 3, 4), START))
    study.clock.forward(days=40)
    told = "CD7-001: not evaluable; outcome open: death to be ruled on"
    assert told in await study.say(MON, "/status")
    refused = await study.say(PI, "/sign")
    assert "CD7-001: The subject died inside the window" in refused and not refused.yes
    assert [*refused.buttons] == ["Adverse event of CD7-001"]


@pytest.mark.parametrize(("score", "higher"), [(4, True), (2, False)])
async def test_every_card_says_where_a_score_has_another_grade_than_the_event(
    study: Study, score: int, higher: bool
) -> None:
    await study.put(*infused(1, START), scored(score))
    study.clock.forward(days=9)
    told = f"CRS was scored {score} (ASTCT 2019) at Tue 2026-03-10 09:00"
    for user, line in ((COO, "/ae 1 CRS 3 2026-03-10 09:00"), (INV, "/dlt 1 not_dlt")):
        card = await study.say(user, line)
        assert told in card and ("does not cover it" in card) is higher
        await study.press(user, RECORD)
    study.clock.forward(days=30)
    found = await study.say(INV, "/assess 1")
    assert told in found or higher
    assert found.yes if not higher else "(CTCAE v5.0) of grade 4 or more" in found


# ------------------------------------------------------------------ what a ruling answers for
async def test_a_relapse_is_adjudicated_again_and_every_card_says_so(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=20)
    await study.record(COO, "/ae 1 CRS 3 2026-03-05 09:00")
    event = len(await study.trial())
    await study.record(INV, "/dlt 1 not_dlt")
    assert "Voids" not in await study.record(COO, f"/ae #{event} 1 2026-03-07 09:00")
    card = await study.say(COO, f"/ae #{event} 3 2026-03-10 09:00")
    assert f"Voids the signature on #{event + 1}" in card
    assert "Grade 3 or more: an investigator adjudicates it" in card
    recorded = await study.press(COO, RECORD)
    assert "An event is to be adjudicated" in study.others[PI] and recorded
    assert f"DLT or not: event #{event}" in await study.say(INV, "/due")
    asked = await study.say(INV, "/dlt 1")
    assert "grade 3→1→3" in asked and "Is it a DLT?" in asked
    await study.record(INV, "/dlt 1 not_dlt")
    assert "to be adjudicated" not in await study.say(INV, "/due")
    study.clock.forward(days=20)
    assert (await study.say(INV, "/assess 1")).yes


async def test_a_relapse_learnt_after_the_assessment_holds_the_next_step(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    event = len(await study.trial()) + 1
    await study.put(e.AdverseEventReported(A, "Fever", 3, AT), e.DltRefuted(A, event, AT))
    await study.put(e.WindowAssessed(A, START + 29 * DAY), e.AdverseEventFollowed(A, event, AT + DAY, 1))
    study.clock.forward(days=40)
    assert (await study.say(PI, "/sign")).yes
    card = await study.say(COO, f"/ae #{event} 3 2026-03-14 09:00")
    assert f"Voids the signature on #{event + 1}" in card and f"signature on #{event + 2}" in card
    await study.press(COO, RECORD)
    assert "Adjudicate CD7-001" in (await study.say(PI, "/sign")).buttons
    await study.record(INV, "/dlt 1 not_dlt")
    assert [*(await study.say(PI, "/sign")).buttons] == ["Assess CD7-001"]


async def test_a_score_is_covered_by_the_grade_of_ctcae_beside_it(study: Study) -> None:
    await study.put(*infused(1, START), scored(4, beside=3))
    study.clock.forward(days=40)
    refused = await study.say(INV, "/assess 1")
    assert (
        "CRS was scored grade 4 (ASTCT 2019; by CTCAE v5.0 grade 3) at Tue 2026-03-10 09:00, and no adverse "
        "event covers it: Cytokine release syndrome (CTCAE v5.0) of grade 3 or more"
    ) in refused
    card = await study.say(COO, "/ae 1 CRS 3 2026-03-10 09:00")
    assert "CRS was scored 4 (ASTCT 2019) at" in card and "does not cover it" not in card
    await study.press(COO, RECORD)
    await study.record(INV, "/dlt 1 not_dlt")
    assert (await study.say(INV, "/assess 1")).yes


async def test_an_event_below_the_grade_of_the_file_covers_a_score_once_it_is_ruled_on(study: Study) -> None:
    await study.put(*infused(1, START), scored(3, beside=2))
    study.clock.forward(days=40)
    await study.record(COO, "/ae 1 CRS 2 2026-03-10 09:00")
    event = len(await study.trial())
    assert f"DLT or not: event #{event}" in await study.say(INV, "/due")
    refused = await study.say(INV, "/assess 1")
    assert f"by CTCAE v5.0 grade 2) at Tue 2026-03-10 09:00: adverse event #{event} covers it once" in refused
    assert "Adverse event of CD7-001" not in refused.buttons
    card = await study.press(INV, "Adjudicate CD7-001")
    assert "CRS was scored 3 (ASTCT 2019) at" in card
    await study.press(INV, "Not a DLT")
    await study.press(INV, RECORD)
    assert (await study.say(INV, "/assess 1")).yes


async def test_a_score_that_a_ruling_did_not_know_has_it_made_anew(study: Study) -> None:
    await study.put(*infused(1, START))
    event = len(await study.trial()) + 1
    await study.put(e.AdverseEventReported(A, "Cytokine release syndrome", 4, AT), e.DltRefuted(A, event, AT))
    study.clock.forward(days=30)
    for line in LATE_SCORE:
        card = await study.say(COO, line)
    assert f"Voids the signature on #{event + 1}" in card
    told = await study.press(COO, RECORD)
    assert "Adjudicate CD7-001" not in told.buttons  # a coordinator
    assert "An event is to be adjudicated" in study.others[PI]
    assert "Events of grade 3 or more are not adjudicated" in await study.say(INV, "/assess 1")


@pytest.mark.parametrize("term", ["Encephalopathy", "ICANS"])
async def test_icans_is_covered_by_encephalopathy_too(study: Study, term: str) -> None:
    await study.put(*infused(1, START), scored(3, "icans"))
    study.clock.forward(days=40)
    refused = await study.say(INV, "/assess 1")
    assert "ICANS (ASTCT 2019) or Encephalopathy (CTCAE v5.0) of grade 3 or more" in refused
    await study.say(COO, f"/ae 1 {term}")
    assert "Newest by ASTCT 2019: grade 3" in study.last[COO]
    await study.record(COO, f"/ae 1 {term} 3 2026-03-10 09:00")
    await study.record(INV, "/dlt 1 not_dlt")
    assert (await study.say(INV, "/assess 1")).yes


async def test_each_scale_without_an_event_is_told(study: Study) -> None:
    await study.put(*infused(1, START), scored(4))
    study.clock.forward(days=9)
    for line in ("/icans 1", "Unarousable, stupor or coma", "None", "None", "None", "2026-03-11 08:00"):
        await study.say(COO, line)
    await study.press(COO, RECORD)
    assert "score inside a DLT window is to be reported" in study.others[PI]


async def test_what_covers_a_score_is_said_in_chinese(study: Study) -> None:
    await study.say(INV, "/language zh")
    await study.put(*infused(1, START), scored(3, "icans"))
    study.clock.forward(days=40)
    refused = await study.say(INV, "/assess 1")
    assert "ICANS 评为3级（ASTCT 2019），但没有不良事件涵盖" in refused
    assert "须为ICANS（ASTCT 2019）或脑病（CTCAE v5.0），3级或以上" in refused


async def test_the_card_of_an_assessment_shows_the_worst_score_of_each_scale(study: Study) -> None:
    await study.put(*infused(1, START), scored(1), scored(2), scored(1, "icans"))
    study.clock.forward(days=40)
    card = await study.say(INV, "/assess 1")
    assert "CRS was scored 2 time(s) in the window, at worst 2 (ASTCT 2019) at Tue 2026-03-10" in card
    assert "ICANS was scored 1 time(s) in the window, at worst 1" in card


CRITERION = """criteria:
    - criterion: crs-4
      says: {en: CRS of grade 4., zh: "4"}
      all: ['term == "Cytokine release syndrome"', 'scale == "CTCAE v5.0"', grade >= 4, in_window]
      source: made up
    - criterion: icans-4
      says: {en: ICANS of grade 4., zh: "4"}
      all: ['term == "ICANS"', grade >= 4, days_at_grade >= 1]
      source: made up
"""


async def test_criteria_propose_on_the_worse_of_event_and_score(tmp_path: Path) -> None:
    protocol = protocol_of(changed(("criteria: []", CRITERION.strip())))
    async with study_in(tmp_path / "s.sqlite", protocol=protocol) as study:
        await study.put(*infused(1, START), scored(4), scored(4, "icans"))
        study.clock.forward(days=9)
        assert "Criterion crs-4 proposes a DLT" in await study.say(COO, "/ae 1 CRS 3 2026-03-10 09:00")
        assert "Criterion crs-4" not in await study.say(COO, "/ae 1 CRS 3 2026-03-11 09:00")
        for term in ("ICANS", "Encephalopathy"):
            card = await study.say(COO, f"/ae 1 {term} 3 2026-03-10 09:00")
            assert "Criterion icans-4 cannot say yet" in card


SETTLE = "Settle first: CD7-001 – something open there may be a DLT; no place and no dose before."


@pytest.mark.parametrize(("ruling", "free"), [("not_dlt", True), ("dlt", False)])
async def test_the_place_of_who_left_is_given_again_once_the_window_is_settled(
    study: Study, ruling: str, free: bool
) -> None:
    await study.put(*infused(1, START), *infused(2, START), *infused(3, START), *screened(4, START))
    await study.put(e.EligibilityConfirmed(code(4), START), e.Withdrawn(A, "lost", START + 3 * DAY))
    study.clock.forward(days=5)
    card = await study.say(COO, "/ae 1 CRS 4 2026-03-04 09:00")
    assert f"Next action now: Enrol at level 1 (0.25×10⁸): 1 place(s) free. → then: {SETTLE}" in card
    await study.press(COO, RECORD)
    assert SETTLE in study.others[PI] and SETTLE in await study.say(MON, "/status")
    for line in ("/slot", "/slot 4"):
        refused = await study.say(INV, line)
        assert "Something open may be a DLT: CD7-001" in refused and not refused.yes
        assert "CD7-001: Events of grade 3 or more are not adjudicated: #" in refused
        assert [*refused.buttons] == ["Adjudicate CD7-001"]
    told = await study.say(INV, "/next")
    assert told.text.startswith(SETTLE) and "Enrol at level 1" in told
    assert [*told.buttons] == ["Adjudicate CD7-001", "Why?", "Status"]
    for line in ("/forecast", "/chances 0.2"):
        told = "CD7-001: something open there may be a DLT; it is taken here as it is counted."
        assert told in await study.say(INV, line)
    assert "the next action stays: Settle first" in await study.say(INV, "/whatif 2 dlt")
    assert "the next action stays" not in await study.say(INV, "/whatif 1 dlt")
    await study.record(INV, f"/dlt 1 {ruling}")
    assert bool((await study.say(INV, "/slot 4")).yes) is free
    assert "Settle first" not in await study.say(INV, "/next")


async def test_the_next_level_is_not_dosed_while_an_outcome_below_is_open_again(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    await study.put(e.LevelOpened(2, 3, "escalate", START + 29 * DAY))
    study.clock.forward(days=36)
    await study.put(*ready(4, START + 30 * DAY, 2))
    assert (await study.say(INV, "/dose 4 1e8 now")).yes
    await study.say(INV, CANCEL)
    await study.record(COO, "/ae 1 CRS 3 2026-03-10 09:00")
    for line in ("/dose", "/dose 4 1e8 now"):
        refused = await study.say(INV, line)
        assert "Something open may be a DLT: CD7-001" in refused and not refused.yes
    await study.record(INV, "/dlt 1 not_dlt")
    again = await study.say(INV, "/dose 4 1e8 now")
    assert "The assessment of the window is void since #" in again and [*again.buttons] == ["Assess CD7-001"]
    await study.record(INV, "/assess 1")
    assert (await study.say(INV, "/dose 4 1e8 now")).yes
    assert (await study.say(PI, "/deviation 4 1e8 now other")).yes


async def test_a_window_that_is_running_says_what_is_open_in_it(study: Study) -> None:
    await study.put(*infused(1, START), scored(4))
    study.clock.forward(days=9)
    board = await study.say(MON, "/status")
    told = "CD7-001: day 9, window ends Mon 2026-03-30 24:00; outcome open: CRS without an adverse event"
    assert told in board
    assert "Settle first" not in board


async def test_a_third_dose_waits_for_the_ruling_that_could_close_the_level(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START), *ready(3, START))
    dlt = e.AdverseEventReported(A, "Sepsis", 4, START + DAY)
    await study.put(dlt, e.DltConfirmed(A, len(await study.trial()) + 1, START + DAY))
    study.clock.forward(days=5)
    assert (await study.say(INV, "/dose 3 0.25e8 now")).yes
    await study.say(INV, CANCEL)
    await study.record(COO, "/ae 2 CRS 3 2026-03-05 09:00")
    refused = await study.say(INV, "/dose 3 0.25e8 now")
    assert "Something open may be a DLT: CD7-002." in refused and not refused.yes
    assert "given all the same? The principal investigator records it with /deviation" in refused
    assert [*refused.buttons] == ["Adjudicate CD7-002"]
    assert "Settle first" in await study.say(INV, "/whatif 2 leaves")
    supposed = await study.say(INV, "/whatif 2 no_dlt")
    assert "If CD7-002 has no DLT: Wait" in supposed or "Settle first" not in supposed.text.split("\n")[0]
    assert "enrolment stops" not in (await study.say(PI, "/deviation 3 0.25e8 now other")).text.lower()
    await study.say(PI, CANCEL)
    await study.record(INV, "/dlt 2 not_dlt")
    assert (await study.say(INV, "/dose 3 0.25e8 now")).yes


async def test_an_event_that_came_back_after_it_was_over_goes_on(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(A, "Fever", 2, START + DAY))
    number = len(await study.trial())
    await study.put(e.AdverseEventFollowed(A, number, START + 2 * DAY, outcome="recovered"))
    study.clock.forward(days=5)
    label = f"#{number}"
    assert not any(label in words for words in (await study.say(COO, "/ae 1")).buttons)
    assert "recovered" in await study.say(COO, f"/ae {label}")
    await study.put(e.AdverseEventFollowed(A, number, START + 3 * DAY, 2))
    assert any(label in words for words in (await study.say(COO, "/ae 1")).buttons)
    assert "recovered" not in (await study.say(COO, f"/ae {label}")).text.split("\n")[0]


async def test_what_decides_after_a_signed_mtd_is_its_own_entry(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START), *infused(3, START))
    for number in (1, 2):
        await study.put(e.DltConfirmed(code(number), 0, START + DAY))
    await study.put(e.MtdDeclared(0, START + 2 * DAY))
    second = len(await study.trial()) - 1
    study.clock.forward(days=5)
    await study.put(e.Corrected(second, (), "typing error", START + 4 * DAY))
    why = await study.say(PI, "/why")
    assert (
        "The MTD is signed: if that was an error, void it with /correct" in why and "/amendments" not in why
    )
