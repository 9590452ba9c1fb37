"""A death, however it is recorded or moved: nothing is seen after it; its words; what is still owed of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.reminders import tick
from rules import events as e
from rules.pk.events import ConcentrationMeasured
from tests.bot.study import COO, INV, MON, PI, RECORD, START, Study, cleared, code, infused, ready
from tests.bot.test_adverse_events import course

S = code(1)
DAY = timedelta(days=1)
DOSED = infused(1, START)
N = len(DOSED) + 1
EVENT = e.AdverseEventReported(S, "Cytokine release syndrome", 2, START + DAY)
LATER = e.AdverseEventReported(S, "Nausea", 1, START + 6 * DAY)
SAID = f"last by #{N + 1} – CD7-001: Nausea, grade 1, onset Sun 2026-03-08 09:00. Correct that entry first"
CRS = (
    "/crs 1", "39", "No", "Yes", "Two or more", "No", "Intubation, ventilation", "100", "Death from CRS",
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only; cards and permissions of the same commands run on both."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.fixture
async def seen(study: Study) -> Study:
    """A subject with a CRS of day 1 and a nausea of day 6; now it is day 8."""
    await study.put(*DOSED, EVENT, LATER)
    study.clock.forward(days=8)
    return study


# ------------------------------------------------------------------ nothing is seen after a death
@pytest.mark.parametrize(
    "line",
    [
        ("/withdraw 1 died 2026-03-07 09:00",),
        (f"/ae #{N}", "Outcome, end", "fatal", "2026-03-07 09:00"),
        (f"/ae #{N} 5 2026-03-07 09:00",),
        (*CRS, "2026-03-07 09:00"),
    ],
)
async def test_no_death_is_recorded_before_what_was_seen_of_the_subject_later(
    seen: Study, line: tuple[str, ...]
) -> None:
    refused = await course(seen, INV, *line)
    assert SAID in refused and not refused.yes, refused.text
    assert f"/correct #{N + 1}" in refused.buttons.values()
    refused = await course(seen, INV, f"/correct #{N + 1}", "time", "2026-03-06 09:00", "Typing error")
    await seen.press(INV, RECORD)
    heard = await course(seen, INV, *line)
    assert "was seen after that" not in heard


async def test_a_coordinator_who_may_not_correct_reads_what_to_correct(seen: Study) -> None:
    refused = await course(seen, COO, f"/ae #{N} 5 2026-03-07 09:00")
    assert SAID in refused and not refused.buttons


@pytest.mark.parametrize(
    ("death", "field", "value"),
    [
        (e.Withdrawn(S, "died", START + 7 * DAY), "time", "2026-03-07 09:00"),
        (e.Withdrawn(S, "lost", START + 5 * DAY), "reason", "died"),
        (e.AdverseEventFollowed(S, N, START + 5 * DAY, 3), "grade", "5"),
        (e.AdverseEventFollowed(S, N, START + 5 * DAY, outcome="recovering"), "outcome", "fatal"),
        (e.AdverseEventFollowed(S, N, START + 7 * DAY, 5), "time", "2026-03-07 09:00"),
        (e.Scored(S, "crs", "ASTCT 2019", 5, (), START + 7 * DAY), "time", "2026-03-07 09:00"),
    ],
)
@pytest.mark.parametrize("user", [INV, PI])
async def test_no_correction_moves_or_makes_a_death_before_what_was_seen_later(
    seen: Study, user: int, death: e.Event, field: str, value: str
) -> None:
    await seen.put(death)
    refused = await course(seen, user, f"/correct #{N + 2}", field, value, "Typing error")
    assert SAID in refused and not refused.yes, refused.text


async def test_no_void_leaves_an_earlier_death_before_what_was_seen(seen: Study) -> None:
    await seen.put(e.AdverseEventFollowed(S, N, START + 5 * DAY, 5), e.Withdrawn(S, "died", START + 7 * DAY))
    void = "The whole entry is wrong: void it"
    refused = await course(seen, INV, f"/correct #{N + 3}", void, "Typing error")
    assert SAID in refused and not refused.yes


async def test_a_fatal_course_is_not_moved_before_its_own_onset(study: Study) -> None:
    await study.put(*DOSED, EVENT, e.AdverseEventFollowed(S, N, START + 2 * DAY, 5))
    study.clock.forward(days=3)
    refused = await course(study, INV, f"/correct #{N + 1}", "time", "2026-03-02 10:00", "Typing error")
    assert "before the onset" in refused and not refused.yes
    await study.put(e.Withdrawn(S, "died", START + 2 * DAY))
    refused = await course(study, INV, f"/correct #{N + 2}", "time", "2026-03-02 10:00", "Typing error")
    assert f"last by #{N} – " in refused and not refused.yes


async def test_samples_and_the_infusion_count_as_seen(study: Study) -> None:
    await study.put(*DOSED, ConcentrationMeasured(S, "5", "copies/ug", START + 6 * DAY, "6"))
    study.clock.forward(days=8)
    refused = await course(study, INV, "/withdraw 1 died 2026-03-07 09:00")
    assert f"last by #{N} – CD7-001" in refused
    refused = await course(study, INV, *CRS, "2026-03-01 09:00")
    assert f"seen after that (2×), last by #{N}" in refused, refused.text
    await study.put(e.Withdrawn(S, "died", START + 6 * DAY))
    refused = await study.say(COO, "/pk 1\nday 5 4 copies/ug\nday 7 4 copies/ug\nday 8 soon copies/ug")
    assert "The subject died on Sun 2026-03-08 09:00" in refused and not refused.yes
    assert "2 line(s)" in refused and "Line 2: The subject died" in refused and "Line 3:" in refused


async def test_nobody_is_infused_or_withdraws_after_the_death(study: Study) -> None:
    await study.put(*ready(1, START), e.Scored(S, "crs", "ASTCT 2019", 5, (), START + DAY))
    study.clock.forward(days=3)
    said = "The subject died on Tue 2026-03-03 09:00: nothing is dated after that."
    refused = await course(study, PI, "/deviation 1 0.25e8 2026-03-04 09:00")
    assert said in refused and not refused.yes
    assert (await course(study, PI, "/deviation 1 0.25e8 2026-03-03 08:00", "another reason")).yes
    refused = await course(study, INV, "/withdraw 1 withdrew 2026-03-04 09:00")
    assert said in refused and not refused.yes
    assert (await course(study, INV, "/withdraw 1 died 2026-03-03 10:00")).yes


async def test_the_refusal_is_said_in_chinese(seen: Study) -> None:
    await seen.say(INV, "/language zh")
    refused = await course(seen, INV, "/withdraw 1 died 2026-03-07 09:00")
    assert f"此后仍有对受试者的观察（1条），最近一条为#{N + 1}" in refused


# ------------------------------------------------------------------ when somebody died is not made up
ONSET = f"died (fatal event #{N}, onset Sun 2026-03-08 09:00; time of death not recorded)"


async def test_nobody_is_said_to_have_died_at_the_onset_of_a_fatal_event(study: Study) -> None:
    await study.put(*DOSED, e.AdverseEventReported(S, "Sepsis", 5, START + 6 * DAY))
    study.clock.forward(days=8)
    due = await study.say(INV, "/due")
    assert f"CD7-001: {ONSET} – the leaving is to be recorded: /withdraw" in due, due.text
    await tick(study.dispatcher)
    assert f"CD7-001: {ONSET} – the leaving" in (await study.outbox())[INV]
    await study.record(INV, "/dlt 1 not_dlt")
    study.clock.forward(days=40)
    for line in ("/subject 1", "/status", "/safety", "/whatif 1 no_dlt"):
        assert ONSET in await study.say(INV, line), line
    assert f"The window did not pass: the subject {ONSET}." in await study.say(INV, "/assess 1")
    swum = await study.say(INV, "/swimmer")
    assert "fatal event from day 6, day of death not recorded" in swum and "on study" not in swum
    await study.say(INV, "/language zh")
    assert f"已死亡（致死事件#{N}，发生于" in await study.say(INV, "/due")
    assert "致死事件始于第6天，死亡日未记录" in await study.say(INV, "/swimmer")


async def test_who_died_before_the_infusion_of_a_fatal_event_takes_no_step(study: Study) -> None:
    await study.put(*ready(1, START), e.AdverseEventReported(S, "Sepsis", 5, START + DAY))
    study.clock.forward(days=3)
    assert "The subject died (fatal event #" in await study.say(INV, "/dose 1 0.25e8 now")


# ------------------------------------------------------------------ a death after the report of its event
async def test_an_event_that_became_fatal_after_its_report_is_due_again_until_the_second_report(
    study: Study,
) -> None:
    judged = e.SeriousnessJudged(S, N, ("hospitalisation",), START + 2 * DAY)
    await study.put(*DOSED, EVENT, judged, e.SponsorInformed(S, N, START + 2 * DAY))
    study.clock.forward(days=5)
    assert "report" not in await study.say(COO, "/due")
    card = await study.say(COO, f"/ae #{N} 5 2026-03-06 09:00")
    assert "a new report is due within 24 h of the entry of the death" in card
    done = await study.press(COO, RECORD)
    assert done.buttons["Reported to the sponsor (CD7-001)"] == f"/sae #{N}"
    line = f"event #{N} became fatal after its report: a new report to the sponsor by Sun 2026-03-08 09:00"
    due = await study.say(COO, "/due")
    assert line in due and due.buttons["Reported to the sponsor (CD7-001)"] == f"/sae #{N}"
    await tick(study.dispatcher)
    assert line in (await study.outbox())[COO]
    study.clock.forward(days=2)
    late = f"OVERDUE since Sun 2026-03-08 09:00: event #{N} became fatal after its report"
    assert late in await study.say(COO, "/due")
    await tick(study.dispatcher)
    assert late in (await study.outbox())[COO]
    assert "before the death (Fri 2026-03-06 09:00)" in await study.say(COO, f"/sae #{N} 2026-03-05 09:00")
    card = await study.say(COO, f"/sae #{N} now")
    assert "this report is of the death" in card and "24 h after the death was entered" in card
    await study.press(COO, RECORD)
    assert "sponsor" not in await study.say(COO, "/due")
    assert "recorded already" in await study.say(COO, f"/sae #{N} now")


# ------------------------------------------------------------------ only the leaving is missing
async def test_of_a_death_that_was_ruled_on_next_and_due_name_the_leaving(study: Study) -> None:
    await study.put(*DOSED, *cleared((2, 3), START))
    study.clock.forward(days=6)
    await study.record(COO, "/ae 1 sepsis 5 now")
    heard = await study.say(PI, "/next")
    assert "Died, and the event or the leaving is not recorded: CD7-001" in heard, heard.text
    assert "only the leaving" not in heard
    await study.record(INV, "/dlt 1 not_dlt")
    heard = await study.say(PI, "/next")
    only = "Died, and only the leaving is missing: CD7-001 – /withdraw."
    assert "Wait." in heard and only in heard
    assert "event or the leaving" not in heard
    study.clock.forward(days=40)
    heard = await study.say(INV, "/next")
    assert "Record the leaving of CD7-001 (/withdraw): died inside the DLT window at level 1" in heard
    assert "Assess." not in heard and heard.buttons["Leaving of CD7-001"] == "/withdraw CD7-001"
    assert "/assess" not in heard.buttons.values()
    due = await study.say(INV, "/due")
    assert due.buttons["Leaving of CD7-001"] == "/withdraw CD7-001"
    assert "/withdraw CD7-001" not in (await study.say(MON, "/due")).buttons.values()
    assert "/withdraw CD7-001" not in (await study.say(MON, "/next")).buttons.values()
    await study.say(PI, "/language zh")
    assert "请记录退出：CD7-001（/withdraw）" in await study.say(PI, "/next")
    done = await study.record(INV, "/withdraw 1 died 2026-03-08 09:00")
    assert "Next: Enrol at level 1" in done
    assert "/withdraw CD7-001" not in (await study.say(INV, "/due")).buttons.values()


async def test_a_forecast_names_the_leaving_that_its_date_waits_for(study: Study) -> None:
    dosed = [x for n in (1, 2, 3) for x in infused(n, START + n * DAY)]
    last, at = code(3), START + 6 * DAY
    await study.put(
        *dosed, e.AdverseEventReported(last, "Sepsis", 5, at), e.DltRefuted(last, len(dosed) + 1, at)
    )
    study.clock.forward(days=8)
    told = await study.say(MON, "/forecast")
    assert "CD7-003: died before the window passed; taken here as leaving" in told and "/withdraw" in told
