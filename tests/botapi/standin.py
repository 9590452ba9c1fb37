"""A stand-in for the dispatcher: answers with what it was told, through the real log and queues.

`python -m tests.botapi.standin` runs it as a process of its own (BOT_API_URL, BOT_TOKEN, DATABASE_URL),
so that a test can kill it; with GATE=closed it stores and answers nobody.
"""

from __future__ import annotations

import asyncio
import html
import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bot.channels import telegram
from bot.channels.serving import Parts
from bot.messages import Message
from bot.words import language_for
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import Queues

STUDY = "standin"
MENUS = {"en": [("help", "What I can do")], "zh": [("help", "帮助")]}


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Echo:
    """handle() queues one letter; `boom` fails as long as it is in `failing`; the gate holds everything."""

    def __init__(self, log: Log) -> None:
        self.log, self.gate, self.failing = log, asyncio.Event(), set[str]()
        self.tries: Counter[str] = Counter()
        self.gate.set()

    async def handle(self, message: Message, update_id: int | None = None) -> None:
        """Answer `kind text-or-press`, privately; some words ask for buttons or a file."""
        await self.gate.wait()
        said = message.text or message.press
        self.tries[said] += 1
        if said in self.failing:
            raise RuntimeError(f"a bug with {said}")
        where = "" if message.private else "group "
        payload: dict[str, Any] = {
            "html": html.escape(f"{where}{message.kind} {said}".strip()),
            "buttons": [],
        }
        if said == "buttons":
            payload["buttons"] = [[["Yes", "y"], ["No", "n"]]]
        if message.kind == "press":
            payload["close"] = message.message_id
        if said.startswith("file"):
            payload["document"] = {"name": "表.csv", "content": "代码,剂量\n"}
            payload["html"] = "<b>" + "x" * int(said.split()[1]) + "</b>"
        if said == "bad html":
            payload["html"] = "<b>never closed"
        await self.log.append([], [Letter(message.chat, payload)], clock(), update_id)

    def language(self, message: Message) -> str:
        """The client's."""
        return language_for(message.language)

    async def apologise(self, message: Message, update_id: int) -> None:
        """One line, and done."""
        letter = Letter(message.chat, {"html": "sorry", "buttons": []})
        await self.log.append([], [letter], clock(), update_id)


async def no_tick() -> None:
    """No reminders."""


async def main() -> None:
    """Serve until killed."""
    engine = connect(os.environ["DATABASE_URL"])
    await migrate(engine)
    echo = Echo(Log(engine, STUDY, Codec([])))
    if os.environ.get("GATE") == "closed":
        echo.gate.clear()
    where = (os.environ["BOT_TOKEN"], os.environ["BOT_API_URL"])
    parts = Parts(*where, echo, Queues(engine, STUDY), clock, no_tick, MENUS)
    await telegram.run(parts, asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
