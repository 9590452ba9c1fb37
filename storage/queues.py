"""The inbox of updates (stored before they are confirmed) and the outbox of messages (sent at least once).

Whoever stored a chat's oldest update answers that chat; the answer and the mark that it is done are one
transaction, so an update is answered once whoever else tries. One process sends (see leading.py): so the
oldest letter of each chat may go, and no letter needs a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import HEAD, visit
from storage.tables import inbox, outbox

T = TypeVar("T")
STORE = {
    "sqlite": insert_sqlite(inbox).on_conflict_do_nothing(),
    "postgresql": insert_postgresql(inbox).on_conflict_do_nothing(),
}
OPEN = select(inbox.c.update_id, inbox.c.chat, inbox.c.payload, inbox.c.received_at).where(
    inbox.c.study == bindparam("of"), inbox.c.done_at.is_(None)
)
OF_CHATS = OPEN.where(inbox.c.chat.in_(bindparam("chats", expanding=True))).order_by(inbox.c.update_id)
HEADS = (
    select(inbox.c.chat, func.min(inbox.c.update_id))
    .where(inbox.c.study == bindparam("of"), inbox.c.done_at.is_(None))
    .group_by(inbox.c.chat)
)
REVISION = text("SELECT version_num FROM alembic_version")
MOVED = "the database has the schema %s, this program knows %s: start the program that belongs to it"
FIRST = select(func.min(outbox.c.id)).where(outbox.c.study == bindparam("of"), outbox.c.done_at.is_(None))
# What was queued after now was queued before the clock jumped back: it goes.
DUE = or_(outbox.c.not_before <= bindparam("now"), outbox.c.created_at > bindparam("now"))
SENDABLE = (
    select(outbox.c.id, outbox.c.chat, outbox.c.payload, outbox.c.owed, outbox.c.created_at)
    .where(outbox.c.id.in_(FIRST.group_by(outbox.c.chat)), DUE)
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)
OF_LETTER = update(outbox).where(outbox.c.id == bindparam("letter"))
CLOSED = OF_LETTER.values(done_at=bindparam("now"), payload=None, failed=bindparam("why"))
PUT_OFF = OF_LETTER.values(not_before=bindparam("at"), attempts=outbox.c.attempts + 1)


class SchemaMoved(Exception):
    """Another program has changed the schema of the database: this one must stop."""


@dataclass(frozen=True)
class Arrived:
    """An update as stored: its number, its chat, the channel's plain data, and since when it is there."""

    update_id: int
    chat: int
    payload: dict[str, Any]
    at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """A message to send; `owed` answers somebody who wrote."""

    id: int
    chat: int
    payload: dict[str, Any]
    owed: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True)
class Ended:
    """What became of a try: sent, given up (`failed`), or to be tried `again` in so many seconds."""

    id: int
    chat: int
    failed: str = ""
    again: float | None = None


@dataclass(frozen=True)
class Backlog:
    """What waits: updates without an answer and letters to send, and since when the oldest of each waits."""

    updates: int
    oldest_update: datetime | None
    letters: int
    oldest_letter: datetime | None


class Queues:
    """The queues of one desk."""

    def __init__(self, engine: AsyncEngine, study: str) -> None:
        self.engine, self.study = engine, study

    async def store(self, arrived: Sequence[Arrived], now: datetime) -> list[Arrived]:
        """Store updates; one that is already there changes nothing.

        Returns what nobody has answered yet in their chats, in order, as it stands once they are stored.
        """
        if not arrived:
            return []
        row = {"study": self.study, "received_at": now}
        rows = [{**row, "update_id": a.update_id, "chat": a.chat, "payload": a.payload} for a in arrived]

        def work(connection: Connection) -> list[Arrived]:
            chats = {a.chat for a in arrived}
            with connection.begin():
                connection.execute(STORE[connection.dialect.name], rows)
                if connection.dialect.name == "sqlite":  # writers follow one another
                    return self._open(connection, chats)
            # A new look: whoever answers an older one either sees these now, or is seen to be done.
            return self._open(connection, chats)

        return await visit(self.engine, work, writes=True)

    def _open(self, connection: Connection, chats: Collection[int]) -> list[Arrived]:
        found = connection.execute(OF_CHATS, {"of": self.study, "chats": list(chats)})
        return [Arrived(*row) for row in found]

    async def open_in(self, chats: Collection[int]) -> list[Arrived]:
        """What nobody has answered yet in some chats, in order."""
        return await self._read(lambda connection: self._open(connection, chats))

    async def unanswered(self) -> list[Arrived]:
        """Stored updates that nobody has answered, in order."""
        query = OPEN.order_by(inbox.c.update_id)
        return await self._read(lambda c: [Arrived(*row) for row in c.execute(query, {"of": self.study})])

    async def check(self) -> None:
        """Nothing, when the database answers; SchemaMoved, or the database's error."""
        await self._read(_check)

    async def heads(self) -> dict[int, int]:
        """The oldest unanswered update of each chat that has one. SchemaMoved."""

        def work(connection: Connection) -> dict[int, int]:
            _check(connection)
            return {row[0]: row[1] for row in connection.execute(HEADS, {"of": self.study})}

        return await self._read(work)

    async def turn(self, ended: Sequence[Ended], now: datetime, most: int) -> list[Waiting]:
        """Write down what became of letters; the oldest letter of each chat that is due, up to `most`."""

        def work(connection: Connection) -> list[Waiting]:
            for letter in ended:
                if letter.again is None:
                    given = {"letter": letter.id, "now": now, "why": letter.failed or None}
                    connection.execute(CLOSED, given)
                else:
                    at = now + timedelta(seconds=letter.again)
                    connection.execute(PUT_OFF, {"letter": letter.id, "at": at})
            if most <= 0:
                return []
            asked = {"of": self.study, "now": now, "most": most}
            return [Waiting(*row) for row in connection.execute(SENDABLE, asked)]

        return await (self._write if ended else self._read)(work)

    async def backlog(self) -> Backlog:
        """What waits."""

        def work(connection: Connection) -> Backlog:
            counted: list[Any] = []
            for table, since in ((inbox, inbox.c.received_at), (outbox, outbox.c.created_at)):
                query = select(func.count(), func.min(since))
                waits = (table.c.study == self.study, table.c.done_at.is_(None))
                counted += connection.execute(query.where(*waits)).one()
            return Backlog(*counted)

        return await self._read(work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await visit(self.engine, partial(_in_transaction, work=work), writes=True)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await visit(self.engine, work)


def _check(connection: Connection) -> None:
    if (found := connection.execute(REVISION).scalar()) != HEAD:
        raise SchemaMoved(MOVED % (found, HEAD))


def _in_transaction(connection: Connection, work: Callable[[Connection], T]) -> T:
    with connection.begin():
        return work(connection)
