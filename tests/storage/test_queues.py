"""The inbox and the outbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import CLAIM, Arrived, Queues
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


def words(waiting: list) -> list[str]:
    return [letter.payload["html"] for letter in waiting]


async def test_updates_wait_in_the_order_of_their_numbers(queues: Queues) -> None:
    await queues.store([Arrived(9, 1, {"text": "b"}), Arrived(2, 5, {"text": "a"})], NOW)
    assert await queues.unanswered() == [Arrived(2, 5, {"text": "a"}), Arrived(9, 1, {"text": "b"})]


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
    assert await queues.unanswered() == [Arrived(2**53, -(2**52), {})]


async def test_what_an_update_said_is_forgotten_once_it_is_answered(
    engine: AsyncEngine, queues: Queues
) -> None:
    await queues.store([Arrived(7, 1, {"text": SECRET})], NOW)
    await Log(engine, "S", codec()).append([], [Letter(1, {"html": SECRET})], NOW, update_id=7)
    [letter] = await queues.claim(NOW)
    await queues.sent(letter.id, NOW)
    for table in ("inbox", "outbox"):
        assert await rows(engine, f"select payload from {table} where payload is not null") == []


async def test_what_was_said_is_in_no_byte_of_the_file_afterwards(sqlite: str) -> None:
    engine = connect(sqlite)
    await migrate(engine)
    queues = Queues(engine, "S")
    await queues.store([Arrived(n, 1, {"text": f"{SECRET} {n}" * 20}) for n in range(20)], NOW)
    for n in range(20):
        await Log(engine, "S", codec()).append([], [Letter(n, {"html": SECRET * 30})], NOW, update_id=n)
    for letter in await queues.claim(NOW):
        await queues.sent(letter.id, NOW)
    await engine.dispose()
    with open(sqlite.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123, ASYNC230
        assert SECRET.encode() not in file.read()


async def test_a_naive_instant_is_refused(queues: Queues) -> None:
    with pytest.raises(Exception, match="zone"):
        await queues.store([Arrived(1, 1, {})], NOW.replace(tzinfo=None))


async def test_a_chat_gets_its_letters_in_order_one_at_a_time(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, (1, "a"), (1, "b"), (2, "c"), (1, "d"))
    seen = []
    while waiting := await queues.claim(NOW):
        assert len({letter.chat for letter in waiting}) == len(waiting)
        seen += words(waiting)
        for letter in waiting:
            await queues.sent(letter.id, NOW)
    assert seen == ["a", "c", "b", "d"]


async def test_a_letter_on_its_way_holds_back_the_next_of_its_chat_only(
    engine: AsyncEngine, queues: Queues
) -> None:
    await send(engine, (1, "a"), (1, "b"), (2, "c"))
    assert words(await queues.claim(NOW)) == ["a", "c"]
    assert await queues.claim(NOW) == []


async def test_two_claimers_never_get_the_same_letter(engine: AsyncEngine, queues: Queues, url: str) -> None:
    await send(engine, *((chat, f"to {chat}") for chat in range(60)))
    other = connect(url)
    claims = [q.claim(NOW, limit=7) for q in (queues, Queues(other, "S")) * 6]
    got = [letter.chat for batch in await asyncio.gather(*claims) for letter in batch]
    await other.dispose()
    assert sorted(got) == list(range(60))


async def test_a_claim_ends_so_that_a_crash_loses_no_letter(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, (1, "a"))
    [first] = await queues.claim(NOW)
    assert await queues.claim(NOW + CLAIM - timedelta(seconds=1)) == []
    [again] = await queues.claim(NOW + CLAIM + timedelta(seconds=1))
    assert (again.id, again.attempts) == (first.id, first.attempts + 1)


async def test_a_letter_put_off_comes_back_at_its_time_and_keeps_its_place(
    engine: AsyncEngine, queues: Queues
) -> None:
    await send(engine, (1, "a"), (1, "b"))
    [letter] = await queues.claim(NOW)
    await queues.later(letter.id, NOW + timedelta(seconds=5))
    assert await queues.claim(NOW + timedelta(seconds=4)) == []
    assert words(await queues.claim(NOW + timedelta(seconds=5))) == ["a"]


async def test_a_letter_given_up_keeps_the_reason_and_lets_the_next_go(
    engine: AsyncEngine, queues: Queues
) -> None:
    await send(engine, (1, "a"), (1, "b"))
    [letter] = await queues.claim(NOW)
    await queues.sent(letter.id, NOW, failed="blocked")
    assert words(await queues.claim(NOW)) == ["b"]
    [(failed, payload)] = await rows(engine, f"select failed, payload from outbox where id = {letter.id}")
    assert failed == "blocked"
    assert payload in (None, "null")


async def test_a_letter_is_not_sent_before_it_was_written(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, (1, "a"))
    assert await queues.claim(NOW - timedelta(seconds=1)) == []


async def test_no_more_than_the_limit_is_claimed(engine: AsyncEngine, queues: Queues) -> None:
    await send(engine, *((chat, "x") for chat in range(9)))
    assert len(await queues.claim(NOW, limit=4)) == 4
