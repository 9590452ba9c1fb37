"""append(events, after=n) and read(): the log, with optimistic appends over several streams at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.codec import Codec
from storage.tables import events, inbox, outbox


class LogMoved(Exception):
    """Somebody else appended first: read again and decide again."""


@dataclass(frozen=True)
class Record:
    """One event with its envelope: when it happened and was entered, by whom, what was typed, which file."""

    event: Any
    happened_at: datetime
    entered_at: datetime
    by: str = ""
    role: str = ""
    typed: str = ""
    protocol_version: str = ""
    protocol_sha256: str = ""
    seq: int = 0


@dataclass(frozen=True)
class Batch:
    """Records for one stream, to stand right behind its event number `after`."""

    stream: str
    after: int
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Letter:
    """A message to a chat, as the channel's plain data."""

    chat: int
    payload: dict[str, Any]


class Log:
    """The log of one study in one database."""

    def __init__(self, engine: AsyncEngine, study: str, codec: Codec) -> None:
        self.engine, self.study, self.codec = engine, study, codec

    async def read(self, stream: str, after: int = 0) -> list[Record]:
        """The records of a stream behind number `after`, in order."""
        return (await self.read_all({stream: after}))[stream]

    async def read_all(self, heads: Mapping[str, int]) -> dict[str, list[Record]]:
        """For each stream its records behind the number given, in order; one look at the database."""
        wanted = [and_(events.c.stream == name, events.c.seq > after) for name, after in heads.items()]
        query = select(events).where(events.c.study == self.study, or_(*wanted)).order_by(events.c.seq)
        found: dict[str, list[Record]] = {name: [] for name in heads}
        async with self.engine.connect() as connection:
            for row in (await connection.execute(query)).mappings():
                found[row["stream"]].append(self._record(row))
        return found

    async def streams(self, prefix: str) -> list[str]:
        """The names of streams that begin with `prefix`."""
        query = (
            select(events.c.stream)
            .where(events.c.study == self.study, events.c.stream.startswith(prefix, autoescape=True))
            .distinct()
        )
        async with self.engine.connect() as connection:
            return list((await connection.execute(query)).scalars())

    async def append(
        self, batches: Sequence[Batch], letters: Iterable[Letter], now: datetime, update_id: int | None = None
    ) -> None:
        """Append all batches, queue the letters and mark the update done, or nothing: LogMoved."""
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            try:
                async with connection.begin():
                    for batch in batches:
                        await self._append(connection, batch)
                    await self._queue(connection, letters, now)
                    if update_id is not None:
                        await self._done(connection, update_id, now)
            except IntegrityError as error:
                raise LogMoved(batches[0].stream if batches else "") from error

    async def _append(self, connection: AsyncConnection, batch: Batch) -> None:
        head = select(func.coalesce(func.max(events.c.seq), 0)).where(
            events.c.study == self.study, events.c.stream == batch.stream
        )
        if (await connection.execute(head)).scalar_one() != batch.after:
            raise LogMoved(batch.stream)
        rows = [self._row(batch, batch.after + n, record) for n, record in enumerate(batch.records, 1)]
        if rows:
            await connection.execute(insert(events), rows)

    def _row(self, batch: Batch, seq: int, record: Record) -> dict[str, Any]:
        kind, data = self.codec.encode(record.event)
        return {
            "study": self.study,
            "stream": batch.stream,
            "seq": seq,
            "kind": kind,
            "version": 1,
            "data": data,
            "by": record.by,
            "role": record.role,
            "happened_at": record.happened_at,
            "entered_at": record.entered_at,
            "typed": record.typed,
            "protocol_version": record.protocol_version,
            "protocol_sha256": record.protocol_sha256,
        }

    def _record(self, row: Any) -> Record:
        names = (
            "happened_at",
            "entered_at",
            "by",
            "role",
            "typed",
            "protocol_version",
            "protocol_sha256",
            "seq",
        )
        event = self.codec.decode(row["kind"], row["data"])
        return Record(event, **{name: row[name] for name in names})

    async def _queue(self, connection: AsyncConnection, letters: Iterable[Letter], now: datetime) -> None:
        rows = [
            {
                "study": self.study,
                "chat": letter.chat,
                "payload": letter.payload,
                "created_at": now,
                "not_before": now,
                "attempts": 0,
            }
            for letter in letters
        ]
        if rows:
            await connection.execute(insert(outbox), rows)

    async def _done(self, connection: AsyncConnection, update_id: int, now: datetime) -> None:
        """Mark an update done and forget what it said; LogMoved if somebody else answered it."""
        mark = (
            update(inbox)
            .where(inbox.c.study == self.study, inbox.c.update_id == update_id, inbox.c.done_at.is_(None))
            .values(done_at=now, payload=None)
        )
        if (await connection.execute(mark)).rowcount != 1:
            raise AlreadyAnswered(str(update_id))


class AlreadyAnswered(Exception):
    """The update was answered before, by this process or another."""
