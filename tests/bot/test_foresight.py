"""Foresight in the chat: what if, forecast, chances, determined, replay, oc; in both languages, read only."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import events as b
from bot.commands import BY_NAME
from rules import events as e
from rules.file.entries import ABOUT
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    PI,
    START,
    Heard,
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
READS = (
    "/whatif", "/whatif 5", "/whatif 5 dlt", "/whatif 5 no_dlt", "/whatif 5 leaves", "/whatif 6 dlt",
    "/whatif 1 dlt", "/forecast", "/chances", "/chances 0.25", "/replay", "/oc", "/oc 0.1,0.2,0.3",
)  # fmt: skip


async def at_level_two(study: Study, language: str = "en") -> None:
    """Level 1 is cleared; 4 and 5 are in their window at level 2, 6 holds a place. Today is 9 April 2026."""
    for user in (PI, INV, COO, MON):
        await study.settle(user, b.LanguageChosen(language, START))
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=30)
    opened = study.clock.now
    await study.put(e.LevelOpened(2, 3, "escalate", opened))
    for number, days in ((4, 1), (5, 5)):
        await study.put(*infused(number, opened + days * DAY, 2))
    study.clock.forward(days=8)
    await study.put(*ready(6, study.clock.now, 2))


def says(heard: Heard, *wanted: str) -> None:
    """Each line stands in the reply, in this order."""
    text, at = heard.text, 0
    for line in wanted:
        found = text.find(line, at)
        assert found >= 0, (line, text)
        at = found + len(line)


# ------------------------------------------------------------------ reads only
@pytest.mark.parametrize("user", [PI, INV, COO, MON])
async def test_every_reader_may_look_ahead_and_nothing_is_written(study: Study, user: int) -> None:
    await at_level_two(study)
    before = await study.trial()
    for line in READS:
        heard = await study.say(user, line)
        assert heard.text and "Something went wrong" not in heard and "Refused" not in heard, line
        for label in list(heard.buttons):
            study.last[user] = heard
            await study.press(user, label)
    assert await study.trial() == before


async def test_an_admin_does_not_look_ahead(study: Study) -> None:
    await at_level_two(study)
    for line in READS:
        assert "this is not for the role admin" in await study.say(ADM, line)


def test_other_names_lead_to_the_same_commands() -> None:
    aliases = {"if": "whatif", "calendar": "forecast", "odds": "chances", "hindsight": "replay"}
    assert {alias: BY_NAME[alias].name for alias in aliases} == aliases
    assert BY_NAME["characteristics"].name == "oc"


# ------------------------------------------------------------------ what if
async def test_what_if_shows_the_decision_then_against_now_and_the_calendar(study: Study) -> None:
    await at_level_two(study)
    says(
        await study.say(INV, "/whatif CD7-005 dlt"),
        "If CD7-005 has a DLT, the next action stays: Wait.",
        "Level 2: 1 evaluable, 1 DLT, 2 pending",
        "Once nobody is pending: reduce to level 1 (0.25×10⁸), expand level 2, escalate to level 3 →"
        " reduce to level 1 (0.25×10⁸), expand level 2",
        "Level 3 can open, at the earliest: 2026-05-08 → 2026-06-06",
        "Subjects with the outcome to come: 5–15 → 4–11",
        "Last possible infusion: 2027-05-30 → 2027-03-02",
        "Clause window-open",
        "Supposed: onset now",
        "Nothing was recorded.",
    )
    assert "Determined" not in study.last[INV]


async def test_what_if_in_chinese(study: Study) -> None:
    await at_level_two(study, "zh")
    says(
        await study.say(INV, "/whatif 5 退出"),
        "若 CD7-005 退出：可在剂量组2入组（1×10⁸）：1个名额。",
        "目前：等待。",
        "剂量组3最早可开放：2026-05-08 → 2026-05-08",
        "尚待结果的受试者例数：5–15 → 6–15",
        "假设：A10 – 见 /why。",
        "未作任何记录。",
    )
    assert "若 CD7-005 发生DLT，下一步不变" in await study.say(INV, "/whatif 5 发生DLT")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("5 has a DLT", "If CD7-005 has a DLT"),
        ("5 no dlt", "If CD7-005 has no DLT"),
        ("5 no-dlt", "If CD7-005 has no DLT"),
        ("CD7-005 Leaves", "If CD7-005 leaves"),
        ("5 dies", "Choose one: has a DLT, has no DLT, leaves."),
        ("5 没有DLT", "If CD7-005 has no DLT"),
        ("5 沒有 DLT", "If CD7-005 has no DLT"),
        ("5 出现DLT", "If CD7-005 has a DLT"),
        ("9", "CD7-009 is not in this study"),
        ("9 dlt", "CD7-009 is not in this study"),
        ("CD7-009 no dlt", "CD7-009 is not in this study"),
        ("X dlt", "That is no subject code"),
    ],
)
async def test_a_supposition_can_be_typed_in_several_ways(study: Study, typed: str, wanted: str) -> None:
    await at_level_two(study)
    assert wanted in await study.say(PI, f"/whatif {typed}")


async def test_a_button_for_each_outcome_of_those_pending(study: Study) -> None:
    await at_level_two(study)
    heard = await study.say(PI, "/whatif")
    assert list(heard.buttons.values()) == [
        *(f"/whatif {code(n)} {outcome}" for n in (4, 5, 6) for outcome in ("dlt", "no_dlt")),
        "/forecast",
        "/chances",
    ]
    assert "If CD7-004 has a DLT" in await study.press(PI, "CD7-004 has a DLT?")
    await study.say(PI, "/whatif 4")
    assert "If CD7-004 leaves: Enrol at level 2" in await study.press(PI, "leaves")


async def test_a_second_dlt_is_determined_whatever_the_rest_has(study: Study) -> None:
    await at_level_two(study)
    await study.put(e.DltConfirmed(code(4), 0, study.clock.now))
    says(
        await study.say(PI, "/whatif 5 dlt"),
        "If CD7-005 has a DLT: Reduce to level 1 (0.25×10⁸): 3 more subjects",
        "Now: Wait.",
        "✓ Determined: whatever becomes of those pending (CD7-006), this decision stands.",
        "Once nobody is pending: reduce to level 1 (0.25×10⁸), expand level 2 → reduce to level 1",
        "Level 3 can open, at the earliest: 2026-06-06 → never",
        "Clause two-in-three",
        "Assumed: A2 – see /why.",
    )


async def test_a_late_dlt_is_supposed_as_well_and_there_is_no_date_then(study: Study) -> None:
    await at_level_two(study)
    says(
        await study.say(PI, "/whatif 1 dlt"),
        "If CD7-001 has a DLT: Hold all enrolment.",
        "Now: Wait.",
        "Level 3 can open, at the earliest: 2026-05-08 → no date",
        "Clause late-news",
    )
    assert "evaluable" not in study.last[PI]
    await study.put(e.DltConfirmed(code(1), 0, START + DAY))
    says(await study.say(PI, "/whatif 4 dlt"), "the next action stays: Hold all enrolment.", "Supposed")
    assert "no date" not in study.last[PI]
    says(await study.say(PI, "/whatif 1 no_dlt"), "If CD7-001 has no DLT: Wait.", "no date → 2026-05-08")


async def test_one_who_holds_a_place_is_supposed_to_be_infused_first(study: Study) -> None:
    await at_level_two(study)
    assert "CD7-006 only holds a place: infused first" in await study.say(PI, "/whatif 6 no_dlt")
    assert "only holds a place" not in await study.say(PI, "/whatif 6 leaves")


async def test_one_without_a_place_and_a_study_with_nobody_pending(study: Study) -> None:
    assert "Nobody is pending." in await study.say(PI, "/whatif")
    await study.put(*screened(1, START))
    assert "CD7-001 has no place: there is no outcome to suppose." in await study.say(PI, "/whatif 1 dlt")


# ------------------------------------------------------------------ the badge
@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", "✓ Determined: whatever becomes of those pending (CD7-003)"),
        ("zh", "✓ 已确定：无论待定受试者（CD7-003）"),
    ],
)
async def test_what_is_next_and_the_board_say_when_those_pending_cannot_change_it(
    study: Study, language: str, wanted: str
) -> None:
    await study.settle(PI, b.LanguageChosen(language, START))
    for number in (1, 2, 3):
        await study.put(*infused(number, START))
    study.clock.forward(days=5)
    await study.put(e.DltConfirmed(code(1), 0, START + DAY))
    for line in ("/next", "/status"):
        assert wanted[:6] not in await study.say(PI, line)
    await study.put(e.DltConfirmed(code(2), 0, START + 2 * DAY))
    for line in ("/next", "/status"):
        heard = await study.say(PI, line)
        assert wanted in heard.text.split("\n")[1]
    await study.put(e.MtdDeclared(0, study.clock.now))
    assert wanted[:6] not in await study.say(PI, "/next")


# ------------------------------------------------------------------ forecast
async def test_the_forecast_answers_first_and_defines_its_terms(study: Study) -> None:
    await at_level_two(study)
    heard = await study.say(COO, "/forecast")
    says(
        heard,
        "Level 3 (2×10⁸) can open on 2026-05-08 at the earliest.",
        "CD7-006 binds it: the place is held and the infusion is still to come.",
        "Best case 2026-05-08: the path that opens it soonest, every place used at once.",
        "Worst case 2026-10-04: the path that opens it last, every place used on the last day of its hold"
        " (60 days, a setting).",
        "On other paths it never opens",
        "Subjects with the outcome to come: 5 to 15 over all paths: 2 infused already",
        "Last possible infusion: 2027-05-30, on the longest path",
        "Clause window-open",
        "Assumed: windows run to the end of day 28 (A12)",
        "(A13, A18), nobody leaves (A10), spacing (A15): none required.",
    )
    assert heard.text.startswith("Level 3")


async def test_the_forecast_comes_with_a_picture_and_a_calendar_file(study: Study) -> None:
    await at_level_two(study, "zh")
    heard = await study.say(COO, "/forecast")
    answer, file = heard.payloads
    assert "剂量组3（2×10⁸）最早可于 2026-05-08 开放。" in heard
    assert answer["picture"] == {
        "kind": "calendar",
        "today": "2026-04-09",
        "rows": [
            {"kind": "window", "begin": "2026-04-02", "end": "2026-05-01"},
            {"kind": "window", "begin": "2026-04-06", "end": "2026-05-05"},
            {"kind": "opens", "begin": "2026-05-08", "end": "2026-10-04"},
            {"kind": "last", "begin": "2027-05-30", "end": "2027-05-30"},
        ],
        "words": {
            "title": "日程预测",
            "today": "虚线：今天 2026-04-09",
            "labels": ["CD7-004", "CD7-005", "剂量组3开放", "最晚回输"],
            "notes": ["至 2026-04-30", "至 2026-05-04", "2026-05-08 – 2026-10-04", "2027-05-30"],
        },
    }
    assert file["document"]["name"] == "NCT06871644.ics"
    assert "SUMMARY:CD7-005：DLT观察期" in file["document"]["content"]
    assert (answer["buttons"], [data for row in file["buttons"] for _, data in row]) == (
        [],
        ["/whatif", "/chances"],
    )


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (20, "CD7-003 binds: the window ends Mon 2026-03-30 24:00."),
        (35, "CD7-003 binds it: the window is over and its assessment is to be recorded (A13)."),
    ],
)
async def test_who_binds_the_next_level(study: Study, days: int, wanted: str) -> None:
    for number in (1, 2, 3):
        await study.put(*infused(number, START))
    study.clock.forward(days=days)
    assert wanted in await study.say(PI, "/forecast")


async def test_a_free_place_binds_nobody_by_name(study: Study) -> None:
    assert "A subject who has no place yet binds it" in await study.say(PI, "/forecast")
    assert "Level 2 (1×10⁸) can open on 2026-03-31" in study.last[PI]


async def test_a_step_that_waits_for_its_signature_opens_the_level_now(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=30)
    heard = await study.say(PI, "/forecast")
    assert heard.text.startswith("Level 2 (1×10⁸) can open now, once the principal investigator signs.")
    assert "Best case" not in heard and "On other paths" not in heard
    assert "Level 2 can open, at the earliest: now → 2026-04-30" in await study.say(PI, "/whatif 1 dlt")


async def test_where_no_level_opens_the_forecast_says_what_is_next(study: Study) -> None:
    for number in (1, 2, 3):
        await study.put(*infused(number, START))
    study.clock.forward(days=5)
    await study.put(*(e.DltConfirmed(code(n), 0, START + DAY) for n in (1, 2)))
    says(
        await study.say(PI, "/forecast"),
        "No higher level can open from here.",
        "Stop: there is no MTD",
        "Subjects with the outcome to come: 1 to 1",
        "No further infusion is possible.",
    )
    await study.put(e.MtdDeclared(0, study.clock.now))
    says(await study.say(PI, "/forecast"), "No date can be given.", "The trial stopped without an MTD")
    assert not [p for p in study.last[PI].payloads if "picture" in p or "document" in p]


# ------------------------------------------------------------------ chances
async def test_chances_are_asked_for_a_rate_and_exact(study: Study) -> None:
    await at_level_two(study)
    asked = await study.say(INV, "/chances")
    assert list(asked.buttons) == ["10 %", "20 %", "25 %", "33 %"]
    wanted = (
        "Next action at a DLT rate of 25 %, exact:",
        "42.2 % – Escalate to level 3 (2×10⁸)",
        "[none-in-three]",
        "42.2 % – Expand level 2 (1×10⁸)",
        "15.6 % – Reduce to level 1",
        "[two-in-three, one-dose-lower]",
        "Assumed: each of those pending (CD7-004, CD7-005, CD7-006) has a DLT with that rate, independently",
    )
    says(await study.press(INV, "25 %"), *wanted)
    for typed in ("0.25", "25%", "25 %", ".25"):
        says(await study.say(INV, f"/chances {typed}"), *wanted)
    assert "72.9 % – Escalate" in await study.press(INV, "10 %")
    assert "100.0 % – Reduce" in await study.say(INV, "/chances 1")


async def test_chances_in_chinese(study: Study) -> None:
    await at_level_two(study, "zh")
    says(
        await study.say(INV, "/chances 33%"), "DLT率为 33 % 时的下一步", "44.4 % – 扩展剂量组2", "独立发生DLT"
    )


@pytest.mark.parametrize("typed", ["25", "1.5", "-0.1", "120%", "often", "0.1,0.2"])
async def test_a_rate_that_is_none_is_asked_again(study: Study, typed: str) -> None:
    await at_level_two(study)
    says(await study.say(INV, f"/chances {typed}"), "A rate is a number from 0 to 1", "Which true DLT rate?")


async def test_with_nobody_pending_the_next_action_is_certain(study: Study) -> None:
    says(await study.say(INV, "/chances 0.25"), "Certain, as nobody is pending", "Enrol at level 1", "Clause")


# ------------------------------------------------------------------ replay
async def test_replay_with_nothing_different(study: Study) -> None:
    assert "no step was signed yet" in await study.say(MON, "/replay")
    await at_level_two(study)
    assert "Nothing is different: all 1 signed step(s)" in await study.say(MON, "/replay")


async def test_replay_after_a_late_dlt_names_date_signer_and_what_today_gives(study: Study) -> None:
    await at_level_two(study)
    await study.put(e.DltConfirmed(code(2), 0, START + 3 * DAY), by="P2", role="investigator")
    says(
        await study.say(MON, "/replay"),
        "1 of 1 signed step(s) would have been different",
        "Wed 2026-04-01 09:00, #70, P1 (principal investigator) signed: Level 2 (1×10⁸) opens with 3 places",
        "→ today's record gives: Expand level 1 (0.25×10⁸)",
        "[one-in-three]",
        "Compared: the record as corrected today",
    )
    assert "(A14)" not in study.last[MON]
    number = next(r.seq for r in await study.trial() if isinstance(r.event, e.LevelOpened))
    await study.put(e.Corrected(number, (), "a DLT was learnt late", study.clock.now))
    assert "(escalation) (voided since)" in await study.say(MON, "/replay")


async def test_replay_in_order_and_in_chinese_with_what_would_have_been_held(study: Study) -> None:
    await study.settle(PI, b.LanguageChosen("zh", START))
    await study.put(*cleared((1, 2, 3), START))
    await study.put(e.LevelOpened(2, 3, "escalate", START + 30 * DAY))
    await study.put(*cleared((4, 5, 6), START + 31 * DAY, 2))
    await study.put(e.LevelOpened(3, 3, "escalate", START + 62 * DAY))
    study.clock.forward(days=63)
    assert "没有差异：已签署的2个步骤" in await study.say(PI, "/replay")
    await study.put(e.DltConfirmed(code(1), 0, START + DAY))
    says(
        await study.say(PI, "/replay"),
        "2个已签署步骤中有2个会不同",
        "P1（主要研究者）签署：开放剂量组2",
        "→ 按现有记录：扩展剂量组1",
        "签署：开放剂量组3",
        "→ 按现有记录：暂停全部入组。",
        "在矛盾步骤之后的步骤本应暂停（A14）。",
    )


# ------------------------------------------------------------------ another team's file
REACHED = ("target_subjects: 18", "target_subjects: 3")
OWN = [(f"    about: {name}\n", "") for name in ABOUT if name != "leaving"]


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([], {"(A10)", "(A12)", "(A13, A18)", "(A15)", "(A17)", "(A18)"}),
        ([*OWN, ("    about: leaving\n", ""), ("ion: A1\n", "ion: A1\n    about: leaving\n")], {"(A1)"}),
        ([*OWN, ("    about: leaving\n", "")], set[str]()),
    ],
)
async def test_only_the_files_own_assumptions_are_named(
    tmp_path: Path, edits: list[tuple[str, str]], wanted: set[str]
) -> None:
    async with study_in(tmp_path / "s.sqlite", protocol=protocol_of(changed(REACHED, *edits))) as study:
        await study.put(*cleared((1, 2, 3), START))
        study.clock.forward(days=31)
        found = (await study.say(PI, "/sign")).text
        await study.put(e.LevelOpened(2, 3, "escalate", study.clock.now))
        await study.put(*infused(4, study.clock.now, 2), *ready(5, study.clock.now, 2))
        await study.put(*screened(6, study.clock.now), e.EligibilityConfirmed(code(6), study.clock.now))
        for line in ("/forecast", "/chances 0.25", "/oc 0.1,0.2,0.3", "/whatif 4 leaves", "/whatif 5 dlt"):
            found += (await study.say(PI, line)).text
        found += (await study.say(INV, "/assess 4")).text
        found += (await study.say(INV, "/slot 6")).text
        assert set(re.findall(r"\(A[0-9, A]+\)", found)) == wanted
        assert "The target of subjects is reached" in found and "spacing" in found and "{" not in found


async def test_examples_and_spacing_are_those_of_the_file(tmp_path: Path) -> None:
    edits = [(f"{name}_days: 0", f"{name}_days: {n}") for name, n in (("after_first", 14), ("between", 3))]
    file = changed(("CD7-{number:3}", "ZD-{number:2}"), *edits)
    async with study_in(tmp_path / "s.sqlite", protocol=protocol_of(file)) as study:
        assert "/whatif ZD-05 dlt" in await study.say(PI, "/whatif")
        assert "spacing (A15): 14 days after the first subject, 3 days between" in await study.say(
            PI, "/forecast"
        )
        assert "/pk ZD-03 day 7" in await study.say(PI, "/pk")


# ------------------------------------------------------------------ operating characteristics
@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        (
            "en",
            (
                "P(MTD): none 10.0 %, level 1 28.5 %, level 2 34.4 %, level 3 27.0 %",
                "Subjects expected: 12.44 (level 1 4.43, level 2 4.57, level 3 3.44)",
                "DLTs expected: 2.39 (",
                "Exact over 154 paths at true DLT rates 10 %, 20 %, 30 %.",
            ),
        ),
        (
            "zh",
            ("MTD概率：无MTD 10.0 %、剂量组1 28.5 %", "预期受试者：12.44例", "预期DLT：2.39例", "154条路径"),
        ),
    ],
)
async def test_operating_characteristics_are_three_lines_and_a_picture(
    study: Study, language: str, wanted: tuple[str, ...]
) -> None:
    await study.settle(PI, b.LanguageChosen(language, START))
    for typed in ("0.1,0.2,0.3", "0.1, 0.2, 0.3", "10% 20% 30%", "0.1、0.2、0.3", "10 %, 20 %, 30 %"):
        heard = await study.say(PI, f"/oc {typed}")
        says(heard, *wanted)
    [payload] = heard.payloads
    picture = payload["picture"]
    assert [round(odds, 6) for odds in picture["mtd"]] == [0.100431, 0.285443, 0.344331, 0.269796]
    assert round(sum(picture["subjects"]), 6) == 12.439679
    assert picture["rates"] == ["10 %", "20 %", "30 %"]
    assert len(str(payload)) < 2000


async def test_the_rates_are_asked_and_must_be_one_a_level(study: Study) -> None:
    asked = await study.say(PI, "/oc")
    assert "one for each of 3 levels" in asked
    assert list(asked.buttons) == ["0.05,0.1,0.15", "0.1,0.2,0.3", "0.15,0.3,0.45"]
    assert "P(MTD): none 10.0 %" in await study.press(PI, "0.1,0.2,0.3")
    for typed in ("0.1,0.2", "0.1,0.2,0.3,0.4", "a,b,c", "0.1,0.2,30"):
        says(await study.say(PI, f"/oc {typed}"), "Write 3 rates, one a level", "Which true DLT rates")
