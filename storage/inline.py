"""An aiosqlite connection that goes to its thread only for what may wait: a lock or the disk.

A hop to a thread and back costs more CPU than most statements, and SQLAlchemy makes four of them a statement.
Reads never wait in WAL mode, and neither does a write once BEGIN IMMEDIATE has the lock; so both run where
they are. BEGIN IMMEDIATE (the lock), COMMIT (the disk) and everything unusual go to the thread as before.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite


class Connection(aiosqlite.Connection):
    """aiosqlite's connection; `_execute` is the one door to its thread."""

    _hops, _holds_lock = 0, False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._running and self._connection and not self._hops and self._is_quick(fn, args):
            return fn(*args, **kwargs)
        return await self._hop(fn, args, kwargs)

    async def _hop(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """To the thread and back; while one is there, even if nobody waits for it any more, all go there."""

        def there() -> Any:
            try:
                result = fn(*args, **kwargs)
                # BEGIN IMMEDIATE, or a write by somebody who began without it, has the lock from here on.
                if fn.__name__ != "close":
                    self._holds_lock = self._conn.in_transaction
                return result
            finally:
                self._hops -= 1

        self._hops += 1
        return await super()._execute(there)  # type: ignore[no-untyped-call]

    def begin(self) -> bool:
        """Begin to read here and now; False while the thread is at work."""
        if not self._running or self._hops or self._conn.in_transaction:
            return False
        self._conn.execute("BEGIN")
        return True

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        owner, name = getattr(fn, "__self__", None), getattr(fn, "__name__", "")
        if isinstance(owner, sqlite3.Cursor):
            if name not in ("execute", "executemany"):
                return True
            sql = str(args[0])
            reads = self._holds_lock or sql.startswith("SELECT")
            return sql == "BEGIN" or (self._conn.in_transaction and reads)
        return name == "cursor" or (name in ("commit", "rollback") and not self._holds_lock)


def connect(database: str, **settings: Any) -> Connection:
    """What aiosqlite.connect gives, of this class."""
    _make(database)
    return _connection(database, settings)


def connect_reading(database: str, **settings: Any) -> Connection:
    """The same, of a file that is there, also where it or its folder may not be written."""
    file = Path(database).absolute()
    return _connection(f"{file.as_uri()}?{_mode(file)}", {**settings, "uri": True})


def _mode(file: Path) -> str:
    folder, log = os.access(file.parent, os.W_OK), Path(f"{file}-wal")
    if folder and os.access(file, os.W_OK):
        return "mode=rw"  # and not ro, which would leave the log of writes behind
    # Where no log of writes is and none can be made, the file is all there is.
    return "mode=ro" if folder or (log.exists() and log.stat().st_size) else "mode=ro&immutable=1"


def _make(database: str) -> None:
    """A file that is not there yet is made for its owner's eyes only, and so are those beside it."""
    with suppress(OSError):  # it is there, or SQLite says why it cannot be
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, 0o600))


def _connection(database: str, settings: dict[str, Any]) -> Connection:
    settings["check_same_thread"] = False  # the loop's thread and its own, never both at once
    connection = Connection(lambda: sqlite3.connect(database, **settings), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
