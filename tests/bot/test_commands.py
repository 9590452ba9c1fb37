"""Every command does what it says, through the dispatcher, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from bot.commands import COMMANDS
from bot.commands.protocol import TOPICS
from bot.words import LANGUAGES
from rules import events as e
from tests.bot.study import (
    ADM,
    COO,
    GOOD,
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
    ready,
    screened,
    shipped,
)  # fmt: skip

S = code(1)
DAY = timedelta(days=1)
DOSED = len(infused(1, START))
LINES = {
    "subject": "/subject 1", "protocol": "/protocol clauses", "new": "/new now", "screen": "/screen 3",
    "eligible": "/eligible 3", "slot": "/slot 3", "apheresis": "/apheresis 2 now",
    "dose": "/dose 2 0.25e8 now", "lymphodepletion": "/lymphodepletion 2 now",
    "withdraw": "/withdraw 1 died now",
    "ae": "/ae 1 fever 3 now", "dlt": "/dlt 1", "assess": "/assess 1", "correct": f"/correct {DOSED}",
    "deviation": "/deviation 2 1e8 now", "zone": "/zone Asia/Shanghai", "snooze": "/snooze 1",
}  # fmt: skip


def flaws(heard: Heard) -> list[str]:
    """What is wrong with how letters are written."""
    found = []
    for payload in heard.payloads:
        ElementTree.fromstring(f"<x>{payload['html']}</x>")
        labels = [label for row in payload["buttons"] for label, _ in row]
        for text in (payload["html"], *labels):
            if not text.strip() or re.search(r"[{}]|\bTrue\b|\bFalse\b|\(\)", text):
                found.append(text)
    return found


async def talk(study: Study, user: int, *said: str) -> Heard:
    """Say one thing after another; what is a button's label is pressed."""
    heard = study.last.get(user, Heard(()))
    for text in said:
        heard = await (study.press(user, text) if text in heard.buttons else study.say(user, text))
    return heard


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_answers_well_formed_in_each_language(study: Study, language: str) -> None:
    await study.put(*infused(1, START - 40 * DAY), *ready(2, START)[:-2], *screened(3, START))
    await study.put(*screened(4, START), e.EligibilityConfirmed(code(4), START), *ready(5, START)[:-1])
    study.clock.forward(days=1)
    for user in (PI, ADM):
        await study.say(user, f"/language {language}")
    for command in COMMANDS:
        user = ADM if command.action == "people" else PI
        bare = f"/{command.name}" if command.name != "dose" else "/dose 5"
        for typed in (LINES.get(command.name, bare), bare):
            heard = await study.say(user, typed)
            assert heard.payloads and not flaws(heard), (typed, flaws(heard))
            assert "Something went wrong" not in heard and "系统出错" not in heard, typed
            chinese = re.search(r"[\u4e00-\u9fff]{2}", heard.text.replace("中文", ""))
            assert bool(chinese) is (language == "zh") or command.name == "language", (typed, heard.text)


# ------------------------------------------------------------------ protocol
@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in ("assumptions", "print")])
async def test_each_line_of_the_protocol_names_its_source(study: Study, topic: str) -> None:
    lines = (await study.say(MON, f"/protocol {topic}")).text.splitlines()
    assert lines and all(re.search(r"\[(NCT06871644|assumption).*\]$", line) for line in lines), lines


async def test_the_protocol_is_browsed_down_to_one_clause_criterion_or_assumption(study: Study) -> None:
    head = await study.say(ADM, "/protocol")
    assert "NCT06871644" in head and set(head.buttons.values()) == {f"/protocol {name}" for name in TOPICS}
    assert (await study.press(ADM, "Assumptions")).text.count("We read:") == len(shipped().assumptions)
    criteria = await study.say(ADM, "/protocol criteria")
    assert all(f"{criterion.id}: " in criteria for criterion in shipped().criteria)
    assert "speaks when: " in await study.say(ADM, "/protocol one-in-three")
    assert "Inclusion I4: Age at least 18 years." in await study.say(ADM, "/protocol i4")
    assert "write reading: after-first at A15" in await study.say(ADM, "/protocol A15")
    assert "says nothing under" in await study.say(ADM, "/protocol nonsense")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_whole_protocol_is_printed_for_signature(study: Study, language: str) -> None:
    await study.say(PI, f"/language {language}")
    heard = await study.say(PI, "/protocol print")
    page = heard.payloads[-1]["document"]["content"]
    assert heard.payloads[-1]["document"]["name"] == f"protocol-NCT06871644-1.0-{language}.html"
    assert shipped().sha256 in page and "______" in page
    for each in (*shipped().criteria, *shipped().assumptions):
        assert f"<b>{each.id}</b>" in page
    assert all(f"<code>{clause.id}</code>" in page for table in shipped().tables.values() for clause in table)


# ------------------------------------------------------------------ check
async def test_a_quick_check_stops_at_the_first_exclusion_and_records_nothing(study: Study) -> None:
    first = await study.say(MON, "/check")
    assert "Quick check – nothing is recorded" in first and "Age at screening" in first
    done = await study.say(MON, "17")
    assert "Not eligible" in done and "I4 Age at least 18 years. Not met: Age at screening = 17 years" in done
    assert await study.events() == []
    on = await talk(study, MON, "Go on all the same")
    assert "failed? – a number" in on


async def test_a_quick_check_asks_the_most_decisive_first_and_each_question_once(study: Study) -> None:
    asked, heard = [], await study.say(INV, "/check")
    while "left)" in heard:
        line = next(line for line in heard.text.splitlines() if line.endswith("left)"))
        fact = next(f for f in shipped().facts if line.startswith(f.asks.in_("en")))
        asked.append(fact.id)
        heard = await study.say(INV, GOOD[fact.id])
    assert asked[0] == "age" and sorted(asked) == sorted(GOOD)
    assert "Eligible: every criterion is met." in heard
    assert await study.events() == [] and "CD7" not in heard


# ------------------------------------------------------------------ screen
async def test_screening_asks_only_what_is_unknown_and_explains_each_criterion(study: Study) -> None:
    await study.put(*screened(1, START)[:-2])
    heard = await study.say(INV, "/screen 1")
    assert "Kidney function satisfactory? (2 left)" in heard
    assert "Inclusion I9: Kidney function is satisfactory. [NCT06871644, eligibility, inclusion]" in heard
    card = await talk(study, INV, "Yes", "Yes")
    assert "Eligible: every criterion is met." in card
    done = await study.press(INV, RECORD)
    assert "signature" in (await study.press(INV, "Confirm eligibility of CD7-001")).text.lower()
    assert done.text.count("✓ Recorded") == 2


async def test_screening_resumes_after_days_and_asks_stale_answers_again(study: Study) -> None:
    await study.put(*screened(1, START)[:2])
    heard = await talk(study, INV, "/screen 1", "Yes", "3", "Yes", "negative", *["No"] * 6, "Yes", "Yes")
    assert "Liver function satisfactory? (3 left)" in heard
    study.clock.forward(days=5)
    assert "Liver function satisfactory? (3 left)" in await study.say(INV, "/screen 1")
    study.clock.forward(days=24)
    assert "Bone marrow function satisfactory? (5 left)" in await study.say(INV, "/screen 1")
    card = await talk(study, INV, "Yes", "Yes", "Yes", "Yes", "Yes")
    assert "Eligible" in card and "Relapsing or refractory disease? = Yes (Mon 2026-03-02 09:00)" in card
    assert "Bone marrow function satisfactory? = Yes (Tue 2026-03-31 09:00)" in card


async def test_a_recorded_answer_gone_stale_is_asked_again(study: Study) -> None:
    await study.put(*screened(1, START))
    assert "Eligible" in await study.say(INV, "/screen 1")
    study.clock.forward(days=29)
    assert "Bone marrow function satisfactory? (5 left)" in await study.say(INV, "/screen 1")


async def test_a_draft_never_overrides_what_was_recorded_after_it(study: Study) -> None:
    await study.put(*screened(1, START)[:-2])
    await talk(study, INV, "/screen 1", "Yes")
    study.clock.forward(days=2)
    await study.put(e.Answered(S, "kidney", "no", START + DAY))
    card = await talk(study, INV, "/screen 1", "Yes")
    assert "Not eligible" in card and "Kidney function satisfactory? = Yes" not in card


async def test_unclear_never_passes_and_eligibility_is_refused(study: Study) -> None:
    await study.put(
        *screened(1, START, liver="unclear"), *screened(2, START, liver="unclear", hbsag="positive")
    )
    for subject, why in ((1, "known to be met at that time: I8."), (2, "A criterion is not met: E2.")):
        refusal = await study.say(INV, f"/eligible {subject}")
        assert "Refused" in refusal and why in refusal
        assert not refusal.yes


# ------------------------------------------------------------------ the gates of a course
async def test_no_place_without_eligibility(study: Study) -> None:
    await study.put(*screened(1, START))
    assert "Eligibility is not confirmed" in await study.say(COO, "/slot 1")


@pytest.mark.parametrize(
    ("change", "days", "why"),
    [
        ([], 29, "Not every criterion is known to be met at that time: I6, I7, I8, I9, I10"),
        ([e.Answered(S, "hbsag", "positive", START)], 1, "A criterion is not met: E2"),
        ([x for n in (2, 3) for x in (*infused(n, START), e.DltConfirmed(code(n), 0, START))], 1,
         "Level 1 (0.25×10⁸) is not open for infusion"),
        (screened(1, START + 59 * DAY)[1:], 61, "The subject holds no place"),
        ([e.Withdrawn(S, "before_dose", START)], 1, "The subject left on Mon 2026-03-02 09:00"),
    ],
)  # fmt: skip
async def test_pretreatment_is_refused_with_the_reason(
    study: Study, change: list[e.Event], days: int, why: str
) -> None:
    await study.put(*ready(1, START)[:-1], *change)
    study.clock.forward(days=days)
    heard = await study.say(INV, "/lymphodepletion 1 now")
    assert "Refused" in heard and why in heard and not heard.yes


@pytest.mark.parametrize(
    ("typed", "words"),
    [("0.275e8", "110.0 %"), ("0.225e8", "90.0 %"), ("0.2249e8", "not given in full"),
     ("0.2751e8", "above the planned"), ("1e8", "is the dose of level 2"), ("2e8", "is the dose of level 3"),
     ("0.25e6", "not given in full"), ("0.2e6", "less than a hundredth"), ("1e6/kg", "never per kg")],
)  # fmt: skip
async def test_a_dose_is_held_against_the_plan_and_its_tolerance(
    study: Study, typed: str, words: str
) -> None:
    await study.put(*ready(1, START))
    study.clock.forward(days=1)
    heard = await talk(study, INV, "/dose 1", typed)
    if "When" in heard or "when" in heard:
        heard = await study.say(INV, "now")
    assert words in heard
    assert bool(heard.yes) is ("%" in words or "in full" in words)
    assert ("not given in full" in heard) is ("in full" in words)


async def test_a_dose_at_a_level_that_is_closed_is_refused(study: Study) -> None:
    await study.put(*ready(1, START), *infused(2, START), *infused(3, START))
    await study.put(*(e.DltConfirmed(code(n), 0, START) for n in (2, 3)))
    assert "Level 1 (0.25×10⁸) is not open for infusion" in await study.say(INV, "/dose 1 0.25e8 now")


async def test_who_leaves_before_the_window_ends_is_replaced_and_with_a_dlt_counts(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START), e.DltConfirmed(code(2), 0, START))
    study.clock.forward(days=1)
    card = await talk(study, INV, "/withdraw 1", "withdrew", "Now")
    assert "1 place(s) free. → then: Enrol at level 1 (0.25×10⁸): 2 place(s) free" in card
    assert "Next action stays" in await talk(study, INV, "/withdraw 2", "lost", "Now")
    assert "cannot be before Infusion" in await study.say(INV, "/withdraw 1 lost 2026-03-01 10:00")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["slot", "apheresis", "lymphodepletion", "dose"])
async def test_a_step_for_which_nobody_is_ready_says_what_each_lacks(
    study: Study, name: str, language: str
) -> None:
    await study.say(INV, f"/language {language}")
    assert "/new" in (await study.say(INV, f"/{name}")).buttons.values()
    await study.put(e.Consented(S, START), e.Consented(code(2), START))
    heard = await study.say(INV, f"/{name}")
    assert S in heard and code(2) in heard and not flaws(heard)
    assert any(data.endswith(f" {S}") for data in heard.buttons.values())


# ------------------------------------------------------------------ safety
@pytest.mark.parametrize(
    ("onset", "region", "ruling"),
    [("2026-03-02 08:59", "no DLT can follow", "The onset is before the infusion"),
     ("2026-03-02 09:00", "Day 0, inside the DLT window", "is a DLT"),
     ("2026-03-30 23:59", "Day 28, inside the DLT window", "is a DLT"),
     ("2026-03-31 00:00", "Day 29, after the DLT window", "The onset is after the window")],
)  # fmt: skip
async def test_an_event_is_a_dlt_only_with_onset_inside_the_window(
    study: Study, onset: str, region: str, ruling: str
) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=30)
    assert region in await study.say(INV, f"/ae 1 ICANS 4 {onset}")
    await study.press(INV, RECORD)
    assert ruling in await talk(study, INV, "/dlt 1", "DLT")
    assert "is not a DLT" in await talk(study, INV, "/dlt 1", "Not a DLT")


async def test_assessment_waits_for_the_end_of_the_window_and_for_every_ruling(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(S, "Fever", 3, START + DAY))
    study.clock.now = START.replace(hour=0) + 29 * DAY - timedelta(seconds=1)
    early = await study.say(INV, "/assess 1")
    assert "The DLT window is open until Mon 2026-03-30 24:00" in early
    study.clock.forward(seconds=1)
    heard = await study.say(INV, "/assess 1")
    assert f"Events of grade 3 or more are not adjudicated: #{DOSED + 1}" in heard
    assert "Is it a DLT?" in await study.press(INV, "Adjudicate CD7-001")
    await study.press(INV, "Not a DLT")
    await study.press(INV, RECORD)
    assert "DLT window assessed – no DLT" in await study.record(INV, "/assess 1")
    assert "recorded already" in await study.say(INV, "/assess 1")


# ------------------------------------------------------------------ reads
async def test_next_says_who_binds_and_why_gives_clause_source_counts_and_the_other_reading(
    study: Study,
) -> None:
    await study.put(*infused(1, START), *infused(2, START + DAY), *infused(3, START + 2 * DAY))
    study.clock.forward(days=3)
    assert "CD7-003 binds: the window ends Wed 2026-04-01 24:00" in await study.say(MON, "/next")
    await study.put(*(e.DltConfirmed(code(n), 0, START + 2 * DAY) for n in (1, 2)))
    why = await study.say(MON, "/why")
    assert "Outcomes so far: 1TTP" in why and "Level 1: 2 evaluable, 2 DLT, 1 pending" in why
    assert re.search(r"Clause \S+: .+ \[assumption A\d+", why.text) and "speaks when: " in why
    assert "Assumption A2." in why and "To change it, write reading: " in why
    assert "at A2 in protocol.yaml" in why


async def test_the_board_counts_each_level_and_the_timeline_tells_one_subject(study: Study) -> None:
    await study.put(
        *infused(1, START), *screened(2, START), e.AdverseEventReported(S, "Fever", 2, START + DAY)
    )
    study.clock.forward(days=2)
    board = await study.say(MON, "/status")
    assert "1 of 18 infused, 2 consented." in board and "Level 2 (1×10⁸): not open" in board
    assert "CD7-001: day 2, window ends Mon 2026-03-30 24:00" in board and "Without a place: CD7-002" in board
    line = await study.say(MON, "/subject 1")
    assert "Fever, grade 2, onset Tue 2026-03-03 09:00 [day 1] – P1 principal investigator" in line
    assert "Age at screening = 45 years" in line


async def test_due_has_the_nearest_first(study: Study) -> None:
    await study.put(*infused(1, START), *infused(2, START - 30 * DAY), *ready(3, START)[:-1])
    lines = (await study.say(MON, "/due")).text.splitlines()
    assert lines[0] == f"{len(lines) - 1} open task(s), nearest first:"
    assert [line[:7] for line in lines[1:]] == [code(2), code(3), code(1), code(3), code(3), code(3)]
    assert "assessment to be recorded" in lines[1] and "valid until" in lines[2]
    assert "DLT window ends Mon 2026-03-30 24:00" in lines[3] and "place expires" in lines[4]


async def test_due_stays_short_and_hides_no_event_that_nobody_judged(study: Study) -> None:
    screenings = [event for number in range(2, 12) for event in screened(number, START)]
    await study.put(*infused(1, START), *screenings, e.AdverseEventReported(S, "Fever", 3, START + DAY))
    study.clock.forward(days=2)
    lines = (await study.say(MON, "/due")).text.splitlines()
    assert len(lines) == 1 + 20 + 1 + 1  # the head, the nearest, the event, the rest
    assert "event #" in lines[-2] and "serious" in lines[-2]
    left = int(lines[0].split(" ")[0]) - 21
    assert left > 5 and f"{left} more with later deadlines" in lines[-1]


async def test_a_correction_needs_a_reason_shows_its_effect_and_edits_nothing(study: Study) -> None:
    await study.put(*infused(1, START))
    before = await study.events()
    heard = await talk(study, INV, f"/correct {DOSED}", "dose", "0.2e8")
    assert "Why is it corrected?" in heard and not heard.yes
    for poor in ("x", "ab"):
        heard = await study.say(INV, poor)
        assert "Write the reason in 3 to 200 characters." in heard and not heard.yes
    card = await talk(study, INV, f"/correct {DOSED}", "dose", "0.2e8", "wrong by a decimal")
    assert "reads now: CD7-001: infused 0.25×10⁸" in card and "→ then: " in card
    await study.press(INV, RECORD)
    assert (await study.events())[:-1] == before
    assert "infused 0.2×10⁸ cells" in await study.say(MON, "/subject 1")
    assert "(corrected)" in study.last[MON]


async def test_a_correction_is_shown_in_the_readers_own_words(study: Study) -> None:
    await study.put(*infused(1, START), e.Withdrawn(S, "lost", START + DAY))
    study.clock.forward(days=2)
    await study.say(INV, "/language zh")
    for entry, *said in (
        ("2", "回答", "18", "输入错误"),
        ("3", "回答", "否", "输入错误"),
        (str(DOSED), "剂量", "0.2e8", "输入错误"),
        (str(DOSED + 1), "原因", "撤回同意", "输入错误"),
    ):
        card = await talk(study, INV, f"/correct {entry}", *said)
        assert "✓ 签署" in card.buttons and not re.search(r"[a-z]{2,}", card.text), card.text


async def test_a_signed_step_is_corrected_by_the_principal_investigator_only(study: Study) -> None:
    events = [*cleared((1, 2, 3), START), e.LevelOpened(2, 3, "escalate", START + 30 * DAY)]
    await study.put(*events)
    study.clock.forward(days=31)
    assert "principal investigator only" in await study.say(INV, f"/correct {len(events)}")
    assert "what is wrong?" in await study.say(PI, f"/correct {len(events)}")
