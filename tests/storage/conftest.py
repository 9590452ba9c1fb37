"""A migrated database on a real file for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect, migrate


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    made = connect(url)
    await migrate(made)
    yield made
    await made.dispose()
