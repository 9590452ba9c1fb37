"""python -m storage migrate | verify: one JSON object on standard output, errors on standard error, exit 2.

verify exits with 1 where a chain is broken: that is a finding, and the object says what.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from storage.database import NewerSchema, OldSchema, connect, migrate, settled, snapshot
from storage.verify import verify


class Refused(Exception):
    """What was asked cannot be done; str() says why and what to do."""


async def _migrate(url: str, _asked: argparse.Namespace) -> dict[str, Any]:
    engine = connect(url)
    try:
        return {"revision": await migrate(engine)}
    finally:
        await engine.dispose()


async def _verify(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    _must_exist(url)
    engine = connect(url)
    try:
        async with snapshot(engine) as connection:
            found = await verify(connection, asked.study, asked.noted)
    finally:
        await engine.dispose()
    if asked.study and not found.get("studies", True):
        raise Refused("the database holds no study of that name; without --study all are verified")
    return found


def _must_exist(url: str) -> None:
    """SQLite would make an empty file of a mistyped name."""
    parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    file = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and not file.is_file():
        raise Refused("the file that DATABASE_URL names is not there")


def _noted(words: str) -> tuple[int, str]:
    position, _, hash_ = words.partition(":")
    if not position.isdecimal() or len(hash_) != 64:
        raise argparse.ArgumentTypeError("write the number of the event, a colon and its 64-digit hash")
    return int(position), hash_.lower()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storage", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database to the newest schema").set_defaults(run=_migrate)
    verifying = verbs.add_parser("verify", help="follow the chain of every study")
    verifying.add_argument("--study", help="one study only")
    verifying.add_argument(
        "--noted", type=_noted, metavar="N:HASH", help="a head that was noted earlier must still stand"
    )
    verifying.set_defaults(run=_verify)
    return parser


async def _run(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await asked.run(url, asked)
    finally:
        await settled()
    return found


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    asked = _parser().parse_args(words)
    if getattr(asked, "noted", None) and not asked.study:
        print("--noted is of one study: add --study", file=sys.stderr)
        return 2
    url = os.environ.get("DATABASE_URL")
    if not url:
        print(
            "DATABASE_URL is not set: name the database, for example sqlite:///trial.sqlite", file=sys.stderr
        )
        return 2
    try:
        found = asyncio.run(_run(url, asked))
    except (Refused, OldSchema, NewerSchema) as error:
        print(error, file=sys.stderr)
        return 2
    except (SQLAlchemyError, OSError, ValueError) as error:
        print(f"the database cannot be used: {type(error).__name__}. Check DATABASE_URL.", file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0 if found.get("ok", True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
