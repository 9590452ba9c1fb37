"""The safety summary and the swimmer plot: in words, in both languages, with their pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import INV, MON, PI, START, Study, cleared, code, infused, ready, study_in

DAY = timedelta(days=1)
A = code(1)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with study_in(tmp_path / "s.sqlite") as made:
        yield made


async def lived_through(study: Study) -> None:
    """A subject with CRS, a DLT and a serious event, one without anything, and one who died."""
    events = [*infused(1, START), *infused(2, START), *infused(3, START, level=2)]
    at, number = START + 4 * DAY, len(events) + 1
    events += [
        e.AdverseEventReported(A, "Cytokine release syndrome", 4, at),
        e.DltConfirmed(A, number, at),
        e.SeriousnessJudged(A, number, ("life_threatening",), at),
        e.AdverseEventReported(A, "Rash", 1, at),
        e.Withdrawn(code(3), "died", START + 12 * DAY),
    ]
    await study.put(*events)
    study.clock.forward(days=40)


async def test_the_summary_says_each_level_its_terms_dlts_and_serious_events(study: Study) -> None:
    await lived_through(study)
    heard = await study.say(MON, "/safety")
    number = len(infused(1, START)) * 3 + 1
    for words in (
        "Level 1 (0.25×10⁸): 2 treated, 1 with a DLT, 1 serious event(s)",
        "· Cytokine release syndrome: 1 subject(s), worst grade 4 (G4: 1)",
        f"DLT – CD7-001: Cytokine release syndrome, grade 4, day 4 (#{number})",
        f"Serious – CD7-001: Cytokine release syndrome, grade 4, day 4 (#{number}): life-threatening",
        f"Not said whether serious: 1 event(s), #{number + 3}",
        "Level 2 (1×10⁸): 1 treated, 0 with a DLT, 1 serious event(s)", "no adverse event since the infusion",
    ):  # fmt: skip
        assert words in heard, heard.text
    picture = heard.payloads[-1]["picture"]
    assert picture["words"]["terms"] == ["Cytokine release syndrome", "Rash"]
    assert picture["cells"] == [[[1, 4], [0, 0]], [[1, 1], [0, 0]]]
    assert (picture["dlts"], picture["serious"]) == ([1, 0], [1, 1])
    await study.say(MON, "/language zh")
    heard = await study.say(MON, "/safety")
    assert "Cytokine" not in heard
    assert heard.payloads[-1]["picture"]["words"]["terms"] == ["细胞因子释放综合征", "Rash"]


async def test_a_score_without_an_adverse_event_is_counted_and_its_subject_named(study: Study) -> None:
    """`/safety` once said that there was no adverse event since the infusion."""
    await study.put(*infused(1, START), *infused(2, START), *infused(3, START, level=2))
    for scale, grade in (("crs", 4), ("icans", 3), ("icans", 1)):
        await study.put(e.Scored(A, scale, "ASTCT 2019", grade, (), START + 4 * DAY))
    await study.put(e.Scored(code(2), "crs", "ASTCT 2019", 2, (), START + 4 * DAY))
    study.clock.forward(days=5)
    heard = await study.say(MON, "/safety")
    first, second = heard.text.split("Level 2")
    for words in (
        "· CRS (ASTCT 2019): 2 subject(s), worst grade 4 (G4: 1, G2: 1)",
        "· ICANS (ASTCT 2019): 1 subject(s), worst grade 3 (G3: 1)",
        "No adverse event covers – CD7-001: CRS grade 4 (ASTCT 2019), Fri 2026-03-06 09:00, "
        "CD7-001: ICANS grade 3 (ASTCT 2019), Fri 2026-03-06 09:00. First /ae, then /dlt.",
    ):
        assert words in first, first
    assert "no adverse event since the infusion" not in first
    assert "no adverse event since the infusion" in second and "as scored at the bedside" in second
    picture = heard.payloads[-1]["picture"]
    assert picture["words"]["scales"] == ["CRS (ASTCT 2019)", "ICANS (ASTCT 2019)"]
    assert (picture["cells"], picture["scored"]) == ([], [[[2, 4], [0, 0]], [[1, 3], [0, 0]]])
    await study.say(MON, "/language zh")
    heard = await study.say(MON, "/safety")
    assert "· CRS（ASTCT 2019）：2例，最高4级（4级：1、2级：1）" in heard
    assert heard.text.count("回输后无不良事件") == 1 and "没有不良事件涵盖：CD7-001：CRS 4级" in heard


async def test_the_adverse_event_stands_beside_the_score_that_it_covers(study: Study) -> None:
    await study.put(*infused(1, START), e.Scored(A, "crs", "ASTCT 2019", 3, (), START + 4 * DAY))
    await study.put(e.AdverseEventReported(A, "Cytokine release syndrome", 3, START + 4 * DAY))
    study.clock.forward(days=5)
    heard = await study.say(MON, "/safety")
    assert "· Cytokine release syndrome: 1" in heard and "· CRS (ASTCT 2019): 1" in heard
    assert "No adverse event covers" not in heard


async def test_of_many_scores_without_an_event_the_first_twenty_are_named(study: Study) -> None:
    events = [x for n in range(1, 23) for x in infused(n, START)]
    events += [e.Scored(code(n), "crs", "ASTCT 2019", 3, (), START + DAY) for n in range(1, 23)]
    await study.put(*events)
    study.clock.forward(days=5)
    heard = await study.say(MON, "/safety")
    assert "CD7-020: CRS grade 3" in heard and "CD7-021: CRS" not in heard
    assert "…and 2 more scores that no adverse event covers" in heard


async def test_the_swimmer_plot_says_each_subject_in_one_line(study: Study) -> None:
    await lived_through(study)
    heard = await study.say(MON, "/swimmer")
    lines = heard.text.splitlines()
    assert lines[0] == (
        "CD7-001 (level 1), infused Mon 2026-03-02 09:00: last contact day 4, CRS grade 4 from day 4, "
        "DLT day 4, on study, day 40"
    )
    assert lines[2].endswith("last contact day 12, died day 12")
    rows = heard.payloads[-1]["picture"]["rows"]
    assert [(row["last"], row["until"], row["on_study"]) for row in rows] == [
        (4, 40, True),
        (0, 40, True),
        (12, 12, False),
    ]


async def test_before_anybody_is_treated_it_says_so_without_a_picture(study: Study) -> None:
    for line in ("/safety", "/swimmer"):
        heard = await study.say(MON, line)
        assert "Nobody was treated yet" in heard and "picture" not in heard.payloads[-1]


async def test_a_death_by_a_scale_is_a_death_wherever_the_subject_is_shown(study: Study) -> None:
    await study.put(*infused(1, START), e.Scored(A, "crs", "ASTCT 2019", 5, (), START + 6 * DAY))
    study.clock.forward(days=8)
    by_crs = "died Sun 2026-03-08 09:00 (by CRS grade 5)"
    open_ = "death to be ruled on, CRS without an adverse event"
    assert "died day 6" in await study.say(MON, "/swimmer")
    assert f"Died – CD7-001: {by_crs}" in await study.say(MON, "/safety")
    told = f"CD7-001: day 8, window ends Mon 2026-03-30 24:00; outcome open: {open_} – {by_crs}"
    assert f"· {told}" in await study.say(MON, "/status")
    assert told in await study.say(MON, "/subject 1")
    assert "Died, and the event or the leaving is not recorded: CD7-001" in await study.say(MON, "/next")
    due = await study.say(MON, "/due")
    assert "no adverse event reports the death" in due and "leaving is to be recorded" in due
    assert "DLT window ends" not in due
    study.clock.forward(days=30)
    refused = await study.say(INV, "/assess 1")
    assert "died inside the window (Sun 2026-03-08 09:00), and no adverse event of grade 5" in refused
    assert {"Adjudicate CD7-001", "Adverse event of CD7-001"} & {*refused.buttons}


async def test_who_died_by_a_scale_leaves_once_the_death_is_adjudicated(study: Study) -> None:
    """Who left in the window counts as not evaluable and is replaced: nobody would ask about a DLT again."""
    await study.put(*infused(1, START), e.Scored(A, "crs", "ASTCT 2019", 5, (), START + 6 * DAY))
    study.clock.forward(days=8)
    refused = await study.say(INV, "/withdraw 1 died 2026-03-08 09:00")
    assert "no adverse event of grade 5 is adjudicated" in refused and not refused.yes
    assert "CRS was scored grade 5" in refused
    await study.record(INV, "/ae 1 CRS 5 2026-03-08 09:00")
    await study.record(INV, "/dlt 1 dlt")
    assert (await study.say(INV, "/withdraw 1 died 2026-03-08 09:00")).yes


async def test_a_forecast_names_the_death_that_its_date_waits_for(study: Study) -> None:
    dosed = [x for n in (1, 2, 3) for x in infused(n, START + n * DAY)]
    await study.put(*dosed, e.Scored(code(3), "crs", "ASTCT 2019", 5, (), START + 6 * DAY))
    study.clock.forward(days=8)
    assert "Died, and the event or the leaving is not recorded: CD7-003" in await study.say(MON, "/forecast")


async def test_the_dead_take_no_further_step(study: Study) -> None:
    await study.put(*ready(1, START), e.Scored(A, "icans", "ASTCT 2019", 5, (), START))
    study.clock.forward(days=1)
    for line in ("/dose 1 0.25e8 now", "/screen 1", "/eligible 1"):
        assert "The subject died Mon 2026-03-02 09:00 (by ICANS grade 5)" in await study.say(INV, line)
    assert "CD7-001" not in str((await study.say(INV, "/dose")).buttons)


async def test_a_death_learnt_after_the_assessment_is_ruled_on_before_the_next_step_is_signed(
    study: Study,
) -> None:
    await study.put(*cleared((1, 2, 3), START), e.Scored(A, "crs", "ASTCT 2019", 5, (), START + 6 * DAY))
    study.clock.forward(days=40)
    refused = await study.say(PI, "/sign")
    assert "CD7-001: The subject died inside the window (Sun 2026-03-08 09:00)" in refused
    assert not refused.yes and "Adverse event of CD7-001" in refused.buttons
