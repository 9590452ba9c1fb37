"""The tables. Instants are UTC and aware; a naive one is refused on the way in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
)


class Utc(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite drops zones silently and PostgreSQL's drivers guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a stored instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back where the database has none."""
        if value is None:
            return None
        at: datetime = value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("study", String(64), nullable=False),
    Column("stream", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    Column("by", String(32), nullable=False),
    Column("role", String(32), nullable=False),
    Column("happened_at", Utc, nullable=False),
    Column("entered_at", Utc, nullable=False),
    Column("typed", Text, nullable=False),
    Column("protocol_version", String(32), nullable=False),
    Column("protocol_sha256", String(64), nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("before", String(64), nullable=False, server_default="none"),
    Column("hash", String(64), nullable=False, server_default="none"),
    Column("signature", JSON(none_as_null=True)),
    UniqueConstraint("study", "stream", "seq", name="one_event_a_place"),
)

chains = Table(
    "chains",
    metadata,
    Column("study", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("study", String(64), primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("payload", JSON(none_as_null=True)),
    Column("received_at", Utc, nullable=False),
    Column("done_at", Utc),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("study", String(64), nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("payload", JSON(none_as_null=True)),
    Column("created_at", Utc, nullable=False),
    Column("not_before", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", Utc),
    Column("failed", String(200)),
    Column("owed", Boolean, nullable=False, server_default=false()),
)

Index("one_event_a_position", events.c.study, events.c.position, unique=True)
FIRST = events.c.seq == literal_column("1")
# Who has a conversation where, without a look at every study (see desks.py).
Index("first_events", events.c.stream, events.c.study, sqlite_where=FIRST, postgresql_where=FIRST)
WAITS, GOES = inbox.c.done_at.is_(None), outbox.c.done_at.is_(None)
Index(
    "inbox_waiting", inbox.c.study, inbox.c.chat, inbox.c.update_id,
    sqlite_where=WAITS, postgresql_where=WAITS,
)  # fmt: skip
Index("outbox_waiting", outbox.c.study, outbox.c.chat, outbox.c.id, sqlite_where=GOES, postgresql_where=GOES)
