"""Letters wake whoever sends them: on PostgreSQL an insert notifies, in the transaction that queues."""

from __future__ import annotations

from sqlalchemy import Connection

CHANNEL = "outbox"


def create(connection: Connection) -> None:
    """Make the trigger; on SQLite the sender looks by itself."""
    if connection.dialect.name == "sqlite":
        return
    connection.exec_driver_sql(
        "CREATE FUNCTION outbox_filled() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER outbox_filled AFTER INSERT ON outbox "
        "FOR EACH STATEMENT EXECUTE FUNCTION outbox_filled()"
    )
