"""The schema, its migrations, and `python -m storage migrate` as a process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import main as root
from storage.database import HEAD, MIGRATIONS, connect, migrate, snapshot
from storage.failures import why_away
from storage.guards import made
from storage.log import Batch, Log, Record
from storage.tables import metadata
from storage.verify import verify
from tests.bot.study import shipped
from tests.databases.postgres import Postgres
from tests.storage.samples import NOW, codec, sample


def test_head_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_the_migrated_schema_is_that_of_the_tables(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        difference = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_type": True, "compare_server_default": True}),
                metadata,
            )
        )
    assert difference == []


async def test_migrating_twice_changes_nothing(engine: AsyncEngine) -> None:
    await Log(engine, "S", codec()).append(
        [Batch("trial", 0, (Record(sample(root.TRIAL_KINDS[0]), NOW, NOW),))], [], NOW
    )
    assert await migrate(engine) == HEAD
    assert len(await Log(engine, "S", codec()).read("trial")) == 1


FAILS = {
    "full": {
        "sqlite": ("PRAGMA max_page_count=1", "CREATE TABLE t AS SELECT zeroblob(99999)"),
        "postgresql": ("SELECT 1", "DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = 'disk_full'; END $$"),
    },
    "read_only": {
        "sqlite": ("PRAGMA query_only=ON", "CREATE TABLE t (x INT)"),
        "postgresql": ("SET TRANSACTION READ ONLY", "CREATE TABLE t (x INT)"),
    },
    "": {
        "sqlite": ("SELECT 1", "INSERT INTO chains VALUES ('S', NULL, 'x')"),
        "postgresql": ("SELECT 1", "INSERT INTO chains VALUES ('S', NULL, 'x')"),
    },
}  # fmt: skip


@pytest.mark.parametrize("why", FAILS, ids=lambda why: why or "a bug")
async def test_why_a_database_cannot_be_used_is_known(engine: AsyncEngine, why: str) -> None:
    before, fails = FAILS[why][engine.dialect.name]
    async with engine.connect() as connection:
        await connection.execute(text(before))
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text(fails))
        await connection.rollback()
        await connection.invalidate()
    assert why_away(caught.value) == why


async def test_a_database_that_nobody_serves_is_away() -> None:
    nowhere = connect("postgresql://nobody:hunter2@127.0.0.1:1/x")
    with pytest.raises(DBAPIError) as caught:
        await nowhere.connect()
    assert why_away(caught.value) == why_away(TimeoutError()) == "away"


async def storage(*words: str, database: str | None) -> tuple[int | None, str, str]:
    """Run python -m storage; (exit code, standard output, standard error)."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if database is not None:
        environment["DATABASE_URL"] = database
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "storage", *words, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_two_processes_migrating_at_once_both_succeed(url: str) -> None:
    runs = await asyncio.gather(*(storage("migrate", database=url) for _ in range(4)))
    assert [(code, json.loads(out), err) for code, out, err in runs] == [(0, {"revision": HEAD}, "")] * 4
    engine = connect(url)
    async with engine.connect() as connection:
        assert list(
            (await connection.execute(text("select version_num from alembic_version"))).scalars()
        ) == [HEAD]
    await engine.dispose()


async def test_migrate_prints_one_json_object(url: str) -> None:
    code, out, err = await storage("migrate", database=url)
    assert (code, json.loads(out), err) == (0, {"revision": HEAD}, "")


async def refused(database: str | None) -> str:
    code, out, err = await storage("migrate", database=database)
    assert (code, out) == (2, ""), err[-300:]
    assert len(err.splitlines()) == 1, err[-300:]
    return err


async def test_without_a_database_it_says_what_to_set() -> None:
    assert "DATABASE_URL" in await refused(None)
    assert "DATABASE_URL" in await refused("")


UNUSABLE = {
    "nonsense://x": "DATABASE_URL: write",
    "mysql://u:hunter2@h/x": "DATABASE_URL: write",
    "postgresql+asyncpg://u:hunter2@h/x": "DATABASE_URL: write",
    "sqlite://": "name a file",
    "sqlite:///:memory:": "name a file",
    "sqlite:////no/such/folder/x.sqlite": "cannot be opened or made",
    "postgresql://nobody:hunter2@127.0.0.1:1/x": "no server answers",
    "://": "Check DATABASE_URL",
    "sqlite:////": "cannot be opened or made",
}


@pytest.mark.parametrize("database", UNUSABLE)
async def test_a_database_that_cannot_be_used_is_one_line_and_exit_2(database: str) -> None:
    said = await refused(database)
    assert UNUSABLE[database] in said
    assert "hunter2" not in said


async def test_a_server_that_knows_no_such_database_or_user_says_which(postgres: Postgres) -> None:
    url = postgres.url(f"d{uuid.uuid4().hex}")
    assert "no database of that name" in await refused(f"{url}x")
    assert "refuses this user" in await refused(url.replace("//tests@", "//nobody:hunter2@"))


async def test_tables_of_somebody_else_are_left_alone(url: str) -> None:
    engine = connect(url)
    async with engine.begin() as connection:
        await connection.execute(text("create table events (id int)"))
    assert "something else (events)" in await refused(url)
    await engine.dispose()


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_a_file_is_made_for_its_owner_alone(sqlite: str, tmp_path: Path) -> None:
    engine = connect(sqlite)
    await migrate(engine)
    found = modes(tmp_path)
    await engine.dispose()
    assert found == {f"record.sqlite{end}": 0o600 for end in ("", "-wal", "-shm")}


async def test_a_copy_in_a_folder_where_nothing_may_be_written_is_verified(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect(sqlite)
    await migrate(engine)
    await engine.dispose()
    assert made("sqlite")  # kept: Alembic asks for leave, too
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    reading = connect(sqlite, reading=True)
    async with snapshot(reading) as connection:
        assert (await verify(connection))["ok"] is True
        assert list(modes(tmp_path)) == ["record.sqlite"]
        with pytest.raises(DBAPIError, match="readonly"):
            await connection.execute(text("delete from chains"))
    await reading.dispose()
    code, out, err = await storage("verify", database=sqlite)
    assert (code, json.loads(out)["ok"], err) == (0, True, "")
    assert list(modes(tmp_path)) == ["record.sqlite"]


async def test_a_file_that_is_no_database_is_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 100)
    await refused(f"sqlite:///{tmp_path / 'notes.txt'}")


async def test_a_database_of_a_newer_program_is_one_line_and_exit_2(url: str) -> None:
    engine = connect(url)
    await migrate(engine)
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("update alembic_version set version_num = '9999'"))
    await engine.dispose()
    await refused(url)


@pytest.mark.parametrize("first", [True, False], ids=["practice first", "real first"])
async def test_a_practice_study_and_a_real_one_never_share_a_database(url: str, first: bool) -> None:
    async with root.opened(url, shipped(), practice=first) as app:
        await root.invite(app, "admin")
    with pytest.raises(root.CannotStart, match="Name another database"):
        async with root.opened(url, shipped(), practice=not first):
            pass
    async with root.opened(url, shipped(), practice=first) as app:
        assert len((await app.dispatcher.people()).invitations) == 1
