"""Channels: where people write and read. Telegram's parts, in the order in which a message meets them:

telegram (long polling) or webhook (HTTP) -> arrivals (read) -> intake (stored, only then confirmed) ->
answers (each chat in its order) -> the dispatcher -> outbox (each chat in its order) -> wire (the Bot API).
serving puts them together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.logs import Words
from bot.messages import Message

LONGEST, FAREWELL = 25.0, 5.0
log = logging.getLogger("bot.channels")


class Answerer(Protocol):
    """The dispatcher as a channel sees it."""

    async def handle(self, message: Message, update_id: int | None = None) -> None:
        """Answer a message and mark the update done."""

    def language(self, message: Message) -> str:
        """The language of a person, as far as it is known without the database."""

    async def apologise(self, message: Message, update_id: int) -> None:
        """Tell the person that it cannot be answered, and mark the update done."""


class SendFailed(Exception):
    """A letter did not go out: try again `after` seconds, or never when that is None."""

    def __init__(self, kind: str, after: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.after = kind, after


def growing(first: float, tries: int, most: float) -> float:
    """The pause in seconds after the `tries`-th failure in a row: it doubles from `first` up to `most`."""
    return float(min(first * 2 ** min(tries - 1, 30), most))


async def patiently(what: str, act: Callable[[], Awaitable[object]], first_pause: float) -> None:
    """Try five times with growing pauses; what fails for longer is logged and left."""
    for tries in range(1, 6):
        try:
            await act()
            return
        except Exception as error:
            log.error("%s failed: %s, try %d", Words(what), type(error).__name__, tries)
        await asyncio.sleep(growing(first_pause, tries, LONGEST))


async def regularly(tick: Callable[[], Awaitable[None]], seconds: float, wake: asyncio.Event) -> None:
    """Call `tick` now and every so many seconds, for ever, and set `wake` each time."""
    while True:
        try:
            await tick()
        except Exception as error:
            log.error("reminders failed: %s", type(error).__name__)
        wake.set()
        await asyncio.sleep(seconds)
