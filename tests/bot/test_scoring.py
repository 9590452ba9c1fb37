"""Scores at the bedside: CRS and ICANS, the 2013 classification that answers its fact, the core measures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import COO, INV, MON, PI, RECORD, START, Study, code, infused, screened
from tests.bot.test_adverse_events import course

S = code(1)
DAY = timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only; cards and permissions of the same commands run on both."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.fixture
async def dosed(study: Study) -> Study:
    """A subject infused yesterday."""
    await study.put(*infused(1, START))
    study.clock.forward(days=1)
    return study


# ------------------------------------------------------------------ CRS and ICANS
async def test_crs_says_its_rule_its_inputs_and_ctcae_where_it_differs(dosed: Study) -> None:
    answers = ("/crs 1", "39.1", "No", "Yes", "None", "No", "Nasal cannula up to 6 L/min", "50", "Neither")
    card = await course(dosed, COO, *answers, "Now")
    assert "CD7-001: CRS grade 2 (ASTCT 2019; by CTCAE v5.0 grade 3)" in card
    assert "CTCAE v5.0 differs: grade 3." in card and "Highest temperature, °C → 39.1" in card
    assert "worse of hypotension (2) and hypoxia (2)" in card and "Lee DW et al." in card
    await dosed.press(COO, RECORD)
    event = (await dosed.events())[-1]
    assert (event.scale, event.standard, event.score, event.beside) == ("crs", "ASTCT 2019", 2, 3)
    assert ("oxygen", "low_flow") in event.answers
    told = await dosed.press(COO, "Adverse event of CD7-001")
    assert "Newest by ASTCT 2019: grade 2" in told and "by CTCAE v5.0 grade 3" in told


async def test_no_fever_needs_no_more_questions_and_is_no_crs(dosed: Study) -> None:
    heard = await course(dosed, COO, "/crs 1", "37.2", "No")
    assert "Life-threatening, or death" in heard
    card = await course(dosed, COO, "Neither", "Now")
    assert "CRS grade 0" in card and "CTCAE's own grade cannot be computed" in card


async def test_what_is_not_known_and_would_decide_is_named_and_nothing_recorded(dosed: Study) -> None:
    heard = await course(dosed, COO, "/crs 1", "39.1", "No", "Not known", "Not known", "Neither")
    assert "Cannot be computed; nothing was recorded. Missing: Hypotension" in heard and not heard.yes
    assert len(await dosed.events()) == len(infused(1, START))


async def test_as_many_vasopressors_as_are_typed_run_whatever_number_a_button_has(dosed: Study) -> None:
    for typed, grade in (("1", 3), ("0", 2), ("3", 4)):
        answers = ("/crs 1", "39.1", "No", "Yes", typed, "No", "None (no hypoxia)", "Neither", "Now")
        card = await course(dosed, COO, *answers)
        assert f"CRS grade {grade}" in card
    assert (await course(dosed, COO, "/crs 1", "39.1", "No", "Yes")).payloads[-1]["expects"] == "number"


async def test_an_answer_that_is_changed_asks_only_what_then_matters(dosed: Study) -> None:
    answers = ("/crs 1", "39.1", "No", "Yes", "Two or more", "No", "None (no hypoxia)", "Neither", "Now")
    assert "CRS grade 4" in await course(dosed, COO, *answers)
    heard = await dosed.press(COO, "Change: Hypotension, or a vasopressor for it?")
    card = await dosed.press(COO, "No")
    assert "Hypotension" in heard and "CRS grade 1" in card and "Vasopressors at once" not in card


async def test_the_ice_score_is_asked_part_by_part_with_buttons(dosed: Study) -> None:
    heard = await course(dosed, COO, "/icans 1", "Alert")
    assert all(row for payload in heard.payloads for row in payload["buttons"])
    assert list(heard.buttons) == ["0", "1", "2", "3", "4"] and "year, month, city, hospital" in heard
    card = await course(dosed, COO, "4", "3", "1", "0", "1", "None", "None", "None", "Now")
    assert "ICANS grade 1" in card and "ice 9" in card
    assert "a whole number from 0 to 4" in await course(dosed, COO, "/icans 1", "Alert", "5")


async def test_who_cannot_be_woken_is_not_asked_for_the_ice_score(dosed: Study) -> None:
    heard = await course(dosed, COO, "/icans 1", "Unarousable, stupor or coma")
    assert "Seizure" in heard
    assert "ICANS grade 4" in await course(dosed, COO, "None", "Not known", "Not known", "Now")
    card = await course(dosed, COO, "/icans 1", "Death from ICANS", "Now")
    assert "ICANS grade 5" in card and "A death. Report it as an adverse event too" in card
    await dosed.press(COO, RECORD)
    assert dosed.others.keys() == {PI, MON} and "A death is recorded: CD7-001" in dosed.others[PI]
    assert "The next action has changed" not in dosed.others[PI].text


async def test_a_score_is_corrected_in_its_time_or_void_and_nothing_else(dosed: Study) -> None:
    await dosed.put(e.Scored(S, "crs", "ASTCT 2019", 2, (("temperature", "39"),), START + DAY / 2))
    number = len(await dosed.events())
    assert list((await dosed.say(INV, f"/correct {number}")).buttons) == [
        "time", "The whole entry is wrong: void it",
    ]  # fmt: skip
    await course(dosed, INV, f"/correct {number}", "The whole entry is wrong: void it", "Typing error")
    assert "✓ Recorded" in await dosed.press(INV, RECORD)
    assert "No score of CD7-001" in await dosed.say(MON, "/scores 1")
    await dosed.put(e.Scored(S, "icans", "ASTCT 2019", 5, (), START + DAY / 2))  # by itself it says the death
    dosed.clock.forward(days=2)
    line = (f"/correct {number + 2}", "time", "2026-03-04 08:00", "Typing error")
    assert (await course(dosed, INV, *line)).yes


# ------------------------------------------------------------------ the classification
ABSENT = ("No",) * 3


async def test_the_classification_answers_the_fact_of_the_file(study: Study) -> None:
    await study.put(*screened(1, START, ssc_2013="no"))
    study.clock.forward(days=1)
    await course(study, INV, "/classify 1", "No", "No", "Yes", "No", "No", "Yes", "No", "No", "No", "Yes")
    card = await course(study, INV, "No", "No", "Yes", "Now")
    assert "12 points, definite" in card, card.text
    assert "Systemic sclerosis by the 2013 ACR/EULAR classification? = Yes" in card
    await study.press(INV, RECORD)
    scored, answered = (await study.events())[-2:]
    assert (scored.score, scored.result) == (12, "definite")
    assert answered == e.Answered(S, "ssc_2013", "yes", START + DAY)
    assert "CD7-001: eligibility confirmed" in await study.say(INV, "/eligible 1")


async def test_a_disorder_that_explains_it_better_ends_the_questions(study: Study) -> None:
    await study.put(*screened(1, START))
    card = await course(study, INV, "/classify 1", "Yes", "Now")
    assert "the criteria do not apply" in card and "classification? = No" in card


async def test_it_says_whether_the_answer_that_eligibility_was_signed_on_stays(study: Study) -> None:
    stays = "The answer that the signed eligibility rests on stays as it was"
    await study.put(*screened(1, START), e.EligibilityConfirmed(S, START))
    study.clock.forward(days=1)
    proximal, explained = ("/classify 1", "No", "Yes"), ("/classify 1", "Yes")
    assert f"{stays}: Systemic sclerosis" in await course(study, INV, *proximal, "Now")
    card = await course(study, INV, *explained, "Now")
    assert "The answer that the signed eligibility rests on changes from Yes to No" in card
    assert "Eligibility is to be confirmed anew" in card and stays not in card
    await study.put(e.Answered(S, "ssc_2013", "yes", START + DAY / 2))  # newer than what comes now
    assert stays in await course(study, INV, *explained, "2026-03-02 10:00")


async def test_after_the_dose_the_answer_of_the_screening_stays(dosed: Study) -> None:
    card = await course(dosed, INV, "/classify 1", "Yes", "Now")
    assert "stays as it was: Systemic sclerosis by the 2013 ACR/EULAR classification? Yes" in card
    assert "classification? = " not in card and card.yes


# ------------------------------------------------------------------ the core measures
def measured(visit: str, days: int, *values: str, **flags: str) -> e.CoreSetMeasured:
    names = ("mrss", "fvc", "patient_global", "physician_global", "haq_di")
    return e.CoreSetMeasured(S, visit, (*zip(names, values, strict=True), *flags.items()), START + days * DAY)


NONE = {"renal_crisis": "no", "lv_failure": "no", "pah": "no"}


async def test_the_response_shows_both_scores_exploratory_and_names_the_gap(study: Study) -> None:
    await study.put(*infused(1, START), measured("baseline", -1, "30", "70", "6", "6", "1.5"))
    study.clock.forward(days=90)
    asked = await course(study, COO, "/measures 1", "follow-up", "22", "73", "4", "4")
    assert list(asked.buttons) == ["Not known"]  # HAQ-DI has steps of its own
    card = await course(study, COO, "1.25", *ABSENT, "Now")
    await study.press(COO, RECORD)
    assert "core measures, follow-up: mRSS 22, FVC % 73" in card
    told = await study.say(MON, "/scores 1")
    assert "probability of improvement 0.984, improved (0.60 or more): Yes" in told
    assert "responder at: 20 %, 25 %" in told and "day 91 from baseline" in told
    assert "Exploratory: day 91" in told
    assert "does not define which change counts" in told and "The principal investigator decides" in told


async def test_a_measure_that_is_missing_is_named_for_each_score(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=90)
    await study.put(measured("follow_up", 90, "22", "73", "4", "4", "1.25", **NONE))
    told = await study.say(MON, "/scores 1")
    assert "ACR-CRISS cannot be computed: missing:" in told and "skin score at baseline" in told
    assert "Follow-up of Sun 2026-05-31 09:00, no baseline from before the infusion is recorded" in told
    assert "0 from baseline" not in told and "Exploratory" not in told
    card = await course(study, COO, "/measures 1", "follow-up", "22", "73", "4", "4", "1.25", *ABSENT, "Now")
    assert "No baseline from before the infusion is recorded" in card and card.yes


async def test_a_baseline_of_after_the_infusion_is_refused(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=2)
    answers = ("/measures 1", "baseline", "30", "70", "6", "6", "1.5")
    refused = await course(study, COO, *answers, "Now")
    assert "what is measured after it is no baseline" in refused and not refused.yes
    assert "The infusion was on Mon 2026-03-02 09:00" in refused and "Core measures CD7-001" in refused
    await course(study, COO, *answers)
    await study.record(COO, "2026-03-01 10:00")
    number = len(await study.events())
    moved = await course(study, INV, f"/correct {number}", "time", "2026-03-03 10:00", "Typing error")
    assert "is no baseline" in moved and not moved.yes


async def test_a_confirmed_fall_of_lung_function_is_asked_about_and_ends_the_score(study: Study) -> None:
    await study.put(*infused(1, START), measured("baseline", -1, "30", "90", "6", "6", "1.5"))
    study.clock.forward(days=90)
    asked = await course(study, COO, "/measures 1", "follow-up", "22", "70", "4", "4", "1.25", *ABSENT)
    assert "Confirmed within one month?" in asked
    card = await course(study, COO, "Yes", "Yes", "Now")
    assert "FVC fell by 15 % or more to below 80 %. Confirmed within one month? → Yes" in card
    await study.press(COO, RECORD)
    assert "probability of improvement 0.000, improved (0.60 or more): No" in await study.say(
        MON, "/scores 1"
    )


async def test_nothing_is_dated_after_a_death(dosed: Study) -> None:
    await dosed.put(
        e.AdverseEventReported(S, "Fever", 2, START + DAY / 2),
        e.Withdrawn(S, "died", START + DAY),
        e.Scored(S, "icans", "ASTCT 2019", 5, (), START + DAY),
    )
    number = len(await dosed.events())
    dosed.clock.forward(days=3)
    said = "The subject died on Tue 2026-03-03 09:00"
    for line in (
        ("/crs 1", "37", "No", "No", "2026-03-04 09:00"), ("/ae 1 Headache 1 2026-03-04 09:00",),
        ("/measures 1", "follow-up", "20", "70", "1", "1", "1", "No", "No", "No", "2026-03-04 09:00"),
        (f"/ae #{number - 2} 3 now",), (f"/ae #{number - 2}", "Outcome, end", "recovered", "Now"),
        (f"/correct {number}", "time", "2026-03-04 09:00", "Typing error"),
        (f"/correct {number - 2}", "time", "2026-03-04 09:00", "Typing error"),
    ):  # fmt: skip
        heard = await course(dosed, INV, *line)
        assert said in heard and not heard.yes, heard.text
    for line in (
        ("/ae 1 Headache 1 2026-03-03 08:00",),
        (f"/ae #{number - 2}", "Relatedness", "not related to the treatment", "Now"),
        (f"/correct {number - 1}", "time", "2026-03-04 09:00", "Typing error"),
    ):  # fmt: skip
        assert (await course(dosed, INV, *line)).yes
    heard = await dosed.say(INV, "/whatif 1 no_dlt")
    assert "the window did not pass" in heard and "Enrol" not in heard
    assert "If CD7-001 has a DLT: Enrol" in await dosed.say(INV, "/whatif 1 dlt")


@pytest.mark.parametrize("shown", ["0.5999", "improved (0.60 or more): No"])
async def test_a_probability_just_below_the_limit_is_not_rounded_up_to_it(study: Study, shown: str) -> None:
    await study.put(*infused(1, START), measured("baseline", -1, "20", "70", "5", "5", "1.5"))
    study.clock.forward(days=90)
    await study.put(measured("follow_up", 90, "20", "67.5", "1.2", "1.5", "0.5", **NONE))
    assert shown in await study.say(MON, "/scores 1")


async def test_points_that_more_items_could_add_to_are_at_least_so_many(study: Study) -> None:
    await study.put(*screened(1, START))
    card = await course(study, INV, "/classify 1", "No", "Yes", "Now")
    assert "systemic sclerosis: at least 9 points, definite" in card
    await study.press(INV, RECORD)
    assert "at least 9 points, definite" in await study.say(MON, "/scores 1")
    await course(study, INV, "/classify 1", "No", "No", "Yes", "No", "No", "Yes", "No", "No", "No", "Yes")
    card = await course(study, INV, "No", "No", "Yes", "Now")
    assert "systemic sclerosis: 12 points, definite" in card
    await study.put(e.Scored(S, "acr_eular", "ACR/EULAR 2013", 9, (), START, "definite"))  # without its items
    assert "systemic sclerosis: 9 points, definite" in await study.say(MON, "/scores 1")


async def test_core_measures_of_one_visit_and_minute_are_warned_of(study: Study) -> None:
    await study.put(*infused(1, START), measured("follow_up", 90, "22", "73", "4", "4", "1.25", **NONE))
    study.clock.forward(days=91)
    line = ("/measures 1", "follow-up", "20", "73", "4", "4", "1.25", *ABSENT)
    card = await course(study, COO, *line, "2026-05-31 09:00")
    assert "are recorded already at this minute (Sun 2026-05-31 09:00); both would count" in card and card.yes
    assert "recorded already" not in await course(study, COO, *line, "2026-05-31 09:01")
