"""A fresh study for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.study import Study, study_in


@pytest.fixture
async def study(place: str) -> AsyncIterator[Study]:
    async with study_in(place) as made:
        yield made
