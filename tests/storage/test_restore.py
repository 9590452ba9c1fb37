"""The restore drill: a backup taken while somebody writes fills an empty database of either engine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot import events as b
from storage.archive import Damaged
from storage.backup import backup
from storage.database import HEAD, migrate, snapshot
from storage.log import Batch, Log, Record
from storage.queues import Arrived, Queues
from storage.restore import NotEmpty, NotTheSame, restore
from storage.verify import verify
from tests.storage.drill import (
    LARGE,
    killed_when,
    large,
    looking,
    queued,
    restoring,
    rows,
    tables,
    written_to,
)  # fmt: skip
from tests.storage.samples import NOW, codec
from tests.storage.test_database import storage
from tests.storage.test_verify import tamper


async def test_a_backup_under_load_is_a_beginning_of_the_record_and_is_restored_on_either_engine(
    source: str, empty: str, tmp_path: Path
) -> None:
    async with looking(source) as engine, written_to(source):
        made = await backup(engine, tmp_path / "b.gz")
    assert made["ok"] is True
    assert (await restore(empty, tmp_path / "b.gz"))["studies"] == made["studies"]
    async with looking(source) as before, looking(empty) as after:
        async with snapshot(after) as connection:
            found = await verify(connection)
        heads = {s: {"events": x["events"], "head": x["head"]} for s, x in made["studies"].items()}
        assert (found["ok"], found["studies"]) == (True, heads)
        every = await rows(before)
        beginning = [row for row in every if row["position"] <= heads[row["study"]]["events"]]
        assert await rows(after) == beginning
        assert len(beginning) < len(every)


@pytest.mark.parametrize("source", ["postgresql"], indirect=True)
async def test_the_drill_by_command_gives_the_same_heads_at_every_step(source: str, tmp_path: Path) -> None:
    file, empty = tmp_path / "b.gz", f"sqlite:///{tmp_path}/restored.sqlite"
    said = []
    for words, database in ((("backup", str(file)), source), (("restore", str(file)), empty)):
        code, out, err = await storage(*words, database=database)
        assert (code, err) == (0, "")
        said.append(json.loads(out))
    assert said[0]["studies"] == said[1]["studies"]
    assert said[0]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert said[1]["revision"] == HEAD


async def test_a_restored_record_goes_on_and_cannot_be_changed(empty: str, kept: Path) -> None:
    await restore(empty, kept)
    async with looking(empty) as engine:
        log = Log(engine, "KINDS", codec())
        record = Record(b.ClockMoved(1, NOW), NOW, NOW)
        await log.append([Batch("practice", len(await log.read("practice")), (record,))], [], NOW)
        async with snapshot(engine) as connection:
            assert (await verify(connection))["ok"] is True
        async with engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            with pytest.raises(IntegrityError, match="kept as they were written"):
                await connection.execute(text("update events set typed = 'other'"))


async def test_after_a_restore_no_letter_goes_out_and_no_update_is_answered_twice(
    url: str, tmp_path: Path
) -> None:
    await queued(url)
    async with looking(url) as engine:
        made = await backup(engine, tmp_path / "b.gz")
    assert made["waiting"] == {"updates": 2, "letters": 1}
    again = f"sqlite:///{tmp_path}/again.sqlite"
    found = await restore(again, tmp_path / "b.gz")
    assert (found["not_answered"], found["not_sent"]) == (2, 1)
    async with looking(again) as engine:
        queues = Queues(engine, "S")
        assert await queues.turn((), NOW, 9) == []
        await queues.store([Arrived(number, 7, {}) for number in (1, 2, 3, 4)], NOW)
        assert [arrived.update_id for arrived in await queues.unanswered()] == [4]


def shortened(data: bytes) -> bytes:
    return data[: len(data) // 2]


def without_foot(data: bytes) -> bytes:
    return gzip.compress(b"\n".join(gzip.decompress(data).splitlines()[:-1]) + b"\n")


def one_word_changed(data: bytes) -> bytes:
    return gzip.compress(gzip.decompress(data).replace(b"P1", b"P9", 1))


def one_row_less(data: bytes) -> bytes:
    kept = gzip.decompress(data).splitlines()
    return gzip.compress(b"\n".join([*kept[:4], *kept[5:]]) + b"\n")


def with_more_behind(data: bytes) -> bytes:
    return gzip.compress(gzip.decompress(data) + b'["events"]\n')


def one_byte_changed(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGES = (
    shortened, without_foot, one_word_changed, one_row_less, with_more_behind, one_byte_changed,
    lambda _: b"", lambda _: gzip.compress(b""), lambda _: gzip.compress(b"[]\n"),
    lambda _: b"SQLite format 3\0",
)  # fmt: skip


async def test_a_backup_that_is_not_whole_is_refused_before_a_database_is_touched(
    kept: Path, tmp_path: Path
) -> None:
    data = await asyncio.to_thread(kept.read_bytes)
    for number, damage in enumerate(DAMAGES):
        file = tmp_path / f"damaged-{number}.gz"
        file.write_bytes(damage(data))
        with pytest.raises(ValueError, match="not a whole backup"):
            await restore(f"sqlite:///{tmp_path}/restored.sqlite", file)
    assert not (tmp_path / "restored.sqlite").exists()


async def test_a_database_that_holds_anything_is_not_restored_into(source: str, kept: Path) -> None:
    async with looking(source) as engine:
        before = await rows(engine)
        with pytest.raises(NotEmpty, match="not empty"):
            await restore(source, kept)
        assert await rows(engine) == before


async def test_a_database_of_somebody_else_is_not_restored_into(empty: str, kept: Path) -> None:
    async with looking(empty) as engine:
        async with engine.begin() as connection:
            await connection.execute(text("create table strangers (id int)"))
        with pytest.raises(NotEmpty, match="strangers"):
            await restore(empty, kept)
        assert await tables(engine) == ["strangers"]


async def test_a_database_that_was_migrated_and_never_used_can_be_restored_into(
    empty: str, kept: Path
) -> None:
    async with looking(empty) as engine:
        await migrate(engine)
        await restore(empty, kept)
        assert len(await rows(engine)) == 714


async def test_of_a_broken_record_a_backup_is_taken_and_said_to_be_broken_and_is_not_restored(
    empty: str, whole_file: Path, tmp_path: Path
) -> None:
    shutil.copy(whole_file, tmp_path / "broken.sqlite")
    async with looking(f"sqlite:///{tmp_path}/broken.sqlite") as engine:
        await tamper(engine, "update events set typed = '+9s' where study = 'KINDS' and position = 3")
        made = await backup(engine, tmp_path / "b.gz")
    assert (made["ok"], made["found"]["study"], made["found"]["position"]) == (False, "KINDS", 3)
    with pytest.raises(NotTheSame, match="KINDS 3"):
        await restore(empty, tmp_path / "b.gz")
    async with looking(empty) as engine:
        assert await tables(engine) == []


async def test_a_kill_in_the_middle_of_a_restore_leaves_an_empty_database(empty: str, tmp_path: Path) -> None:
    await large(f"sqlite:///{tmp_path}/source.sqlite")
    async with looking(f"sqlite:///{tmp_path}/source.sqlite") as engine:
        await backup(engine, tmp_path / "b.gz")
    async with looking(empty) as engine:
        assert await tables(engine) == []
        await killed_when(lambda: restoring(engine), "restore", f"{tmp_path}/b.gz", database=empty)
        assert await tables(engine) == []
    assert (await restore(empty, tmp_path / "b.gz"))["studies"]["S"]["events"] == LARGE


def forged(held: bytes, change: Any) -> bytes:
    """A backup by hand, with a checksum that is right; `change` gets its lines as values."""
    values = [json.loads(line) for line in gzip.decompress(held).splitlines()]
    change(values)
    made = [json.dumps(value).encode() + b"\n" for value in values[:-1]]
    foot = {**values[-1], "sha256": hashlib.sha256(b"".join(made)).hexdigest()}
    return gzip.compress(b"".join(made) + json.dumps(foot).encode())


def put(values: list[Any], row: int, place: Any, value: Any) -> None:
    values[row][place] = value


FORGED = {
    "no columns": lambda x: x[0].pop("columns"),
    "no table": lambda x: x[0]["columns"].pop("chains"),
    "a column less": lambda x: x[0]["columns"]["events"].pop(),
    "no revision": lambda x: x[0].pop("revision"),
    "no waiting": lambda x: x[-1].pop("waiting"),
    "no studies": lambda x: x[-1].pop("studies"),
    "no rows": lambda x: x[-1].pop("rows"),
    "other rows": lambda x: put(x, -1, "rows", {"events": 1, "chains": 1, "inbox": 0}),
    "an empty row": lambda x: x.insert(1, []),
    "a row of no table": lambda x: x.insert(1, ["strangers", 1]),
    "a row of the wrong kind": lambda x: put(x, 1, 1, ["S"]),
    "a date that is a number": lambda x: put(x, 1, 1 + x[0]["columns"]["events"].index("happened_at"), 7),
    "a date without a zone": lambda x: put(x, 1, 1 + x[0]["columns"]["events"].index("entered_at"), "2026"),
    "a number too large": lambda x: put(x, 1, 1 + x[0]["columns"]["events"].index("seq"), 10**30),
    "a row less": lambda x: x.pop(3),
    "a row twice": lambda x: x.insert(2, x[1]),
}  # fmt: skip


async def test_a_backup_made_by_hand_is_refused_in_words_and_nothing_is_restored(
    empty: str, kept: Path, tmp_path: Path
) -> None:
    held = await asyncio.to_thread(kept.read_bytes)
    async with looking(empty) as engine:
        for name, change in FORGED.items():
            (tmp_path / "forged.gz").write_bytes(forged(held, change))
            with pytest.raises((Damaged, NotTheSame)) as caught:
                await restore(empty, tmp_path / "forged.gz")
            assert len(str(caught.value).splitlines()) == 1, name
            assert await tables(engine) == [], name


async def test_a_backup_of_a_newer_program_is_refused(kept: Path, tmp_path: Path) -> None:
    held = gzip.decompress(await asyncio.to_thread(kept.read_bytes))
    lines = held.replace(HEAD.encode(), b"9999").splitlines(keepends=True)
    foot = {**json.loads(lines[-1]), "sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest()}
    (tmp_path / "newer.gz").write_bytes(gzip.compress(b"".join(lines[:-1]) + json.dumps(foot).encode()))
    code, out, err = await storage("restore", f"{tmp_path}/newer.gz", database=f"sqlite:///{tmp_path}/x")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "newer program" in err
