"""A database of many studies for the benchmark, put there in bulk: a valid chain in each, and old queues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import events as b
from bot.access import ROLES
from rules import events as e
from rules.protocol import Protocol
from storage.chain import BEGINNING, chained
from storage.database import connect, migrate
from storage.records import Record, row_of
from storage.tables import chains, events, inbox, outbox
from tests.bot.study import GOOD, START, code, infused
from tests.storage.samples import codec

TREATED, AT_ONCE = 3, 5000
Placed = tuple[str, Any, datetime]
KINDS = codec()


def protocols(number: int, first: Protocol) -> list[Protocol]:
    """So many studies under one file, as if each had one of its own."""
    made = (replace(first.trial, id=f"BENCH{study:05}") for study in range(number))
    return [replace(first, trial=trial) for trial in made]


def user_of(study: int, role: int = 0) -> int:
    """The numeric id of a person of a study; nobody is in two."""
    return 1 + 10 * study + role


async def fill(url: str, files: list[Protocol], each: int) -> None:
    """Each study with so many events, and one answered update and one sent letter for every third."""
    engine = connect(url)
    await migrate(engine)
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        for study, file in enumerate(files):
            async with connection.begin():
                await _study(connection, file, study, each)
        if engine.dialect.name == "postgresql":  # as it does by itself, a minute later
            async with connection.begin():
                await connection.execute(text("ANALYZE"))
    await engine.dispose()


async def _study(connection: AsyncConnection, file: Protocol, study: int, each: int) -> None:
    name = file.trial.id
    rows = list(chained(_rows(file, study, each), 0, BEGINNING))
    for at in range(0, len(rows), AT_ONCE):
        await connection.execute(insert(events), rows[at : at + AT_ONCE])
    await connection.execute(insert(chains), {"study": name, "position": each, "hash": rows[-1]["hash"]})
    old = {"study": "desk", "chat": user_of(study), "done_at": START}
    numbers = range(study * each, study * each + each // 3)
    updates = [{**old, "update_id": 10**6 + number, "received_at": START} for number in numbers]
    letters = [{**old, "created_at": START, "not_before": START, "attempts": 1} for _ in numbers]
    await connection.execute(insert(inbox), updates)
    await connection.execute(insert(outbox), letters)


def _rows(file: Protocol, study: int, each: int) -> Iterator[dict[str, Any]]:
    heads: dict[str, int] = {}
    for stream, event, at in islice(_events(file, study), each):
        heads[stream] = heads.get(stream, 0) + 1
        held = (file.trial.version, file.sha256)
        record = Record(event, at, at, "P1", ROLES[0], "/screen", *held)
        yield row_of(KINDS, file.trial.id, stream, heads[stream], record)


def _events(file: Protocol, study: int) -> Iterator[Placed]:
    """People join, three subjects are treated, then one after the other is screened, without an end."""
    yield "protocol", b.ProtocolAdopted(file.trial.version, file.sha256, file.text, START, 0), START
    for role, title in enumerate(ROLES):
        yield "people", b.Joined(f"P{role + 1}", user_of(study, role), title, "", START), START
    chats, number, at = [0] * len(ROLES), 0, START
    while True:
        number, at = number + 1, at + timedelta(hours=1)
        if number <= TREATED:
            for event in infused(number, START + timedelta(days=8 * number)):
                yield "trial", event, event.at
            continue
        role = number % 3
        for event in _interview(number, at):
            yield f"chat:{user_of(study, role)}", event, at
        chats[role] += len(GOOD) + 1
        yield f"chat:{user_of(study, role)}", b.Settled(chats[role], "recorded", at), at
        chats[role] += 1
        yield "trial", e.Consented(code(number), at), at
        for fact, value in GOOD.items():
            yield "trial", e.Answered(code(number), fact, value, at), at


def _interview(number: int, at: datetime) -> Iterator[Any]:
    given = (("subject", code(number)),)
    for fact in GOOD:
        yield b.Asked("screen", given, fact, ("yes", "no", "unclear"), at)
    yield b.Carded("screen", (*given, *GOOD.items()), "0" * 64, at)
