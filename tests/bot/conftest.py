"""A fresh study for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.study import START, Study, infused, study_in


@pytest.fixture
async def study(place: str) -> AsyncIterator[Study]:
    async with study_in(place) as made:
        yield made


@pytest.fixture
async def told(study: Study) -> Study:
    """A subject infused two days ago."""
    await study.put(*infused(1, START))
    study.clock.forward(days=2)
    return study
