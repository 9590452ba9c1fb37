"""What all tests share: no test depends on how fast the machine is; one PostgreSQL serves a test run."""

from __future__ import annotations

from hypothesis import settings

from tests.databases.fixtures import migrated, place, postgres

__all__ = ["migrated", "place", "postgres"]

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
