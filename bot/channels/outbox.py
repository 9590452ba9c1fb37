"""The way out: sends what waits, each chat's letters in order, no chat held up by another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.channels import FAREWELL, LONGEST, SendFailed, growing, measures
from bot.channels.pace import CHAT, OVERALL, Pace
from storage.queues import Ended, Queues, Waiting

FLOODED = "RetryAfter"
PARALLEL, IDLE, LONGEST_PAUSE, MINDS = 50, 1.0, 300.0, 60.0
log = logging.getLogger("bot.channels.outbox")


class Outbox:
    """Takes letters from the queue and sends them, while this process leads.

    What became of a letter is remembered until it is written down, however long that is impossible: what
    went out is not sent again as long as this process lives. Pauses are counted on a clock that cannot jump.
    """

    def __init__(
        self,
        queues: Queues,
        clock: Callable[[], datetime],
        deliver: Callable[[Waiting], Awaitable[None]],
        first_pause: float,
        patience: float = LONGEST,
    ) -> None:
        """`patience`: seconds until a try to send is given up."""
        self.queues, self.clock, self.deliver, self.first_pause = queues, clock, deliver, first_pause
        self.patience, self.wake = patience, asyncio.Event()
        self._overall, self._chat = Pace(*OVERALL), Pace(*CHAT)
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._ended: list[Ended] = []
        self._paused: dict[int, float] = {}
        self._tries: dict[int, int] = {}
        self._minds: dict[int, float] = {}
        self._running = self._closing = False

    async def run(self, after_another: bool = False) -> None:
        """Send until closed: when `wake` is set, and at least every second."""
        if after_another:
            for pace in (self._overall, self._chat):
                pace.begin_full(time.monotonic())
        self._running = True
        try:
            await self._go_on()
        finally:
            self._running = False

    async def _go_on(self) -> None:
        failures = 0
        while True:
            self.wake.clear()
            try:
                more = await self._turn()
                failures = 0
            except Exception as error:
                failures += 1
                log.error("the outbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(growing(self.first_pause, failures, LONGEST))
                continue
            if self._closing and not self._sending and not self._ended:
                return
            if not more and not self._ended:
                # Not wait_for: in Python 3.11 it can swallow a cancellation, and then this goes on for ever.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(IDLE):
                        await self.wake.wait()

    async def _turn(self) -> bool:
        """Write down what ended, begin what may go; True when there may be more to begin at once."""
        ended, now = list(self._ended), time.monotonic()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        room = PARALLEL - len(self._sending)
        most = PARALLEL + len(self._paused) if room else 0
        found = await self.queues.turn(ended, self.clock(), most)
        del self._ended[: len(ended)]
        held = {*self._sending, *self._paused, *(letter.chat for letter in self._ended)}
        fresh = [letter for letter in found if letter.chat not in held][:room]
        for letter in fresh:
            self._sending[letter.chat] = asyncio.create_task(self._send(letter))
        return bool(fresh) and len(fresh) == room

    async def _send(self, letter: Waiting) -> None:
        kind, after = await self._attempt(letter)
        if after is None:
            self._tries.pop(letter.id, None)
            if kind:
                log.warning("letter %d is given up: %s", letter.id, kind)
        else:
            tries = self._tries[letter.id] = self._tries.get(letter.id, 0) + 1
            log.warning("letter %d waits %.1f s after try %d: %s", letter.id, after, tries, kind)
            self._pause(letter.chat, kind, after)
        measures.letter(letter, kind, after, self.clock())
        # Only Telegram's own pauses are for whoever sends next, too.
        self._ended.append(Ended(letter.id, letter.chat, kind, after and (after if kind == FLOODED else 0.0)))
        self._sending.pop(letter.chat, None)
        self.wake.set()

    def _pause(self, chat: int, kind: str, seconds: float) -> None:
        now = time.monotonic()
        self._paused[chat] = now + seconds
        if kind == FLOODED:
            self._minds[chat] = now + seconds + MINDS
        asyncio.get_running_loop().call_later(seconds, self.wake.set)

    async def _attempt(self, letter: Waiting) -> tuple[str, float | None]:
        """("", None) when it went out, (kind, None) when it never will, (kind, seconds) to try again."""
        try:
            await asyncio.sleep(self._place(letter))
            async with asyncio.timeout(self.patience):
                await self.deliver(letter)
        except SendFailed as failed:
            return failed.kind, failed.after
        except asyncio.CancelledError:
            return "stopped", 0.0
        except Exception as error:
            tries = self._tries.get(letter.id, 0) + 1
            return type(error).__name__, growing(self.first_pause, tries, LONGEST_PAUSE)
        return "", None

    def _place(self, letter: Waiting) -> float:
        """Seconds to wait for a place; an answer that is owed takes none, unless Telegram minded lately."""
        now = time.monotonic()
        if letter.owed and now >= self._minds.get(letter.chat, 0.0):
            self._minds.pop(letter.chat, None)
            return 0.0
        return max(self._chat.wait(letter.chat, now), self._overall.wait(0, now))

    async def note(self) -> None:
        """Write down what ended, if that is possible; whoever leads next would send it again."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(FAREWELL):
                ended = list(self._ended)
                await self.queues.turn(ended, self.clock(), 0)
                del self._ended[: len(ended)]

    async def close(self, running: asyncio.Future[None]) -> None:
        """Send what waits, for a few seconds; the rest stays. `running` is the task of run()."""
        self._closing = True
        self.wake.set()
        if self._running:
            await asyncio.wait([running], timeout=FAREWELL)
        tasks = [running, *self._sending.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.note()
