"""Bots as real processes for the benchmarks, each against a loopback server of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.botapi.people import Person
from tests.botapi.server import Server

WHO = 5001
MODULES = {"echo": ["tests.botapi.echo"], "bot": ["bot", "telegram"], "standin": ["tests.botapi.standin"]}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Bot:
    """A bot that has answered once: who talks to it, its process, the seconds until that answer."""

    person: Person
    pid: int
    start_s: float

    def cpu(self) -> float:
        """Milliseconds of CPU that the kernel counted for the process so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


@asynccontextmanager
async def serving(part: str, folder: Path) -> AsyncIterator[Bot]:
    """A part of MODULES on a fresh database in a folder, until the block ends."""
    async with Server() as server:
        mine = {"BOT_TOKEN": server.token, "BOT_API_URL": server.url}
        mine["DATABASE_URL"] = f"sqlite:///{folder / part}.sqlite"
        environment, person = {**os.environ, **mine}, server.user(WHO)
        person.say(f"/start {await _invited(environment)}" if part == "bot" else "/start")
        started = time.perf_counter()
        command = (sys.executable, "-m", *MODULES[part])
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await person.next_reply()
            yield Bot(person, process.pid, time.perf_counter() - started)
        finally:
            process.terminate()
            await process.wait()


async def _invited(environment: dict[str, str]) -> str:
    """A code of `python -m bot invite`."""
    command = (sys.executable, "-m", "bot", "invite", "principal_investigator")
    run = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    out, _ = await run.communicate()
    return str(json.loads(out)["code"])


async def quiet(person: Person) -> None:
    """Wait until no further part of a reply has come for a moment; none of it is measured."""
    count = -1
    while count != len(person.history):
        count = len(person.history)
        await asyncio.sleep(0.02)
    person.world.read[person.id] = count
