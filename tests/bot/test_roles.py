"""Who may do what and who is told what: every command in every role through the dispatcher; alerts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from bot.access import MAY, ROLES, may
from bot.commands import BY_NAME, COMMANDS
from bot.messages import Message
from bot.words import LANGUAGES
from rules import events as e
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    PI,
    RECORD,
    ROLE,
    START,
    STRANGER,
    USERS,
    Heard,
    Study,
    cleared,
    code,
    infused,
    ready,
    screened,
    study_in,
)  # fmt: skip

TRIAL_WORDS = re.compile(r"NCT|CD7|PG-007|Hefei|Suzhou|PersonGen|sclerosis|硬化|level|investigator|DLT")
LINES = {
    "subject": "/subject 1", "protocol": "/protocol doses", "new": "/new now", "screen": "/screen 1",
    "eligible": "/eligible 1", "slot": "/slot 1", "apheresis": "/apheresis 1 now",
    "dose": "/dose 1 0.25e8 now", "lymphodepletion": "/lymphodepletion 1 now",
    "withdraw": "/withdraw 1 died now", "ae": "/ae 1 fever 3 now", "dlt": "/dlt 1",
    "assess": "/assess 1", "correct": "/correct 1", "deviation": "/deviation 1 1e8 now",
    "language": "/language en", "zone": "/zone Asia/Shanghai", "people": "/people P2", "snooze": "/snooze 1",
}  # fmt: skip
CHINESE = r"[\u4e00-\u9fff]"
CLINICAL = [c.name for c in COMMANDS if c.group in ("course", "safety")]


def line(name: str) -> str:
    return LINES.get(name, f"/{name}")


# ------------------------------------------------------------------ the table
@pytest.mark.parametrize("user", USERS)
async def test_every_command_obeys_the_table_for_every_role(study: Study, user: int) -> None:
    await study.put(*infused(1, START))
    for name, command in BY_NAME.items():
        for typed in {line(command.name).replace(command.name, name, 1), f"/{name}"}:
            heard = await study.say(user, typed)
            refused = "this is not for the role" in heard
            assert refused is (ROLE[user] not in MAY[command.action]), (ROLE[user], typed, heard.text)
            if refused:
                assert f"the role {ROLE[user].replace('_', ' ')}. Ask: " in heard
                assert not heard.buttons and code(1) not in heard
                assert "this is not for the role" in await study.press(user, typed)


def test_every_command_is_in_the_table_and_nothing_else_is() -> None:
    asked = {command.action for command in COMMANDS} | {"judge"}
    assert asked == MAY.keys()
    for command in COMMANDS:
        assert MAY[command.action], command.name


def test_an_admin_makes_no_clinical_entry_and_a_monitor_only_reads() -> None:
    assert not [name for name in CLINICAL if may("admin", BY_NAME[name].action)]
    assert not [name for name in CLINICAL if may("monitor", BY_NAME[name].action)]
    assert [c.name for c in COMMANDS if may("admin", c.action) and not may("monitor", c.action)] == [
        "people",
        "role",
    ]
    assert {role for role in ROLES if may(role, "sign_level")} == {"principal_investigator"}
    assert may("admin", "no such action") is False


@pytest.mark.parametrize("user", [MON, ADM])
async def test_who_may_not_write_cannot_with_a_forged_button_either(study: Study, user: int) -> None:
    await study.put(*infused(1, START))
    before = await study.events()
    for name in CLINICAL:
        await study.press(user, line(name))
        for data in ("!1:yes", "=1:0", "!99:yes"):
            await study.press(user, data)
    assert await study.events() == before


@pytest.mark.parametrize("user", [INV, COO, MON, ADM])
async def test_a_level_opens_only_when_the_principal_investigator_signs(study: Study, user: int) -> None:
    late = START + timedelta(days=29)
    await study.put(*cleared((1, 2, 3), START), *screened(4, late), e.EligibilityConfirmed(code(4), late))
    study.clock.forward(days=30)
    await study.say(user, "/sign")
    assert not study.last[user].yes
    await study.say(user, "/slot 4")
    assert not [x for x in await study.events() if isinstance(x, e.LevelOpened)]
    refusal = await study.say(INV, "/slot 4")
    assert "No place is open: the escalation to level 2 is not signed" in refusal
    assert "Level 2 (1×10⁸) opens with 3 places" in await study.record(PI, "/sign")
    assert "place at level 2" in await study.say(INV, "/slot 4")


async def test_a_coordinator_answers_no_judgement(study: Study) -> None:
    await study.put(e.Consented(code(1), START))
    asked = [(await study.say(COO, "/screen 1")).text]
    for answer in ("45", "3", "negative"):
        asked.append((await study.say(COO, answer)).text)
    assert [text.split(",")[0].split("?")[0].split(" (")[0] for text in asked[:3]] == [
        "Age at screening", "How many immunosuppressive and/or biologic agents have failed", "HBsAg",
    ]  # fmt: skip
    assert "Record this?" in asked[3] and "Undetermined" in asked[3]


@pytest.mark.parametrize("user", USERS)
async def test_no_button_leads_to_a_refusal_of_the_role(study: Study, user: int) -> None:
    await study.put(*infused(1, START), *screened(2, START), *ready(3, START))
    study.clock.forward(days=29)
    for command in COMMANDS:
        if not may(ROLE[user], command.action):
            continue
        for typed in (line(command.name), f"/{command.name}", f"/{command.name} 2"):
            heard = await study.say(user, typed)
            if heard.yes and command.name != "people":
                heard = await study.press(user, RECORD)
            for data in heard.buttons.values():
                name = data[1:].split(" ")[0]
                action = BY_NAME[name].action if data.startswith("/") else command.action
                assert may(ROLE[user], action), (typed, data)


# ------------------------------------------------------------------ strangers and who left
@pytest.mark.parametrize("language", ["en", "zh-hans", "de", ""])
async def test_a_stranger_gets_one_polite_line_and_learns_nothing(study: Study, language: str) -> None:
    await study.put(*infused(1, START))
    said = set()
    for text in [
        *(line(c.name) for c in COMMANDS),
        "hello",
        "/start",
        "/start wrong",
        "/x",
        "CD7-001",
        "+28d",
    ]:
        said.add((await study.say(STRANGER, text, language=language)).text)
    for data in ("/next", "!1:yes", "=1:0", "", "garbage"):
        said.add((await study.press(STRANGER, data, language=language)).text)
    for kind in ("edited", "forwarded", "other"):
        said.add((await study.say(STRANGER, "/next", kind=kind, language=language)).text)
    [words] = said
    assert "\n" not in words and not TRIAL_WORDS.search(words)
    assert ("邀请" in words) is language.startswith("zh")
    assert not await study.dispatcher.log.read(f"chat:{STRANGER}")


async def test_in_a_group_a_stranger_hears_nothing_and_a_member_no_trial_word(study: Study) -> None:
    for user in (STRANGER, PI):
        for message in (
            Message(user, -100, "/next", private=False),
            Message(user, -100, press="/next", kind="press", private=False),
        ):
            await study.dispatcher.handle(message)
            heard = await study.read(-100)
            assert len(heard.payloads) == (user == PI)
            assert not TRIAL_WORDS.search(heard.text)


async def test_who_is_removed_loses_access_at_once_in_every_process(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await one.put(*infused(1, START))
        assert "Enrol" in await two.say(INV, "/next")
        assert "P2 (investigator) loses access" in await one.record(ADM, "/people P2")
        for study in (one, two):
            for text in ("/next", "/subject 1", "/help"):
                assert "closed group" in await study.say(INV, text)
        assert "investigator" not in (await one.say(ADM, "/people")).text.replace(
            "principal investigator", ""
        )


async def test_an_admin_removes_others_only_and_only_an_admin(study: Study) -> None:
    assert "cannot remove yourself" in await study.say(ADM, "/people P5")
    for user in (PI, INV, COO, MON):
        assert "this is not for the role" in await study.say(user, "/people P5")
    assert len((await study.dispatcher.people()).present) == len(USERS)


# ------------------------------------------------------------------ alerts
async def dlt_by(study: Study, user: int, number: int = 1) -> None:
    """A DLT is reported by the coordinator and confirmed by somebody."""
    await study.record(COO, f"/ae {number} ICANS 4 now")
    await study.say(user, f"/dlt {number}")
    await study.record(user, "DLT")


async def test_a_dlt_is_told_at_once_at_night_to_those_in_charge_in_their_language(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(PI, "/language zh")
    study.clock.now = datetime(2026, 3, 5, 2, 30, tzinfo=START.tzinfo)
    await dlt_by(study, INV)
    assert study.others.keys() == {PI, MON}
    assert "A DLT was confirmed." in study.others[MON] and not re.search(CHINESE, study.others[MON].text)
    assert "A DLT" not in study.others[PI] and re.search(CHINESE, study.others[PI].text)
    assert all("/why" in heard.buttons.values() for heard in study.others.values())


async def test_a_dlt_that_the_principal_investigator_confirms_is_told_to_the_monitors(study: Study) -> None:
    await study.put(*infused(1, START))
    await dlt_by(study, PI)
    assert study.others.keys() == {MON}
    assert "✓ Recorded" in study.last[PI] and "A DLT was confirmed" not in study.last[PI]


async def test_a_dlt_that_goes_or_moves_is_not_told_as_one_that_was_confirmed(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(PI, "/language zh")
    study.clock.forward(days=1)
    await dlt_by(study, INV)
    confirmed = len(await study.trial())
    told = (("A DLT no longer counts.", "不再计入"), ("A DLT was confirmed.", "已确认"))
    for entry, (wanted, chinese) in zip((confirmed, confirmed + 1), told, strict=True):
        await study.say(INV, f"/correct #{entry}")
        await study.press(INV, "The whole entry is wrong: void it")
        await study.record(INV, "Source document says otherwise")
        assert f"⚠ {wanted}\n" in study.others[MON] and chinese in study.others[PI]


async def test_a_dlt_with_another_onset_is_told_as_changed(study: Study) -> None:
    event = e.AdverseEventReported(code(1), "ICANS", 2, START + timedelta(days=1))
    number = len(infused(1, START)) + 1
    await study.put(*infused(1, START), event, e.DltConfirmed(code(1), number, event.at))
    study.clock.forward(days=3)
    await study.record(COO, f"/ae #{number} 4 now")
    await study.say(INV, "/dlt 1")
    await study.record(INV, "DLT")
    assert "⚠ A confirmed DLT was changed.\n" in study.others[MON]


async def test_a_dlt_learnt_late_tells_of_the_hold(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START), e.LevelOpened(2, 3, "escalate", START + timedelta(days=30)))
    study.clock.forward(days=31)
    await study.record(COO, "/ae 1 ICANS 4 2026-03-20 10:00")
    await study.say(INV, "/dlt 1")
    await study.record(INV, "DLT")
    for user in (PI, MON):
        assert "A DLT was confirmed" in study.others[user] and "Hold all enrolment" in study.others[user]


async def test_a_hold_without_a_dlt_is_told(study: Study) -> None:
    await study.put(*ready(1, START))
    study.clock.forward(days=1)
    await study.record(PI, "/deviation 1 1e8 now level_closed")
    assert study.others.keys() == {MON}
    assert "Enrolment is on hold." in study.others[MON] and "deviation" in study.others[MON]


async def test_a_change_of_the_decision_is_told_and_other_entries_are_not(study: Study) -> None:
    await study.put(*ready(1, START), *ready(2, START))
    await study.put(*screened(3, START), e.EligibilityConfirmed(code(3), START))
    await study.record(COO, "/new now")
    assert not study.others
    await study.record(COO, "/slot 3")
    assert study.others.keys() == {PI, MON}
    assert "The next action has changed." in study.others[PI] and "Next: Wait." in study.others[PI]


async def test_the_signed_step_is_told_to_the_monitors(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START))
    study.clock.forward(days=30)
    await study.record(PI, "/sign")
    assert study.others.keys() == {MON}
    assert "Next: Enrol at level 2" in study.others[MON]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_refusal_names_whom_to_ask_in_each_language(study: Study, language: str) -> None:
    await study.say(MON, f"/language {language}")
    heard: Heard = await study.say(MON, "/sign")
    assert ("principal investigator" in heard) is (language == "en")
    assert len(heard.text.splitlines()) == 1
