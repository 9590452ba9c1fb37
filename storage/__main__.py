"""python -m storage migrate | verify | export | backup | restore: JSON out, errors on standard error, exit 2.

verify, export and backup exit with 1 where a chain is broken: that is a finding, and the object says what.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from storage import verbs as run
from storage.archive import Damaged
from storage.database import settled
from storage.export import NoSuchStudy
from storage.failures import NewerSchema, OldSchema, why_not
from storage.restore import NotEmpty, NotTheSame

REFUSALS = (run.Refused, OldSchema, NewerSchema, Damaged, NotEmpty, NotTheSame, NoSuchStudy)


def _noted(words: str) -> tuple[int, str]:
    position, _, hash_ = words.partition(":")
    if not position.isdecimal() or len(hash_) != 64:
        raise argparse.ArgumentTypeError("write the number of the event, a colon and its 64-digit hash")
    return int(position), hash_.lower()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storage", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database to the newest schema").set_defaults(
        run=run.migrating
    )
    verifying = verbs.add_parser("verify", help="follow the chain of every study")
    verifying.add_argument("--study", help="one study only")
    verifying.add_argument(
        "--noted", type=_noted, metavar="N:HASH", help="a head that was noted earlier must still stand"
    )
    verifying.set_defaults(run=run.verifying)
    backup = verbs.add_parser(
        "backup", help="write the whole record to one new file; safe while the bot runs"
    )
    backup.set_defaults(run=run.backing_up)
    restore = verbs.add_parser("restore", help="fill an empty database from a backup, and verify it")
    restore.set_defaults(run=run.restoring)
    export = verbs.add_parser("export", help="write a study's events to a new folder of readable files")
    export.add_argument("--study", help="which, where the database holds several")
    export.add_argument("folder", type=Path)
    export.set_defaults(run=run.exporting)
    for verb in (backup, restore):
        verb.add_argument("file", type=Path)
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
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return 2
    except (SQLAlchemyError, OSError, ValueError) as error:
        print(why_not(error), file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0 if found.get("ok", True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
