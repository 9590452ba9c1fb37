"""The lead of a desk: one at a time, free when its holder is gone, woken by letters."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect
from storage.leading import LeadLost, lead
from storage.log import Letter, Log
from tests.storage.samples import NOW, codec


def nothing() -> None:
    """Nobody to wake."""


class Duty:
    """Leads until told to end."""

    def __init__(self) -> None:
        self.begun, self.end, self.waited = asyncio.Event(), asyncio.Event(), False

    async def __call__(self, waited: bool) -> None:
        self.waited = waited
        self.begun.set()
        await self.end.wait()


def leading(
    engine: AsyncEngine, desk: str = "D", wake: Callable[[], None] = nothing
) -> tuple[Duty, asyncio.Task[None]]:
    duty = Duty()
    return duty, asyncio.create_task(lead(engine, desk, duty, wake))


async def soon(what: Awaitable[object]) -> None:
    await asyncio.wait_for(what, 30)


async def test_one_leads_and_the_next_follows_when_it_ends(engine: AsyncEngine, url: str) -> None:
    other = connect(url)
    first, a = leading(engine)
    await soon(first.begun.wait())
    second, b = leading(other)
    await asyncio.sleep(0.3)
    assert not first.waited and not second.begun.is_set()
    first.end.set()
    await soon(a)
    await soon(second.begun.wait())
    assert second.waited
    second.end.set()
    await soon(b)
    await other.dispose()


async def test_the_lead_of_a_killed_process_is_free(engine: AsyncEngine, url: str) -> None:
    code = (
        "import asyncio, sys\nfrom storage.database import connect\nfrom storage.leading import lead\n"
        "async def duty(_):\n print('leads', flush=True)\n await asyncio.Event().wait()\n"
        "asyncio.run(lead(connect(sys.argv[1]), 'D', duty, lambda: None))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout and await process.stdout.readline() == b"leads\n"
    duty, task = leading(engine)
    await asyncio.sleep(0.3)
    assert not duty.begun.is_set()
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    await soon(duty.begun.wait())
    duty.end.set()
    await soon(task)


async def test_desks_lead_beside_each_other(postgres_engine: AsyncEngine) -> None:
    made = [leading(postgres_engine, desk) for desk in ("A", "B")]
    for duty, task in made:
        await soon(duty.begun.wait())
        duty.end.set()
        await soon(task)


async def test_a_letter_of_another_process_wakes_the_leader_at_once(
    postgres_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.leading.AGAIN", 3600.0)  # by itself it looks once an hour
    woken = asyncio.Event()
    duty, task = leading(postgres_engine, wake=woken.set)
    await soon(duty.begun.wait())
    await asyncio.sleep(0.2)
    await Log(postgres_engine, "S", codec()).append([], [Letter(1, {"html": "x"})], NOW)
    await soon(woken.wait())
    duty.end.set()
    await soon(task)


async def test_who_loses_the_connection_stops_leading(postgres_engine: AsyncEngine) -> None:
    duty, task = leading(postgres_engine)
    await soon(duty.begun.wait())
    async with postgres_engine.begin() as connection:
        await connection.execute(
            text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
        )
    with pytest.raises(Exception) as lost:
        await soon(task)
    assert isinstance(lost.value, LeadLost) or "terminat" in str(lost.value)
