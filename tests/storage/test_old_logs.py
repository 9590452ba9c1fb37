"""Logs that earlier programs wrote: migrated, chained, and folded to what they meant then."""

from __future__ import annotations

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.memory import Memory
from rules.counting import history_of
from rules.notation import write_outcomes
from storage.chain import BEGINNING, row_hash
from storage.database import HEAD, connect, migrate
from storage.log import Log
from storage.tables import chains, events
from tests.bot.study import USERS, shipped
from tests.storage import recorded
from tests.storage.samples import codec

PRACTICE = "practice:NCT06871644"


async def opened(url: str, revision: str) -> tuple[AsyncEngine, list[dict]]:
    engine = connect(url)
    rows = await recorded.write(engine, revision)
    await asyncio.gather(migrate(engine), migrate(engine))
    return engine, rows


async def test_a_trial_that_revision_0001_wrote_folds_to_what_it_was(url: str) -> None:
    engine, _ = await opened(url, "0001")
    memory = Memory(Log(engine, PRACTICE, codec()), shipped())
    await memory.refresh(*USERS)
    await engine.dispose()
    trial, chats = memory.trial, [memory.chat(user) for user in USERS]
    now = trial.log[-1].entered_at
    assert now is not None
    assert (trial.mtd, len(trial.log), len(trial.subjects)) == (1, 259, 11)
    assert write_outcomes(history_of(shipped(), trial, now)) == "1NNN 2NNT 2NT 1NNN"
    assert [(len(chat.cards), len(chat.settled), len(chat.reminded)) for chat in chats] == [
        (4, 4, 12), (89, 89, 9), (1, 1, 9), (0, 0, 3), (0, 0, 0),
    ]  # fmt: skip
    assert [(person.id, person.user) for person in memory.people.present] == [(f"P{u}", u) for u in USERS]
    assert memory.moved.days == 148


async def test_rows_of_revision_0001_are_chained_in_the_order_in_which_they_were_written(url: str) -> None:
    engine, rows = await opened(url, "0001")
    async with engine.connect() as connection:
        found = (await connection.execute(select(events).order_by(events.c.id))).mappings().all()
        heads = {row.study: (row.position, row.hash) for row in await connection.execute(select(chains))}
    await engine.dispose()
    assert len(found) == len(rows)
    for study in ("KINDS", PRACTICE):
        own = [row for row in found if row["study"] == study]
        assert [row["position"] for row in own] == list(range(1, len(own) + 1))
        assert [row["before"] for row in own] == [BEGINNING, *(row["hash"] for row in own[:-1])]
        assert [row_hash(row) for row in own] == [row["hash"] for row in own]
        assert heads[study] == (len(own), own[-1]["hash"])


async def test_every_kind_of_revision_0001_is_read_as_it_was_written(url: str) -> None:
    engine, rows = await opened(url, "0001")
    kinds = [row for row in rows if row["study"] == "KINDS"]
    read = await Log(engine, "KINDS", codec()).read_all(dict.fromkeys(("trial", "people", "chat:1"), 0))
    await engine.dispose()
    for row in kinds:
        record = read[row["stream"]][row["seq"] - 1]
        kind, data = codec().encode(record.event)
        assert kind == row["kind"]
        assert {name: data[name] for name in row["data"]} == row["data"]
        assert (record.by, record.typed, record.signature) == (row["by"], row["typed"], None)


async def test_an_empty_database_of_revision_0001_becomes_one_of_today(url: str) -> None:
    engine = connect(url)
    assert await migrate(engine, "0001") == "0001"
    assert await migrate(engine) == HEAD
    await engine.dispose()
