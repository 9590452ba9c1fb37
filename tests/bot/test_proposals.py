"""What a criterion of the file proposes waits for a ruling; so does a CRS without a grade."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.reminders import tick
from rules import events as e
from tests.bot.study import COO, INV, MON, PI, RECORD, START, Heard, Study, cleared, code, infused, study_in
from tests.bot.test_adverse_events import course
from tests.rules.files import changed, protocol_of
from tests.rules.toxicity.test_weighing import LISTED, OWN

DAY = timedelta(days=1)
A = code(1)
RECORDED = (*infused(1, START), *cleared((2, 3), START))
AE = len(RECORDED) + 1  # the entry of the first event
SETTLE = "Settle first: CD7-001"


async def _opened(place: Path, written: str = "criteria: []\n") -> AsyncIterator[Study]:
    async with study_in(place, protocol=protocol_of(changed(("criteria: []\n", written)))) as made:
        await made.put(*RECORDED)
        yield made


@pytest.fixture
async def listed(tmp_path: Path) -> AsyncIterator[Study]:
    async for study in _opened(tmp_path / "s.sqlite", LISTED):
        yield study


async def test_the_card_of_the_ruling_that_settles_says_the_next_step_as_it_then_is(listed: Study) -> None:
    listed.clock.forward(days=4)
    await taken(listed, COO, "/ae 1 CRS 3 2026-03-05 09:00")
    await taken(listed, INV, "/dlt 1", "Not a DLT")
    listed.clock.forward(days=8)
    assert SETTLE in await listed.say(PI, "/next")
    card = await course(listed, INV, "/dlt 1", "Not a DLT")
    told = await listed.press(INV, RECORD)
    assert f"Next action now: {SETTLE}" in card and "then: Wait" in card and "Recorded" in told
    for heard in (told, await listed.say(PI, "/next")):
        assert SETTLE not in heard and "Wait" in heard


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Study]:
    async for study in _opened(tmp_path / "s.sqlite", OWN):
        yield study


@pytest.fixture
async def shipped(tmp_path: Path) -> AsyncIterator[Study]:
    async for study in _opened(tmp_path / "s.sqlite"):
        yield study


async def taken(study: Study, user: int, *answers: str) -> Heard:
    """Type or press each in turn, and record the card that follows; the card."""
    card = await course(study, user, *answers)
    assert card.yes, card.text
    await study.press(user, RECORD)
    return card


async def refused(study: Study, user: int, line: str, words: str) -> Heard:
    heard = await study.say(user, line)
    assert words in heard and not heard.yes, heard.text
    return heard


PROPOSED = f"a DLT is proposed, and no ruling could know it: #{AE} ({{}}). An investigator rules: /dlt."


async def test_a_ruling_from_before_a_criterion_could_say_is_made_again(listed: Study) -> None:
    listed.clock.forward(days=4)
    card = await taken(listed, COO, "/ae 1 CRS 3 2026-03-05 09:00")
    assert "Criterion crs-3-lasting cannot say yet" in card
    card = await taken(listed, INV, "/dlt 1", "Not a DLT")
    assert "Criterion crs-3-lasting cannot say yet" in card
    assert "To adjudicate" not in await listed.say(PI, "/next")
    listed.clock.forward(days=12)
    for user, line in ((PI, "/next"), (INV, "/due"), (MON, "/status")):
        assert f"#{AE}" in await listed.say(user, line)
    listed.clock.forward(days=20)
    heard = await refused(listed, INV, "/assess 1", PROPOSED.format("crs-3-lasting"))
    assert [*heard.buttons] == ["Adjudicate CD7-001"]
    await refused(listed, PI, "/sign", SETTLE)
    await course(listed, INV, "/withdraw 1", "Lost to follow-up")
    await refused(listed, INV, "2026-03-20 09:00", PROPOSED.format("crs-3-lasting"))
    asked = await listed.say(INV, "/dlt 1")
    assert "Criterion crs-3-lasting proposes a DLT" in asked and "Is it a DLT?" in asked
    assert f"CD7-001 #{AE}: Cytokine release syndrome, grade 3" in asked  # the course that is ruled on anew
    await taken(listed, INV, "/dlt 1", "Not a DLT")
    assessed = await listed.say(INV, "/assess 1")
    assert "Criterion crs-3-lasting proposes a DLT" in assessed and assessed.yes
    await listed.press(INV, RECORD)
    assert (await listed.say(PI, "/sign")).yes


async def test_a_follow_up_that_makes_a_criterion_propose_is_told_at_once(listed: Study) -> None:
    listed.clock.forward(days=4)
    await listed.put(e.AdverseEventReported(A, "Heart failure", 3, START + 3 * DAY))
    await listed.put(e.DltRefuted(A, AE, START + 3 * DAY))
    listed.clock.forward(days=10)
    assert "To adjudicate" not in await listed.say(PI, "/next")
    card = await taken(
        listed, INV, f"/ae #{AE}", "Relatedness", "related to the treatment", "2026-03-06 09:00"
    )
    assert "Criterion organ-3-lasting proposes a DLT" in card
    for user in (PI, MON):
        assert "An event is to be adjudicated as DLT or not." in listed.others[user]
    assert listed.last[INV].buttons["Adjudicate CD7-001"] == "/dlt CD7-001"


async def test_a_proposal_below_the_grade_of_the_file_holds_the_trial(own: Study) -> None:
    own.clock.forward(days=40)
    card = await taken(own, INV, "/ae 1 Uveitis 2 2026-03-05 09:00")
    assert "Criterion eye proposes a DLT" in card
    assert own.last[INV].buttons["Adjudicate"] == "/dlt CD7-001"
    for user in (PI, MON):
        assert "An event is to be adjudicated as DLT or not." in own.others[user]
    assert (await own.say(PI, "/next")).text.startswith(SETTLE)
    assert f"#{AE} to adjudicate" in await own.say(MON, "/status")
    assert f"DLT or not: event #{AE}" in await own.say(INV, "/due")
    await refused(own, INV, "/assess 1", PROPOSED.format("eye"))
    await refused(own, PI, "/sign", SETTLE)
    await taken(own, INV, f"/ae #{AE}", "Relatedness", "related to the treatment", "2026-03-05 10:00")
    assert own.last[INV].buttons["Adjudicate CD7-001"] == "/dlt CD7-001"
    await taken(own, INV, "/dlt 1", "DLT")
    assert "CD7-001: DLT" in await own.say(MON, "/status")


async def test_who_cannot_say_is_named_on_the_refusal_and_shown_where_it_is_signed(own: Study) -> None:
    own.clock.forward(days=40)
    await taken(own, COO, "/ae 1 Pruritus 2 2026-03-05 09:00")
    await refused(own, INV, "/assess 1", f"cannot say yet whether it proposes a DLT: #{AE} (skin)")
    await taken(own, INV, "/dlt 1", "Not a DLT")
    card = await own.say(INV, "/assess 1")
    assert (
        "Criterion skin cannot say yet" in card and "Missing: related to the treatment" in card and card.yes
    )


async def test_days_that_pass_open_a_counted_outcome_and_are_told(listed: Study) -> None:
    end = START + 29 * DAY
    await listed.put(e.AdverseEventReported(A, "Platelet count decreased", 4, START + 12 * DAY))
    await listed.put(e.AdverseEventFollowed(A, AE, START + 12 * DAY, related="related"))
    await listed.put(e.DltRefuted(A, AE, START + 12 * DAY), e.WindowAssessed(A, end))
    listed.clock.now = end + timedelta(hours=2)
    assert (await listed.say(PI, "/sign")).yes
    listed.clock.now = START + 34 * DAY
    await tick(listed.dispatcher)
    told = (await listed.outbox())[PI]
    assert SETTLE in told
    await refused(listed, PI, "/sign", PROPOSED.format("cytopenia-lasting"))
    await taken(listed, INV, "/dlt 1", "Not a DLT")
    assert (await listed.say(PI, "/sign")).yes


UNKNOWN = (
    "/crs 1",
    "39.2",
    "No",
    "No",
    "Nasal cannula up to 6 L/min",
    "Not known",
    "Neither",
    "2026-03-10 09:00",
)


async def test_a_crs_without_a_grade_by_ctcae_waits_for_an_adverse_event(shipped: Study) -> None:
    shipped.clock.forward(days=9)
    card = await taken(shipped, COO, *UNKNOWN)
    assert "CRS grade 2 (ASTCT 2019; by CTCAE v5.0 not known)" in card
    assert "CTCAE's own grade cannot be computed from these answers. Missing: Inspired oxygen, in %" in card
    assert "Inside the DLT window CTCAE's grade has to be known" in card
    assert (await shipped.events())[-1].beside == -2
    for user in (PI, MON):
        assert "A CRS score inside a DLT window has no CTCAE grade." in shipped.others[user]
    assert "may be adjudicated, and no adverse event covers it: CD7-001 CRS" in await shipped.say(PI, "/next")
    assert "CRS was scored at Tue 2026-03-10 09:00" in await shipped.say(INV, "/due")
    shipped.clock.forward(days=25)
    words = "CTCAE's own grade could not be computed: it may be 3 or more. Report the adverse event"
    heard = await refused(shipped, INV, "/assess 1", words)
    assert [*heard.buttons] == ["Adverse event of CD7-001"]
    await refused(shipped, PI, "/sign", SETTLE)
    await taken(shipped, COO, "/ae 1 CRS 2 2026-03-10 09:00")
    card = await shipped.say(INV, "/assess 1")
    assert "at worst 2 (ASTCT 2019) at Tue 2026-03-10 09:00; by CTCAE v5.0 not known" in card and card.yes


async def test_an_event_graded_before_a_crs_that_ctcae_does_not_grade_needs_a_grade_of_after(
    shipped: Study,
) -> None:
    shipped.clock.forward(days=4)
    await taken(shipped, COO, "/ae 1 CRS 2 2026-03-05 09:00")
    shipped.clock.forward(days=5)
    await taken(shipped, COO, *UNKNOWN)
    assert f"#{AE}" in await shipped.say(INV, "/due")
    shipped.clock.forward(days=25)
    words = "Report the adverse event with its CTCAE grade, 2 or more"
    assert "graded before this score was entered" in await refused(shipped, INV, "/assess 1", words)
    await refused(shipped, PI, "/sign", SETTLE)
    await taken(shipped, COO, f"/ae #{AE} 2 2026-03-10 09:00")
    assert (await shipped.say(INV, "/assess 1")).yes


async def test_a_ruling_after_a_crs_that_ctcae_does_not_grade_answers_for_it(shipped: Study) -> None:
    shipped.clock.forward(days=4)
    await taken(shipped, COO, "/ae 1 CRS 2 2026-03-05 09:00")
    shipped.clock.forward(days=5)
    await taken(shipped, COO, *UNKNOWN)
    shipped.clock.forward(days=25)
    await taken(shipped, INV, "/dlt 1", "Not a DLT")
    assert (await shipped.say(INV, "/assess 1")).yes


async def test_a_crs_without_a_grade_by_ctcae_outside_the_window_needs_none(shipped: Study) -> None:
    shipped.clock.forward(days=60)
    card = await taken(shipped, COO, *UNKNOWN[:-1], "2026-04-20 09:00")
    assert "Missing: Inspired oxygen" in card and "has to be known" not in card
    assert "CRS" not in (await shipped.say(INV, "/assess 1")).text
    told = await shipped.say(COO, "/scores 1")
    [picture] = [x["picture"] for x in told.payloads if "picture" in x]
    assert [grades for _, *grades in picture["crs"]] == [[2, -1]]
