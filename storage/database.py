"""Engines and the schema: SQLite in WAL mode with BEGIN IMMEDIATE for writes, PostgreSQL by URL."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from storage import inline
from storage.failures import BadAddress, Foreign, NewerSchema, NoSchema, OldSchema
from storage.raw import lenient

T = TypeVar("T")
HEAD = "0004"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"

LOCK = text("SELECT pg_advisory_xact_lock(6871644)")
# secure_delete: what is deleted is overwritten, for an answered message may have held a PIN.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "secure_delete=ON",
)


def connect(url: str, reading: bool = False) -> AsyncEngine:
    """An engine for `sqlite:///file`, a plain file path, or `postgresql://...`; BadAddress.

    With `reading` a file is opened so that nothing of it, or beside it, need be writable.
    """
    parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return create_async_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise BadAddress("DATABASE_URL: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    if not parsed.database or parsed.database.startswith((":memory:", "file:")):
        raise BadAddress("DATABASE_URL: name a file; a record in memory is gone with the program")
    creator = inline.connect_reading if reading else inline.connect
    engine = create_async_engine(
        parsed.set(drivername="sqlite+aiosqlite"), connect_args={"async_creator_fn": creator}
    )
    event.listen(engine.sync_engine, "connect", _prepare_reading if reading else _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


async def settled() -> None:
    """Before a loop ends: aiosqlite's threads still report to it when they end, so they are waited for."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


async def scrub(engine: AsyncEngine) -> None:
    """Leave nothing of what was deleted in SQLite's write-ahead log, where nobody is reading just now."""
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as pooled:
        connection: Any = (await pooled.get_raw_connection()).driver_connection
        for pragma in ("busy_timeout=0", "wal_checkpoint(TRUNCATE)", "busy_timeout=30000"):
            await (await connection.execute(f"PRAGMA {pragma}")).fetchall()


async def visit(engine: AsyncEngine, work: Callable[[Connection], T], writes: bool = False) -> T:
    """What `work` gives with a connection; with `writes` its transactions take the lock at their beginning.

    All of it runs in one greenlet. AsyncConnection takes one for each of its steps and a task to be closed,
    which costs more than most statements.
    """

    def there() -> T:
        with engine.sync_engine.connect() as connection:
            return work(connection.execution_options(writes=True) if writes else connection)

    return await greenlet_spawn(there)


def _prepare_reading(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and too late
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    driver = connection.connection.driver_connection
    if not (isinstance(driver, inline.Connection) and driver.begin()):
        connection.exec_driver_sql("BEGIN")


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the database as it is at one moment, whatever others write; OldSchema.

    Text in SQLite that is no UTF-8 is read all the same (see raw.py).
    """
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if engine.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            driver.text_factory = lenient
        try:
            async with connection.begin():
                await connection.run_sync(_must_be_ours)
                yield connection
        finally:
            if engine.dialect.name != "postgresql":
                driver.text_factory = str


def _must_be_ours(connection: Connection) -> None:
    found = revision(connection)
    if found is None:
        raise NoSchema("the database holds no record: python -m storage migrate makes an empty one")
    if found != HEAD:
        raise OldSchema("the database is not at this program's schema: run python -m storage migrate")


async def migrate(engine: AsyncEngine, to: str = HEAD) -> str:
    """Bring the schema up to a revision; safe when several processes start at once. Returns the revision.

    Foreign, where the database holds tables and none of them is of this program.
    """
    async with engine.connect() as reading:
        if await reading.run_sync(revision) == to:
            return to
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        async with connection.begin():
            await connection.run_sync(_migrate, to)
    return to


def _migrate(connection: Connection, to: str) -> None:
    if connection.dialect.name == "postgresql":  # before the look: another process may be making them
        connection.execute(LOCK)
    there = inspect(connection).get_table_names()
    if there and revision(connection) is None:
        raise Foreign(
            f"the database holds tables of something else ({min(there)}): name one that holds nothing"
        )
    upgrade(connection, to)


def revision(connection: Connection) -> str | None:
    """The revision of the schema, or None."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Bring the schema up to a revision, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(LOCK)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise NewerSchema("the database belongs to a newer program; start that one") from error
