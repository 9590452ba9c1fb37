"""An index of first events, so that a bot of many studies finds those of one person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

FIRST = sa.text("seq = 1")


def upgrade() -> None:
    """Add the index."""
    op.create_index("first_events", "events", ["stream", "study"], sqlite_where=FIRST, postgresql_where=FIRST)
