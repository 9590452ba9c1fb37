"""One of the processes that serve a desk leads it: it sends letters and reminds; all answer.

The lead is a lock that ends with whoever holds it, however they die, and no clock has a part in it: an
advisory lock of a PostgreSQL connection, a locked file beside an SQLite database.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.waking import CHANNEL

AGAIN, PATIENCE, SPACE = 1.0, 10.0, 6871644
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "connect_timeout": 10,
}


class LeadLost(Exception):
    """The connection that held the lead broke: somebody else may lead now."""


async def lead(
    engine: AsyncEngine,
    desk: str,
    duty: Callable[[bool], Coroutine[Any, Any, None]],
    wake: Callable[[], None],
) -> None:
    """Do the duty whenever this process leads, until it ends by itself; LeadLost or the database's error.

    `duty` is told whether somebody led just before; `wake` is called when letters may have been queued.
    """
    file = f"{engine.url.database}.{desk.replace(':', '-')}.lead"
    held = _locked_file(file) if engine.dialect.name == "sqlite" else None
    async with held or _locked_row(engine, desk) as (waited, watch):
        await until_one_ends(duty(waited), watch(wake))


async def until_one_ends(*roads: Awaitable[object]) -> None:
    """Go all roads at once until one ends; the others are cancelled, its error goes on."""
    tasks = [asyncio.ensure_future(road) for road in roads]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Held = tuple[bool, Callable[[Callable[[], None]], Coroutine[Any, Any, None]]]


@asynccontextmanager
async def _locked_file(path: str) -> AsyncIterator[Held]:
    file, waited = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), False
    try:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = True
                await asyncio.sleep(AGAIN)
        yield waited, _look_by_oneself
    finally:
        os.close(file)


async def _look_by_oneself(wake: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(AGAIN)
        wake()


@asynccontextmanager
async def _locked_row(engine: AsyncEngine, desk: str) -> AsyncIterator[Held]:
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection: Any = await psycopg.AsyncConnection.connect(address, autocommit=True, **KEEPALIVE)
    number, waited = zlib.crc32(desk.encode()) - 2**31, False
    try:
        async with asyncio.timeout(PATIENCE):  # the server, too, should notice soon when we are gone
            for name in ("idle = 5", "interval = 2", "count = 3"):
                await connection.execute(f"SET tcp_keepalives_{name}")
        while not await _try(connection, number):
            waited = True
            await asyncio.sleep(AGAIN)
        await connection.execute(f"LISTEN {CHANNEL}")

        async def watch(wake: Callable[[], None]) -> None:
            while True:
                told = [one async for one in connection.notifies(timeout=AGAIN, stop_after=1)]
                wake()
                if not told:
                    await _answers(connection)

        yield waited, watch
    finally:
        with contextlib.suppress(Exception):
            await connection.close()


async def _try(connection: Any, number: int) -> bool:
    async with asyncio.timeout(PATIENCE):
        cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (SPACE, number))
        return bool((await cursor.fetchone())[0])


async def _answers(connection: Any) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.execute("SELECT 1")
    except (psycopg.Error, OSError, TimeoutError) as error:
        raise LeadLost from error
