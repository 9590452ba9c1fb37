"""The chain over a study's streams, signatures in it, and the triggers that keep events as they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from storage.chain import BEGINNING, row_hash, studies
from storage.database import connect
from storage.log import Batch, Log, Record, Signature
from storage.tables import chains, events
from tests.storage.appender import append_one
from tests.storage.samples import NOW, SITE, codec

SIGNED = Signature("Dr Li", "principal_investigator", "opens the level", NOW.astimezone(SITE), "d" * 64)


@pytest.fixture
def log(engine: AsyncEngine) -> Log:
    return Log(engine, "S", codec())


def moved(number: int = 1, **more: Any) -> Record:
    return Record(b.ClockMoved(number, NOW), NOW, NOW, **more)


async def links(engine: AsyncEngine, study: str = "S") -> list[Any]:
    query = select(events).where(events.c.study == study).order_by(events.c.position)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).mappings())


async def head(engine: AsyncEngine, study: str = "S") -> tuple[int, str]:
    query = select(chains.c.position, chains.c.hash).where(chains.c.study == study)
    async with engine.connect() as connection:
        return tuple((await connection.execute(query)).one())


async def test_each_row_carries_the_hash_of_the_row_before_it_across_streams(
    engine: AsyncEngine, log: Log
) -> None:
    await log.append([Batch("trial", 0, (moved(1), moved(2))), Batch("chat:1", 0, (moved(3),))], [], NOW)
    await log.append([Batch("people", 0, (moved(4),))], [], NOW)
    await log.append([Batch("trial", 2, (moved(5),))], [], NOW)
    rows = await links(engine)
    places = [("trial", 1), ("trial", 2), ("chat:1", 1), ("people", 1), ("trial", 3)]
    assert [(row["stream"], row["seq"]) for row in rows] == places
    assert [row["position"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["before"] for row in rows] == [BEGINNING, *(row["hash"] for row in rows[:-1])]
    assert [row_hash(row) for row in rows] == [row["hash"] for row in rows]
    assert await head(engine) == (5, rows[-1]["hash"])


async def test_the_hash_of_a_row_is_the_same_on_both_engines_for_ever(engine: AsyncEngine, log: Log) -> None:
    record = moved(
        7, by="P1", role="admin", typed="+7s 现在", protocol_version="1.0", protocol_sha256="f" * 64
    )
    await log.append([Batch("trial", 0, (replace(record, signature=SIGNED),))], [], NOW)
    assert (await head(engine))[1] == "ab26e076e21641c197b1e78fbc7bfab9ffd7140da8bc662f8861812f8c808350"


async def test_every_part_of_a_row_that_matters_changes_its_hash(engine: AsyncEngine, log: Log) -> None:
    await log.append([Batch("trial", 0, (moved(7, signature=SIGNED),))], [], NOW)
    [row] = await links(engine)
    other = {"seq": 2, "position": 2, "version": 2, "data": {"seconds": 8}, "signature": None}
    other |= dict.fromkeys(("happened_at", "entered_at"), NOW + timedelta(microseconds=1))
    parts = set(row) - {"id", "hash"}
    hashes = {row_hash({**row, part: other.get(part, "other")}) for part in parts}
    assert row["hash"] not in hashes
    assert len(hashes) == len(parts)


async def test_each_study_has_a_chain_of_its_own(engine: AsyncEngine, log: Log) -> None:
    other = Log(engine, "OTHER", codec())
    assert await studies(engine) == []
    for number in range(3):
        await log.append([Batch("trial", number, (moved(),))], [], NOW)
        await other.append([Batch("trial", number, (moved(),))], [], NOW)
    assert [row["position"] for row in await links(engine)] == [1, 2, 3]
    assert [row["position"] for row in await links(engine, "OTHER")] == [1, 2, 3]
    assert (await head(engine))[1] != (await head(engine, "OTHER"))[1]
    assert await studies(engine) == ["OTHER", "S"]


async def test_appends_to_different_streams_at_once_leave_one_unbroken_chain(
    engine: AsyncEngine, log: Log, url: str
) -> None:
    async def put(log: Log, stream: str) -> None:
        for number in range(3):
            await log.append([Batch(stream, number, (moved(number),))], [], NOW)

    second = connect(url)
    logs = (log, Log(second, "S", codec()))
    await asyncio.gather(*(put(logs[n % 2], f"chat:{n}") for n in range(10)))
    await asyncio.gather(*(append_one(log, "task", number) for number in range(10)))
    rows = await links(engine)
    await second.dispose()
    assert [row["position"] for row in rows] == list(range(1, 41))
    assert [row["before"] for row in rows] == [BEGINNING, *(row["hash"] for row in rows[:-1])]


async def test_a_signature_comes_back_as_it_was_given(log: Log) -> None:
    twice = replace(SIGNED, second=replace(SIGNED, name="Dr Wang", role="investigator"))
    await log.append(
        [Batch("trial", 0, (moved(1, signature=SIGNED), moved(2, signature=twice), moved(3)))], [], NOW
    )
    assert [record.signature for record in await log.read("trial")] == [SIGNED, twice, None]


async def test_a_signature_without_a_zone_is_refused(log: Log) -> None:
    naive = replace(SIGNED, at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        await log.append([Batch("trial", 0, (moved(1, signature=naive),))], [], NOW)
    assert await log.read("trial") == []


CHANGES = (
    "update events set typed = 'other'",
    "delete from events",
    "delete from events where seq = 2",
)
COLUMNS = "study, stream, seq, kind, version, data, by, role, happened_at, entered_at, typed, "
COLUMNS += "protocol_version, protocol_sha256"
NEXT = COLUMNS.replace("seq", "3")
REPLACEMENTS = (
    "insert or replace into events select * from events where seq = 1",
    f"replace into events (id, {COLUMNS}, position) select 77, {COLUMNS}, 3 from events where seq = 1",
    f"replace into events (id, {COLUMNS}, position) select 1, {NEXT}, 3 from events limit 1",
    f"insert into events ({COLUMNS}, position) select {NEXT}, 4 from events limit 1",
    "update or replace events set seq = 2 where seq = 1",
    f"insert into events ({COLUMNS}) select {NEXT} from events limit 1",
)


async def refused(engine: AsyncEngine, statement: str, words: str) -> None:
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        with pytest.raises(IntegrityError, match=words):
            await connection.execute(text(statement))


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_database_refuses_to_change_or_remove_an_event(
    engine: AsyncEngine, log: Log, statement: str
) -> None:
    await log.append([Batch("trial", 0, (moved(1), moved(2)))], [], NOW)
    await refused(engine, statement, "kept as they were written")
    assert len(await log.read("trial")) == 2


@pytest.mark.parametrize("replica", [False, True])
@pytest.mark.parametrize("statement", ["truncate events", "truncate events cascade", "delete from events"])
async def test_postgresql_refuses_to_empty_the_events_even_as_a_replica(
    postgres_engine: AsyncEngine, statement: str, replica: bool
) -> None:
    log = Log(postgres_engine, "S", codec())
    await log.append([Batch("trial", 0, (moved(1),))], [], NOW)
    async with postgres_engine.connect() as connection:
        if replica:
            await connection.execute(text("set session_replication_role = replica"))
        with pytest.raises(IntegrityError, match="kept as they were written"):
            await connection.execute(text(statement))
    assert len(await log.read("trial")) == 1


@pytest.mark.parametrize("statement", REPLACEMENTS)
async def test_sqlite_refuses_to_replace_an_event_or_to_add_one_beside_the_chain(
    sqlite_engine: AsyncEngine, statement: str
) -> None:
    log = Log(sqlite_engine, "S", codec())
    await log.append([Batch("trial", 0, (moved(1), moved(2)))], [], NOW)
    await refused(sqlite_engine, statement, "only added|kept as")
    assert [record.event.seconds for record in await log.read("trial")] == [1, 2]


async def test_a_program_from_before_the_chain_cannot_write_beside_it(engine: AsyncEngine, log: Log) -> None:
    old = 'insert into events (study, stream, seq, kind, version, data, "by", role, happened_at, entered_at, '
    old += (
        "typed, protocol_version, protocol_sha256) values ('S', 'trial', 1, 'ClockMoved', 1, '{}', '', '', "
    )
    old += "'2026-03-02 01:00:00', '2026-03-02 01:00:00', '', '', '')"
    await refused(engine, old, "only added|events_chained")
    assert await log.read("trial") == []
