"""verify(): an honest chain is OK with its head; whatever was done behind the triggers is found and named."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from storage.backup import backup
from storage.chain import row_hash
from storage.database import connect, migrate, snapshot
from storage.export import export
from storage.log import Batch, Letter, Log, NotStored, Record
from storage.restore import NotTheSame, restore
from storage.signatures import digest_of
from storage.tables import events
from storage.verify import verify
from tests.storage import recorded
from tests.storage.drill import looking
from tests.storage.samples import NOW, codec
from tests.storage.test_chain import SIGNED
from tests.storage.test_database import storage


@pytest.fixture
async def filled(engine: AsyncEngine) -> AsyncEngine:
    """Two studies; S has five events in two streams: trial 1-3 at positions 1, 2, 4 and chat 1-2 at 3, 5."""
    for study in ("S", "T"):
        log = Log(engine, study, codec())
        await log.append([Batch("trial", 0, (moved(1), moved(2))), Batch("chat:1", 0, (moved(3),))], [], NOW)
        await log.append([Batch("trial", 2, (moved(4),)), Batch("chat:1", 1, (moved(5),))], [], NOW)
    return engine


def moved(number: int) -> Record:
    event = b.ClockMoved(number, NOW)
    signature = replace(SIGNED, digest=digest_of([codec().encode(event)])) if number == 2 else None
    return Record(event, NOW, NOW, typed=f"+{number}s 现在", signature=signature)


async def check(engine: AsyncEngine, *words: Any) -> dict[str, Any]:
    async with snapshot(engine) as connection:
        return await verify(connection, *words)


async def tamper(engine: AsyncEngine, *statements: str) -> None:
    """As somebody does who owns the database: without triggers, which stand again afterwards."""
    sqlite = engine.dialect.name == "sqlite"
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        async with connection.begin():
            kept = (await connection.execute(text("select name, sql from sqlite_master where type='trigger'"))
            ).all() if sqlite else []  # fmt: skip
            for name, _ in kept:
                await connection.execute(text(f"drop trigger {name}"))
            if not sqlite:
                await connection.execute(text("alter table events disable trigger events_kept"))
            for statement in statements:
                await connection.execute(text(statement))
            for _, sql in kept:
                await connection.exec_driver_sql(sql)
            if not sqlite:
                await connection.execute(text("alter table events enable always trigger events_kept"))


async def test_an_honest_record_is_ok_with_count_and_head_of_each_study(filled: AsyncEngine) -> None:
    found = await check(filled)
    async with filled.connect() as connection:
        heads = {r.study: r.hash for r in await connection.execute(text("select study, hash from chains"))}
    assert found["ok"] is True
    assert found["studies"] == {s: {"events": 5, "head": heads[s]} for s in ("S", "T")}
    assert "outside" in found["note"]
    assert (await check(filled, "T"))["studies"] == {"T": {"events": 5, "head": heads["T"]}}


async def test_a_log_of_revision_0001_verifies_once_it_is_migrated(url: str) -> None:
    engine = connect(url)
    rows = await recorded.write(engine, "0001")
    await migrate(engine)
    found = await check(engine)
    await engine.dispose()
    assert found["ok"] is True
    assert sum(study["events"] for study in found["studies"].values()) == len(rows)


HERE = "where study = 'S' and position"
SWAP = (
    f"update events set position = 90 {HERE} = 2",
    f"update events set position = 2 {HERE} = 4",
    f"update events set position = 4 {HERE} = 90",
)
CASES = {
    "a typed line": (f"update events set typed = '+9s' {HERE} = 3", "changed", 3),
    "the data": (f"update events set data = '{{\"seconds\": 9}}' {HERE} = 1", "changed", 1),
    "an instant": (f"update events set happened_at = '2020-01-01 00:00:00' {HERE} = 5", "changed", 5),
    "a signature taken off": (f"update events set signature = null {HERE} = 2", "changed", 2),
    "who did it": (f"update events set \"by\" = 'P9' {HERE} = 4", "changed", 4),
    "the hash itself": (f"update events set hash = '{'0' * 64}' {HERE} = 4", "changed", 4),
    "a row out of the middle": (f"delete from events {HERE} = 3", "missing", 3),
    "the first row": (f"delete from events {HERE} = 1", "missing", 1),
    "the tail": (f"delete from events {HERE} > 3", "missing", 4),
    "everything": ("delete from events where study = 'S'", "missing", 1),
    "the head's row": ("delete from chains where study = 'S'", "head mismatch", 5),
    "the head's hash": ("update chains set hash = 'x' where study = 'S'", "head mismatch", 5),
    "the head's number": ("update chains set position = 4 where study = 'S'", "head mismatch", 5),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_was_altered_is_named_with_its_row(filled: AsyncEngine, case: str) -> None:
    statement, wrong, position = CASES[case]
    await tamper(filled, statement)
    found = await check(filled)
    assert (found["ok"], found["wrong"], found["study"], found["position"]) == (False, wrong, "S", position)
    assert found["says"]
    assert (await check(filled, "T"))["ok"] is True


async def test_two_rows_that_changed_places_are_out_of_order(filled: AsyncEngine) -> None:
    await tamper(filled, *SWAP)
    found = await check(filled)
    assert (found["wrong"], found["position"]) == ("out of order", 2)
    assert "event 4" in found["says"]


async def test_a_row_that_was_changed_and_hashed_again_is_found_by_the_next(filled: AsyncEngine) -> None:
    query = select(events).where(events.c.study == "S", events.c.position == 3)
    async with filled.connect() as connection:
        row = (await connection.execute(query)).mappings().one()
    forged = row_hash({**row, "typed": "+9s"})
    await tamper(filled, f"update events set typed = '+9s', hash = '{forged}' {HERE} = 3")
    found = await check(filled)
    assert (found["wrong"], found["study"], found["position"]) == ("changed", "S", 3)
    assert "event 4" in found["says"]


UNREADABLE = {
    "sqlite": ("data = '{not'", "data = '' || replace(hex(zeroblob(50000)), '0', '[')", "signature = '{bad'",
               "happened_at = 'yesterday'", "happened_at = 12345", "typed = x'00ff'", "data = '{\"a\": NaN}'",
               "typed = cast(x'eda080' as text)"),
    "postgresql": ("happened_at = 'infinity'", "happened_at = '0044-03-15 BC'"),
}  # fmt: skip


async def test_a_row_that_cannot_be_read_is_named_backed_up_exported_and_not_restored(
    filled: AsyncEngine, tmp_path: Path
) -> None:
    for number, value in enumerate(UNREADABLE[filled.dialect.name]):
        old = value.partition(" = ")[0]
        await tamper(
            filled,
            f"create table kept as select {old} from events {HERE} = 5",
            f"update events set {value} {HERE} = 5",
        )
        found = await check(filled)
        assert (found["wrong"], found["study"], found["position"]) == ("damaged", "S", 5), value
        made = await backup(filled, tmp_path / f"{number}.gz")
        assert (made["ok"], made["found"], made["unreadable"]) == (False, found, {"events": 1}), value
        assert gzip.decompress((tmp_path / f"{number}.gz").read_bytes()).count(b'{"unreadable":') == 1
        with pytest.raises(NotTheSame, match="could not be read"):
            await restore(f"sqlite:///{tmp_path}/restored.sqlite", tmp_path / f"{number}.gz")
        told = await export(filled, "S", tmp_path / f"{number}")
        assert (told["ok"], told["found"]["position"]) == (False, 5), value
        back = f"update events set {old} = (select {old} from kept) {HERE} = 5"
        await tamper(filled, back, "drop table kept")
    assert (await check(filled))["ok"] is True


@pytest.mark.parametrize("column", ["seq", "position"])
async def test_a_number_that_is_none_is_named_on_sqlite(sqlite_engine: AsyncEngine, column: str) -> None:
    log = Log(sqlite_engine, "S", codec())
    await log.append([Batch("trial", 0, (moved(1), moved(2), moved(3)))], [], NOW)
    await tamper(sqlite_engine, f"update events set {column} = '{{bad' {HERE} = 2")
    found = await check(sqlite_engine)
    assert (found["wrong"], found["position"]) == ("missing" if column == "position" else "changed", 2)


def cut(file: bytes) -> bytes:
    return file[: len(file) // 2]


def with_another_beginning(file: bytes) -> bytes:
    return b"x" * 16 + file[16:]


def overwritten(file: bytes) -> bytes:
    return file[:4096] + b"\xff" * (len(file) - 4096)


@pytest.mark.parametrize("damage", [cut, with_another_beginning, overwritten])
async def test_a_file_that_is_not_whole_is_a_finding(tmp_path: Path, damage: Any) -> None:
    url = f"sqlite:///{tmp_path}/r.sqlite"
    async with looking(url) as engine:
        await migrate(engine)
        await Log(engine, "S", codec()).append([Batch("trial", 0, (moved(1), moved(2)))], [], NOW)
    (tmp_path / "r.sqlite").write_bytes(damage((tmp_path / "r.sqlite").read_bytes()))
    code, out, err = await storage("verify", database=url)
    assert (code, json.loads(out)["wrong"], err) == (1, "damaged", "")
    code, out, err = await storage("backup", f"{tmp_path}/b.gz", database=url)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "not whole" in err


async def test_a_head_that_was_noted_outside_shows_a_tail_cut_off_with_its_traces(
    filled: AsyncEngine,
) -> None:
    noted = (5, (await check(filled))["studies"]["S"]["head"])
    assert (await check(filled, "S", noted))["ok"] is True
    assert (await check(filled, "S", (5, "f" * 64)))["wrong"] == "head mismatch"
    cut = (
        "update chains set position = 3, hash = (select hash from events where study = 'S' and position = 3)"
    )
    await tamper(filled, f"delete from events {HERE} > 3", f"{cut} where study = 'S'")
    assert (await check(filled))["ok"] is True
    found = await check(filled, "S", noted)
    assert (found["wrong"], found["position"]) == ("missing", 4)
    await tamper(filled, "delete from events where study = 'S'", "delete from chains where study = 'S'")
    found = await check(filled, "S", noted)
    assert (found["wrong"], found["study"], found["position"]) == ("missing", "S", 1)
    noted_as = f"{noted[0]}:{noted[1]}"
    url = filled.url.render_as_string(False)
    code, out, err = await storage("verify", "--study", "S", "--noted", noted_as, database=url)
    assert (code, json.loads(out)["wrong"], err) == (1, "missing", "")


async def test_a_trigger_that_is_gone_or_altered_is_a_finding(filled: AsyncEngine) -> None:
    gone = "drop trigger events_no_delete" if filled.dialect.name == "sqlite" else (
        "alter table events disable trigger events_kept")  # fmt: skip
    async with filled.begin() as connection:
        await connection.execute(text(gone))
    found = await check(filled)
    assert (found["ok"], found["wrong"], found["position"]) == (False, "trigger missing", None)


OPENED = {
    "sqlite": {
        "create trigger zz before insert on EVENTS begin select raise(ignore); end": "trigger zz was added",
        "create trigger zz after insert on events begin delete from chains; end": "trigger zz was added",
        "drop index one_event_a_position": "index one_event_a_position is gone",
        "create unique index one on events (id)": "index one was added",
        "alter table chains add column other": "table chains is gone or was altered",
        "drop table chains": "table chains is gone",
        "alter table events rename to e2; create view events as select * from e2": "is gone or was altered",
    },
    "postgresql": {
        "drop trigger events_kept on events; create trigger events_kept before update of id or delete or "
        "truncate on events for each statement execute function events_kept(); "
        "alter table events enable always trigger events_kept": "trigger events_kept is gone or was altered",
        "alter function events_kept() set search_path = public": "trigger events_kept is gone or was altered",
        "alter table events drop constraint events_chained": "constraint events_chained is gone",
        "create trigger zz before insert on chains for each statement execute function events_kept()":
        "trigger zz was added",
        "create rule zz as on insert to events do instead nothing": "rule zz was added",
        "alter table events enable row level security": "table events is gone or was altered",
        "alter table events set unlogged": "table events is gone or was altered",
        "create table child () inherits (events)": "inheritance child was added",
        "alter table events alter column typed drop not null": "column events.typed is gone or was altered",
        "drop index one_event_a_position": "index one_event_a_position is gone",
        "alter table events drop column hash": "column events.hash is gone",
    },
}  # fmt: skip


async def test_whatever_else_guards_the_record_is_compared_with_what_the_migrations_make(
    filled: AsyncEngine,
) -> None:
    for statements, says in OPENED[filled.dialect.name].items():
        async with filled.connect() as connection:
            for statement in statements.split("; ") if "trigger zz" not in statements else [statements]:
                await connection.exec_driver_sql(statement)
            found = await verify(connection)
            await connection.rollback()
        assert (found["ok"], found["position"]) == (False, None), statements
        assert says in found["says"], (statements, found)
        gone = "drop table" in statements or "drop column" in statements
        wrong = "damaged" if gone else "trigger missing" if "events_kept is" in says else "schema changed"
        assert found["wrong"] == wrong, statements
    assert (await check(filled))["ok"] is True


IGNORING = {
    "sqlite": ("create trigger zz before insert on events when new.seq = 3 begin select raise(ignore); end",),
    "postgresql": (
        "create function z() returns trigger language plpgsql as $$ begin "
        "if new.seq = 3 then return null; end if; return new; end $$",
        "create trigger zz before insert on events for each row execute function z()",
    ),
}


async def test_events_that_the_database_silently_leaves_out_are_not_taken_for_recorded(
    filled: AsyncEngine,
) -> None:
    async with filled.begin() as connection:
        for statement in IGNORING[filled.dialect.name]:
            await connection.exec_driver_sql(statement)
    log = Log(filled, "S", codec())
    with pytest.raises(NotStored, match="2 events were given to the database and 1 were kept"):
        await log.append(
            [Batch("trial", 3, (moved(6),)), Batch("chat:1", 2, (moved(7),))], [Letter(7, {})], NOW
        )
    assert [len(await log.read(stream)) for stream in ("trial", "chat:1")] == [3, 2]
    async with filled.connect() as connection:
        assert (await connection.execute(text("select count(*) from outbox"))).scalar() == 0


async def test_the_command_says_ok_with_exit_0_and_names_a_finding_with_exit_1(
    filled: AsyncEngine, url: str
) -> None:
    code, out, err = await storage("verify", database=url)
    assert (code, json.loads(out)["ok"], err) == (0, True, "")
    head = json.loads(out)["studies"]["S"]["head"]
    code, out, err = await storage("verify", "--study", "S", "--noted", f"5:{head}", database=url)
    assert (code, list(json.loads(out)["studies"]), err) == (0, ["S"], "")
    await tamper(filled, CASES["the data"][0])
    code, out, err = await storage("verify", database=url)
    assert (code, json.loads(out)["position"], err) == (1, 1, "")


@pytest.mark.parametrize(
    "words", [("--study", "NONE"), ("--noted", "5:" + "a" * 64), ("--study", "S", "--noted", "5")]
)
async def test_verifying_what_is_not_there_is_refused_with_exit_2(filled: AsyncEngine, words: tuple) -> None:
    code, out, err = await storage("verify", *words, database=filled.url.render_as_string(False))
    assert (code, out) == (2, "")
    assert err


async def test_a_mistyped_file_is_refused_and_not_made(tmp_path: Path) -> None:
    code, out, err = await storage("verify", database=f"sqlite:///{tmp_path}/other.sqlite")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert not (tmp_path / "other.sqlite").exists()


async def test_a_database_that_lost_its_record_is_a_finding(url: str) -> None:
    engine = connect(url)
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(text("drop table alembic_version"))
    await engine.dispose()
    code, out, err = await storage("verify", database=url)
    assert (code, json.loads(out)["wrong"], err) == (1, "damaged", "")


async def test_an_old_schema_is_refused_until_it_is_migrated(url: str) -> None:
    engine = connect(url)
    await migrate(engine, "0001")
    await engine.dispose()
    code, out, err = await storage("verify", database=url)
    assert (code, out) == (2, "")
    assert "migrate" in err
