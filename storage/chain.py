"""The chain of a study: each row carries the hash of the row before it, across streams."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import chains, events

BEGINNING = "0" * 64
# What the hash is of. A column that comes later is hashed only where it is filled: old rows must verify.
HASHED = (
    "study", "stream", "seq", "position", "kind", "version", "data", "by", "role", "happened_at",
    "entered_at", "typed", "protocol_version", "protocol_sha256", "signature", "before",
)  # fmt: skip

# Of the study's name: the row of a head is moved by whoever has it, and those who wait for rows can deadlock.
LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("study"), 6871644)))
MOVE = (
    update(chains)
    .where(chains.c.study == bindparam("at"))
    .values(position=bindparam("position"), hash=bindparam("hash"))
)


@dataclass(frozen=True)
class Head:
    """The last row of a study's chain, and the last number of each stream that was asked for."""

    position: int
    hash: str
    streams: Mapping[str, int]


def row_hash(row: Mapping[str, Any]) -> str:
    """sha256 over the canonical JSON of a row: sorted keys, no blanks, ASCII, instants in UTC."""
    held = {name: _instant(row[name]) for name in HASHED}
    text = json.dumps(held, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def chained(rows: Iterable[dict[str, Any]], position: int, before: str) -> Iterator[dict[str, Any]]:
    """The rows with their position and hashes, behind the row at `position` whose hash is `before`."""
    for row in rows:
        position += 1
        linked = {**row, "position": position, "before": before}
        before = row_hash(linked)
        yield {**linked, "hash": before}


def locked_head(connection: Connection, study: str, streams: Iterable[str]) -> Head:
    """The head of a study, which nobody else can move until this transaction ends."""
    names = list(dict.fromkeys(streams))
    if connection.dialect.name != "sqlite":  # there the whole transaction is one writer's
        # First the lock, then a new look: in one statement the streams would be seen as before the wait.
        connection.execute(LOCK, {"study": study})
    asked = {"study": study, **numbered("stream", names)}
    row = connection.execute(_heads(len(names)), asked).one_or_none()
    if row is None:
        _begin(connection, study)
        return locked_head(connection, study, names)
    return Head(row[0], row[1], dict(zip(names, row[2:], strict=True)))


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """The parameters name0, name1 ... of a statement."""
    return {f"{name}{at}": value for at, value in enumerate(values)}


@cache
def _heads(streams: int) -> Select[Any]:
    """The head of a study and the last numbers of so many of its streams; built once, which is the cost."""
    heads = (
        select(func.coalesce(func.max(events.c.seq), 0))
        .where(events.c.study == bindparam("study"), events.c.stream == bindparam(f"stream{at}"))
        .scalar_subquery()
        for at in range(streams)
    )
    return select(chains.c.position, chains.c.hash, *heads).where(chains.c.study == bindparam("study"))


def _begin(connection: Connection, study: str) -> None:
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    first = {"study": study, "position": 0, "hash": BEGINNING}
    connection.execute(insert(chains).on_conflict_do_nothing(), first)


def move_head(connection: Connection, last: Mapping[str, Any]) -> int:
    """The head is the row `last` now; how many heads moved, which is 1."""
    at = {"at": last["study"], "position": last["position"], "hash": last["hash"]}
    return connection.execute(MOVE, at).rowcount


async def studies(engine: AsyncEngine) -> list[str]:
    """The studies that a database holds events of."""
    query = select(chains.c.study).where(chains.c.position > 0).order_by(chains.c.study)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())
