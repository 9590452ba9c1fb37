"""What keeps the record as it was written: the tables, indices, triggers and constraints of the chain.

guards() is what the database has; made() is what the migrations make. What differs is found by verify().
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, create_engine

from storage.database import upgrade
from storage.guarded import MADE

Guards = dict[tuple[str, str], str]

SQLITE = """
SELECT CASE type WHEN 'view' THEN 'table' ELSE type END, name, coalesce(sql, '') FROM sqlite_master
WHERE lower(tbl_name) IN ('events', 'chains')
UNION ALL SELECT 'column', 'events.' || name, type FROM pragma_table_info('events')
UNION ALL SELECT 'column', 'chains.' || name, type FROM pragma_table_info('chains')
"""
POSTGRESQL = """
WITH kept AS (SELECT to_regclass('events')::oid UNION SELECT to_regclass('chains')::oid)
SELECT 'table', relname, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity)
FROM pg_class WHERE oid IN (TABLE kept)
UNION ALL SELECT 'column', c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid, true))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid IN (TABLE kept) AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'trigger', t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid, true), l.lanname,
    p.proconfig, p.prosrc)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE t.tgrelid IN (TABLE kept) AND NOT t.tgisinternal
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid, true)
FROM pg_constraint WHERE conrelid IN (TABLE kept) AND contype <> 'n'
UNION ALL SELECT 'index', indexrelid::regclass::text,
    concat_ws(' ', indisvalid, pg_get_indexdef(indexrelid, 0, true))
FROM pg_index WHERE indrelid IN (TABLE kept)
UNION ALL SELECT 'rule', rulename, 'is there' FROM pg_rewrite WHERE ev_class IN (TABLE kept)
UNION ALL SELECT 'policy', polname, 'is there' FROM pg_policy WHERE polrelid IN (TABLE kept)
UNION ALL SELECT 'inheritance', inhrelid::regclass::text, 'is there'
FROM pg_inherits WHERE inhparent IN (TABLE kept) OR inhrelid IN (TABLE kept)
"""


def strange(connection: Connection) -> tuple[str, str] | None:
    """What is not as the migrations made it: (damaged | trigger missing | schema changed, in words), or None.

    First tables and columns that are gone, then what else is gone or altered, then what was added.
    """
    there, ours = guards(connection), made(connection.dialect.name)
    lost = [guard for guard in ours.keys() - there.keys() if guard[0] in ("table", "column")]
    if lost:
        kind, name = max(lost)
        return "damaged", f"{kind} {name} is gone: restore a backup"
    for kind, name in sorted(guard for guard, held in ours.items() if there.get(guard) != held):
        wrong = "trigger missing" if kind == "trigger" else "schema changed"
        return wrong, f"{kind} {name} is gone or was altered"
    for kind, name in sorted(there.keys() - ours.keys()):
        return "schema changed", f"{kind} {name} was added"
    return None


def guards(connection: Connection) -> Guards:
    """{(kind, name): its whole definition} of what stands on the tables events and chains."""
    query = SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
    return {(str(kind), str(name)): str(held) for kind, name, held in connection.exec_driver_sql(query)}


@cache
def made(engine: str) -> Guards:
    """The same of a database that the migrations have just made."""
    if engine != "sqlite":
        return MADE
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        return guards(connection)
