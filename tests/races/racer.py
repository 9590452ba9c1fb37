"""python -m tests.races.racer: one of the processes that race; it stays, so that it starts only once.

A line of standard input names a race: {"race", "url", "at", ...}. It prints `ready` once the database is
open, waits for another line, races, and prints `done`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot import main as root
from bot.dispatcher import Dispatcher
from bot.messages import Message
from bot.reminders import tick
from tests.bot.study import Clock, shipped
from tests.buttons import button, waiting


async def ask_and_press(dispatcher: Dispatcher, user: int, words: str) -> None:
    """Somebody types, and presses Record or Sign as long as a card stands unused."""
    await dispatcher.handle(Message(user, user, words))
    while await unused(dispatcher, user):  # a card that no longer holds is shown anew
        yes = button(await waiting(dispatcher.log.engine, user))
        await dispatcher.handle(Message(user, user, press=yes, kind="press"))


async def unused(dispatcher: Dispatcher, user: int) -> bool:
    """A card stands that was not used."""
    chat = await dispatcher.chat(user)
    return bool(set(chat.cards) - set(chat.settled))


async def say(app: root.App, asked: dict[str, Any]) -> None:
    """Each of `says` (user: words) asks and confirms, all at once."""
    says: dict[str, str] = asked["says"]
    await asyncio.gather(*(ask_and_press(app.dispatcher, int(user), words) for user, words in says.items()))


async def press(app: root.App, asked: dict[str, Any]) -> None:
    """One button pressed `times` times at once, each time as if by a process of its own."""
    message = Message(asked["user"], asked["user"], press=asked["press"], kind="press")
    fresh = [app.desk.fresh(app.dispatcher.log.study) for _ in range(asked["times"])]
    await asyncio.gather(*(dispatcher.handle(message) for dispatcher in fresh))


async def remind(app: root.App, asked: dict[str, Any]) -> None:
    """So many tickers at once."""
    await asyncio.gather(*(tick(app.desk.fresh(app.dispatcher.log.study)) for _ in range(asked["times"])))


RACES: dict[str, Callable[[root.App, dict[str, Any]], Awaitable[None]]] = {
    "say": say,
    "press": press,
    "remind": remind,
}


async def run(asked: dict[str, Any]) -> None:
    clock = Clock(datetime.fromisoformat(asked["at"]))
    async with root.opened(asked["url"], shipped(), practice=True, clock=clock) as app:
        print("ready", flush=True)
        sys.stdin.readline()
        await RACES[asked["race"]](app, asked)
    print("done", flush=True)


if __name__ == "__main__":
    while line := sys.stdin.readline():
        asyncio.run(run(json.loads(line)))
