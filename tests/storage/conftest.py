"""A migrated database for each test, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect, migrate
from tests.databases.postgres import Postgres


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """An empty SQLite file, for what is true of files alone."""
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of either engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'record.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(f"d{uuid.uuid4().hex}")


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    made = connect(url)
    await migrate(made)
    yield made
    await made.dispose()


@pytest.fixture
async def sqlite_engine(sqlite: str) -> AsyncIterator[AsyncEngine]:
    made = connect(sqlite)
    await migrate(made)
    yield made
    await made.dispose()


@pytest.fixture
async def postgres_engine(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    made = connect(postgres.url(f"d{uuid.uuid4().hex}"))
    await migrate(made)
    yield made
    await made.dispose()
