"""Many people at once, in four processes, on both databases: one holder, one event, one level, one reminder.

RACERS in the environment says how many at once (a multiple of four, 12 by default; `make soak` takes 52).
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import events as b
from bot import main as root
from bot.memory import PEOPLE, TRIAL, chat_stream
from bot.messages import Message
from rules import events as e
from storage.database import snapshot
from storage.log import Batch, Record
from storage.verify import verify
from tests.bot.study import START, Clock, cleared, code, infused, screened, shipped
from tests.buttons import button, waiting

PROCESSES = 4
AT_ONCE = int(os.environ.get("RACERS", "12"))
LATER = START + timedelta(days=30)


class Racers:
    """The processes."""

    def __init__(self) -> None:
        command = (sys.executable, "-m", "tests.races.racer")
        pipe = subprocess.PIPE
        self.processes = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(PROCESSES)
        ]

    async def race(self, url: str, at: datetime, race: str, shares: Sequence[dict[str, Any]]) -> None:
        """All start together, each with its share."""
        lines = [json.dumps({"race": race, "url": url, "at": at.isoformat(), **share}) for share in shares]
        await self._each(lines, "ready")
        await self._each(["go"] * PROCESSES, "done")

    async def _each(self, lines: list[str], wanted: str) -> None:
        for process, line in zip(self.processes, lines, strict=True):
            assert process.stdin
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        answers = [asyncio.to_thread(p.stdout.readline) for p in self.processes if p.stdout]
        assert [answer.strip() for answer in await asyncio.gather(*answers)] == [wanted] * PROCESSES

    def end(self) -> None:
        for process in self.processes:
            process.communicate()


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    made = Racers()
    yield made
    made.end()


@asynccontextmanager
async def opened(url: str, at: datetime = START) -> AsyncIterator[root.App]:
    async with root.opened(url, shipped(), practice=True, clock=Clock(at)) as app:
        yield app


async def prepare(url: str, role: str, events: Sequence[e.Event]) -> list[int]:
    """So many people of a role, and a trial; the people's numbers."""
    numbers = range(1, AT_ONCE + 1)
    joined = [b.Joined(f"P{n}", 100 + n, role, "", START) for n in numbers]
    async with opened(url) as app:
        for stream, made in ((PEOPLE, joined), (TRIAL, events)):
            records = tuple(Record(x, START, START) for x in made)
            await app.dispatcher.log.append([Batch(stream, 0, records)], [], START)
    return [100 + n for n in numbers]


def shared(says: dict[int, str]) -> list[dict[str, Any]]:
    """What people say, dealt to the processes."""
    said = list(says.items())
    return [{"says": dict(said[at::PROCESSES])} for at in range(PROCESSES)]


async def trial(app: root.App, kind: type[e.Event]) -> list[Any]:
    return [r.event for r in await app.dispatcher.log.read(TRIAL) if isinstance(r.event, kind)]


async def chain_holds(app: root.App) -> bool:
    async with snapshot(app.engine) as connection:
        return bool((await verify(connection))["ok"])


async def test_the_last_places_have_one_holder_each(racers: Racers, place: str) -> None:
    numbers = range(1, AT_ONCE + 1)
    eligible = [x for n in numbers for x in (*screened(n, START), e.EligibilityConfirmed(code(n), START))]
    users = await prepare(place, "coordinator", eligible)
    says = {user: f"/slot {code(n)}" for user, n in zip(users, numbers, strict=True)}
    await racers.race(place, START, "say", shared(says))
    async with opened(place) as app:
        held = [event.subject for event in await trial(app, e.SlotHeld)]
        chats = [await app.dispatcher.chat(user) for user in users]
        assert await chain_holds(app)
    assert len(held) == len(set(held)) == 3
    assert sum("recorded" in chat.settled.values() for chat in chats) == 3


async def test_a_card_pressed_many_times_at_once_makes_one_event(racers: Racers, place: str) -> None:
    user = (await prepare(place, "coordinator", []))[0]
    async with opened(place) as app:
        await app.dispatcher.handle(Message(user, user, "/new now"))
        yes = button(await waiting(app.engine, user))
    times = AT_ONCE // PROCESSES
    share = {"user": user, "press": yes, "times": times}
    await racers.race(place, START, "press", [share] * PROCESSES)
    async with opened(place) as app:
        assert len(await trial(app, e.Consented)) == 1
        assert await chain_holds(app)


async def test_people_who_decide_at_once_open_one_level(racers: Racers, place: str) -> None:
    users = await prepare(place, "principal_investigator", cleared((1, 2, 3), START))
    await racers.race(place, LATER, "say", shared(dict.fromkeys(users, "/sign")))
    async with opened(place, LATER) as app:
        assert [event.level for event in await trial(app, e.LevelOpened)] == [2]
        chats = [await app.dispatcher.chat(user) for user in users]
        assert await chain_holds(app)
    assert sum("recorded" in chat.settled.values() for chat in chats) == 1


async def test_many_tickers_send_each_reminder_once(racers: Racers, place: str) -> None:
    users = await prepare(place, "coordinator", infused(1, START))
    await racers.race(place, LATER, "remind", [{"times": AT_ONCE // PROCESSES}] * PROCESSES)
    async with opened(place, LATER) as app:
        for user in users:
            claims = [
                r.event
                for r in await app.dispatcher.log.read(chat_stream(user))
                if isinstance(r.event, b.Reminded)
            ]
            keys = Counter(key for claim in claims for key in claim.keys)
            assert keys and set(keys.values()) == {1}
        assert await chain_holds(app)
        letters = (await app.queues.backlog()).letters
    assert letters == len(users)
