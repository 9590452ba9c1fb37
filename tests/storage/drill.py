"""What the drills of backup and restore share: records to copy, a writer meanwhile, a kill in the middle."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.backup import backup
from storage.chain import chained
from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import Arrived, Queues
from storage.tables import chains, events
from tests.databases.fixtures import ENGINES, of_either_engine
from tests.databases.postgres import Postgres
from tests.storage import recorded
from tests.storage.samples import NOW, codec

LARGE = 5000


@pytest.fixture(scope="session")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a whole record, to be copied."""
    file = tmp_path_factory.mktemp("whole") / "record.sqlite"
    asyncio.run(filled(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def whole_database(postgres: Postgres) -> str:
    """The name of a PostgreSQL database with a whole record, to be copied."""
    asyncio.run(filled(postgres.url("whole")))
    return "whole"


@pytest.fixture(params=ENGINES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A whole record, on either engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("whole_file"), tmp_path / "source.sqlite")
    with of_either_engine(request, tmp_path / "source.sqlite", "whole_database") as made:
        yield made


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either engine: with `source` every way from one to the other."""
    with of_either_engine(request, tmp_path / "restored.sqlite") as made:
        yield made


@pytest.fixture(scope="session")
def kept(whole_file: Path) -> Path:
    """The file of a backup of a whole record."""

    async def make() -> Path:
        async with looking(f"sqlite:///{whole_file}") as engine:
            await backup(engine, whole_file.parent / "b.gz")
        return whole_file.parent / "b.gz"

    return asyncio.run(make())


@asynccontextmanager
async def looking(url: str) -> AsyncIterator[AsyncEngine]:
    engine = connect(url)
    yield engine
    await engine.dispose()


async def filled(url: str) -> None:
    """A whole recorded trial and one event of every kind of revision 0001, in two studies; migrated."""
    async with looking(url) as engine:
        await recorded.write(engine, "0001")
        await migrate(engine)


@asynccontextmanager
async def written_to(url: str) -> AsyncIterator[None]:
    """Somebody in another process appends to a third study, and has begun."""
    command = (sys.executable, "-m", "tests.storage.appender", url, "load", "100000")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        async with looking(url) as engine:
            while await count(engine, events.c.study == "S") < 3:
                assert process.returncode is None
                await asyncio.sleep(0.1)
        yield
        assert process.returncode is None, "the writer wrote until the end"
    finally:
        process.kill()
        await process.wait()


async def count(engine: AsyncEngine, where: Any = True) -> int:
    async with engine.connect() as connection:
        query = select(func.count()).select_from(events).where(where)
        return int((await connection.execute(query)).scalar_one())


async def rows(engine: AsyncEngine) -> list[dict[str, Any]]:
    query = select(events).order_by(events.c.study, events.c.position)
    async with engine.connect() as connection:
        return [{**row, "id": 0} for row in (await connection.execute(query)).mappings()]


async def queued(url: str) -> None:
    """Three updates, of which the first is answered with a letter that is not sent yet."""
    async with looking(url) as engine:
        await migrate(engine)
        arrived = [Arrived(number, 7, {"text": "dosed 003"}) for number in (1, 2, 3)]
        await Queues(engine, "S").store(arrived, NOW)
        await Log(engine, "S", codec()).append([], [Letter(7, {"html": "Recorded"})], NOW, update_id=1)


async def large(url: str, number: int = LARGE) -> None:
    """A record that is not copied in a moment: one study, so many events."""
    async with looking(url) as engine:
        await migrate(engine)
        one = {"study": "S", "stream": "trial", "kind": "ClockMoved", "version": 1, "by": "P1", "role": ""}
        one |= {"data": {"seconds": 1, "at": NOW.isoformat()}, "typed": "+1s", "signature": None}
        one |= {"protocol_version": "1.0", "protocol_sha256": "0" * 64}
        one |= {"happened_at": NOW, "entered_at": NOW}
        made = list(chained(({**one, "seq": n} for n in range(1, number + 1)), 0, "0" * 64))
        async with engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                await connection.execute(insert(events), made)
                head = {"study": "S", "position": number, "hash": made[-1]["hash"]}
                await connection.execute(insert(chains), head)


async def killed_when(busy: Any, *words: str, database: str) -> None:
    """Run python -m storage and kill -9 it as soon as `busy` says that it is in the middle."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "storage", *words, env={"DATABASE_URL": database, "PATH": ""},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    while not await busy():
        assert process.returncode is None
        await asyncio.sleep(0.005)
    process.kill()
    assert await process.wait() == -9


async def restoring(engine: AsyncEngine) -> bool:
    """True while somebody is inside a transaction that writes to the database, which is migrated in it."""
    if engine.dialect.name != "sqlite":
        async with engine.connect() as connection:
            locks = text("select count(*) from pg_locks where locktype = 'advisory'")
            return bool((await connection.execute(locks)).scalar())
    other = sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)
    try:
        other.execute("begin immediate")
    except sqlite3.OperationalError:
        return True
    finally:
        other.close()
    return False


async def tables(engine: AsyncEngine) -> list[str]:
    """The names of the tables that are there."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: inspect(sync).get_table_names())
