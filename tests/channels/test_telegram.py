"""The Telegram channel against the loopback Bot API: nothing lost, nothing twice, nothing personal kept."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels import telegram
from bot.channels.arrivals import message_of, read, to_store
from bot.channels.pace import Pace
from bot.channels.serving import Parts
from bot.channels.wire import BadToken
from bot.messages import Message
from bot.privacy import MARKER
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import Queues
from tests.botapi.server import Server
from tests.botapi.standin import MENUS, STUDY, Echo, clock, no_tick

QUICK = 0.01
LIMIT = 60.0
FAULTS = ["flood", "broken", "lying", "garbage", "cut"]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = connect(f"sqlite:///{tmp_path / 'chat.sqlite'}")
    await migrate(made)
    yield made
    await made.dispose()


@asynccontextmanager
async def running(
    server: Server, engine: AsyncEngine, tick: Callable[[], Awaitable[None]] = no_tick, **more: Any
) -> AsyncIterator[Echo]:
    """The channel with a stand-in dispatcher, until the block ends."""
    stop, echo = asyncio.Event(), Echo(Log(engine, STUDY, Codec([])))
    for name, value in more.pop("echo", {}).items():
        setattr(echo, name, value)
    now, more = more.pop("now", clock), {"tick_seconds": 0.05, "first_pause": QUICK, **more}
    queues = Queues(engine, STUDY)
    parts = Parts(server.token, server.url, echo, queues, now, tick, MENUS, **more)
    task = asyncio.create_task(telegram.run(parts, stop))
    try:
        yield echo
    finally:
        stop.set()
        await task


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(text(query))).all())


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` gives once it is true: for what only the database shows."""
    async with asyncio.timeout(LIMIT):
        while not (value := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return value


# ---------------------------------------------------------------- nothing lost, nothing twice
async def test_a_message_is_answered(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        person.say("hello")
        assert (await person.next_reply()).text == "text hello"
    assert not await left(engine)


async def left(engine: AsyncEngine) -> list[Any]:
    return await rows(engine, "select update_id from inbox where done_at is null")


async def test_updates_are_in_the_inbox_before_their_offset_is_confirmed(
    server: Server, engine: AsyncEngine
) -> None:
    import sqlite3

    person, seen = server.user(7), []

    def look(offset: int) -> None:
        with sqlite3.connect(str(engine.url.database)) as connection:
            [stored] = connection.execute(
                "select count(*) from inbox where update_id < ?", [offset]
            ).fetchone()
        seen.append((offset, stored))

    server.world.on_confirm = look
    ids = [person.say(f"message {n}") for n in range(20)]
    async with running(server, engine):
        await person.replies(20)
        await server.until(lambda: not server.world.waiting)
    assert seen and seen[-1] == (ids[-1] + 1, 20)


@asynccontextmanager
async def process(server: Server, engine: AsyncEngine, gate: str = "open") -> AsyncIterator[None]:
    """The stand-in as a real process, killed (SIGKILL) at the end of the block."""
    mine = {"BOT_API_URL": server.url, "BOT_TOKEN": server.token, "GATE": gate}
    mine["DATABASE_URL"] = f"sqlite:///{engine.url.database}"
    command = (sys.executable, "-m", "tests.botapi.standin")
    child = await asyncio.create_subprocess_exec(*command, env={**os.environ, **mine})
    try:
        yield
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()


async def test_killed_with_everything_unanswered_it_answers_all_in_order_afterwards(
    server: Server, engine: AsyncEngine
) -> None:
    people = [server.user(id_) for id_ in (7, 8, 9)]
    async with process(server, engine, "closed"):
        for n in range(40):
            for person in people:
                person.say(f"message {n}")
        await server.until(lambda: server.calls["getUpdates"] and not server.world.waiting, LIMIT)
    assert len(await left(engine)) == 120 and not server.messages
    async with process(server, engine):
        for person in people:
            got = await person.replies(40, LIMIT)
            assert [message.text for message in got] == [f"text message {n}" for n in range(40)]
        await eventually(lambda: none(engine, "inbox"))


async def none(engine: AsyncEngine, table: str) -> bool:
    return not await rows(engine, f"select 1 from {table} where done_at is null")


async def test_killed_between_storing_and_confirming_nothing_is_answered_twice(
    server: Server, engine: AsyncEngine
) -> None:
    person = server.user(7)
    async with process(server, engine):
        await server.until(lambda: server.world.poll == 1, LIMIT)
        server.next_calls(99, "hang", "getUpdates", seconds=600)
        for n in range(5):
            person.say(f"message {n}")
        await person.replies(5, LIMIT)
        await server.until(lambda: server.calls["getUpdates"] == 2, LIMIT)
        await eventually(lambda: none(engine, "outbox"))
    assert len(server.world.waiting) == 5
    server.world.faults.clear()
    async with process(server, engine):
        await server.until(lambda: not server.world.waiting, LIMIT)
        person.say("the last")
        await person.replies(1, LIMIT)
    assert [m.text for m in person.history] == [f"text message {n}" for n in range(5)] + ["text the last"]


async def test_killed_while_sending_the_letter_goes_again(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    server.next_calls(1, "hang", "sendMessage", seconds=600)
    async with process(server, engine):
        person.say("one")
        person.say("two")
        await server.until(lambda: server.calls["sendMessage"], LIMIT)
    async with running(server, engine):
        assert [message.text for message in await person.replies(2)] == ["text one", "text two"]


async def test_a_redelivered_update_changes_nothing(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        update = person.say("once")
        await person.next_reply()
        before = await rows(engine, "select * from inbox")
        for _ in range(3):
            server.redeliver(update)
            await server.until(lambda: update not in server.world.waiting)
        assert await rows(engine, "select * from inbox") == before
        person.say("twice")
        assert (await person.next_reply()).text == "text twice"
    assert len(person.history) == 2


async def test_what_cannot_be_read_blocks_nothing(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    good: Any = person.message(text="good")
    broken: list[Any] = [
        {},
        {"message": None},
        {"message": 5},
        {"message": []},
        {"message": {"from": 1}},
        {"message": {**good, "from": {"id": "7"}}},
        {"message": {**good, "from": {"id": 2**80}}},
        {"message": {**good, "chat": {"id": True, "type": "private"}}},
        {"message": {**good, "message_id": None}},
        {"message": {**good, "text": {"a": 1}}, "edited_message": 3},
        {"callback_query": {"id": 3, "from": good["from"], "message": "?", "data": "x"}},
        {"callback_query": []},
        {"poll": {"id": "1"}},
        {"something_new": {"id": "1"}},
        {"channel_post": good},
        {"my_chat_member": {"chat": good["chat"]}},
    ]
    async with running(server, engine):
        for update in broken:
            id_ = server.send_raw(dict(update))
            server.world.waiting[id_] = server.world.updates[id_]
        person.say("still here?")
        assert (await person.next_reply()).text == "text still here?"
        await server.until(lambda: not server.world.waiting)
    assert len(person.history) == 1


async def test_a_half_character_or_a_null_is_stored_without_it(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        server.send_raw({"message": {**person.message(), "text": "a\ud83db\0c"}})
        assert (await person.next_reply()).text == "text a\ufffdbc"


# ---------------------------------------------------------------- faults
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["getUpdates", "sendMessage", "setMyCommands", "answerCallbackQuery"])
async def test_a_fault_is_survived_and_nothing_is_said_twice(
    server: Server, engine: AsyncEngine, method: str, fault: str
) -> None:
    person = server.user(7)
    server.next_calls(2, fault, method)
    async with running(server, engine):
        for word in ("buttons", "two", "three"):
            person.say(word)
        got = await person.replies(3, LIMIT)
        person.press("Yes")
        got += await person.replies(1, LIMIT)
        await server.until(lambda: len(server.world.commands) == 2, LIMIT)
    assert [message.text for message in got] == ["text buttons", "text two", "text three", "press y"]


async def test_a_letter_whose_answer_was_lost_goes_again_rather_than_never(
    server: Server, engine: AsyncEngine
) -> None:
    person = server.user(7)
    server.next_calls(1, "cut", "sendMessage", done=True)
    async with running(server, engine):
        person.say("one")
        assert [message.text for message in await person.replies(2)] == ["text one", "text one"]


async def test_one_chat_in_trouble_holds_up_no_other(server: Server, engine: AsyncEngine) -> None:
    stuck, other = server.user(7), server.user(8)
    fault = server.next_calls(10**6, "broken", "sendMessage", chat=7)
    async with running(server, engine):
        stuck.say("one")
        stuck.say("two")
        await server.until(lambda: fault.left < 10**6)
        other.say("hello")
        assert (await other.next_reply()).text == "text hello"
        assert not stuck.history
        fault.left = 0
        assert [message.text for message in await stuck.replies(2)] == ["text one", "text two"]


async def test_a_send_that_hangs_holds_up_no_other_chat(server: Server, engine: AsyncEngine) -> None:
    stuck, other = server.user(7), server.user(8)
    server.next_calls(1, "hang", "sendMessage", chat=7, seconds=600)
    async with running(server, engine):
        stuck.say("one")
        await server.until(lambda: server.calls["sendMessage"])
        other.say("hello")
        assert (await other.next_reply()).text == "text hello"
        assert not stuck.history
        server.release()
        assert (await stuck.next_reply()).text == "text one"


async def test_a_hundred_messages_of_five_people_keep_each_ones_order(
    server: Server, engine: AsyncEngine
) -> None:
    people = [server.user(id_) for id_ in range(1, 6)]
    for fault in FAULTS[1:]:
        server.next_calls(2, fault, "sendMessage", chat=3)
    async with running(server, engine):
        for n in range(20):
            for person in people:
                person.say(str(n))
        for person in people:
            assert [m.text for m in await person.replies(20, LIMIT)] == [f"text {n}" for n in range(20)]


async def test_who_blocked_the_bot_is_given_up_and_the_log_says_no_words(
    server: Server, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    gone, other = server.user(7), server.user(8)
    gone.block()
    async with running(server, engine):
        gone.say("secret words")
        other.say("bad html")
        other.say("hello")
        assert (await other.next_reply()).text == "text hello"
        given_up = "select failed from outbox where failed is not null order by chat"
        failed = await eventually(lambda: two(engine, given_up))
    assert failed == [("Forbidden: blocked by the user",), ("BadRequest: parse entities",)]
    assert (
        await rows(engine, "select payload from outbox where payload is not null and payload != 'null'") == []
    )
    assert "is given up: Forbidden" in caplog.text
    assert "secret" not in caplog.text and "never closed" not in caplog.text


async def two(engine: AsyncEngine, query: str) -> list[Any]:
    got = await rows(engine, query)
    return [tuple(row) for row in got] if len(got) == 2 else []


async def test_the_database_away_for_a_moment_loses_nothing(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        await server.until(lambda: server.world.poll)
        async with engine.begin() as connection:
            await connection.execute(text("alter table inbox rename to away"))
        person.say("hello")
        assert (await person.next_reply()).text.startswith("Nothing was recorded: the bot's storage")
        await server.until(lambda: server.calls["getUpdates"] > 5)
        async with engine.begin() as connection:
            await connection.execute(text("alter table away rename to inbox"))
        assert (await person.next_reply()).text == "text hello"
    assert len(person.history) == 2


async def test_a_bug_is_tried_five_times_then_said_sorry_for_and_the_next_message_waits_its_turn(
    server: Server, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    person, other = server.user(7), server.user(8)
    async with running(server, engine, echo={"failing": {"boom words"}}) as echo:
        person.say("boom words")
        person.say("after")
        other.say("meanwhile")
        assert (await other.next_reply()).text == "text meanwhile"
        assert [message.text for message in await person.replies(2)] == ["sorry", "text after"]
    assert echo.tries["boom words"] == 5
    assert caplog.text.count("RuntimeError") == 5 and "boom" not in caplog.text


async def test_a_bug_that_passes_is_not_said_sorry_for(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine, echo={"failing": {"boom"}}) as echo:
        person.say("boom")
        await eventually(lambda: tried(echo, "boom", 2))
        echo.failing.clear()
        assert (await person.next_reply()).text == "text boom"


async def tried(echo: Echo, word: str, times: int) -> bool:
    return echo.tries[word] >= times


# ---------------------------------------------------------------- the token
async def test_a_wrong_token_ends_with_one_line_that_does_not_hold_it(
    server: Server, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.token, wrong = "1:right", "2:wrong-token"
    for token in (wrong, "2:wrong token", ""):
        with pytest.raises(BadToken) as refused:
            await run_with(token, server.url, engine)
        error: BaseException | None = refused.value
        assert error and "BOT_TOKEN" in str(error)
        while error is not None:
            assert "wrong" not in repr(error)
            error = error.__cause__ or error.__context__
    assert "wrong" not in ours(caplog)


def ours(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, but for the test's own server and the database driver, which others set."""
    foreign = ("uvicorn", "aiosqlite", "asyncio")
    return "\n".join(caplog.handler.format(r) for r in caplog.records if not r.name.startswith(foreign))


async def run_with(token: str, url: str, engine: AsyncEngine, stop: asyncio.Event | None = None) -> None:
    echo, queues = Echo(Log(engine, STUDY, Codec([]))), Queues(engine, STUDY)
    stop = stop or asyncio.Event()
    await telegram.run(Parts(token, url, echo, queues, clock, no_tick, MENUS, first_pause=QUICK), stop)


async def test_a_token_revoked_later_ends_it_too(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    running_ = asyncio.create_task(run_with(server.token, server.url, engine))
    person.say("hello")
    await person.next_reply()
    server.token = "1:another"
    person.say("anybody?")
    with pytest.raises(BadToken):
        await asyncio.wait_for(running_, LIMIT)


async def test_the_token_is_in_no_log_line_whatever_goes_wrong(
    server: Server, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = server.user(7)
    for fault in FAULTS:
        server.next_calls(1, fault)
    async with running(server, engine):
        person.say("clinical words")
        await person.next_reply()
    stop = asyncio.Event()
    nobody = asyncio.create_task(run_with(server.token, "http://127.0.0.1:9", engine, stop))
    await eventually(lambda: logged(caplog, "ClientConnectorError"))
    stop.set()
    await nobody
    assert server.token not in ours(caplog) and server.token.split(":")[1] not in ours(caplog)
    assert "clinical" not in ours(caplog)


async def logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text


@pytest.mark.parametrize(("cause", "line"), [("second", telegram.TWO), ("webhook", telegram.WEBHOOK)])
async def test_a_conflict_is_one_clear_line_and_ends_with_its_cause(
    server: Server, engine: AsyncEngine, caplog: pytest.LogCaptureFixture, cause: str, line: str
) -> None:
    person = server.user(7)
    async with running(server, engine):
        await server.until(lambda: server.world.poll)
        server.world.webhook = "https://example.org" if cause == "webhook" else ""
        server.world.poll += 1
        server.world.tell()
        await eventually(lambda: logged(caplog, telegram.TWO))
        await eventually(lambda: logged(caplog, line))
        server.world.webhook = ""
        person.say("hello")
        assert (await person.next_reply()).text == "text hello"


# ---------------------------------------------------------------- what is kept
async def test_nothing_personal_reaches_the_database(server: Server, engine: AsyncEngine) -> None:
    person, gate = server.user(7), asyncio.Event()
    async with running(server, engine, echo={"gate": gate}):
        for kind in ("photo", "voice", "sticker", "contact", "document", "location"):
            person.send(kind)
        person.say_edited("edited words")
        person.say_forwarded("forwarded words")
        person.say_in_group("group words")
        person.say("Patient name Otieno, phone 13912345678")
        person.say("kept words")
        await eventually(lambda: many(engine, 11))
        stored = b"".join(
            path.read_bytes() for path in Path(str(engine.url.database)).parent.glob("chat.sqlite*")
        )
        gate.set()
        replies = [message.text for message in await person.replies(10, LIMIT)]
    assert b"kept words" in stored
    names = ["Wanjiru", "Otieno", "wanjiru_otieno", "13912345678", "Ward 7", "bed 7", "AgAC"]
    for words in [*names, "edited words", "forwarded words", "group words"]:
        assert words.encode() not in stored, words
    assert replies == ["other"] * 6 + ["edited", "forwarded", f"text {MARKER}", "text kept words"]


async def many(engine: AsyncEngine, count: int) -> bool:
    return len(await left(engine)) >= count


async def test_what_was_answered_is_forgotten(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        person.say("kept words")
        await person.next_reply()
    for table in ("inbox", "outbox"):
        [(payload,)] = await rows(engine, f"select payload from {table}")
        assert payload in (None, "null")


# ---------------------------------------------------------------- buttons, files, menus, reminders
async def test_a_press_stops_the_clock_and_takes_the_buttons_away(
    server: Server, engine: AsyncEngine
) -> None:
    person = server.user(7)
    async with running(server, engine):
        person.say("buttons")
        message = await person.next_reply()
        assert message.offered == [[("Yes", "y"), ("No", "n")]]
        person.press("Yes")
        assert (await person.next_reply()).text == "press y"
        await server.until(lambda: not message.buttons)
        await server.until(lambda: all(server.world.queries.values()))


@pytest.mark.parametrize(("length", "messages"), [(10, 1), (1000, 1), (1100, 2)])
async def test_a_file_carries_its_text_when_it_fits(
    server: Server, engine: AsyncEngine, length: int, messages: int
) -> None:
    person = server.user(7)
    async with running(server, engine):
        person.say(f"file {length}")
        got = await person.replies(messages)
    assert got[0].document == ("表.csv", "代码,剂量\n".encode())
    assert "".join(message.text for message in got) == "x" * length


@pytest.mark.parametrize("undeletable", [False, True])
async def test_a_message_that_held_a_pin_is_deleted_or_the_person_is_asked_to(
    server: Server, engine: AsyncEngine, undeletable: bool
) -> None:
    server.world.undeletable = undeletable
    person = server.user(11)
    person.say("246813")
    [place] = server.world.said
    payload = {"html": "", "buttons": [], "delete": place[1], "otherwise": "<b>Please delete it.</b>"}
    async with running(server, engine) as echo:
        await person.next_reply()
        await echo.log.append([], [Letter(11, payload), Letter(11, payload)], clock())
        if undeletable:
            assert (await person.next_reply()).text == "Please delete it."
            assert place in server.world.said
        else:
            await server.until(lambda: server.calls["deleteMessage"] == 2)
            assert place not in server.world.said
    assert len(person.history) == (3 if undeletable else 1)


async def test_the_menu_is_set_in_each_language(server: Server, engine: AsyncEngine) -> None:
    async with running(server, engine):
        await server.until(lambda: len(server.world.commands) == 2)
    assert server.world.commands == {
        ("all_private_chats", ""): [{"command": "help", "description": "What I can do"}],
        ("all_private_chats", "zh"): [{"command": "help", "description": "帮助"}],
    }


async def test_what_the_tick_queues_goes_out_and_a_failing_tick_is_called_again(
    server: Server, engine: AsyncEngine
) -> None:
    person, calls, log = server.user(7), [], Log(engine, STUDY, Codec([]))

    async def tick() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("not yet")
        await log.append([], [Letter(7, {"html": f"reminder {len(calls)}", "buttons": []})], clock())

    async with running(server, engine, tick):
        assert (await person.next_reply()).text == "reminder 2"


async def test_a_letter_from_another_process_goes_out(server: Server, engine: AsyncEngine) -> None:
    person, log = server.user(7), Log(engine, STUDY, Codec([]))
    async with running(server, engine, tick_seconds=1000.0):
        await server.until(lambda: server.world.poll)
        await log.append([], [Letter(7, {"html": "from outside", "buttons": []})], clock())
        assert (await person.next_reply()).text == "from outside"


async def test_a_stop_lets_the_last_answer_out(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    async with running(server, engine):
        person.say("hello")
        await eventually(lambda: many_stored(engine))
    assert not await left(engine)
    assert [message.text for message in person.history] == ["text hello"]
    assert await rows(engine, "select id from outbox where done_at is null") == []


async def many_stored(engine: AsyncEngine) -> list[Any]:
    return await rows(engine, "select 1 from inbox")


# ---------------------------------------------------------------- pure parts
PERSON = {"id": 5, "is_bot": False, "first_name": "W", "language_code": "zh-Hans"}
SAID = {"message_id": 3, "from": PERSON, "chat": {"id": 5, "type": "private"}, "date": 1}
GROUP = {"id": -5, "type": "supergroup", "title": "Ward"}


@pytest.mark.parametrize(
    ("update", "wanted"),
    [
        ({"message": {**SAID, "text": "hi"}}, {"text": "hi"}),
        ({"message": {**SAID, "photo": [], "caption": "x"}}, {"kind": "other"}),
        ({"message": {**SAID, "text": "x", "forward_origin": {}}}, {"kind": "forwarded"}),
        ({"edited_message": {**SAID, "text": "x"}}, {"kind": "edited"}),
        ({"message": {**SAID, "text": "x", "chat": GROUP}}, {"chat": -5, "private": False}),
        (
            {"message": {**SAID, "text": "x", "from": {**PERSON, "language_code": 7}}},
            {"text": "x", "language": "en"},
        ),
        (
            {"callback_query": {"id": "1", "from": PERSON, "message": SAID, "data": "y"}},
            {"kind": "press", "press": "y"},
        ),
        (
            {"callback_query": {"id": "1", "from": PERSON, "message": SAID, "data": "剂" * 22}},
            {"kind": "press", "press": ""},
        ),
    ],
)
def test_a_message_is_read_to_its_thin_shape(update: dict[str, Any], wanted: dict[str, Any]) -> None:
    envelope: dict[str, Any] = {"user": 5, "chat": 5, "message_id": 3, "language": "zh-hans"}
    arrival = read({"update_id": 9, **update})
    assert arrival is not None and arrival.message == Message(**{**envelope, **wanted})
    stored = to_store(arrival)
    assert stored is not None and message_of(stored) == arrival.message


@pytest.mark.parametrize(
    "update",
    [
        {"message": {**SAID, "from": {**PERSON, "is_bot": True}, "text": "x"}},
        {"message": {**SAID, "new_chat_members": [PERSON], "chat": GROUP}},
        {"message": {**SAID, "pinned_message": SAID}},
        {"message": {name: value for name, value in SAID.items() if name != "from"}},
        {"channel_post": {**SAID, "text": "x"}},
        {"callback_query": {"id": "1", "from": PERSON, "inline_message_id": "x", "data": "y"}},
        {"callback_query": {"id": "1", "from": PERSON, "message": SAID, "game_short_name": "y"}},
        {"my_chat_member": {}},
        {},
    ],
)
def test_what_nobody_said_is_confirmed_and_not_stored(update: dict[str, Any]) -> None:
    arrival = read({"update_id": 9, **update})
    assert arrival is not None and arrival.message is None and to_store(arrival) is None


NAMES = [
    "update_id",
    "message",
    "edited_message",
    "callback_query",
    "from",
    "chat",
    "id",
    "text",
    "type",
    "data",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
)


@given(JSON)
def test_reading_never_raises(update: Any) -> None:
    read(update)


def test_a_pace_lets_a_burst_through_and_then_one_a_second() -> None:
    pace = Pace(1.0, 3)
    assert [pace.wait(7, 0.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert pace.wait(8, 0.0) == 0
    assert pace.wait(7, 100.0) == 0


def test_behind_another_sender_a_pace_begins_without_a_burst() -> None:
    pace = Pace(1.0, 3)
    pace.begin_full(100.0)
    assert [pace.wait(7, 100.0) for _ in range(3)] == [0, 1, 2]
    assert [pace.wait(8, 200.0) for _ in range(4)] == [0, 0, 0, 1]
