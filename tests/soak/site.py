"""What the soak is done to: a database, the loopback Bot API, workers that are real processes, a clock."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot import events as b
from bot import main as root
from bot.memory import PEOPLE
from storage.database import HEAD, connect
from storage.log import Batch, Record
from tests.bot.study import START, shipped
from tests.botapi.people import Person
from tests.botapi.server import Server
from tests.databases.postgres import Disk, Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
STOPPED_BY, PATIENCE = -signal.SIGKILL, 5.0
DESK, DATABASE = "bot:110201543", "soak"


class Site:
    """Workers on ports of their own behind one address, and what a fault can do to them."""

    def __init__(self, url: str, server: Server, folder: Path, postgres: Postgres | None) -> None:
        self.url, self.server, self.folder, self.postgres = url, server, folder, postgres
        self.ports: dict[int, int] = {}
        self.ended: dict[int, int] = {}
        self.clock = folder / "clock"
        self.people: list[Person] = []
        self.struck: Counter[str] = Counter()

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers that run."""
        return list(self.ports)

    async def open(self, workers: int) -> None:
        """Start the nursery and the workers."""
        mine = {
            "BOT_TOKEN": self.server.token, "BOT_API_URL": self.server.url, "DATABASE_URL": self.url,
            "WEBHOOK_URL": f"{self.server.url}/telegram", "CLOCK": str(self.clock), "PATIENCE": str(PATIENCE),
        }  # fmt: skip
        self.nursery = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.soak.nursery", env={**os.environ, **mine}, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=(self.folder / "said").open("wb"),
        )  # fmt: skip
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._hearing = asyncio.create_task(self._hear())
        for port in range(workers):
            await self.start(free_port() if port >= 0 else 0)

    async def _hear(self) -> None:
        assert self.nursery.stdout
        async for line in self.nursery.stdout:
            said = json.loads(line)
            if "code" in said:
                self.ended[said["pid"]] = said["code"]
                self.ports.pop(said["pid"], None)
                self.server.world.tell()
            else:
                self._born.put_nowait(said["pid"])

    async def start(self, port: int) -> int:
        """A worker at a port; its process id."""
        assert self.nursery.stdin
        self.nursery.stdin.write(f"{port}\n".encode())
        pid = await asyncio.wait_for(self._born.get(), 60)
        self.ports[pid] = port
        self.server.world.proxied = [f"http://127.0.0.1:{p}/telegram" for p in self.ports.values()]
        return pid

    async def stop(self, pid: int, how: signal.Signals) -> int:
        """End a worker; its exit code."""
        os.kill(pid, how)
        return await self.gone(pid)

    async def gone(self, pid: int) -> int:
        """How a worker ended, once it has."""
        await self.server.until(lambda: pid in self.ended, 60)
        return self.ended[pid]

    async def schema(self, revision: str = HEAD) -> None:
        """Another program's schema, as far as a program can see."""
        await self.read(f"update alembic_version set version_num = '{revision}' returning 1")

    async def read(self, query: str) -> list[Any]:
        """Rows of the database, at any time."""
        engine = connect(self.url)
        try:
            async with engine.begin() as connection:
                return list((await connection.execute(text(query))).all())
        finally:
            await engine.dispose()

    @contextmanager
    def disk_full(self) -> Iterator[None]:
        """No file of the workers can grow."""
        self._disk(full=True)
        try:
            yield
        finally:
            self._disk(full=False)

    def _disk(self, full: bool) -> None:
        for pid in self.workers:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096 if full else hard, hard))

    async def close(self) -> list[int]:
        """Stop the workers as systemd does; their exit codes."""
        codes = [await self.stop(pid, signal.SIGTERM) for pid in self.workers]
        assert self.nursery.stdin
        self.nursery.stdin.close()
        await self.nursery.wait()
        self._hearing.cancel()
        return codes


def free_port() -> int:
    """A port nobody listens at."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def opened(engine: str, folder: Path, workers: int, people: int) -> AsyncIterator[Site]:
    """A site on a fresh database with so many coordinators."""
    postgres = await asyncio.to_thread(Postgres, True, Disk.can_be_made()) if engine == "postgresql" else None
    url = postgres.url(DATABASE) if postgres else f"sqlite:///{folder / 'soak.sqlite'}"
    try:
        async with Server() as server, root.opened(url, shipped(), desk=DESK) as app:
            joined = [b.Joined(f"P{n}", 100 + n, "coordinator", "", START) for n in range(people)]
            records = tuple(Record(x, START, START) for x in joined)
            await app.dispatcher.log.append([Batch(PEOPLE, 0, records)], [], START)
            server.world.local = True
            site = Site(url, server, folder, postgres)
            site.people = [server.user(100 + n) for n in range(people)]
            await site.open(workers)
            yield site
    finally:
        if postgres:
            await asyncio.to_thread(postgres.stop)
