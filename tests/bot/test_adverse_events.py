"""Adverse events from the first words to the sponsor: terms, grades, values, courses, the clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.privacy import seems_personal
from bot.reminders import tick
from bot.slots import read
from bot.toxicity.short import SHORT, short_names
from bot.toxicity.terms import alike, is_listed, known
from rules import events as e
from tests.bot.study import (
    COO,
    INV,
    MON,
    PI,
    RECORD,
    START,
    Heard,
    Study,
    cleared,
    code,
    infused,
    study_in,
)  # fmt: skip
from tests.bot.test_slots import ASK
from tests.rules.files import changed, protocol_of

S = code(1)
DAY = timedelta(days=1)
DOSED = infused(1, START)
EVENT = e.AdverseEventReported(S, "Fever", 2, START + DAY)
N = len(DOSED) + 1


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only; cards and permissions of the same commands run on both."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.fixture
async def told(study: Study) -> Study:
    """A subject infused, with an event of grade 2 on day 1; now it is day 2."""
    await study.put(*DOSED, EVENT)
    study.clock.forward(days=2)
    return study


async def course(study: Study, user: int, *answers: str) -> Heard:
    """Type or press each in turn."""
    heard = Heard(())
    for answer in answers:
        heard = await (study.press(user, answer) if answer in heard.buttons else study.say(user, answer))
    return heard


# ------------------------------------------------------------------ the same event twice
async def test_an_event_of_the_same_term_and_onset_is_to_be_followed_up_instead(told: Study) -> None:
    onset = "2026-03-03 09:00"
    card = await told.say(COO, f"/ae 1 fever 3 {onset}")
    assert f"CD7-001 already has #{N} Fever, same onset; follow it up instead: /ae #{N}" in card and card.yes
    menu = await told.press(COO, f"Details of #{N}")
    assert f"#{N}" in menu and not menu.yes
    for other in (f"/ae 1 fever 3 {onset[:-1]}1", f"/ae 1 nausea 3 {onset}"):
        assert "already has" not in await told.say(COO, other)
    await told.record(COO, f"/ae 1 fever 3 {onset}")
    assert len(await told.trial()) == N + 1


async def test_an_event_of_the_same_term_onset_and_grade_is_recorded_already(told: Study) -> None:
    refused = await told.say(COO, "/ae 1 Fever 2 2026-03-03 09:00")
    assert f"Term, onset and grade are those of #{N} (Tue 2026-03-03 09:00)" in refused and not refused.yes
    assert [*refused.buttons.values()] == [f"/ae #{N}"]
    await told.put(e.Corrected(N, (), "a test", told.clock.now))
    assert (await told.say(COO, "/ae 1 Fever 2 2026-03-03 09:00")).yes


# ------------------------------------------------------------------ the term and its grades
async def test_a_misspelt_term_is_suggested_and_never_filled_in(told: Study) -> None:
    heard = await told.say(COO, "/ae 1 feverr 3 now")
    assert "no term of CTCAE v5.0" in heard and not heard.yes and "Fever" in heard.buttons
    assert "CD7-001: Fever, grade 3" in await told.press(COO, "Fever")
    heard = await told.say(COO, "/ae 1 zebra syndrome 3 now")
    assert "CD7-001: zebra syndrome, grade 3" in await told.press(COO, "Keep as written: zebra syndrome")


async def test_a_term_is_recorded_by_one_name_and_read_in_the_readers_language(told: Study) -> None:
    await told.say(COO, "/language zh")
    assert "CD7-001：血小板计数降低，<b>3</b>级" in (await told.say(COO, "/ae 1 血小板降低 3 now")).html
    await told.press(COO, RECORD)
    event = (await told.events())[-1]
    assert isinstance(event, e.AdverseEventReported) and event.term == "Platelet count decreased"
    assert "Platelet count decreased, grade 3" in await told.say(MON, "/subject 1")


def test_each_short_name_of_a_measurement_suggests_terms_and_is_none_itself() -> None:
    assert alike("转氨酶")[0] == "Alanine aminotransferase increased"
    names = [
        word for line in SHORT.read_text("utf-8").splitlines() for word in line.split("\t")[0].split("|")
    ]
    assert len(short_names()) == len(
        [name for name in names if not name.startswith("#")]
    )  # none is there twice
    for short, meant in short_names().items():
        assert known(short) is None and all(map(is_listed, meant)), short


REPORTED = {
    "Lymphocyte count decreased": "LYM LYMPH ALC 淋巴 淋巴细胞 LYM↓ LYM降低 淋巴低 淋巴细胞绝对值",
    "Platelet count decreased": "PLT 血小板 PLT↓ 血小板计数",
    "White blood cell decreased": "WBC 白细胞 白细胞计数", "Leukocytosis": "WBC↑ 白细胞高",
    "Neutrophil count decreased": "NEUT ANC 中性粒 中性粒细胞绝对值", "Anemia": "HGB Hb 血红蛋白 血色素低",
    "Alanine aminotransferase increased": "ALT GPT ALT/GPT 谷丙 谷丙转氨酶 ALT↑ 谷丙高",
    "Aspartate aminotransferase increased": "AST GOT 谷草 谷草转氨酶",
    "Blood bilirubin increased": "TBIL T-BIL 总胆红素 胆红素 TBIL升高",
    "Creatinine increased": "CREA Cr SCr 肌酐 Cr升高", "CPK increased": "CK CPK 肌酸激酶",
    "Blood lactate dehydrogenase increased": "LDH 乳酸脱氢酶", "Fibrinogen decreased": "FIB FBG 纤维蛋白原",
    "INR increased": "INR PT-INR 凝血酶原时间 国际标准化比值",
    "Activated partial thromboplastin time prolonged": "APTT 活化部分凝血活酶时间",
    "Hypokalemia": "K K+ 血钾 K低", "Hyperkalemia": "K高 血钾升高", "Hyponatremia": "Na 血钠",
    "Hypocalcemia": "Ca 血钙", "Hypomagnesemia": "Mg 血镁", "Hypophosphatemia": "P 血磷",
    "GGT increased": "GGT γ-GT 谷氨酰转肽酶", "Alkaline phosphatase increased": "ALP AKP 碱性磷酸酶",
    "Serum amylase increased": "AMS AMYL 淀粉酶", "Lipase increased": "LIPA LPS 脂肪酶",
    "Hypoalbuminemia": "ALB 白蛋白", "Hyperuricemia": "UA 尿酸 尿酸高", "Hypoglycemia": "GLU 血糖",
    "Cardiac troponin I increased": "cTnI hs-TnI 肌钙蛋白I", "CD4 lymphocytes decreased": "CD4",
    "Blood bicarbonate decreased": "HCO3 碳酸氢根", "Hypertriglyceridemia": "TG 甘油三酯",
    "Ejection fraction decreased": "LVEF 射血分数", "Investigations - Other, specify": "铁蛋白 CRP 尿素氮",
}  # fmt: skip


@pytest.mark.parametrize(("term", "written"), REPORTED.items())
def test_what_stands_on_a_report_of_a_hospital_leads_to_its_term(term: str, written: str) -> None:
    for word in written.split(" "):
        found = read("term", word, ASK)
        assert not seems_personal(f"/ae 1 {word}"), word
        assert (found if is_listed(found) else alike(found)[0]) == term, word


async def test_a_short_name_is_suggested_and_never_filled_in(told: Study) -> None:
    heard = await told.say(COO, "/ae 1 AST 3 now")
    assert [*heard.buttons] == [
        "Aspartate aminotransferase increased",
        "Keep as written: AST",
    ] and not heard.yes
    assert "Hypokalemia" in (await told.say(COO, "/ae 1 K")).buttons
    assert "CD4 lymphocytes decreased" in (await told.say(COO, "/ae 1 CD4")).buttons
    heard = await told.say(COO, "/ae 1 LYM")
    both = ["Lymphocyte count decreased", "Lymphocyte count increased"]
    assert [*heard.buttons] == [*both, "Keep as written: LYM"] and not heard.yes


async def test_a_chinese_word_finds_terms_that_hold_it(told: Study) -> None:
    await told.say(COO, "/language zh")
    heard = await told.say(COO, "/ae 1 甲状腺")
    assert [*heard.buttons][:2] == ["甲亢", "甲减"] and not heard.yes
    assert "CD7-001：甲减，<b>2</b>级" in (await course(told, COO, "甲减", "2", "now")).html


async def test_an_onset_that_is_to_come_is_said_to_be(told: Study) -> None:
    heard = await told.say(COO, "/ae 1 ICANS 3 2030-01-01 09:00")
    assert "Tue 2030-01-01 09:00 is in the future" in heard and not heard.yes


async def test_a_grade_that_does_not_exist_for_the_term_is_asked_again(told: Study) -> None:
    heard = await told.say(COO, "/ae 1 neutropenia 5 now")
    assert "grade 5 does not exist in CTCAE v5.0, but 1, 2, 3, 4" in heard and not heard.yes
    assert [label for label in heard.buttons if label.isdigit()] == ["1", "2", "3", "4"]
    assert "grade 4, onset" in await told.press(COO, "4")


# ------------------------------------------------------------------ a grade from a value
async def test_a_value_gives_a_floor_with_its_rule_and_inputs(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 low platelets", "From a measured value", "60 10^9/L")
    assert "at least grade 2" in heard and "value < 75" in heard and list(heard.buttons) == ["2"]
    card = await course(told, COO, "2", "Now")
    assert "measured: value 60 10^9/L; floor grade 2" in card and "Rule: grade 2" in card
    await told.press(COO, RECORD)
    event = (await told.events())[-1]
    assert (event.grade, event.floor, event.measured) == (2, 2, (("value", "60 10^9/L"),))


async def test_a_limit_is_asked_only_where_it_can_change_the_grade(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 low platelets", "From a measured value", "120 10^9/L")
    assert "lower limit of normal (in 10^9/L)" in heard
    assert "at least grade 1" in await course(told, COO, "150")


async def test_what_is_missing_is_named_and_never_guessed(told: Study) -> None:
    heard = await course(told, INV, "/ae 1 low platelets", "From a measured value", "120 10^9/L", "Not known")
    assert "The grade cannot be computed: the lower limit of normal is missing" in heard
    assert list(heard.buttons)[:4] == ["1", "2", "3", "4"] and not heard.yes


async def test_a_unit_that_does_not_fit_is_asked_again(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 low platelets", "From a measured value", "60 mg/dL")
    assert "That unit does not fit. Accepted: ×10⁹/L" in heard and not heard.yes


async def test_a_value_that_no_patient_has_is_asked_again(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 anemia", "From a measured value", "75 g/dL")
    assert "750 g/L is no value that a patient can have: 10 to 250 g/L" in heard
    assert "at least grade 3" in await told.say(COO, "7.5 g/dL")


async def test_free_words_behind_a_value_are_no_unit(told: Study) -> None:
    alt = ("/ae 1 Alanine aminotransferase increased", "From a measured value")
    heard = await course(told, COO, *alt, "130 Zebra")
    assert "That unit does not fit. Accepted: U/L" in heard
    assert "That unit does not fit. Accepted: U/L" in await told.say(COO, "3.6 kg")
    assert "upper limit of normal (in U/L)" in await told.say(COO, "130 U/L")
    assert (
        "This program has no rule for a number of Nausea. Grade it by the text of CTCAE v5.0"
        in await told.say(COO, "/ae 1 nausea value now")
    )
    heard = await course(told, COO, *alt, "130 U/L", "40", "35")
    assert "at least grade 2" in heard and "value > 3 * uln" in heard


async def test_the_course_of_an_event_is_graded_by_a_value_too(told: Study) -> None:
    await told.put(e.AdverseEventReported(S, "Platelet count decreased", 1, START + DAY))
    values = (f"/ae #{N + 1}", "Grade", "From a measured value", "60 10^9/L")
    heard = await course(told, INV, *values)
    assert "at least grade 2" in heard or "grade 2" in heard, heard.text
    card = await course(told, INV, "2", "now")
    assert card.yes and "Something went wrong" not in card


async def test_an_investigator_raises_a_measured_grade_with_a_reason(told: Study) -> None:
    value = ("/ae 1 low platelets", "From a measured value", "60 10^9/L")
    assert "not possible here" in await course(told, COO, *value, "4")
    card = await course(told, INV, *value, "4", "bleeding that needed transfusion", "Now")
    assert "raised above it: bleeding that needed transfusion" in card and "grade 4" in card
    await told.press(INV, RECORD)
    event = (await told.events())[-1]
    assert (event.grade, event.floor) == (4, 2)
    await told.say(INV, f"/correct #{N + 1}")
    refused = await course(told, INV, "grade", "1", "Typing error")
    assert "below grade 2, which the measured value gives" in refused and not refused.yes


async def test_no_grade_is_typed_below_a_value_that_was_measured_at_the_same_time(told: Study) -> None:
    value = (("value", "40 10^9/L"),)
    await told.put(
        e.AdverseEventReported(S, "Platelet count decreased", 1, START + DAY),
        e.AdverseEventFollowed(S, N + 1, START + 1.5 * DAY, 3, measured=value, floor=3),
    )
    refused = await told.say(COO, f"/ae #{N + 1} 2 2026-03-03 21:00")
    rule = "Rule: grade 3: value < 50; value 40 10^9/L"
    assert "below grade 3, which the value measured at the same time (Tue 2026-03-03 21:00) gives" in refused
    assert rule in refused and not refused.yes
    assert (await told.say(COO, f"/ae #{N + 1} 2 2026-03-03 21:01")).yes
    await told.press(COO, RECORD)
    refused = await course(told, INV, f"/correct #{N + 3}", "time", "2026-03-03 21:00", "Typing error")
    assert rule in refused and not refused.yes


async def test_a_value_below_grade_1_is_no_event_for_a_coordinator(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 fever", "From a measured value", "37.2 degC")
    assert "below grade 1" in heard and "principal investigator, investigator may raise it" in heard
    assert not heard.buttons


# ------------------------------------------------------------------ what became of it
async def test_all_details_are_said_on_one_card(told: Study) -> None:
    heard = await course(told, INV, f"/ae #{N}", "All that is still open", "life-threatening")
    assert "Another criterion?" in heard
    await course(told, INV, "hospitalisation or its prolongation", "That is all", "yesterday 20:00")
    await course(told, INV, "related to the treatment", "recovering", "corticosteroids")
    card = await told.say(INV, "today 08:00")
    assert "serious (life-threatening, hospitalisation or its prolongation)" in card, card.text
    assert "to be reported to the sponsor within 24 h of awareness, by Wed 2026-03-04 20:00" in card
    before = len(await told.events())
    await told.press(INV, RECORD)
    followed, judged = (await told.events())[before:]
    assert followed == e.AdverseEventFollowed(
        S, N, START + timedelta(days=2, hours=-1), 0, "related", "recovering", "steroids"
    )
    assert judged.criteria == ("life_threatening", "hospitalisation")
    assert told.others.keys() == {PI, MON} and "was judged serious" in told.others[PI]


async def test_a_coordinator_says_serious_but_not_that_it_is_not(told: Study) -> None:
    heard = await course(told, COO, f"/ae #{N}", "Seriousness")
    assert all(row for payload in heard.payloads for row in payload["buttons"])
    assert "Not serious" not in heard.buttons and "death" in heard.buttons
    assert "judged by: principal investigator" in await told.say(COO, "Not serious")
    assert "Relatedness" not in (await told.say(COO, f"/ae #{N}")).buttons


async def test_an_outcome_that_ends_an_event_dates_its_end_and_not_before_its_onset(told: Study) -> None:
    heard = await course(told, COO, f"/ae #{N}", "Outcome, end", "recovered")
    assert "When did it end?" in heard
    assert "cannot be before the onset" in await told.say(COO, "2026-03-02 10:00")
    card = await course(told, COO, f"/ae #{N}", "Outcome, end", "recovered", "Now")
    assert f"event #{N}: outcome: recovered, ended Wed 2026-03-04 09:00" in card
    await told.press(COO, RECORD)
    assert f"#{N}" not in str((await told.say(COO, "/ae 1")).buttons)


async def test_a_fatal_event_is_serious(told: Study) -> None:
    await told.put(e.SeriousnessJudged(S, N, (), START + DAY))
    assert "A fatal event is serious" in await course(told, INV, f"/ae #{N}", "Outcome, end", "fatal", "Now")
    await told.put(e.AdverseEventReported(S, "Platelet count decreased", 4, START + DAY))
    card = await course(told, INV, f"/ae #{N + 2}", "Outcome, end", "fatal", "Now")
    assert "grade 4→5" in card and "report the term that it led to" in card


async def test_a_worse_grade_is_to_be_adjudicated_and_voids_what_was_ruled(told: Study) -> None:
    await told.put(e.DltRefuted(S, N, START + DAY))
    assert "to be adjudicated" not in await told.say(INV, "/due")
    card = await told.say(COO, f"/ae #{N} 4 now")
    assert f"Voids the signature on #{N + 1}" in card and "adjudicates it as DLT or not" in card
    await told.press(COO, RECORD)
    assert "An event is to be adjudicated" in told.others[PI]
    assert f"to be adjudicated as DLT or not: event #{N}" in await told.say(INV, "/due")
    asked = await told.say(INV, "/dlt 1")
    assert "Fever, grade 4, onset Wed 2026-03-04 09:00 (day 2)" in asked
    assert f"#{N}: grade 4, since" in (await told.say(MON, "/subject 1")).text.replace("event ", "")


async def test_what_is_to_be_adjudicated_anew_is_offered_once(told: Study) -> None:
    await told.put(e.DltRefuted(S, N, START + DAY))
    await course(told, INV, f"/ae #{N}", "Outcome, end", "fatal", "Now")
    heard = await told.press(INV, RECORD)
    offered = [data for payload in heard.payloads for row in payload["buttons"] for _, data in row]
    assert offered == [f"/sae #{N}", f"/dlt {S}", f"/ae #{N}", "/next", "/status"]


async def test_a_worse_grade_before_the_infusion_or_after_the_window_is_not_a_dlt(study: Study) -> None:
    await study.put(*DOSED, e.AdverseEventReported(S, "Fever", 1, START - DAY))
    study.clock.forward(days=40)
    await study.put(e.AdverseEventFollowed(S, N, START + 30 * DAY, 4))
    assert "to be adjudicated" not in await study.say(INV, "/due")
    await study.put(e.AdverseEventFollowed(S, N, START + DAY, 3))
    assert f"to be adjudicated as DLT or not: event #{N}, onset" in await study.say(INV, "/due")


async def test_an_event_is_not_void_while_its_course_rests_on_it(told: Study) -> None:
    await told.put(e.AdverseEventFollowed(S, N, START + 2 * DAY, 3))
    heard = await course(told, INV, f"/correct #{N}", "The whole entry is wrong: void it", "Typing error")
    assert f"Void these first, in this order: #{N + 1}" in heard
    card = await course(told, INV, f"/correct #{N + 1}", "grade", "4", "Typing error")
    assert f"#{N + 1} will read: CD7-001: event #{N}: grade 4" in card


# ------------------------------------------------------------------ the clock of a serious event
async def test_the_report_of_a_serious_event_is_reminded_once_and_closed_by_its_report(told: Study) -> None:
    await told.put(e.SeriousnessJudged(S, N, ("hospitalisation",), told.clock.now))
    for _ in range(2):
        await tick(told.dispatcher)
    heard = (await told.outbox())[INV]
    assert heard.text.count(f"serious event #{N} to be reported to the sponsor by Thu 2026-03-05 09:00") == 1
    assert f"serious event #{N}" in await told.say(COO, "/due")
    assert "cannot be before the site was aware" in await told.say(COO, f"/sae #{N} yesterday 10:00")
    told.clock.forward(hours=30)
    assert "later than 24 h after awareness" in await told.say(COO, f"/sae #{N} now")
    await told.press(COO, RECORD)
    assert "serious event" not in await told.say(COO, "/due")
    assert "recorded already" in await told.say(COO, f"/sae #{N} now")


async def test_the_report_of_a_death_is_marked_once_it_is_overdue_and_reminded_once_more(told: Study) -> None:
    card = await told.say(COO, "/ae 1 sepsis 5 now")
    assert "within 24 h of the entry that it was fatal; nobody said when" in card
    await told.press(COO, RECORD)
    head = f"serious event #{N + 1} to be reported to the sponsor by Thu 2026-03-05 09:00"
    assert head in await told.say(COO, "/due")
    overdue = f"OVERDUE since Thu 2026-03-05 09:00: serious event #{N + 1}"
    for hours, line in ((0, head), (1, ""), (24, overdue), (1, "")):
        told.clock.forward(hours=hours)
        await tick(told.dispatcher)
        heard = (await told.outbox()).get(INV, Heard(())).text
        assert heard.count(f"serious event #{N + 1}") == bool(line) and line in heard
    assert overdue in await told.say(COO, "/due")
    assert "before the onset (" in await told.say(COO, f"/sae #{N + 1} 2026-03-04 08:00")
    assert "24 h after the death was entered" in await told.say(COO, f"/sae #{N + 1} now")
    assert "✓" in await told.record(COO, f"/sae #{N + 1} now")
    assert "serious event" not in await told.say(COO, "/due")


async def test_a_death_learnt_late_is_due_from_its_entry_and_one_by_a_scale_is_due_too(told: Study) -> None:
    told.clock.forward(days=9)
    await told.put(e.Scored(S, "icans", "ASTCT 2019", 5, (), told.clock.now))
    assert "the death is to be reported to the sponsor by Sat 2026-03-14 09:00" in await told.say(COO, "/due")
    told.clock.forward(hours=2)
    await tick(told.dispatcher)
    heard = (await told.outbox())[COO]
    assert "the death is to be reported to the sponsor by Sat" in heard
    assert "Adverse event of CD7-001" in heard.buttons
    await told.record(COO, "/ae 1 sepsis 5 2026-03-06 09:00")
    due = await told.say(COO, "/due")
    assert "serious event #25 to be reported to the sponsor by Sat 2026-03-14 09:00" in due
    assert "the death is to be reported" not in due


async def test_each_of_two_events_of_one_time_is_named(told: Study) -> None:
    at = told.clock.now
    await told.put(*(e.AdverseEventReported(S, term, 3, at) for term in ("Anemia", "Fever", "Nausea")))
    await told.put(*(e.SeriousnessJudged(S, N + n, ("disability",), at) for n in (2, 3)))
    await tick(told.dispatcher)
    reminded, due = (await told.outbox())[COO], await told.say(COO, "/due")
    for number in (N + 2, N + 3):
        assert f"serious event #{number} to be reported" in reminded
        assert f"serious event #{number} to be reported" in due and f"DLT or not: event #{number}" in due
    assert f"seriousness not judged: event #{N + 1}, entered Wed 2026-03-04 09:00 – /ae #{N + 1}" in due


async def test_only_what_cannot_wait_for_the_morning_is_sent_at_night(told: Study) -> None:
    night = told.clock.now.replace(hour=23)
    await told.put(e.SeriousnessJudged(S, N, ("death",), night - timedelta(hours=1)))
    told.clock.now = night
    await tick(told.dispatcher)
    assert not await told.outbox()
    await told.put(e.SeriousnessJudged(S, N, ("death",), night - timedelta(hours=16)))
    await tick(told.dispatcher)
    assert f"serious event #{N}" in (await told.outbox())[INV]


# ------------------------------------------------------------------ criteria that propose
CRITERION = """criteria:
    - criterion: fever-4
      says: {en: Fever of grade 4 that is related., zh: "4级"}
      all: ['term == "Fever"', grade >= 4, related]
      source: made up
"""


async def test_criteria_of_the_file_propose_and_an_investigator_adjudicates(tmp_path: Path) -> None:
    protocol = protocol_of(changed(("criteria: []", CRITERION.strip())))
    async with study_in(tmp_path / "s.sqlite", protocol=protocol) as study:
        await study.put(*DOSED)
        study.clock.forward(days=1)
        card = await study.say(COO, "/ae 1 fever 4 now")
        assert "Criterion fever-4 cannot say yet" in card and "Missing: related to the treatment" in card
        await study.press(COO, RECORD)
        card = await course(study, INV, f"/ae #{N}", "Relatedness", "related to the treatment", "Now")
        assert "Criterion fever-4 proposes a DLT" in card
        await study.press(INV, RECORD)
        asked = await study.say(INV, "/dlt 1")
        assert "Criterion fever-4 proposes a DLT" in asked and not asked.yes
        assert not [x for x in await study.events() if isinstance(x, e.DltConfirmed)]


async def test_the_assessment_of_a_window_is_void_once_an_event_in_it_was_worse(study: Study) -> None:
    late = [*cleared((1,), START)]
    await study.put(*late[:-1], EVENT, late[-1])
    study.clock.forward(days=30)
    heard = await study.record(COO, f"/ae #{N} 4 2026-03-05 10:00")
    assert f"Voids the signature on #{N + 1}" in heard


async def test_the_day_that_counts_is_the_onset_in_the_window_not_that_of_a_worse_grade(study: Study) -> None:
    await study.put(*cleared((1,), START))
    at = START + 3 * DAY
    await study.put(e.AdverseEventReported(S, "Sepsis", 3, at), e.DltRefuted(S, N + 1, at))
    await study.put(e.WindowAssessed(S, START + 29 * DAY))
    study.clock.forward(days=36)
    assert "CD7-001: no DLT" in await study.say(INV, "/status")
    card = await study.say(INV, f"/ae #{N + 1} 5 now")
    assert "Day 3, inside the DLT window" in card and "not a DLT" not in card.text.split("Voids")[0]
    await study.press(INV, RECORD)
    assert f"CD7-001: no DLT; outcome open: #{N + 1} to adjudicate – died" in await study.say(INV, "/status")
