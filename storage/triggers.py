"""The triggers that refuse to change or remove an event, on either engine."""

from __future__ import annotations

from sqlalchemy import Connection

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
