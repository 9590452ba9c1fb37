"""What can be wrong with a database, or the way to it, and how it is said."""

from __future__ import annotations

import re
import sqlite3

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

REASONS: dict[int | str, str] = {
    sqlite3.SQLITE_FULL: "full", "53100": "full", sqlite3.SQLITE_READONLY: "read_only", "25006": "read_only",
}  # fmt: skip
WHYS = {
    "the server refuses this user or password": "password|role .* does not exist|pg_hba|no password",
    "the server has no database of that name": "database .* does not exist",
    "no server answers at that address": "refused|timeout|timed out|resolve|not known|unreachable|No such",
    "the file cannot be opened or made; look at its folder and who may write there": "unable to open",
    "the file is no SQLite database": "not a database",
}
DAMAGES = {
    sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, "42P01", "42703", "XX001", "XX002",
}  # fmt: skip


class BadAddress(SQLAlchemyError):
    """The address names no database that this program can use; str() says why."""


class Foreign(SQLAlchemyError):
    """The database holds tables of something else."""


class NewerSchema(SQLAlchemyError):
    """The database has a schema that this program does not know."""


class OldSchema(SQLAlchemyError):
    """The database has to be migrated first."""


class NoSchema(OldSchema):
    """The database holds no record, or has lost what says which."""


def why_away(error: Exception) -> str:
    """Why the database cannot be used just now: full | read_only | away; empty for any other error."""
    orig = getattr(error, "orig", None)
    code = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorcode", 0) & 0xFF
    if code in REASONS:
        return REASONS[code]
    away = isinstance(error, (OperationalError, InterfaceError, NoneFree, OSError, TimeoutError))
    return "away" if away else ""


def is_of_database(error: Exception) -> bool:
    """True when the database, or the way to it, failed, and nothing else."""
    return isinstance(error, SQLAlchemyError)


def why_not(error: Exception) -> str:
    """One line for whoever runs the program: why the database cannot be used. Never holds the address."""
    if isinstance(error, (BadAddress, Foreign, NewerSchema, OldSchema)):
        return str(error)
    met, said = str(getattr(error, "orig", "")), f"{type(error).__name__}. Check DATABASE_URL."
    found = next((words for words, pattern in WHYS.items() if re.search(pattern, met)), said)
    return f"the database cannot be used: {found}"


def is_damage(error: Exception) -> bool:
    """True when the database was reached and is not whole: a file that is malformed, a table that is gone."""
    orig = getattr(error, "orig", None)
    code = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorcode", 0) & 0xFF
    return code in DAMAGES
