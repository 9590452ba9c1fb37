"""Invitations: one code, one numeric user id, once, within seven days; nothing else lets anybody in."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import events as b
from bot import main as root
from bot.access import ROLES
from bot.memory import PEOPLE
from bot.messages import Message
from bot.people import INVITATION_DAYS, hash_code
from tests.bot.study import ADM, INV, PI, STRANGER, USERS, Clock, Study, infused, shipped, study_in

NEW, OTHER = 501, 502
TICK = timedelta(microseconds=1)


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Study]:
    """A study that nobody has joined."""
    clock = Clock()
    async with root.opened(f"sqlite:///{tmp_path / 'empty.sqlite'}", shipped(), False, clock) as app:
        yield Study(app, clock)


def files(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.iterdir()]


async def present(study: Study) -> dict[int, str]:
    """Role by user id."""
    return {person.user: person.role for person in (await study.dispatcher.people()).present}


@pytest.mark.parametrize("role", ROLES)
async def test_a_code_binds_one_numeric_user_id_to_its_role(empty: Study, role: str) -> None:
    code = await root.invite(empty.app, role)
    heard = await empty.say(NEW, f"/start {code}")
    assert "Welcome" in heard and "NCT06871644" in heard
    assert await present(empty) == {NEW: role}
    assert f"You are {role.replace('_', ' ')}" in await empty.say(NEW, "/help")


async def test_a_code_is_used_once_and_never_by_a_second_person(empty: Study) -> None:
    code = await root.invite(empty.app, "monitor")
    await empty.say(NEW, f"/start {code}")
    for user in (OTHER, STRANGER):
        assert "closed group" in await empty.say(user, f"/start {code}")
    assert "Welcome" not in await empty.say(NEW, f"/start {code}")
    assert await present(empty) == {NEW: "monitor"}


async def test_two_who_use_a_code_at_once_at_two_processes_do_not_both_get_in(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        code = await root.invite(one.app, "investigator")
        messages = [Message(user, user, f"/start {code}") for user in (NEW, OTHER)]
        both = zip((one, two), messages, strict=True)
        await asyncio.gather(*(study.dispatcher.handle(message) for study, message in both))
        assert len(await present(two)) == len(USERS) + 1
        said = {user: heard.text for user, heard in (await one.outbox()).items()}
        assert sorted("Welcome" in text for text in said.values()) == [False, True]


@pytest.mark.parametrize(("after", "gets_in"), [(INVITATION_DAYS - TICK, True), (INVITATION_DAYS, False)])
async def test_a_code_holds_for_seven_days(empty: Study, after: timedelta, gets_in: bool) -> None:
    assert timedelta(days=7) == INVITATION_DAYS
    code = await root.invite(empty.app, "monitor")
    empty.clock.now += after
    heard = await empty.say(NEW, f"/start {code}")
    assert ("Welcome" in heard) is gets_in
    assert ("closed group" in heard) is not gets_in
    assert (NEW in await present(empty)) is gets_in


async def test_in_a_practice_study_a_code_holds_for_seven_days_of_the_practice_clock(tmp_path: Path) -> None:
    async with study_in(tmp_path / "practice.sqlite", practice=True) as study:
        await study.say(PI, "+28d")
        code = await root.invite(study.app, "monitor")
        assert "Welcome" in await study.say(NEW, f"/start {code}")


async def test_what_is_not_quite_the_code_lets_nobody_in(empty: Study) -> None:
    code = await root.invite(empty.app, "admin")
    wrong = (
        "/start", f"/start {code[:-1]}", f"/start {code}x", f"/start {code} {code}", code, f"start {code}",
        f"/start {code.swapcase()}", f"/START {code}", f"/help {code}", "/start admin", "/start *",
    )  # fmt: skip
    for text in wrong:
        assert "closed group" in await empty.say(NEW, text), text
    assert "closed group" in await empty.press(NEW, f"/start {code}")
    assert not await present(empty)
    assert "Welcome" in await empty.say(NEW, f"/start {code}")


@pytest.mark.parametrize("kind", ["edited", "forwarded", "other"])
async def test_an_edited_or_forwarded_code_lets_nobody_in(empty: Study, kind: str) -> None:
    code = await root.invite(empty.app, "admin")
    assert "closed group" in await empty.say(NEW, f"/start {code}", kind=kind)
    assert not await present(empty)


async def test_a_code_sent_in_a_group_lets_nobody_in_and_stays_good(empty: Study) -> None:
    code = await root.invite(empty.app, "admin")
    await empty.dispatcher.handle(Message(NEW, -100, f"/start {code}", private=False))
    assert not (await empty.read(-100)).payloads and not await present(empty)
    assert "Welcome" in await empty.say(NEW, f"/start {code}")


async def test_one_who_has_a_role_keeps_it_and_the_code_stays_good(study: Study) -> None:
    code = await root.invite(study.app, "admin")
    await study.say(INV, f"/start {code}")
    assert (await present(study))[INV] == "investigator"
    assert "Welcome" in await study.say(NEW, f"/start {code}")


async def test_who_was_removed_comes_back_only_with_a_new_code_and_as_a_new_person(study: Study) -> None:
    first = await root.invite(study.app, "monitor")
    await study.say(NEW, f"/start {first}")
    await study.record(ADM, "/people P6")
    assert "closed group" in await study.say(NEW, f"/start {first}")
    again = await root.invite(study.app, "coordinator")
    assert "Welcome, coordinator" in await study.say(NEW, f"/start {again}")
    people = (await study.dispatcher.people()).present
    assert [p.id for p in people if p.user == NEW] == ["P7"]


async def test_the_code_itself_is_never_stored(empty: Study, tmp_path: Path) -> None:
    code = await root.invite(empty.app, "monitor")
    await empty.say(NEW, f"/start {code}")
    assert not [file for file in files(tmp_path) if code.encode() in file]
    assert len(await empty.dispatcher.log.read(PEOPLE)) == 2


async def test_one_joins_in_the_language_of_ones_client(empty: Study) -> None:
    code = await root.invite(empty.app, "monitor")
    assert "欢迎" in await empty.say(NEW, f"/start {code}", language="zh-hans")
    assert "Welcome" not in await empty.say(NEW, "/help", language="en")


def test_the_command_line_makes_a_code_and_refuses_what_is_no_role(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 's.sqlite'}", "PATH": os.environ["PATH"]}
    run = partial(subprocess.run, env=environment, capture_output=True, text=True, check=False)
    made = [run([sys.executable, "-m", "bot", "invite", role]) for role in ("monitor", "surgeon")]
    assert [done.returncode for done in made] == [0, 2]
    said = json.loads(made[0].stdout)
    assert said.keys() == {"code", "link"} and len(said["code"]) >= 20 and said["link"] is None
    assert "surgeon" in made[1].stderr and made[1].stdout == ""


@pytest.mark.parametrize("kind", ["edited", "forwarded", "other"])
async def test_an_edited_or_forwarded_message_never_changes_the_record(study: Study, kind: str) -> None:
    await study.put(*infused(1, study.clock.now))
    await study.say(INV, "/ae 1")
    before = await study.events()
    for text in ("/next", "/new now", "ICANS", "✓ Record", "/cancel"):
        heard = await study.say(INV, text, kind=kind)
        assert len(heard.payloads) == 1 and "\n" not in heard.text
    assert await study.events() == before
    assert "Which grade" in await study.say(INV, "ICANS")


async def test_a_group_never_changes_the_record(study: Study) -> None:
    card = await study.say(PI, "/new now")
    for message in (
        Message(PI, -100, "/new now", private=False),
        Message(PI, -100, press=card.buttons["✓ Record"], kind="press", private=False),
    ):
        await study.dispatcher.handle(message)
        assert "private chats only" in await study.read(-100)
    assert not await study.events()
    assert "✓ Recorded" in await study.press(PI, card.buttons["✓ Record"])


def test_wrong_words_on_the_command_line_are_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    from bot.__main__ import main

    assert main(["invite"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


async def test_an_event_of_the_server_says_when_somebody_else_wrote_first(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await two.dispatcher.people()
        now, file = one.clock.now, one.dispatcher.protocol
        events = [b.Invited(hash_code(name), "monitor", now, now + INVITATION_DAYS) for name in ("a", "b")]
        await one.dispatcher.people()
        assert await one.dispatcher.note(PEOPLE, events[0], file) is True
        assert await two.dispatcher.note(PEOPLE, events[1], file) is False
        await two.dispatcher.people()
        assert await two.dispatcher.note(PEOPLE, events[1], file) is True
        written = [record.event for record in await one.dispatcher.log.read(PEOPLE)]
    assert written[-2:] == events
