"""The same transcripts through `python -m bot telegram`, a real process, on Telegram's wire protocol."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from bot.access import ROLES
from bot.words import plain
from tests.botapi.people import Person
from tests.botapi.server import Server
from tests.botapi.world import Sent
from tests.conversations.script import Script, Step, scripts

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0


async def _python(environment: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env={**os.environ, **environment}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _invited(environment: dict[str, str], script: Script, role: str) -> str:
    process = await _python(environment, "invite", role, "--practice", "--start", script.start)
    out, _ = await process.communicate()
    return str(json.loads(out)["code"])


def _answers(person: Person, known: int = 0) -> list[Sent]:
    """What the bot answered; alerts and reminders come when they come."""
    aside = ("⚠", "Reminder", "提醒")
    return [m for m in person.history[known:] if not plain(m.text).split("\n")[1].startswith(aside)]


async def _take(person: Person, step: Step, name: str) -> None:
    """Press the button of that label where the newest message has one, else type; read until all is said."""
    known = len(person.history)
    newest = _answers(person)[-1:]
    if newest and step.says in newest[0].labels:
        person.press(step.says, on=newest[0])
    else:
        person.say(step.says)

    def fresh() -> str:
        return plain("\n".join(message.text for message in _answers(person, known)))

    wanted = step.reply or ("",)
    try:
        await person.world.until(lambda: fresh() and all(line in fresh() for line in wanted), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{name}:{step.line} wants {wanted}, got {fresh()!r}") from None


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
async def test_telegram_answers_as_the_transcript_says(script: Script, tmp_path: Path) -> None:
    async with Server() as server:
        environment = {
            "BOT_TOKEN": server.token,
            "BOT_API_URL": server.url,
            "DATABASE_URL": f"sqlite:///{tmp_path}/practice.sqlite",
        }
        people = {role: server.user(7001 + at, script.language) for at, role in enumerate(ROLES)}
        codes = {role: await _invited(environment, script, role) for role in ROLES}
        bot = await _python(environment, "telegram", "--practice", "--start", script.start)
        try:
            for role, person in people.items():
                await _take(person, Step(role, f"/start {codes[role]}", ("NCT06871644",), 0), script.name)
            for step in script.steps:
                await _take(people[step.role], step, script.name)
        finally:
            bot.terminate()
            _, err = await bot.communicate()
        assert b"Traceback" not in err
        assert bot.returncode == 0, err.decode()[-2000:]
