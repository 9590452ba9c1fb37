"""Databases for tests: each test that asks for `place` runs once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import connect, migrate
from tests.databases.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test asks for it."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a database with the newest schema, to be copied: much cheaper than migrating each."""

    async def make(url: str) -> None:
        engine = connect(url)
        await migrate(engine)
        await engine.dispose()

    asyncio.run(make(postgres.url("migrated")))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of either engine, for one test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'study.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"d{uuid.uuid4().hex}"
    yield server.url(name, request.getfixturevalue("migrated"))
    server.drop(name)
