"""What belongs to a bot's desk and not to one study: who has a conversation where, queues of before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.tables import FIRST, events, inbox, outbox


async def studies_with(engine: AsyncEngine, stream: str) -> list[str]:
    """The studies that have a stream of that name, in order; one look at an index of first events."""
    query = select(events.c.study).where(events.c.stream == stream, FIRST).order_by(events.c.study)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())


async def adopt(engine: AsyncEngine, desk: str, studies: Sequence[str]) -> None:
    """Give the desk what waits under the studies' own names: programs before desks queued it there."""
    async with engine.connect() as reading:
        waits = [await _waits(reading, table, studies) for table in (inbox, outbox)]
    if not any(waits):
        return
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        async with connection.begin():
            for table in (inbox, outbox):
                await connection.execute(update(table).where(_open(table, desk, studies)).values(study=desk))


async def _waits(connection: AsyncConnection, table: Table, studies: Sequence[str]) -> bool:
    query = select(exists().where(table.c.study.in_(studies), table.c.done_at.is_(None)))
    return bool((await connection.execute(query)).scalar())


def _open(table: Table, desk: str, studies: Sequence[str]) -> ColumnElement[bool]:
    waits = and_(table.c.study.in_(studies), table.c.done_at.is_(None))
    if table is outbox:
        return waits
    same = inbox.alias()
    return and_(waits, ~exists().where(same.c.study == desk, same.c.update_id == inbox.c.update_id))
