"""Several workers on one socket: started, started again when they die, and stopped together."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence

REFUSES, LIVED, LONGEST, FAREWELL = 2, 60.0, 30.0, 20.0
log = logging.getLogger("bot.workers")


async def keep(
    command: Sequence[str], environment: Mapping[str, str], count: int, socket: int, stop: asyncio.Event
) -> int:
    """Keep `count` processes of a command going until `stop` is set; 2 when one says that it cannot start.

    `socket` is the file descriptor that they inherit.
    """
    keeping = [asyncio.create_task(_keep_one(command, environment, socket)) for _ in range(count)]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *keeping], return_when=asyncio.FIRST_COMPLETED)
        return 0 if stop.is_set() else REFUSES
    finally:
        for task in (stopping, *keeping):
            task.cancel()
        await asyncio.gather(stopping, *keeping, return_exceptions=True)


async def _keep_one(command: Sequence[str], environment: Mapping[str, str], socket: int) -> None:
    """Until the process refuses to go on; when cancelled the process is told to end, and waited for."""
    failures = 0
    while True:
        begun = time.monotonic()
        process = await asyncio.create_subprocess_exec(*command, env=dict(environment), pass_fds=[socket])
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _ended(process)
            raise
        if code == REFUSES:
            return
        failures = 1 if time.monotonic() - begun > LIVED else failures + 1
        log.error("a worker ended with code %d and is started again", code)
        await asyncio.sleep(min(0.1 * 2**failures, LONGEST))


async def orphaned(stop: asyncio.Event) -> None:
    """In a worker: set `stop` when the parent is gone."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(1.0)
    stop.set()


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(FAREWELL):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
