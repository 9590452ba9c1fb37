"""The first record: events, inbox, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "events",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("protocol_version", sa.String(32), nullable=False),
        sa.Column("protocol_sha256", sa.String(64), nullable=False),
        sa.UniqueConstraint("study", "stream", "seq", name="one_event_a_place"),
    )
    op.create_table(
        "inbox",
        sa.Column("study", sa.String(64), primary_key=True),
        sa.Column("update_id", sa.BigInteger, primary_key=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.JSON),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.JSON),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("failed", sa.String(200)),
    )
    op.create_index("inbox_open", "inbox", ["study", "done_at"])
    op.create_index("outbox_open", "outbox", ["study", "done_at", "not_before"])
