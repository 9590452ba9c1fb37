"""Free text in the chat: cards by the commands' own checks, reads, and what was not read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot import events as b
from bot.dispatcher import chat_stream
from bot.speech.command import unread
from rules import events as e
from tests.bot.study import COO, INV, MON, PI, RECORD, START, Study, code, infused, ready

WEEK = timedelta(days=7)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """One engine is enough: what is read here never meets the database."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


async def heard(study: Study) -> list[object]:
    return [r.event for r in await study.dispatcher.log.read(chat_stream(INV))]


# ------------------------------------------------------------------ writes
async def test_a_dose_written_to_the_bot_shows_the_card_of_the_command_with_the_words(study: Study) -> None:
    await study.put(*ready(1, START - WEEK))
    card = await study.say(INV, "Dosed 001 with 0.25e8 cells yesterday at 2 pm")
    assert "You wrote: Dosed 001 with 0.25e8 cells yesterday at 2 pm" in card
    assert "infused 0.25×10⁸ cells at level 1 (planned 0.25×10⁸), Sun 2026-03-01 14:00" in card
    assert "0 d 19 h 0 min ago" in card
    assert not [x for x in await study.events() if isinstance(x, e.Infused)]
    await study.press(INV, RECORD)
    done = (await study.trial())[-1]
    assert done.event == e.Infused(code(1), 1, 0.25e8, True, START - timedelta(hours=19))
    assert done.typed == "Dosed 001 with 0.25e8 cells yesterday at 2 pm"


async def test_a_dose_of_another_level_is_refused_by_the_command(study: Study) -> None:
    await study.put(*ready(1, START - WEEK))
    assert "2×10⁸ is the dose of level 3" in await study.say(INV, "001 got 2e8 yesterday 14:00")


async def test_a_role_that_may_not_dose_is_told_so(study: Study) -> None:
    await study.put(*ready(1, START - WEEK))
    assert "Refused" in await study.say(MON, "001 got 0.25e8 yesterday 14:00")


async def test_an_adverse_event_in_chinese_is_a_card(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    await study.settle(COO, b.LanguageChosen("zh", START))
    card = await study.say(COO, "001昨晚八点3级CRS")
    assert "您写的是：001昨晚八点3级CRS" in card
    await study.press(COO, "✓ 记录")
    event = (await study.events())[-1]
    assert event == e.AdverseEventReported(
        code(1), "Cytokine release syndrome", 3, START - timedelta(hours=13)
    )


async def test_day_seven_is_counted_from_the_infusion(study: Study) -> None:
    await study.put(*infused(1, START - timedelta(days=9)))
    card = await study.say(COO, "001 CRS grade 2 on day 7 at 10:00")
    assert "onset Sat 2026-02-28 10:00" in card


async def test_a_consent_gives_the_next_code_and_no_other(study: Study) -> None:
    await study.put(e.Consented(code(1), START - WEEK))
    assert "CD7-002: informed consent, Sun 2026-03-01 10:00" in await study.say(
        INV, "002 signed consent yesterday at 10:00"
    )
    told = await study.say(INV, "001 signed consent yesterday at 10:00")
    assert "The next code is CD7-002" in told
    assert RECORD not in told.buttons
    assert RECORD in (await study.press(INV, "New subject")).buttons
    assert RECORD not in (await study.say(INV, "new patient consented yesterday 10:00")).buttons
    assert RECORD in (await study.press(INV, "New subject")).buttons
    assert RECORD not in (await study.say(INV, "007 signed consent yesterday at 10:00")).buttons


async def test_a_screening_answer_is_one_card_and_a_judgement_an_investigators(study: Study) -> None:
    await study.put(e.Consented(code(1), START - WEEK))
    await study.record(COO, "001 is 45 years old")
    assert (await study.events())[-1] == e.Answered(code(1), "age", "45", START)
    await study.record(INV, "001 HBsAg negative yesterday 10:00")
    assert (await study.events())[-1] == e.Answered(code(1), "hbsag", "negative", START - timedelta(hours=23))
    assert "Only an investigator judges this" in await study.say(COO, "liver function of 001 is good")
    assert RECORD in (await study.say(INV, "liver function of 001 is good")).buttons


async def test_a_ruling_finds_its_event_and_never_another(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    event = e.AdverseEventReported(code(1), "Neutrophil count decreased", 4, START - timedelta(days=2))
    await study.put(event)
    told = await study.say(INV, "CRS of 001 is a DLT")
    assert "no such event recorded" in told
    assert RECORD not in told.buttons
    await study.record(INV, "the grade 4 neutropenia of 001 is a DLT")
    ruling = (await study.events())[-1]
    assert isinstance(ruling, e.DltConfirmed)
    assert ruling.at == event.at


async def test_leaving_says_why_only_where_the_words_do(study: Study) -> None:
    await study.put(*infused(1, START - WEEK), *infused(2, START - 6 * WEEK), *infused(3, START - WEEK))
    at = START - timedelta(hours=23)
    await study.record(INV, "001 withdrew yesterday at 10:00")
    assert (await study.events())[-1] == e.Withdrawn(code(1), "withdrew", at)
    await study.record(INV, "002号昨天10:00死亡")
    assert (await study.events())[-1] == e.Withdrawn(code(2), "died", at)
    assert "Why did the subject leave?" in await study.say(INV, "003 left the study yesterday at 10:00")
    refused = await study.say(INV, "003 died yesterday at 10:00")
    assert "The subject died inside the window" in refused and not refused.yes
    await study.put(*ready(4, START - WEEK))
    assert "CD7-004: left – died" in await study.say(INV, "004 died yesterday at 10:00")
    await study.say(INV, "✗ Cancel")
    assert "Why did the subject leave?" in await study.say(INV, "004 withdrew yesterday at 10:00")


async def test_a_place_at_another_level_than_the_open_one_is_no_card(study: Study) -> None:
    await study.put(*ready(1, START - WEEK)[:-3])
    assert "The open level is 1" in await study.say(INV, "enrol 001 at level 2")
    assert RECORD in (await study.say(INV, "enrol 001 at level 1")).buttons


async def test_what_is_dated_by_the_press_takes_no_other_time(study: Study) -> None:
    await study.put(*infused(1, START - timedelta(days=40)))
    assert "dated by your press" in await study.say(INV, "001 assessed yesterday 10:00, no DLT")
    await study.record(INV, "001 assessed, no DLT")
    assert isinstance((await study.events())[-1], e.WindowAssessed)


async def test_a_correction_still_asks_for_its_reason(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    assert "Why is it corrected?" in await study.say(INV, "correct the dose of 001 to 0.26e8")


# ------------------------------------------------------------------ what is asked
async def test_only_what_is_missing_is_asked(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    assert "When did it begin?" in await study.say(COO, "001 has grade 3 CRS")
    card = await study.say(COO, "yesterday 20:00")
    assert "Cytokine release syndrome, grade 3, onset Sun 2026-03-01 20:00" in card
    assert RECORD in card.buttons


async def test_a_bare_hour_is_asked_again(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    told = await study.say(COO, "001 has grade 3 CRS since yesterday at 3")
    assert "Morning or afternoon?" in told
    assert "When did it begin?" in told


async def test_what_was_not_read_is_shown_and_nothing_is_filled_in(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    told = await study.say(COO, "001 has grade 3 neutropenai since yesterday 20:00")
    assert "I could not read: neutropenai. Nothing is recorded." in told
    assert "Did you mean Neutrophil count decreased?" in told
    assert RECORD not in told.buttons
    assert RECORD in (await study.press(COO, "Neutrophil count decreased")).buttons


async def test_what_is_no_one_term_offers_those_it_can_be(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    told = await study.say(COO, "001 has ICANS grade 2 since yesterday 20:00")
    assert {"Encephalopathy", "ICANS"} <= set(told.buttons)
    assert "ICANS, grade 2" in await study.press(COO, "ICANS")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("001 got 1e6/kg yesterday 14:00", "fixed totals, never per kg"),
        ("001 and 002 got 0.25e8 yesterday 14:00", "names two subjects"),
        ("009 got 0.25e8 yesterday 14:00", "not in this study"),
        ("001 got 1e9 yesterday 14:00", "far from every level"),
        ("001 got 0.25e8 tomorrow 14:00", "could not read: tomorrow"),
        ("001 got 0.25e8 today 18:00", "in the future"),
        ("dose 001 with 0.25e8 now", "only what has happened"),
        ("001 got 1e8 at level 1 yesterday 14:00", "do not agree"),
    ],
)
async def test_why_it_is_no_card_is_said(study: Study, text: str, why: str) -> None:
    await study.put(*ready(1, START - WEEK), *ready(2, START - WEEK))
    before = len(await study.trial())
    told = await study.say(INV, text)
    assert why in told
    assert RECORD not in told.buttons
    assert len(await study.trial()) == before


# ------------------------------------------------------------------ reads
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what's next?", "Enrol at level 1"),
        ("status", "Enrol at level 1"),
        ("why?", "first-three"),
        ("who is due this week?", "CD7-001"),
        ("how is 001?", "CD7-001"),
        ("what if 001 gets a DLT?", "If CD7-001 has a DLT"),
        ("when can we open level 2?", "Level 2"),
        ("screen 001", "Eligible"),
        ("quick check", "Quick check"),
        ("help", "/next"),
        ("operating characteristics at 0.1 0.2 0.3", "at true DLT rates 10 %, 20 %, 30 %"),
        ("pk of 001", "No concentration of CD7-001 is recorded"),
        ("如果001发生DLT会怎样", "CD7-001"),
    ],
)
async def test_a_question_runs_its_command_and_records_nothing(study: Study, text: str, answer: str) -> None:
    await study.put(*infused(1, START - WEEK))
    before = len(await study.trial())
    assert answer in await study.say(PI, text)
    assert len(await study.trial()) == before


async def test_and_another_repeats_the_question_for_ten_minutes(study: Study) -> None:
    await study.put(*infused(1, START - WEEK), *infused(2, START - WEEK))
    await study.say(INV, "what if 001 gets a DLT?")
    assert "If CD7-002 has a DLT" in await study.say(INV, "and 002?")
    study.clock.forward(minutes=11)
    again = await study.say(INV, "and 001?")
    assert "If CD7-001" not in again
    assert "CD7-001" in again


async def test_a_write_that_leaves_its_subject_out_never_takes_one_from_before(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    await study.say(INV, "how is 001?")
    told = await study.say(INV, "grade 3 CRS since yesterday 20:00")
    assert RECORD not in told.buttons
    assert "the subject's code" in told


async def test_another_matter_may_be_written_while_a_question_stands(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    await study.say(COO, "/ae 1 Fever")
    assert "CD7-001" in await study.say(COO, "how is 001?")
    assert "When did it begin?" in await study.say(COO, "2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("how likely is each next action at 20%?", "Next action at a DLT rate of 20 %"),
        ("DLT率0.25时下一步各是什么概率？", "Next action at a DLT rate of 25 %"),
        ("how likely is each next action at 20% or 30%?", "Which true DLT rate?"),
        ("what are the odds that we escalate?", "Which true DLT rate?"),
        ("oc at 10% and 20%", "Which true DLT rates"),
    ],
)
async def test_odds_are_told_at_the_rates_that_are_named(study: Study, text: str, says: str) -> None:
    await study.put(*infused(1, START - WEEK))
    assert says in await study.say(MON, text)


# ------------------------------------------------------------------ the protocol
@pytest.mark.parametrize(
    ("text", "says", "silent_of"),
    [
        ("what is the DLT window?", "DLT window: 28 days", "Exclusion"),
        ("how many cells at level 3?", "Level 3: 2×10⁸ CAR-T cells [NCT06871644, arms", "Level 2:"),
        ("which virus tests exclude?", "E2: HBsAg positive. [NCT06871644", "E4"),
        ("what are the exclusion criteria?", "Exclusion E6: Severe heart disease.", "Inclusion"),
        ("what is the maximum age?", "I5: Age at most 70 years.", "I3"),
        ("what happens after two DLTs in six?", "two-in-six", "first-three"),
        ("is the dose per kg?", "fixed totals, not per kg", "Exclusion"),
        ("what is A12?", "A12 Day count of the window.", "A13"),
        ("what is the dose at level 4?", "This trial has no such level.", "Exclusion"),
        ("what happens if a subject withdraws?", "A10 A subject leaves before the window ends", "A12"),
        ("who has to sign the next level?", "A18 Who confirms a level change.", "Enrol at level"),
        ("what is the lymphodepletion regimen?", "The file says no more about it.", "Informed consent"),
        ("how many DLTs stop the trial?", "Two DLTs among the first three close the level", "Exclusion"),
        ("can a 75-year-old join?", "Inclusion I5: Age at most 70 years.", "Quick check"),
        ("who may not take part?", "Exclusion E6: Severe heart disease.", "Inclusion"),
        ("最高剂量组之后怎样", "A9", "排除"),
        ("排除标准有哪些", "排除 E6：严重心脏病。", "入选"),
        ("第三剂量组多少细胞", "剂量组3：2×10⁸", "剂量组2"),
        ("6例中2例DLT怎么办", "two-in-six", "first-three"),
        (
            "does grade 4 neutropenia count as a DLT for 001?",
            "are adjudicated by an investigator",
            "Exclusion",
        ),
    ],
)
async def test_the_file_answers_with_clause_and_source_in_the_language_of_the_question(
    study: Study, text: str, says: str, silent_of: str
) -> None:
    await study.put(*infused(1, START - WEEK))
    told = await study.say(MON, text)
    assert says in told
    assert silent_of not in told


@pytest.mark.parametrize(
    "text",
    [
        "is the trial randomised?",
        "does the protocol say anything about tocilizumab?",
        "is pregnancy an exclusion criterion?",
        "what about diabetes?",
        "does the protocol allow re-dosing?",
    ],
)
async def test_what_the_file_does_not_say_is_answered_so(study: Study, text: str) -> None:
    assert "The file does not say that" in await study.say(MON, text)


# ------------------------------------------------------------------ shapes
async def test_a_message_that_was_not_read_leaves_its_shape_and_no_word(study: Study) -> None:
    await study.put(*infused(1, START - WEEK))
    for _ in range(2):
        await study.say(INV, "001 wobbled gruesomely at 14:05")
    kept = [r for r in await study.dispatcher.log.read(chat_stream(INV)) if isinstance(r.event, b.Unread)]
    assert kept[0].event.shape == ("subject", "?", "?", "any", "clock")
    assert kept[0].typed == ""
    said = await unread(study.app)
    assert said["messages"] == 2
    assert said["shapes"][0]["times"] == 2
    assert "wobbled" not in json.dumps(said)
