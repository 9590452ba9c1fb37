"""The log: optimistic appends, several streams at once, all or nothing."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from rules import events as e
from storage.database import connect, migrate
from storage.log import AlreadyAnswered, Batch, Letter, Log, LogMoved, Record, behind
from storage.queues import Arrived, Queues
from tests.storage.appender import append_one
from tests.storage.samples import KINDS, NOW, SITE, codec, sample


@pytest.fixture
def log(engine: AsyncEngine) -> Log:
    return Log(engine, "S", codec())


def moved(number: int = 1) -> Record:
    return Record(b.ClockMoved(number, NOW), NOW, NOW)


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in (await connection.execute(text(query))).all()]


async def test_an_event_of_every_kind_comes_back_with_its_envelope(log: Log) -> None:
    later = NOW.astimezone(SITE) + timedelta(hours=1)
    written = [
        Record(sample(kind, n), NOW, later, f"P{n}", "investigator", "/new 现在 'x'", "1.0", "f" * 64, seq=n)
        for n, kind in enumerate(KINDS, 1)
    ]
    await log.append([Batch("trial", 0, tuple(written))], [], NOW)
    read = await log.read("trial")
    assert read == written
    assert all(record.entered_at.utcoffset() == timedelta(0) for record in read)


async def test_reading_behind_a_number_gives_only_what_is_newer(log: Log) -> None:
    await log.append([Batch("trial", 0, tuple(moved(n) for n in range(5)))], [], NOW)
    assert [record.seq for record in await log.read("trial", after=3)] == [4, 5]
    assert await log.read("trial", after=5) == []


@pytest.mark.parametrize("field", ["happened_at", "entered_at"])
async def test_a_naive_instant_is_refused_and_nothing_is_written(log: Log, field: str) -> None:
    times = {"happened_at": NOW, "entered_at": NOW, field: NOW.replace(tzinfo=None)}
    with pytest.raises((ValueError, StatementError), match="zone"):
        await log.append([Batch("trial", 0, (Record(b.ClockMoved(1, NOW), **times),))], [], NOW)
    assert await log.read("trial") == []


async def test_a_letter_with_a_naive_instant_is_refused(log: Log) -> None:
    with pytest.raises((ValueError, StatementError), match="zone"):
        await log.append([], [Letter(1, {"html": "x"})], NOW.replace(tzinfo=None))


@pytest.mark.parametrize("after", [0, 1, 3, 99, -1])
async def test_an_append_behind_a_wrong_number_is_refused(log: Log, after: int) -> None:
    await log.append([Batch("trial", 0, (moved(), moved()))], [], NOW)
    with pytest.raises(LogMoved):
        await log.append([Batch("trial", after, (moved(),))], [], NOW)
    assert [record.seq for record in await log.read("trial")] == [1, 2]


async def test_several_streams_are_written_together_or_not_at_all(engine: AsyncEngine, log: Log) -> None:
    await Queues(engine, "S").store([Arrived(7, 1, {"text": "hello"})], NOW)
    await log.append([Batch("people", 0, (moved(),))], [], NOW)
    good, wrong = Batch("trial", 0, (moved(),)), Batch("people", 0, (moved(),))
    with pytest.raises(LogMoved):
        await log.append([good, wrong], [Letter(1, {"html": "x"})], NOW, update_id=7)
    assert await log.read("trial") == []
    assert await rows(engine, "select * from outbox") == []
    assert [a.update_id for a in await Queues(engine, "S").unanswered()] == [7]
    right = Batch("people", 1, (moved(),))
    await log.append([good, right], [Letter(1, {"html": "x"})], NOW, update_id=7)
    assert len(await log.read("trial")) == 1
    assert len(await log.read("people")) == 2
    assert len(await rows(engine, "select * from outbox")) == 1
    assert await Queues(engine, "S").unanswered() == []


async def test_an_event_that_cannot_be_written_leaves_no_letter_behind(engine: AsyncEngine, log: Log) -> None:
    naive = b.ClockMoved(1, NOW.replace(tzinfo=None))
    batches = [Batch("a", 0, (moved(),)), Batch("b", 0, (Record(naive, NOW, NOW),))]
    with pytest.raises(ValueError, match="zone"):
        await log.append(batches, [Letter(1, {"html": "x"})], NOW)
    assert await log.read("a") == []
    assert await rows(engine, "select * from outbox") == []


async def test_an_update_is_answered_once_and_the_second_answer_writes_nothing(
    engine: AsyncEngine, log: Log
) -> None:
    await Queues(engine, "S").store([Arrived(7, 1, {"text": "hello"})], NOW)
    await log.append([Batch("trial", 0, (moved(),))], [Letter(1, {})], NOW, update_id=7)
    with pytest.raises(AlreadyAnswered):
        await log.append([Batch("trial", 1, (moved(),))], [Letter(1, {})], NOW, update_id=7)
    assert len(await log.read("trial")) == 1
    assert len(await rows(engine, "select * from outbox")) == 1


async def test_an_update_that_was_never_stored_cannot_be_answered(log: Log) -> None:
    with pytest.raises(AlreadyAnswered):
        await log.append([Batch("trial", 0, (moved(),))], [], NOW, update_id=99)
    assert await log.read("trial") == []


async def test_of_many_answers_to_one_update_at_once_one_counts(engine: AsyncEngine, log: Log) -> None:
    await Queues(engine, "S").store([Arrived(7, 1, {"text": "hello"})], NOW)
    tries = [log.append([], [Letter(1, {"html": "x"})], NOW, update_id=7) for _ in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert Counter(map(type, outcomes)) == {type(None): 1, AlreadyAnswered: 19}
    assert len(await rows(engine, "select * from outbox")) == 1


async def test_fifty_tasks_on_one_stream_leave_no_gap_and_no_double(engine: AsyncEngine, log: Log) -> None:
    await asyncio.gather(*(append_one(log, "task", number) for number in range(50)))
    records = await log.read("trial")
    assert [record.seq for record in records] == list(range(1, 51))
    assert sorted(record.event.seconds for record in records) == list(range(50))
    assert len(await rows(engine, "select * from outbox")) == 50


async def test_four_processes_on_one_file_leave_no_gap_and_no_double(url: str) -> None:
    count = 40
    made = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.storage.appender",
            url,
            f"p{n}",
            str(count),
            stdout=asyncio.subprocess.PIPE,
        )
        for n in range(4)
    ]
    outputs = [await process.communicate() for process in made]
    assert [process.returncode for process in made] == [0, 0, 0, 0]
    assert sum(int(out) for out, _ in outputs) > 0, "the processes never met: the test shows nothing"
    engine = connect(url)
    await migrate(engine)
    records = await Log(engine, "S", codec()).read("trial")
    letters = [str(payload) for payload in await rows(engine, "select payload from outbox")]
    await engine.dispose()
    assert [record.seq for record in records] == list(range(1, 4 * count + 1))
    everything = {(f"p{n}", at) for n in range(4) for at in range(count)}
    assert {(record.by, record.event.seconds) for record in records} == everything
    assert len(letters) == len(set(letters)) == 4 * count
    for n in range(4):
        own = [record.event.seconds for record in records if record.by == f"p{n}"]
        assert own == sorted(own), "a process's own events keep their order"


async def test_the_database_itself_refuses_two_events_at_one_place(engine: AsyncEngine, log: Log) -> None:
    await log.append([Batch("trial", 0, (moved(),))], [], NOW)
    columns = "study, stream, seq, kind, version, data, by, role, happened_at, entered_at, typed, "
    columns += "protocol_version, protocol_sha256, position"
    twice = f"insert into events ({columns}) select {columns.replace('position', '2')} from events"
    if engine.dialect.name == "postgresql":
        twice = twice.replace(" by,", ' "by",')
    async with engine.connect() as plain:
        connection = await plain.execution_options(writes=True)
        with pytest.raises(IntegrityError, match=r"one_event_a_place|events are only added"):
            await connection.execute(text(twice))


async def test_a_study_sees_nothing_of_another_study_in_the_same_database(
    engine: AsyncEngine, log: Log
) -> None:
    other = Log(engine, "OTHER", codec())
    await log.append([Batch("trial", 0, (moved(), moved()))], [Letter(1, {"html": "mine"})], NOW)
    await Queues(engine, "S").store([Arrived(7, 1, {"text": "mine"})], NOW)
    assert await other.read("trial") == []
    assert await other.streams("") == []
    assert await Queues(engine, "OTHER").unanswered() == []
    assert await Queues(engine, "OTHER").turn([], NOW, 9) == []
    await other.append([Batch("trial", 0, (moved(9),))], [], NOW)
    assert [r.event.seconds for r in await other.read("trial")] == [9]
    assert len(await log.read("trial")) == 2
    with pytest.raises(AlreadyAnswered):
        await other.append([], [], NOW, update_id=7)
    await Queues(engine, "OTHER").store([Arrived(7, 1, {"text": "theirs"})], NOW)
    assert [a.payload["text"] for a in await Queues(engine, "S").unanswered()] == ["mine"]


async def test_streams_are_found_by_how_their_names_begin_and_by_nothing_else(log: Log) -> None:
    for name in ("chat:1", "chat:22", "chatter", "trial", "ch%t:1"):
        await log.append([Batch(name, 0, (moved(),))], [], NOW)
    assert sorted(await log.streams("chat:")) == ["chat:1", "chat:22"]
    assert await log.streams("ch%t") == ["ch%t:1"]


async def test_the_log_of_a_file_is_there_when_it_is_opened_again(url: str, tmp_path: Path) -> None:
    for number in range(2):
        engine = connect(url)
        await migrate(engine)
        log = Log(engine, "S", codec())
        await log.append([Batch("trial", number, (Record(sample(e.Infused), NOW, NOW),))], [], NOW)
        await engine.dispose()
    file = tmp_path / "record.sqlite"
    engine = connect(str(file) if file.exists() else url)
    assert [r.event for r in await Log(engine, "S", codec()).read("trial")] == [sample(e.Infused)] * 2
    await engine.dispose()


async def test_writes_are_durable_and_begin_at_once(sqlite: str) -> None:
    engine = connect(sqlite)
    assert await rows(engine, "PRAGMA journal_mode") == [("wal",)]
    assert await rows(engine, "PRAGMA synchronous") == [(2,)]


async def test_a_read_looks_up_each_stream_and_goes_through_no_study(sqlite_engine: AsyncEngine) -> None:
    statement = behind(3).compile(dialect=sqlite_engine.dialect)
    async with sqlite_engine.connect() as connection:
        plan = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", tuple("S" for _ in statement.positiontup or ())
        )
        steps = [row[3] for row in plan]
    assert len([step for step in steps if "(study=? AND stream=? AND seq>?)" in step]) == 3
    assert not [step for step in steps if "SCAN events" in step or "(study=?)" in step]
