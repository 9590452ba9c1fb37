"""The inbox of updates (stored before they are confirmed) and the outbox of messages (sent at least once)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import inbox, outbox

CLAIM = timedelta(seconds=90)


@dataclass(frozen=True)
class Arrived:
    """An update as stored: its number, its chat, and the channel's plain data."""

    update_id: int
    chat: int
    payload: dict[str, Any]


@dataclass(frozen=True)
class Waiting:
    """A message that waits to be sent."""

    id: int
    chat: int
    payload: dict[str, Any]
    attempts: int


class Queues:
    """The queues of one study."""

    def __init__(self, engine: AsyncEngine, study: str) -> None:
        self.engine, self.study = engine, study

    async def store(self, arrived: Sequence[Arrived], now: datetime) -> None:
        """Store updates; one that is already there changes nothing."""
        rows = [
            {
                "study": self.study,
                "update_id": a.update_id,
                "chat": a.chat,
                "payload": a.payload,
                "received_at": now,
            }
            for a in arrived
        ]
        if not rows:
            return
        insert = insert_sqlite if self.engine.dialect.name == "sqlite" else insert_postgresql
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                await connection.execute(insert(inbox).on_conflict_do_nothing(), rows)

    async def unanswered(self, limit: int = 500) -> list[Arrived]:
        """Stored updates that nobody has answered, in order."""
        query = (
            select(inbox.c.update_id, inbox.c.chat, inbox.c.payload)
            .where(inbox.c.study == self.study, inbox.c.done_at.is_(None))
            .order_by(inbox.c.update_id)
            .limit(limit)
        )
        async with self.engine.connect() as connection:
            return [Arrived(*row) for row in (await connection.execute(query)).all()]

    async def claim(self, now: datetime, limit: int = 50) -> list[Waiting]:
        """Take messages to send: the oldest of each chat, so that a chat's messages keep their order."""
        earlier = outbox.alias()
        blocked = exists().where(
            earlier.c.study == outbox.c.study,
            earlier.c.chat == outbox.c.chat,
            earlier.c.done_at.is_(None),
            earlier.c.id < outbox.c.id,
        )
        free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now)
        query = (
            select(outbox.c.id, outbox.c.chat, outbox.c.payload, outbox.c.attempts)
            .where(
                and_(
                    outbox.c.study == self.study, outbox.c.done_at.is_(None), outbox.c.not_before <= now, free
                ),
                ~blocked,
            )
            .order_by(outbox.c.id)
            .limit(limit)
        )
        if self.engine.dialect.name != "sqlite":
            query = query.with_for_update(skip_locked=True, of=outbox)
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                rows = [Waiting(*row) for row in (await connection.execute(query)).all()]
                if rows:
                    await connection.execute(
                        update(outbox)
                        .where(outbox.c.id.in_([row.id for row in rows]))
                        .values(claimed_until=now + CLAIM, attempts=outbox.c.attempts + 1)
                    )
        return rows

    async def sent(self, id_: int, now: datetime, failed: str | None = None) -> None:
        """Close a message: sent, or given up with the reason; its text is forgotten."""
        await self._set(id_, done_at=now, payload=None, failed=failed)

    async def later(self, id_: int, not_before: datetime) -> None:
        """Give a message back, to be sent not before an instant."""
        await self._set(id_, not_before=not_before, claimed_until=None)

    async def _set(self, id_: int, **values: Any) -> None:
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                await connection.execute(update(outbox).where(outbox.c.id == id_).values(**values))
