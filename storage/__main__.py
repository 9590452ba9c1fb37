"""python -m storage migrate: one JSON object on standard output, errors on standard error, exit 2."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from storage.database import connect, migrate, settled


async def _migrate(url: str) -> str:
    engine = connect(url)
    try:
        return await migrate(engine)
    finally:
        await engine.dispose()
        await settled()


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m storage", description=__doc__)
    parser.add_argument("verb", choices=["migrate"])
    parser.parse_args(words)
    url = os.environ.get("DATABASE_URL")
    if not url:
        print(
            "DATABASE_URL is not set: name the database, for example sqlite:///trial.sqlite", file=sys.stderr
        )
        return 2
    try:
        revision = asyncio.run(_migrate(url))
    except (SQLAlchemyError, OSError, ValueError) as error:
        print(f"the database cannot be used: {type(error).__name__}. Check DATABASE_URL.", file=sys.stderr)
        return 2
    print(json.dumps({"revision": revision}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
