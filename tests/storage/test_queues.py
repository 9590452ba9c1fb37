"""The inbox and the outbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect, migrate
from storage.log import AlreadyAnswered, Letter, Log
from storage.queues import Arrived, Backlog, Ended, Queues, SchemaMoved, Waiting
from tests.storage.samples import NOW, codec

SECRET = "leukocyte-marmalade"


@pytest.fixture
def queues(engine: AsyncEngine) -> Queues:
    return Queues(engine, "S")


async def send(engine: AsyncEngine, *letters: tuple[int, str]) -> None:
    await Log(engine, "S", codec()).append([], [Letter(chat, {"html": html}) for chat, html in letters], NOW)


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in (await connection.execute(text(query))).all()]


def words(waiting: list[Waiting]) -> list[str]:
    return [letter.payload["html"] for letter in waiting]


def done(waiting: list[Waiting], failed: str = "") -> list[Ended]:
    return [Ended(letter.id, letter.chat, failed) for letter in waiting]


async def test_updates_wait_in_the_order_of_their_numbers(queues: Queues) -> None:
    await queues.store([Arrived(9, 1, {"text": "b"}), Arrived(2, 5, {"text": "a"})], NOW)
    assert await queues.unanswered() == [Arrived(2, 5, {"text": "a"}, NOW), Arrived(9, 1, {"text": "b"}, NOW)]


async def test_a_redelivered_update_changes_nothing(engine: AsyncEngine, queues: Queues) -> None:
    await queues.store([Arrived(7, 1, {"text": "first"})], NOW)
    await queues.store([Arrived(7, 2, {"text": "again"}), Arrived(8, 1, {"text": "next"})], NOW)
    assert [a.payload["text"] for a in await queues.unanswered()] == ["first", "next"]
    await Log(engine, "S", codec()).append([], [], NOW, update_id=7)
    await queues.store([Arrived(7, 1, {"text": "after it was done"})], NOW)
    assert [a.update_id for a in await queues.unanswered()] == [8]


async def test_an_update_twice_in_one_batch_is_one(queues: Queues) -> None:
    await queues.store([Arrived(7, 1, {"text": "a"}), Arrived(7, 1, {"text": "b"})], NOW)
    assert len(await queues.unanswered()) == 1


async def test_storing_nothing_is_allowed(queues: Queues) -> None:
    await queues.store([], NOW)
    assert await queues.unanswered() == []


async def test_the_largest_numbers_of_telegram_fit(queues: Queues) -> None:
    await queues.store([Arrived(2**53, -(2**52), {})], NOW)
    assert await queues.unanswered() == [Arrived(2**53, -(2**52), {}, NOW)]


async def test_what_an_update_said_is_forgotten_once_it_is_answered(
    engine: AsyncEngine, queues: Queues
) -> None:
    await queues.store([Arrived(7, 1, {"text": SECRET})], NOW)
    await Log(engine, "S", codec()).append([], [Letter(1, {"html": SECRET})], NOW, update_id=7)
    await queues.turn(done(await queues.turn([], NOW, 9)), NOW, 0)
    for table in ("inbox", "outbox"):
        assert await rows(engine, f"select payload from {table} where payload is not null") == []


async def test_what_was_said_is_in_no_byte_of_the_file_afterwards(sqlite: str) -> None:
    engine = connect(sqlite)
    await migrate(engine)
    queues = Queues(engine, "S")
    await queues.store([Arrived(n, 1, {"text": f"{SECRET} {n}" * 20}) for n in range(20)], NOW)
    for n in range(20):
        await Log(engine, "S", codec()).append([], [Letter(n, {"html": SECRET * 30})], NOW, update_id=n)
    await queues.turn(done(await queues.turn([], NOW, 50)), NOW, 0)
    await engine.dispose()
    with open(sqlite.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123, ASYNC230
        assert SECRET.encode() not in file.read()


async def test_a_naive_instant_is_refused(queues: Queues) -> None:
    with pytest.raises(Exception, match="zone"):
        await queues.store([Arrived(1, 1, {})], NOW.replace(tzinfo=None))


async def test_storing_says_what_waits_in_the_same_chats_in_order(
    engine: AsyncEngine, queues: Queues
) -> None:
    await queues.store([Arrived(3, 1, {}), Arrived(4, 2, {})], NOW)
    assert [a.update_id for a in await queues.store([Arrived(9, 1, {}), Arrived(7, 1, {})], NOW)] == [3, 7, 9]
    await Log(engine, "S", codec()).append([], [], NOW, update_id=3)
    assert [a.update_id for a in await queues.store([Arrived(9, 1, {})], NOW)] == [7, 9]
    assert await queues.heads() == {1: 7, 2: 4}


async def test_an_update_is_done_once_whoever_tries(engine: AsyncEngine, queues: Queues) -> None:
    await queues.store([Arrived(7, 1, {})], NOW)
    log = Log(engine, "S", codec())
    tries = [log.append([], [Letter(1, {"html": "x"})], NOW, update_id=7) for _ in range(8)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, AlreadyAnswered) for one in found) == 7
    assert len(await rows(engine, "select 1 from outbox")) == 1


async def test_a_program_of_another_schema_is_told_so(engine: AsyncEngine, queues: Queues) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaMoved, match="9999"):
        await queues.heads()


async def test_a_chat_gets_its_letters_in_order_one_at_a_time(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, (1, "a"), (1, "b"), (2, "c"), (1, "d"))
    seen: list[str] = []
    waiting: list[Waiting] = []
    while waiting := await queues.turn(done(waiting), NOW, 9):
        assert len({letter.chat for letter in waiting}) == len(waiting)
        seen += words(waiting)
    assert seen == ["a", "c", "b", "d"]


async def test_the_first_answer_to_who_wrote_is_owed_and_nothing_else(
    engine: AsyncEngine, queues: Queues
) -> None:
    await queues.store([Arrived(7, 1, {})], NOW)
    letters = [Letter(chat, {"html": html}) for chat, html in ((2, "alert"), (1, "answer"), (1, "more"))]
    await Log(engine, "S", codec()).append([], letters, NOW, update_id=7)
    await send(engine, (3, "reminder"))
    owed = await rows(engine, "select payload, owed from outbox order by id")
    assert [bool(row[1]) for row in owed] == [False, True, False, False]


async def test_a_letter_put_off_comes_back_at_its_time_and_keeps_its_place(
    engine: AsyncEngine, queues: Queues
) -> None:
    await send(engine, (1, "a"), (1, "b"))
    [letter] = await queues.turn([], NOW, 9)
    assert await queues.turn([Ended(letter.id, 1, "RetryAfter", 5.0)], NOW, 9) == []
    assert await queues.turn([], NOW + timedelta(seconds=4), 9) == []
    assert words(await queues.turn([], NOW + timedelta(seconds=5), 9)) == ["a"]


async def test_a_letter_given_up_keeps_the_reason_and_lets_the_next_go(
    engine: AsyncEngine, queues: Queues
) -> None:
    await send(engine, (1, "a"), (1, "b"))
    first = await queues.turn([], NOW, 9)
    assert words(await queues.turn(done(first, "blocked"), NOW, 9)) == ["b"]
    [(failed, payload)] = await rows(engine, f"select failed, payload from outbox where id = {first[0].id}")
    assert failed == "blocked"
    assert payload in (None, "null")


async def test_a_clock_that_jumped_back_keeps_no_letter(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, (1, "a"))
    assert words(await queues.turn([], NOW - timedelta(hours=1), 9)) == ["a"]


async def test_no_more_than_asked_for_is_given(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, *((chat, "x") for chat in range(9)))
    assert len(await queues.turn([], NOW, 4)) == 4


async def test_what_waits_is_counted(engine: AsyncEngine, queues: Queues) -> None:
    assert await queues.backlog() == Backlog(0, None, 0, None)
    await queues.store([Arrived(7, 1, {}), Arrived(8, 1, {})], NOW)
    await Log(engine, "S", codec()).append([], [Letter(1, {"html": "x"})], NOW, update_id=7)
    assert await queues.backlog() == Backlog(1, NOW, 1, NOW)
