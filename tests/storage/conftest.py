"""A migrated database for each test, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect, migrate
from tests.databases.fixtures import ENGINES, of_either_engine
from tests.databases.postgres import Postgres
from tests.storage.drill import empty, kept, source, whole_database, whole_file

__all__ = ["empty", "kept", "source", "whole_database", "whole_file"]


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """An empty SQLite file, for what is true of files alone."""
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, of either engine."""
    with of_either_engine(request, tmp_path / "record.sqlite") as made:
        yield made


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the migrated database, disposed afterwards."""
    made = connect(url)
    await migrate(made)
    yield made
    await made.dispose()


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    async with opened(url) as made:
        yield made


@pytest.fixture
async def sqlite_engine(sqlite: str) -> AsyncIterator[AsyncEngine]:
    async with opened(sqlite) as made:
        yield made


@pytest.fixture
async def postgres_engine(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    async with opened(postgres.url(f"d{uuid.uuid4().hex}")) as made:
        yield made
