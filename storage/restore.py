"""restore(): a backup put into an empty database, in one transaction that also verifies it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import archive
from storage.backup import AT_ONCE, KEPT, heads
from storage.database import HEAD, MIGRATIONS, connect, revision, upgrade
from storage.failures import NewerSchema, why_away
from storage.tables import Utc, metadata
from storage.verify import verify

UNFIT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, SQLAlchemyError)


class NotEmpty(Exception):
    """The database holds something already; str() says what to do."""


class NotTheSame(Exception):
    """What was restored does not verify, or is not what was backed up; str() names the first bad row."""


async def restore(url: str, path: Path) -> dict[str, Any]:
    """Fill an empty database from a backup, or leave it empty: Damaged, NewerSchema, NotEmpty, NotTheSame.

    {"ok", "revision", "taken_at", "studies": {S: {"events", "head", "last"}}, "not_answered", "not_sent"}.
    What waited at the time of the backup may have been answered and sent since: it stays so.
    """
    head, foot = archive.ends(path)
    if not _formed(head, foot):
        raise archive.damaged(path)
    if not _known(head):
        raise NewerSchema("the backup was made by a newer program; restore it with that one")
    if foot.get("unreadable"):
        raise NotTheSame("the backup holds rows that could not be read. Nothing was restored.")
    engine = connect(url)
    try:
        async with engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                await connection.run_sync(_prepare, head["revision"])
                try:
                    counts = await _fill(connection, path, head["columns"])
                except UNFIT as error:
                    if why_away(error):
                        raise
                    raise NotTheSame("a row of the backup fits no table. Nothing was restored.") from error
                if counts != foot["rows"]:
                    raise NotTheSame("rows of the backup are missing or double. Nothing was restored.")
                await connection.run_sync(upgrade)
                await _compare(connection, foot)
    finally:
        await engine.dispose()
    waited = {"not_answered": foot["waiting"]["updates"], "not_sent": foot["waiting"]["letters"]}
    told = {"ok": True, "revision": HEAD, "taken_at": head["taken_at"], "studies": foot["studies"]}
    return {**told, **waited}


def _formed(head: dict[str, Any], foot: dict[str, Any]) -> bool:
    """True where the head and the foot hold what every backup holds."""
    held, waiting, rows = head.get("columns"), foot.get("waiting"), foot.get("rows")
    return (
        isinstance(head.get("revision"), str)
        and isinstance(head.get("taken_at"), str)
        and isinstance(held, dict)
        and set(held) <= set(KEPT)
        and all(isinstance(names, list) and all(isinstance(x, str) for x in names) for names in held.values())
        and isinstance(foot.get("studies"), dict)
        and isinstance(waiting, dict)
        and all(isinstance(waiting.get(name), int) for name in ("updates", "letters"))
        and isinstance(rows, dict)
        and set(rows) == set(held)
    )


def _known(head: dict[str, Any]) -> bool:
    """True where this program knows the schema of a backup, every table and column of it."""
    revisions = {file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py")}
    held = {f"{table}.{name}" for table, names in head["columns"].items() for name in names}
    ours = {f"{name}.{column.name}" for name in KEPT for column in metadata.tables[name].c}
    return head["revision"] in revisions and held <= ours


def _prepare(connection: Connection, to: str) -> None:
    """The schema as it was at the backup, in a database that holds nothing."""
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    full = there - set(metadata.tables) or {
        name
        for name in there
        if connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar()
    }
    if full:
        raise NotEmpty(f"the database is not empty (table {min(full)}): name one that holds nothing")
    if there and revision(connection) != to:
        raise NotEmpty("the database has tables of another version: name one that holds nothing at all")
    upgrade(connection, to)


async def _fill(connection: AsyncConnection, path: Path, held: dict[str, list[str]]) -> dict[str, int]:
    """Put the rows into their tables; how many there were of each."""
    now, counts = datetime.now(UTC), dict.fromkeys(held, 0)
    rows = (value for value in archive.lines(path) if isinstance(value, list))
    while chunk := list(islice(rows, AT_ONCE)):
        for row in chunk:
            counts[row[0]] += 1
        for name in KEPT:
            made = [
                _typed(metadata.tables[name], held[name], row[1:], now) for row in chunk if row[0] == name
            ]
            if made:
                await connection.execute(insert(metadata.tables[name]), made)
    return counts


def _typed(table: Table, names: list[str], values: list[Any], now: datetime) -> dict[str, Any]:
    row = dict(zip(names, values, strict=True))
    for name in names:
        if row[name] is not None and isinstance(table.c[name].type, Utc):
            row[name] = datetime.fromisoformat(row[name])
    if table.name == "inbox" and row["done_at"] is None:
        row["done_at"] = now
    return row


async def _compare(connection: AsyncConnection, foot: dict[str, Any]) -> None:
    found = await verify(connection)
    if not found["ok"]:
        raise NotTheSame(f"the backup does not verify: {_where(found)}. Nothing was restored.")
    if await heads(connection) != foot["studies"]:
        raise NotTheSame("the heads are not those that were backed up. Nothing was restored.")


def _where(found: dict[str, Any]) -> str:
    return " ".join(f"{found[name]}" for name in ("study", "position", "says") if found[name] is not None)
