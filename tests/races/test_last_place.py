"""Many people take the last places at once, from four processes."""

from __future__ import annotations

import asyncio
import sys

from bot import events as b
from bot import main as root
from bot.memory import PEOPLE, TRIAL
from rules import events as e
from storage.database import snapshot
from storage.log import Batch, Record
from storage.verify import verify
from tests.bot.study import START, Clock, code, screened, shipped

PEOPLE_AT_ONCE = 12


async def prepare(url: str) -> None:
    """Everybody has a subject who is eligible; level 1 has three places."""
    numbers = range(1, PEOPLE_AT_ONCE + 1)
    joined = [b.Joined(f"P{n}", 100 + n, "coordinator", "", START) for n in numbers]
    trial = [x for n in numbers for x in (*screened(n, START), e.EligibilityConfirmed(code(n), START))]
    async with root.opened(url, shipped(), clock=Clock()) as app:
        log = app.dispatcher.log
        for stream, events in ((PEOPLE, joined), (TRIAL, trial)):
            records = tuple(Record(x, START, START) for x in events)
            await log.append([Batch(stream, 0, records)], [], START)


async def test_the_last_places_have_one_holder_each_and_the_chain_holds(place: str) -> None:
    await prepare(place)
    share = PEOPLE_AT_ONCE // 4
    firsts = range(1, PEOPLE_AT_ONCE + 1, share)
    made = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.races.presser", place, str(first), str(first + share),
            stderr=asyncio.subprocess.PIPE,
        )
        for first in firsts
    ]  # fmt: skip
    errors = [(await process.communicate())[1].decode()[-400:] for process in made]
    assert [process.returncode for process in made] == [0] * 4, errors
    async with root.opened(place, shipped(), clock=Clock()) as app:
        held = [
            r.event.subject for r in await app.dispatcher.log.read(TRIAL) if isinstance(r.event, e.SlotHeld)
        ]
        chats = [await app.dispatcher.chat(100 + n) for n in range(1, PEOPLE_AT_ONCE + 1)]
        async with snapshot(app.engine) as connection:
            found = await verify(connection)
    assert len(held) == len(set(held)) == 3
    assert sum("recorded" in chat.settled.values() for chat in chats) == 3
    assert found["ok"] is True
