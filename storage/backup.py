"""backup(): the whole record in one file, as it is at one moment, while the bot is running."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import archive
from storage.database import HEAD, snapshot
from storage.files import new_file
from storage.raw import UNREADABLE, plain, raw, read
from storage.tables import chains, events, inbox, metadata, outbox
from storage.verify import verify

# What each table leaves behind. Events are numbered anew in their order; of an update only the number is
# kept, so that it is never answered twice.
KEPT: dict[str, tuple[str, ...]] = {"events": ("id",), "chains": (), "inbox": ("payload",)}
# What waits to be sent is not taken along: it may have been sent by the time a backup is needed.
LEFT = ("outbox",)
AT_ONCE = 1000


async def backup(engine: AsyncEngine, path: Path) -> dict[str, Any]:
    """Write a backup that did not exist; FileExistsError, OldSchema.

    {"ok", "file", "sha256", "revision", "taken_at", "studies": {S: {"events", "head", "last"}}, "waiting":
    {"updates", "letters"}}. A record whose chain is broken is kept all the same: the finding of verify
    stands under "found", and "ok" is false; how many rows of a table have values that cannot be read, and so
    are kept as {"unreadable": what stands there}, is under "unreadable".
    """
    taken = datetime.now(UTC)  # before the look: to verify a large record takes minutes
    with new_file(path) as file:
        async with snapshot(engine) as connection:
            found = await verify(connection)
            head = _head(connection, taken)
            writer = archive.Writer(file, head)
            lost = Counter[str]()
            counts = {name: await _table(connection, writer, metadata.tables[name], lost) for name in KEPT}
            made = {"studies": await heads(connection), "waiting": await _waiting(connection)}
            made |= {"unreadable": dict(lost)} if lost else {}
            writer.close({"rows": counts, **made})
    told = {"file": str(path), "sha256": _sum(path), "revision": HEAD, "taken_at": head["taken_at"], **made}
    return {"ok": True, **told} if found["ok"] else {"ok": False, **told, "found": found}


def columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that a backup holds."""
    return [column for column in table.c if column.name not in KEPT[table.name]]


async def heads(connection: AsyncConnection) -> dict[str, dict[str, Any]]:
    """Each study with the number, the hash and the instant of its last event."""
    at = raw([events.c.entered_at])[0]
    last = select(events.c.study, at, chains.c.position, chains.c.hash)
    query = last.join(chains, (chains.c.study == events.c.study) & (chains.c.position == events.c.position))
    rows = await connection.execute(query.order_by(events.c.study))
    return {
        str(row.study): {
            "events": row.position,
            "head": row.hash,
            "last": plain(events.c.entered_at, row.entered_at),
        }
        for row in rows
    }


def _head(connection: AsyncConnection, taken: datetime) -> dict[str, Any]:
    held = {name: [column.name for column in columns(metadata.tables[name])] for name in KEPT}
    head = {"revision": HEAD, "engine": connection.dialect.name, "columns": held}
    return {**head, "taken_at": taken.isoformat(timespec="seconds")}


async def _table(
    connection: AsyncConnection, writer: archive.Writer, table: Table, lost: Counter[str]
) -> int:
    written, held = 0, columns(table)
    async for row in _rows(connection, select(*raw(held)).order_by(*_order(table))):
        try:
            values = [read(column, value) for column, value in zip(held, row, strict=True)]
            writer.row(table.name, [x.isoformat() if isinstance(x, datetime) else x for x in values])
        except UNREADABLE:
            lost[table.name] += 1
            writer.row(table.name, [plain(column, value) for column, value in zip(held, row, strict=True)])
        written += 1
    return written


def _order(table: Table) -> Iterable[Column[Any]]:
    return (table.c.study, table.c.position) if table is events else table.primary_key


async def _rows(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Any]:
    result = await connection.stream(query, execution_options={"yield_per": AT_ONCE})
    async for row in result:
        yield row


async def _waiting(connection: AsyncConnection) -> dict[str, int]:
    """What had not been answered or sent at that moment: nothing of it goes on after a restore."""
    found = {}
    for name, table in (("updates", inbox), ("letters", outbox)):
        query = select(func.count()).select_from(table).where(table.c.done_at.is_(None))
        found[name] = int((await connection.execute(query)).scalar_one())
    return found


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
