"""Several workers, one of which sends: nobody claims, what is owed goes at once, inserts wake the sender."""

import sqlalchemy as sa
from alembic import op

from storage import waking

revision = "0004"
down_revision = "0003"

OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    """An older program that still runs can claim nothing any more, and fails instead of sending twice."""
    op.add_column("outbox", sa.Column("owed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("inbox_open", "inbox")
    op.drop_index("outbox_open", "outbox")
    op.drop_column("outbox", "claimed_until")
    for name, table, columns in (
        ("inbox_waiting", "inbox", ["study", "chat", "update_id"]),
        ("outbox_waiting", "outbox", ["study", "chat", "id"]),
    ):
        op.create_index(name, table, columns, sqlite_where=OPEN, postgresql_where=OPEN)
    waking.create(op.get_bind())
