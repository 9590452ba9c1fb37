"""What all tests share: no test depends on how fast the machine is; one PostgreSQL serves a test run."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.databases.fixtures import migrated, migrated_file, place, postgres

__all__ = ["migrated", "migrated_file", "place", "postgres"]

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# What takes minutes begins first, or one worker would be busy alone at the end.
LONGEST = ("tests/machine/", "tests/conversations/", "tests/twin/", "tests/races/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, the rest in their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
