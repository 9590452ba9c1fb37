"""Rows as the database has them: what was altered in one must not break the reading of all others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Text, cast
from sqlalchemy.types import TypeDecorator

from storage.tables import Utc

UNREADABLE = (ValueError, TypeError, RecursionError, AttributeError)


def raw(columns: Iterable[Column[Any]]) -> list[ColumnElement[Any]]:
    """The columns under their names, with JSON and instants as text, to be read by `read`."""
    decoded = (JSON, TypeDecorator)
    return [cast(c, Text).label(c.name) if isinstance(c.type, decoded) else c for c in columns]


def read(column: Column[Any], value: Any) -> Any:
    """A value of `raw`; raises one of UNREADABLE."""
    if isinstance(column.type, JSON):
        return None if value is None else json.loads(value)
    return instant(value) if isinstance(column.type, Utc) and value is not None else value


def instant(value: str) -> datetime:
    """The aware instant, in UTC, that a database has as text."""
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def plain(column: Column[Any], value: Any) -> Any:
    """A value of `raw` for a file of JSON: {"unreadable": text, or bytes in hex} where it cannot be read."""
    try:
        made = read(column, value)
        made = made.isoformat() if isinstance(made, datetime) else made
        json.dumps(made, ensure_ascii=False, allow_nan=False).encode()
    except UNREADABLE:
        return {"unreadable": _shown(value)}
    return made


def lenient(stored: bytes) -> str:
    """Text of SQLite that may be no UTF-8: such bytes become lone surrogates, which no hash fits."""
    return stored.decode(errors="surrogateescape")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        value = value.encode(errors="surrogateescape")
    try:
        return value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        return str(value.hex())
