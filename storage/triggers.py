"""The triggers that refuse to change or remove an event, on either engine."""

from __future__ import annotations

from sqlalchemy import Connection, text

KEPT = "events are kept as they were written"

# REPLACE removes rows without the trigger on DELETE, and a program from before the chain writes no position:
# so rows are only taken at the end.
SQLITE = {
    "events_no_update": f"""CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "events_no_delete": f"""CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "events_no_replace": """CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
OR EXISTS (SELECT 1 FROM events WHERE study = NEW.study AND stream = NEW.stream AND seq = NEW.seq)
OR NEW.position <> 1 + coalesce((SELECT max(position) FROM events WHERE study = NEW.study), 0)
BEGIN SELECT RAISE(ABORT, 'events are only added, each behind the last of its study'); END""",
}
FUNCTION = f"""
BEGIN
    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
END
"""
POSTGRESQL = (
    f"CREATE FUNCTION events_kept() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTION}$$",
    """CREATE TRIGGER events_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_kept()""",
    # ALWAYS: session_replication_role = replica does not switch it off.
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_kept",
    # A program from before the chain, still running when a newer one migrates, must not write beside it.
    "ALTER TABLE events ADD CONSTRAINT events_chained CHECK (position > 0)",
)


def create(connection: Connection) -> None:
    """Make the triggers."""
    made = SQLITE.values() if connection.dialect.name == "sqlite" else POSTGRESQL
    for statement in made:
        connection.exec_driver_sql(statement)


def missing(connection: Connection) -> list[str]:
    """The names of triggers that are not there, or not as they were made."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
        found = {tuple(row) for row in connection.execute(text(query))}
        return [name for name, sql in SQLITE.items() if (name, sql) not in found]
    query = (
        "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgrelid = 'events'::regclass AND t.tgname = 'events_kept' "
        # 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
        "AND t.tgenabled = 'A' AND t.tgtype = 2 + 8 + 16 + 32 AND t.tgqual IS NULL"
    )
    return [] if list(connection.execute(text(query)).scalars()) == [FUNCTION] else ["events_kept"]
