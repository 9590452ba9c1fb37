"""One migrated PostgreSQL database for many tests: emptied between them, made anew where one changed it."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from storage.database import connect, migrate
from tests.databases.postgres import Postgres

TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
# Everything in the schema that a test might have changed.
SCHEMA = """
select 'column', attrelid::regclass::text, attname, atttypid::regtype::text || attnotnull::text
from pg_attribute join pg_class c on c.oid = attrelid
where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped and relkind in ('r', 'v')
union all select 'trigger', tgrelid::regclass::text, tgname, tgenabled::text || tgtype::text from pg_trigger
union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace
union all select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'function', proname, prosrc, '' from pg_proc where pronamespace = 'public'::regnamespace
union all select 'revision', version_num, '', '' from alembic_version
order by 1, 2, 3, 4
"""
OTHERS = """select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()"""


class Reused:
    """`url` is the address of the empty database, until `empty` is called."""

    def __init__(self, server: Postgres) -> None:
        self.server, self.names = server, (f"reused{number}" for number in count())
        self._make()

    def __enter__(self) -> Reused:
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.drop(self.name)

    def _make(self) -> None:
        self.name = next(self.names)
        self.url = self.server.url(self.name)
        asyncio.run(migrated_at(self.url))
        with psycopg.connect(self.url) as connection:
            self.schema = self._schema(connection)

    def empty(self) -> None:
        """Take everything out of the tables, whoever is still connected."""
        with psycopg.connect(self.url) as connection:
            connection.execute(OTHERS)
            unchanged = self._schema(connection) == self.schema
            if unchanged:
                self._truncate(connection)
        if not unchanged:
            self.server.drop(self.name)
            self._make()

    def _schema(self, connection: psycopg.Connection[Any]) -> list[Any]:
        try:
            return connection.execute(SCHEMA).fetchall()
        except psycopg.Error:
            connection.rollback()
            return []

    def _truncate(self, connection: psycopg.Connection[Any]) -> None:
        tables = [sql.Identifier(name) for (name,) in connection.execute(TABLES).fetchall()]
        connection.execute("alter table events disable trigger events_kept")
        connection.execute(sql.SQL("truncate {} restart identity").format(sql.SQL(", ").join(tables)))
        connection.execute("alter table events enable always trigger events_kept")


async def migrated_at(url: str) -> None:
    """Migrate the database at an address, and let go of it."""
    engine = connect(url)
    await migrate(engine)
    await engine.dispose()
