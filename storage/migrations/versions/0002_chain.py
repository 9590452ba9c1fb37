"""Every event is chained to the one before it in its study, and triggers keep it as it is."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import triggers
from storage.chain import BEGINNING, chained
from storage.tables import Utc

revision = "0002"
down_revision = "0001"

CHUNK = 2000
EVENTS = sa.table(
    "events",
    *(sa.column(name) for name in ("id", "study", "stream", "seq", "kind", "version", "by", "role", "typed")),
    *(sa.column(name) for name in ("protocol_version", "protocol_sha256", "position", "before", "hash")),
    sa.column("data", sa.JSON),
    sa.column("signature", sa.JSON(none_as_null=True)),
    sa.column("happened_at", Utc),
    sa.column("entered_at", Utc),
)


def upgrade() -> None:
    """Add the columns, chain what is there, and only then make the triggers."""
    op.create_table(
        "chains",
        sa.Column("study", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.add_column("events", sa.Column("position", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("before", sa.String(64), nullable=False, server_default="none"))
    op.add_column("events", sa.Column("hash", sa.String(64), nullable=False, server_default="none"))
    op.add_column("events", sa.Column("signature", sa.JSON))
    _chain(op.get_bind())
    op.create_index("one_event_a_position", "events", ["study", "position"], unique=True)
    triggers.create(op.get_bind())


def _chain(connection: sa.Connection) -> None:
    """Chain the rows of each study in the order in which they were written."""
    heads: dict[str, tuple[int, str]] = {}
    last, place = 0, EVENTS.c.id == sa.bindparam("at")
    while True:
        query = sa.select(EVENTS).where(EVENTS.c.id > last).order_by(EVENTS.c.id).limit(CHUNK)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            break
        last = rows[-1]["id"]
        made = []
        for study, own in groupby(sorted(rows, key=itemgetter("study", "id")), key=itemgetter("study")):
            linked = list(chained(own, *heads.get(study, (0, BEGINNING))))
            heads[study] = (linked[-1]["position"], linked[-1]["hash"])
            made += [{"at": r["id"], "n": r["position"], "b": r["before"], "h": r["hash"]} for r in linked]
        values: dict[str, Any] = {
            "position": sa.bindparam("n"),
            "before": sa.bindparam("b"),
            "hash": sa.bindparam("h"),
        }
        connection.execute(sa.update(EVENTS).where(place).values(values), made)
    if heads:
        chains = sa.table("chains", *(sa.column(name) for name in ("study", "position", "hash")))
        made = [{"study": s, "position": n, "hash": h} for s, (n, h) in heads.items()]
        connection.execute(sa.insert(chains), made)
