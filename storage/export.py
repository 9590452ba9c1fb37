"""export(): a study's events as files that people and spreadsheets read; that it was done is an event."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.chain import studies
from storage.codec import Codec
from storage.database import HEAD, snapshot
from storage.events import Exported
from storage.files import new_folder
from storage.log import Batch, Log, LogMoved
from storage.raw import plain, raw
from storage.records import Record
from storage.rows import Rows, exported, protocols
from storage.tables import events
from storage.verify import verify

PEOPLE, TRIES, AT_ONCE = "people", 50, 1000
NOTE = (
    "events.jsonl is exact but for the fields under left_out, without which those rows cannot be hashed "
    "again; in events.csv a cell that a spreadsheet would take for a formula begins with an apostrophe, and "
    "the text of a protocol stands in its file. Instants are in UTC."
)


class NoSuchStudy(Exception):
    """The database holds no such study, or several and none was named; str() lists them."""


async def export(engine: AsyncEngine, study: str, folder: Path) -> dict[str, Any]:
    """Write a study ("" for the only one) to a folder that did not exist: FileExistsError, NoSuchStudy.

    events.jsonl, events.csv, protocols/*.yaml and manifest.json. Returns {"ok", "folder", "study", "events",
    "head", "files": {name: {"sha256", "bytes"}}}; where the chain is broken "ok" is false and "found" says
    where. The event is written first: no copy is taken that the record does not tell of.
    """
    async with snapshot(engine):
        name = await _named(engine, study)
    with new_folder(folder) as part:
        await _tell(engine, name)
        async with snapshot(engine) as connection:
            manifest = await _write(connection, name, part)
    told = {key: manifest[key] for key in ("ok", "study", "events", "head", "files")}
    found = {} if manifest["ok"] else {"found": manifest["found"]}
    return {**told, "folder": str(folder), **found}


async def _named(engine: AsyncEngine, study: str) -> str:
    there = await studies(engine)
    if study in there or (not study and len(there) == 1):
        return study or there[0]
    listed = ", ".join(there) or "none"
    raise NoSuchStudy(f"name a study with --study; the database holds: {listed}")


async def _tell(engine: AsyncEngine, study: str) -> None:
    """Write that a copy is taken, behind whatever others write meanwhile."""
    log, now = Log(engine, study, Codec((Exported,))), datetime.now(UTC)
    for _ in range(TRIES):
        async with engine.connect() as connection:
            of_people = (events.c.study == study, events.c.stream == PEOPLE)
            last = await connection.execute(select(func.max(events.c.seq)).where(*of_people))
            head = int(last.scalar() or 0)
            file = select(events.c.protocol_version, events.c.protocol_sha256)
            newest = file.where(events.c.study == study).order_by(events.c.position.desc()).limit(1)
            version, sha256 = (await connection.execute(newest)).one()
        event = Exported("python -m storage export", now)
        record = Record(event, now, now, "server", "", "", version, sha256)
        try:
            await log.append([Batch(PEOPLE, head, (record,))], [], now)
        except LogMoved:
            continue
        return
    raise OSError("the record is too busy; try again")


async def _write(connection: AsyncConnection, study: str, folder: Path) -> dict[str, Any]:
    found = await verify(connection, study)
    kinds: Counter[str] = Counter()
    files: dict[str, dict[str, Any]] = {}
    left, last = set[str](), {"position": 0, "hash": ""}
    query = select(*raw(events.c)).where(events.c.study == study).order_by(events.c.position)
    result = await connection.stream(query, execution_options={"yield_per": AT_ONCE})
    with Rows(folder) as rows:
        async for held in result.mappings():
            row = exported({c.name: plain(c, held[c.name]) for c in events.c})
            left |= set(row.get("left_out", ()))
            kinds[row["kind"]] += 1
            rows.add(row)
            files |= protocols(row, folder)
            last = row
    manifest = {
        "ok": found["ok"], "study": study, "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "events": last["position"], "head": last["hash"], "kinds": dict(sorted(kinds.items())),
        "protocols": files, "left_out": sorted(left), "revision": HEAD, "files": _sums(folder), "note": NOTE,
    } | ({} if found["ok"] else {"found": found})  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return manifest


def _sums(folder: Path) -> dict[str, dict[str, Any]]:
    made = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        made[str(file.relative_to(folder))] = {"sha256": digest, "bytes": file.stat().st_size}
    return made
