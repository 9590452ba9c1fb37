"""Databases for tests: each test that asks for `place` runs once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases.postgres import Postgres
from tests.databases.reused import Reused, migrated_at


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test asks for it."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[Reused]:
    """A database with the newest schema, emptied after each test: to make one anew costs much more."""
    with Reused(postgres) as reused:
        yield reused


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, to be copied: to migrate each takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "study.sqlite"
    asyncio.run(migrated_at(f"sqlite:///{file}"))
    return file


ENGINES = ["sqlite", "postgresql"]


@contextmanager
def of_either_engine(request: pytest.FixtureRequest, file: Path, like: str = "") -> Iterator[str]:
    """A database of the engine that the fixture's parameter names: empty, or a copy of the fixture `like`."""
    if request.param == "sqlite":
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"d{uuid.uuid4().hex}"
    yield server.url(name, *([request.getfixturevalue(like)] if like else []))
    server.drop(name)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of either engine, for one test."""
    if request.param == "sqlite":
        file: Path = request.getfixturevalue("migrated_file")
        yield f"sqlite:///{shutil.copy(file, tmp_path / 'study.sqlite')}"
        return
    reused: Reused = request.getfixturevalue("migrated")
    yield reused.url
    reused.empty()
