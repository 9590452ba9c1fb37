"""Channels: where people write and read. The way out, the same for all that queue letters, stands here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.logs import Words
from bot.messages import Message
from storage.queues import Queues, Waiting

OVERALL, CHAT = (25.0, 30), (1.0, 5)  # messages a second, and how many at once
MOST_OWED, PARALLEL = 100, 50
SOON, IDLE, LONGEST, LONGEST_PAUSE, FAREWELL = 0.01, 1.0, 25.0, 300.0, 5.0
log = logging.getLogger("bot.channels")


class Answerer(Protocol):
    """The dispatcher as a channel sees it."""

    async def handle(self, message: Message, update_id: int | None = None) -> None:
        """Answer a message and mark the update done."""

    async def apologise(self, message: Message, update_id: int) -> None:
        """Tell the person that it cannot be answered, and mark the update done."""


class SendFailed(Exception):
    """A letter did not go out: try again `after` seconds, or never when that is None."""

    def __init__(self, kind: str, after: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.after = kind, after


class Pace:
    """A pause between messages: `rate` a second on average, `burst` at once, and an answer owed at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.every, self.burst = 1 / rate, burst
        self._full_at: dict[int, float] = {}
        self._owed: dict[int, int] = {}

    def owe(self, key: int) -> None:
        """A person wrote, so one message is owed: it takes no place, or a quick talk would stall."""
        self._owed[key] = min(self._owed.get(key, 0) + 1, MOST_OWED)

    def forget(self) -> None:
        """Somebody minds: what was owed so far takes a place like everything else."""
        self._owed.clear()

    def wait(self, key: int, now: float) -> float:
        """Take a place at the instant `now` (seconds); how many seconds to wait for it."""
        if self._owed.get(key, 0) > 0:
            self._owed[key] -= 1
            return 0.0
        full_at = max(self._full_at.get(key, now), now)
        self._full_at[key] = full_at + self.every
        return max(0.0, full_at - now - (self.burst - 1) * self.every)


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


class Outbox:
    """Sends what waits: each chat's letters in order, chats beside each other, none held up by another."""

    def __init__(
        self,
        queues: Queues,
        clock: Callable[[], datetime],
        deliver: Callable[[Waiting], Awaitable[None]],
        first_pause: float,
    ) -> None:
        self.queues, self.clock, self.deliver, self.first_pause = queues, clock, deliver, first_pause
        self.wake = asyncio.Event()
        self._overall, self._chat = Pace(*OVERALL), Pace(*CHAT)
        self._sending: set[asyncio.Task[None]] = set()
        self._closing = False

    def answered(self, chat: int) -> None:
        """A person's message was answered: the reply waits and goes at once."""
        self._overall.owe(0)
        self._chat.owe(chat)
        self.wake.set()

    async def run(self) -> None:
        """Send until closed: when `wake` is set, and every second for what other processes queue."""
        failures = 0
        while True:
            self.wake.clear()
            room = PARALLEL - len(self._sending)
            try:
                letters = await self.queues.claim(self.clock(), room) if room else []
                failures = 0
            except Exception as error:
                failures += 1
                log.error("the outbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(growing(self.first_pause, failures, LONGEST))
                continue
            for letter in letters:
                task = asyncio.create_task(self._send(letter))
                self._sending.add(task)
                task.add_done_callback(self._sent)
            if self._closing and not self._sending:
                return
            if not room or len(letters) < room:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), IDLE)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        asyncio.get_running_loop().call_later(SOON, self.wake.set)  # one look for several that end together

    async def _send(self, letter: Waiting) -> None:
        kind, after = await self._attempt(letter)
        if after is None:
            if kind:
                log.warning("letter %d is given up: %s", letter.id, kind)
            await self._mark(letter, lambda: self.queues.sent(letter.id, self.clock(), kind or None))
        else:
            log.warning(
                "letter %d waits %.1f s after try %d: %s", letter.id, after, letter.attempts + 1, kind
            )
            not_before = self.clock() + timedelta(seconds=after)
            await self._mark(letter, lambda: self.queues.later(letter.id, not_before))
            asyncio.get_running_loop().call_later(after, self.wake.set)

    async def _mark(self, letter: Waiting, act: Callable[[], Awaitable[None]]) -> None:
        """Write down what became of a letter; if that stays impossible, its claim ends and it goes again."""
        await patiently(f"marking letter {letter.id}", act, self.first_pause)

    async def _attempt(self, letter: Waiting) -> tuple[str, float | None]:
        """("", None) when it went out, (kind, None) when it never will, (kind, seconds) to try again."""
        now = time.monotonic()
        pause = max(self._chat.wait(letter.chat, now), self._overall.wait(0, now))
        try:
            await asyncio.sleep(pause)
            await asyncio.wait_for(self.deliver(letter), LONGEST)
        except SendFailed as failed:
            if failed.after is not None:
                self._chat.forget()
                self._overall.forget()
            return failed.kind, failed.after
        except asyncio.CancelledError:
            return "stopped", 0.0
        except Exception as error:
            return type(error).__name__, growing(self.first_pause, letter.attempts + 1, LONGEST_PAUSE)
        return "", None

    async def close(self, running: asyncio.Task[None]) -> None:
        """Send what waits, for a few seconds, and give the rest back. `running` is the task of run()."""
        self._closing = True
        self.wake.set()
        await asyncio.wait([running], timeout=FAREWELL)
        tasks = [running, *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
