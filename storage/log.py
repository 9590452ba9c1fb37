"""append(events, after=n) and read(): the log, with optimistic appends over several streams at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, bindparam, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.chain import chained, locked_head, move_head, numbered
from storage.codec import Codec
from storage.database import visit
from storage.records import Batch, Letter, Record, Signature, record_of, row_of
from storage.tables import events, inbox, outbox

__all__ = ["AlreadyAnswered", "Batch", "Letter", "Log", "LogMoved", "NotStored", "Record", "Signature"]

# Statements are built once: to build one anew costs several times what it costs to run it.
INSERT_EVENTS = insert(events).execution_options(preserve_rowcount=True)
INSERT_LETTERS = insert(outbox)
MARK_DONE = (
    update(inbox)
    .where(inbox.c.study == bindparam("desk"), inbox.c.update_id == bindparam("number"))
    .where(inbox.c.done_at.is_(None))
    .values(done_at=bindparam("now"), payload=None)
    .returning(inbox.c.chat)
)


@cache
def behind(streams: int) -> CompoundSelect[Any]:
    """The events of so many streams, each behind a number, in order.

    One look into the index a stream: with OR in their place SQLite goes through every event of the study.
    """
    wanted = (
        select(events).where(
            events.c.study == bindparam("study"),
            events.c.stream == bindparam(f"stream{at}"),
            events.c.seq > bindparam(f"after{at}"),
        )
        for at in range(streams)
    )
    return union_all(*wanted).order_by("seq")


class LogMoved(Exception):
    """Somebody else appended first: read again and decide again."""


class NotStored(SQLAlchemyError):
    """The database took the events without an error and did not keep them all: nothing was recorded."""


class Log:
    """The log of one study in one database; letters and updates are those of its `desk` (see queues.py)."""

    def __init__(self, engine: AsyncEngine, study: str, codec: Codec, desk: str = "") -> None:
        self.engine, self.study, self.codec, self.desk = engine, study, codec, desk or study

    async def read(self, stream: str, after: int = 0) -> list[Record]:
        """The records of a stream behind number `after`, in order."""
        return (await self.read_all({stream: after}))[stream]

    async def read_all(self, heads: Mapping[str, int]) -> dict[str, list[Record]]:
        """For each stream its records behind the number given, in order; one look at the database."""
        query, asked = behind(len(heads)), {"study": self.study, **numbered("stream", heads)}
        asked |= numbered("after", heads.values())
        found: dict[str, list[Record]] = {name: [] for name in heads}
        for row in await visit(self.engine, lambda c: c.execute(query, asked).mappings().all()):
            found[row["stream"]].append(record_of(self.codec, row))
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
        """Append all batches, queue the letters and mark the update done, or nothing: LogMoved, NotStored."""

        def work(connection: Connection) -> None:
            with connection.begin():
                self._write(connection, batches, letters, now, update_id)

        try:
            await visit(self.engine, work, writes=True)
        except IntegrityError as error:
            raise LogMoved(batches[0].stream if batches else "") from error

    def _write(
        self,
        connection: Connection,
        batches: Sequence[Batch],
        letters: Iterable[Letter],
        now: datetime,
        update_id: int | None,
    ) -> None:
        writer = None if update_id is None else self._done(connection, update_id, now)
        if batches:
            self._append(connection, batches)
        self._queue(connection, letters, now, writer)

    def _append(self, connection: Connection, batches: Sequence[Batch]) -> None:
        """Chain the batches to the study's head; appends of one study follow one another."""
        head = locked_head(connection, self.study, (batch.stream for batch in batches))
        heads, rows = dict(head.streams), []
        for batch in batches:
            if batch.after != heads[batch.stream]:
                raise LogMoved(batch.stream)
            for seq, record in enumerate(batch.records, heads[batch.stream] + 1):
                rows.append(row_of(self.codec, self.study, batch.stream, seq, record))
            heads[batch.stream] += len(batch.records)
        linked = list(chained(rows, head.position, head.hash))
        if linked:
            # A trigger or rule of somebody else can leave a row out without an error.
            written = connection.execute(INSERT_EVENTS, linked).rowcount
            if written != len(linked) or move_head(connection, linked[-1]) != 1:
                raise NotStored(f"{len(linked)} events were given to the database and {written} were kept")

    def _queue(
        self, connection: Connection, letters: Iterable[Letter], now: datetime, writer: int | None
    ) -> None:
        """Queue letters; the first to the chat of who wrote is owed, and waits for no pace."""
        row = {"study": self.desk, "created_at": now, "not_before": now, "attempts": 0}
        rows = [{**row, "chat": x.chat, "payload": x.payload, "owed": False} for x in letters]
        for owed in [queued for queued in rows if queued["chat"] == writer][:1]:
            owed["owed"] = True
        if rows:
            connection.execute(INSERT_LETTERS, rows)

    def _done(self, connection: Connection, update_id: int, now: datetime) -> int:
        """Mark an update done and forget what it said; its chat. AlreadyAnswered."""
        which = {"desk": self.desk, "number": update_id, "now": now}
        chat: int | None = connection.execute(MARK_DONE, which).scalar()
        if chat is None:
            raise AlreadyAnswered(str(update_id))
        return chat


class AlreadyAnswered(Exception):
    """The update was answered before, by this process or another."""
