"""SQLite driven in the thread that asks: the same driver, file and statements, and no threads."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiosqlite
from sqlalchemy import Engine, event

MEMORY = Path("/dev/shm")


class AtOnce:
    """Takes the place of the queue to the thread: what is put there is done."""

    def put_nowait(self, item: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        """Do it and give the result."""
        future, function = item
        future.set_result(function())


class Unthreaded(aiosqlite.Connection):
    """A connection whose work is done where it is asked for. One site speaks at a time: nobody waits."""

    def __init__(self, database: str, **options: Any) -> None:
        super().__init__(partial(sqlite3.connect, database, **options), 64)
        self._tx = AtOnce()  # type: ignore[assignment]

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        """Connect."""
        self._connection = self._connector()
        return self
        yield

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    def stop(self) -> asyncio.Future[None] | None:
        """Close; there is no thread to stop."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return None


def _choose(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
    options["async_creator_fn"] = Unthreaded


@contextmanager
def unthreaded() -> Iterator[None]:
    """Engines that connect meanwhile do without threads."""
    event.listen(Engine, "do_connect", _choose)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", _choose)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for databases that are thrown away: in memory where there is such a place."""
    with TemporaryDirectory(prefix="twin-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)
