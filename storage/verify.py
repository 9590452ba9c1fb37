"""verify(): walk every chain and say OK with count and head, or name the first bad row."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chain import BEGINNING, HASHED, row_hash
from storage.guards import strange
from storage.raw import UNREADABLE, raw, read
from storage.signatures import Bound
from storage.tables import chains, events

COLUMNS = [events.c[name] for name in (*HASHED, "hash")]
UNREAD = "the row cannot be read"
AT_ONCE = 1000
LOOSE = "its signature is of something else than this record"
NOTE = "note the head hash outside this machine: whoever can write here could rewrite the whole chain"


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong, where, and in words.

    `wrong`: changed | missing | out of order | signature mismatch | head mismatch | trigger missing |
    schema changed | damaged.
    """

    wrong: str
    study: str | None
    position: int | None
    says: str


@dataclass
class Walk:
    """How far the chain of one study was followed, and the hash that was noted for a position."""

    study: str
    position: int = 0
    hash: str = BEGINNING
    streams: dict[str, int] = field(default_factory=dict)
    bound: Bound = field(default_factory=Bound)


async def verify(
    connection: AsyncConnection, study: str | None = None, noted: tuple[int, str] | None = None
) -> dict[str, Any]:
    """Check what guards the tables and every chain, or one, in the transaction of the connection.

    {"ok": True, "studies": {study: {"events", "head"}}, "note"} or {"ok": False, "wrong", "study",
    "position", "says"}. `noted` is a position and hash that somebody noted outside: it must still stand.
    """
    walks: dict[str, Walk] = {}
    faults = _faults(connection, study, noted, walks)
    fault = await _database_fault(connection) or await anext(faults, None)
    await faults.aclose()
    if fault is not None:
        return {"ok": False, **vars(fault)}
    found = {name: {"events": walk.position, "head": walk.hash} for name, walk in sorted(walks.items())}
    return {"ok": True, "studies": found, "note": NOTE}


async def _database_fault(connection: AsyncConnection) -> Fault | None:
    if connection.dialect.name == "sqlite":
        damage = (await connection.execute(text("PRAGMA integrity_check(1)"))).scalars().first()
        if damage != "ok":
            return Fault("damaged", None, None, "SQLite's integrity check fails: restore a backup")
    found = await connection.run_sync(strange)
    return Fault(found[0], None, None, found[1]) if found else None


async def _faults(
    connection: AsyncConnection, study: str | None, noted: tuple[int, str] | None, walks: dict[str, Walk]
) -> AsyncGenerator[Fault]:
    """Every fault in order; only the first is sure, those behind it follow from it."""
    query = select(chains) if study is None else select(chains).where(chains.c.study == study)
    heads = {str(row.study): (row.position, row.hash) for row in await connection.execute(query)}
    result = await connection.stream(_raw(study), execution_options={"yield_per": AT_ONCE})
    async for row in result.mappings():
        name = str(row["study"])
        walk = walks.setdefault(name, Walk(name))
        fault = _row_fault(walk, row, heads.get(name, (0, ""))[0])
        if fault is None and noted and walk.position == noted[0] and walk.hash != noted[1]:
            fault = Fault(
                "head mismatch", name, noted[0], "not the hash that was noted: history was rewritten"
            )
        if fault:
            yield fault
    for name, (position, hash_) in sorted(heads.items()):
        fault = _head_fault(walks.setdefault(name, Walk(name)), position, hash_)
        if fault:
            yield fault
    for name, walk in walks.items():
        if name not in heads:
            yield Fault("head mismatch", name, walk.position, "the table chains does not know this study")
    reached = walks[study].position if study in walks else 0
    if noted and reached < noted[0]:
        yield Fault("missing", study, reached + 1, f"event {noted[0]} was noted and is gone")


def _raw(study: str | None) -> Select[Any]:
    query = select(*raw(COLUMNS)).order_by(events.c.study, events.c.position)
    return query if study is None else query.where(events.c.study == study)


def _row_fault(walk: Walk, row: Mapping[str, Any], head: int) -> Fault | None:
    """What is wrong with the row that comes next, or None; the walk goes on by one."""
    study, expected = walk.study, walk.position + 1
    try:
        plain = {column.name: read(column, row[column.name]) for column in COLUMNS}
        found, own = int(plain["position"]), row_hash(plain)
    except UNREADABLE:
        return Fault("damaged", study, expected, UNREAD)
    if found > expected:
        return Fault("missing", study, expected, f"the next row is event {found}")
    if found < expected:
        return Fault("out of order", study, found, "two rows say that they are this event")
    if own != plain["hash"]:
        if not _whole(plain):
            return Fault("damaged", study, found, UNREAD)
        there = next(
            (n for n in range(1, head + 1) if row_hash({**plain, "position": n}) == plain["hash"]), 0
        )
        if there:
            return Fault("out of order", study, found, f"the row was written as event {there}")
        return Fault("changed", study, found, "the row does not fit its hash")
    if plain["before"] != walk.hash:
        return Fault("changed", study, max(found - 1, 1), f"event {found} vouches for another row before it")
    if plain["seq"] != walk.streams.get(plain["stream"], 0) + 1:
        return Fault("out of order", study, found, f"number {plain['seq']} is not next in its stream")
    walk.position, walk.hash = found, own
    walk.streams[plain["stream"]] = plain["seq"]
    loose = walk.bound.loose(found, plain["signature"], plain["kind"], plain["data"])
    return Fault("signature mismatch", study, loose, LOOSE) if loose else None


def _whole(row: Mapping[str, Any]) -> bool:
    """Whether the text of a row is text."""
    try:
        json.dumps([*row.values()], ensure_ascii=False, default=str).encode()
    except ValueError:
        return False
    return True


def _head_fault(walk: Walk, position: int, hash_: str) -> Fault | None:
    """What the end of a chain and the table of heads say against its last row, or None."""
    if walk.bound.position:
        return Fault("signature mismatch", walk.study, walk.bound.position, LOOSE)
    if position > walk.position:
        says = f"the record ended at event {position}: its tail was cut off"
        return Fault("missing", walk.study, walk.position + 1, says)
    if (position, hash_) != (walk.position, walk.hash):
        return Fault("head mismatch", walk.study, walk.position, "the last row is not the head in chains")
    return None
