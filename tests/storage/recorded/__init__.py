"""Logs as earlier programs wrote them. A file that stands here is never changed: new ones are added.

0001.jsonl.gz holds rows as a database of revision 0001 had them, NAME.backup.gz a backup, kinds-NAME.jsonl
one event of each kind in a version that was new, with its shape. `python -m tests.storage.recorded` adds one.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

from sqlalchemy import JSON, MetaData, Table, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import migrate
from storage.tables import Utc

HERE = Path(__file__).resolve().parent


def kinds() -> dict[tuple[str, int], dict[str, Any]]:
    """Every recorded event, as {"kind", "version", "shape", "data"}, by kind and version."""
    files = sorted(HERE.glob("kinds-*.jsonl"))
    made = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return {(row["kind"], row["version"]): row for row in made}


def shape(class_: type) -> dict[str, str]:
    """The fields of an event class with their types."""
    hints = get_type_hints(class_)
    return {
        x.name: hint.__name__ if isinstance(hint := hints[x.name], type) else str(hint)
        for x in fields(class_)
    }


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of a recorded log, in the order in which they were written."""
    return [json.loads(line) for line in gzip.decompress((HERE / name).read_bytes()).splitlines()]


async def write(engine: AsyncEngine, revision: str) -> list[dict[str, Any]]:
    """A database of an old revision with the log that was recorded then; returns its rows."""
    await migrate(engine, revision)
    rows = lines(f"{revision}.jsonl.gz")
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        async with connection.begin():
            events = await connection.run_sync(lambda sync: Table("events", MetaData(), autoload_with=sync))
            for name in ("happened_at", "entered_at"):
                events.c[name].type = Utc()
            for name in ("data",):
                events.c[name].type = JSON()
            await connection.execute(insert(events), [_typed(row) for row in rows])
            if engine.dialect.name == "postgresql":  # which counts by itself, from 1
                numbers = "pg_get_serial_sequence('events', 'id'), (SELECT max(id) FROM events)"
                await connection.execute(text(f"SELECT setval({numbers})"))
    return rows


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    instants = {name: datetime.fromisoformat(row[name]) for name in ("happened_at", "entered_at")}
    return {**row, **instants}
