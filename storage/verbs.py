"""The verbs of python -m storage: each opens the database, does one thing, and returns plain data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.backup import backup
from storage.database import connect, migrate, snapshot
from storage.export import export
from storage.failures import NoSchema, is_damage
from storage.restore import restore
from storage.verify import verify

MALFORMED = "the database is not whole and its rows cannot be followed: keep it as it is, restore a backup"


class Refused(Exception):
    """What was asked cannot be done; str() says why and what to do."""


async def migrating(url: str, _asked: argparse.Namespace) -> dict[str, Any]:
    """{"revision"}."""
    engine = connect(url)
    try:
        return {"revision": await migrate(engine)}
    finally:
        await engine.dispose()


async def verifying(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What verify() says of every study, or of one."""
    must_exist(url)
    engine = connect(url, reading=True)
    try:
        async with snapshot(engine) as connection:
            found = await verify(connection, asked.study, asked.noted)
    except SQLAlchemyError as error:
        if not (is_damage(error) or isinstance(error, NoSchema)):
            raise
        says = str(error) if isinstance(error, NoSchema) else MALFORMED
        found = {"ok": False, "wrong": "damaged", "study": None, "position": None, "says": says}
    finally:
        await engine.dispose()
    if asked.study and not found.get("studies", True):
        raise Refused("the database holds no study of that name; without --study all are verified")
    return found


async def backing_up(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What backup() says of the file that it wrote."""
    must_exist(url)
    engine = connect(url)
    try:
        return await backup(engine, asked.file)
    except DBAPIError as error:
        raise Refused(MALFORMED) if is_damage(error) else error from error
    except FileExistsError as error:
        raise Refused(f"{asked.file} is there already and is not written over: name a new one") from error
    except OSError as error:
        raise Refused(f"{asked.file} cannot be written: {error.strerror}") from error
    finally:
        await engine.dispose()


async def exporting(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What export() says of the folder that it filled."""
    must_exist(url)
    engine = connect(url)
    try:
        return await export(engine, asked.study or "", asked.folder)
    except DBAPIError as error:
        raise Refused(MALFORMED) if is_damage(error) else error from error
    except FileExistsError as error:
        raise Refused(f"{asked.folder} is there already: name a new folder") from error
    except OSError as error:
        raise Refused(f"{asked.folder} cannot be written: {error.strerror or error}") from error
    finally:
        await engine.dispose()


async def restoring(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What restore() says of the database that it filled."""
    if not asked.file.is_file():
        raise Refused(f"{asked.file} is not there")
    try:
        return await restore(url, asked.file)
    except OSError as error:
        raise Refused(f"{asked.file} cannot be read: {error.strerror}") from error


def must_exist(url: str) -> None:
    """SQLite would make an empty file of a mistyped name."""
    parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    file = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and not file.is_file():
        raise Refused("the file that DATABASE_URL names is not there")
