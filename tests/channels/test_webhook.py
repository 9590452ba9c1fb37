"""Telegram by webhook, on both databases: stored before it is confirmed, whichever worker takes it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import environment
from bot.channels import webhook
from bot.channels.answers import Answers
from bot.channels.arrivals import to_store
from bot.channels.intake import Intake
from bot.channels.outbox import Outbox
from bot.channels.serving import Parts
from bot.channels.trouble import Told, Trouble
from bot.channels.webhook import Door, made, secret_of
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import Queues
from tests.botapi.server import Server
from tests.botapi.standin import MENUS, STUDY, Echo, clock, no_tick
from tests.botapi.world import TOKEN
from tests.databases.postgres import Postgres
from tests.databases.reused import Reused

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = secret_of(TOKEN)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        running.world.local = True
        yield running


@pytest.fixture
async def engine(place: str) -> AsyncIterator[AsyncEngine]:
    made = connect(place)
    await migrate(made)
    yield made
    await made.dispose()


def listening() -> socket.socket:
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    own.bind(("127.0.0.1", 0))
    own.listen(1024)
    own.setblocking(False)  # its copies share this with it
    return own


def address(own: socket.socket) -> str:
    return f"http://127.0.0.1:{own.getsockname()[1]}/telegram"


@asynccontextmanager
async def worker(server: Server, engine: AsyncEngine, own: socket.socket) -> AsyncIterator[Echo]:
    """A worker with a stand-in dispatcher, until the block ends."""
    stop, echo = asyncio.Event(), Echo(Log(engine, STUDY, Codec([])))
    parts = Parts(
        server.token, server.url, echo, Queues(engine, STUDY), clock, no_tick, MENUS, first_pause=0.01
    )
    task = asyncio.create_task(webhook.run(parts, Door(address(own), own.dup()), stop))
    try:
        yield echo
    finally:
        stop.set()
        await task


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(text(query))).all())


async def left(engine: AsyncEngine) -> list[int]:
    found = await rows(engine, "select update_id from inbox where done_at is null order by update_id")
    return [row[0] for row in found]


# ---------------------------------------------------------------- with Telegram
async def test_what_was_confirmed_is_in_the_database(server: Server, engine: AsyncEngine) -> None:
    person = server.user(7)
    with listening() as own:
        async with worker(server, engine, own) as echo:
            echo.gate.clear()
            ids = [person.say(f"message {n}") for n in range(3)]
            await server.until(lambda: len(server.world.taken) == 3)
            assert await left(engine) == ids == server.world.taken
            echo.gate.set()
            assert [m.text for m in await person.replies(3)] == [f"text message {n}" for n in range(3)]
    assert server.world.secret == SECRET and TOKEN not in SECRET
    assert server.world.allowed == ["message", "edited_message", "callback_query"]
    assert await left(engine) == []


async def test_what_cannot_be_stored_is_brought_again_and_answered_once_and_the_person_told_once_meanwhile(
    server: Server, engine: AsyncEngine
) -> None:
    person = server.user(7)
    with listening() as own:
        async with worker(server, engine, own):
            person.say("one")
            await person.next_reply()
            async with engine.begin() as connection:
                await connection.execute(text("alter table inbox rename to away"))
            person.say("two")
            told = await person.next_reply()
            assert told.text.startswith(
                "Nothing was recorded: the bot's storage is full or cannot be reached."
            )
            await server.until(lambda: server.world.brought[503] >= 4)
            async with engine.begin() as connection:
                await connection.execute(text("alter table away rename to inbox"))
            assert (await person.next_reply()).text == "text two"
    assert len(person.history) == 3


async def test_whoever_waits_for_an_answer_that_cannot_be_written_is_told_in_their_language(
    server: Server, sqlite: AsyncEngine
) -> None:
    person, only = server.user(7, language="zh-hans"), ["off"]

    def reading(connection: Any, *_: object) -> None:
        connection.cursor().execute(f"PRAGMA query_only={only[0]}")

    with listening() as own:
        async with worker(server, sqlite, own) as echo:
            echo.gate.clear()
            person.say("one")
            await server.until(lambda: server.world.taken)
            event.listen(sqlite.sync_engine, "checkout", reading)
            only[0] = "on"
            echo.gate.set()
            assert (await person.next_reply()).text.startswith("尚未回复：")
            group = {**SAID, "chat": {"id": -5, "type": "supergroup"}, "text": "in a group"}
            server.send_raw({"message": group})
            await server.until(lambda: server.world.brought[503] >= 2)
            only[0] = "off"
            assert (await person.next_reply()).text == "text one"
            await server.until(lambda: server.calls["sendMessage"] == 3)
    assert len(person.history) == 2 and server.calls["sendMessage"] == 3, "the group got its answer alone"


def test_workers_of_one_folder_tell_a_chat_once_a_minute(tmp_path: Path) -> None:
    one, other = Told(str(tmp_path)), Told(str(tmp_path))
    assert [one.first(7, 100.0), other.first(7, 159.9), one.first(7, 160.0), other.first(7, 161.0)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert other.first(8, 161.0) and Told().first(7, 161.0) and Told(str(tmp_path / "none")).first(7, 161.0)


async def test_what_cannot_be_read_is_confirmed_and_blocks_nothing(
    server: Server, engine: AsyncEngine
) -> None:
    person = server.user(7)
    with listening() as own:
        async with worker(server, engine, own):
            await server.until(lambda: server.world.webhook)
            for update in ({"message": 5}, {"message": {"from": 1}}, {"callback_query": []}):
                id_ = server.send_raw(dict(update))
                server.world.waiting[id_] = server.world.updates[id_]
            server.world.tell()
            person.say("still here?")
            assert (await person.next_reply()).text == "text still here?"
            await server.until(lambda: not server.world.waiting)
    assert set(server.world.brought) == {200}


async def test_two_workers_keep_each_chats_order_and_one_of_them_sends(
    server: Server, engine: AsyncEngine, place: str
) -> None:
    other, people = connect(place), [server.user(id_) for id_ in range(1, 6)]
    with listening() as here, listening() as there:
        server.world.proxied = [address(here), address(there)]
        async with worker(server, engine, here) as one, worker(server, other, there) as two:
            for n in range(20):
                for person in people:
                    person.say(str(n))
            for person in people:
                assert [m.text for m in await person.replies(20)] == [f"text {n}" for n in range(20)]
        assert sum(one.tries.values()) and sum(two.tries.values()), "one worker did everything"
    await other.dispose()
    assert len(server.messages) == 100 == server.calls["sendMessage"]


async def test_what_a_dead_worker_left_is_answered_by_another(server: Server, engine: AsyncEngine) -> None:
    person, queues = server.user(7), Queues(engine, STUDY)
    with listening() as own:
        async with worker(server, engine, own):
            await server.until(lambda: server.world.webhook)
            await asyncio.sleep(0)
            arrival = webhook.read({"update_id": 5, "message": person.message(text="left behind")})
            stored = arrival and to_store(arrival)
            assert stored
            await queues.store([stored], clock())  # by a worker that dies now
            assert (await person.next_reply()).text == "text left behind"


async def test_retry_after_holds_for_every_worker_also_after_the_lead_changed(
    server: Server, engine: AsyncEngine, place: str
) -> None:
    other, person, calm = connect(place), server.user(7), server.user(8)
    with listening() as own:
        async with worker(server, other, own):
            async with worker(server, engine, own):
                await server.until(lambda: server.world.webhook)
            fault = server.next_calls(1, "flood", "sendMessage", chat=7, seconds=2)
            begun = time.monotonic()
            person.say("one")
            await server.until(lambda: not fault.left)
            async with worker(server, engine, own):
                person.say("two")
                calm.say("three")
                assert (await calm.next_reply()).text == "text three"
        async with worker(server, engine, own):
            assert [m.text for m in await person.replies(2)] == ["text one", "text two"]
    await other.dispose()
    assert time.monotonic() - begun >= 2


async def test_what_nobody_asked_for_keeps_to_telegrams_pace(server: Server, engine: AsyncEngine) -> None:
    person, log = server.user(7), Log(engine, STUDY, Codec([]))
    reminders = [Letter(7, {"html": f"reminder {n}", "buttons": []}) for n in range(7)]
    with listening() as own:
        async with worker(server, engine, own):
            await log.append([], reminders, clock())
            got = await person.replies(7)
    assert got[6].seen_at - got[0].seen_at >= 1.9  # five at once, then one a second
    assert [m.text for m in got] == [f"reminder {n}" for n in range(7)]


# ---------------------------------------------------------------- the app alone
async def _nowhere(_chat: int, _html: str) -> None:
    """No Telegram here."""


@asynccontextmanager
async def app(engine: AsyncEngine, patience: float = 0.01) -> AsyncIterator[httpx.AsyncClient]:
    """The ASGI app, and nobody who answers."""
    queues, echo = Queues(engine, STUDY), Echo(Log(engine, STUDY, Codec([])))
    echo.gate.clear()
    trouble = Trouble(_nowhere, lambda call: call.close(), echo.language)
    answers = Answers(echo, queues, lambda _: None, patience, trouble)
    parts = Parts(TOKEN, "", echo, queues, clock, no_tick, MENUS)

    async def heed(_: str) -> None:
        """No Telegram here."""

    def aside(call: Any) -> None:
        call.close()

    intake = Intake(queues, answers, clock, heed, aside)
    with listening() as own:
        starlette = made(parts, Door(address(own), own), intake, SECRET)
        transport = httpx.ASGITransport(starlette)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            yield client
    for talk in answers._talks.values():
        talk.cancel()
    await asyncio.gather(*answers._talks.values(), return_exceptions=True)


SAID = {"message_id": 3, "from": {"id": 5}, "chat": {"id": 5, "type": "private"}, "date": 1, "text": "hi"}
UPDATE = {"update_id": 9, "message": SAID}


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET[:-1], SECRET + "0", "剂"])
async def test_without_the_secret_nothing_is_taken(engine: AsyncEngine, given: str | None) -> None:
    headers = {} if given is None else {webhook.HEADER: given.encode()}
    async with app(engine) as client:
        assert (await client.post("/telegram", json=UPDATE, headers=headers)).status_code == 403
    assert await left(engine) == []


@pytest.mark.parametrize(
    ("body", "status", "stored"),
    [
        (json.dumps(UPDATE).encode(), 200, [9]),
        (b"", 200, []),
        (b"{", 200, []),
        (b"\xff\xfe", 200, []),
        (b"[" * 100_000, 200, []),
        (b'{"update_id": "9"}', 200, []),
        (b" " * (webhook.LARGEST + 1), 413, []),
    ],
    ids=["good", "empty", "cut", "no text", "deep", "no number", "large"],
)
async def test_whatever_comes_is_stored_or_passed_over(
    sqlite: AsyncEngine, body: bytes, status: int, stored: list[int]
) -> None:
    async with app(sqlite) as client:
        sent = await client.post("/telegram", content=body, headers={webhook.HEADER: SECRET})
    assert sent.status_code == status
    assert await left(sqlite) == stored


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = connect(f"sqlite:///{tmp_path / 'app.sqlite'}")
    await migrate(made)
    yield made
    await made.dispose()


async def test_health_says_whether_the_database_is_there_and_ours(engine: AsyncEngine) -> None:
    async with app(engine) as client:
        assert (await client.get("/health")).json() == {"ok": True}
        for table, reason in ((("inbox", "away"), "cannot be stored"), (("away", "inbox"), "")):
            async with engine.begin() as connection:
                await connection.execute(text("alter table {} rename to {}".format(*table)))
            await client.post("/telegram", json=UPDATE, headers={webhook.HEADER: SECRET})
            shown = await client.get("/health")
            counted = "bot_database_failed_total{reason=" in (await client.get("/metrics")).text
            assert counted
            assert (shown.status_code, reason in shown.text) == (503 if reason else 200, True)
        async with engine.begin() as connection:
            await connection.execute(text("update alembic_version set version_num = '9999'"))
        sick = await client.get("/health")
    assert sick.status_code == 503 and "9999" in sick.json()["reason"]
    nowhere = connect("postgresql://nobody:hunter2@127.0.0.1:1/x")
    async with app(nowhere) as client:
        sick = await client.get("/health")
        assert sick.status_code == 503
        assert sick.json()["reason"] == "the database cannot be reached: OperationalError"
        assert "bot_database_up 0.0" in (await client.get("/metrics")).text
    await nowhere.dispose()


async def test_metrics_count_what_came_and_what_waits(engine: AsyncEngine) -> None:
    def stored(shown: str) -> float:
        found = re.search(r"^bot_updates_stored_total (.*)$", shown, re.M)
        assert found
        return float(found[1])

    async with app(engine) as client:
        before = stored((await client.get("/metrics")).text)
        await client.post("/telegram", json=UPDATE, headers={webhook.HEADER: SECRET})
        shown = (await client.get("/metrics")).text
    assert stored(shown) == before + 1
    assert "bot_updates_waiting 1.0" in shown and "bot_letters_waiting 0.0" in shown
    assert "bot_database_up 1.0" in shown


# ---------------------------------------------------------------- the real program
async def start(mine: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env={**os.environ, **mine}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def nothing_left_in(place: str) -> None:
    """Until every letter is known to be sent: what is not would be sent again."""
    engine = connect(place)
    async with asyncio.timeout(60):
        while await rows(engine, "select 1 from outbox where done_at is null"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await engine.dispose()


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def running() -> set[str]:
    return {path.name for path in Path("/proc").iterdir()}


def free_port() -> int:
    with listening() as own:
        port: int = own.getsockname()[1]
        return port


async def test_workers_share_an_address_one_that_is_killed_is_started_again_and_all_stop_cleanly(
    server: Server, postgres: Postgres, migrated: Reused
) -> None:
    place, port = postgres.url("webhook", migrated.name), free_port()
    mine = {
        "BOT_TOKEN": server.token, "BOT_API_URL": server.url, "DATABASE_URL": place,
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "WEBHOOK_LISTEN": f"127.0.0.1:{port}",
    }  # fmt: skip
    out, _ = await (await start(mine, "invite", "principal_investigator")).communicate()
    person = server.user(7)
    process = await start(mine, "webhook", "--workers", "2")
    person.say(f"/start {json.loads(out)['code']}")
    await person.next_reply()
    await nothing_left_in(place)
    first = children(process.pid)
    assert len(first) == 2
    os.kill(int(first[0]), signal.SIGKILL)
    person.say("/next")
    assert "Enrol at level 1" in (await person.next_reply()).text
    async with httpx.AsyncClient() as client:
        shown = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        assert (await client.get(f"http://127.0.0.1:{port}/health")).json() == {"ok": True}
    assert "bot_updates_stored_total 2.0" in shown  # of both workers together, the dead one included
    async with asyncio.timeout(60):
        while len(second := set(children(process.pid))) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert len(second - set(first)) == 1
    process.terminate()
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:]
    assert b"Traceback" not in err
    assert not second & running()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "WEBHOOK_URL"),
        ({"WEBHOOK_URL": "http://bot.example.org/x"}, "https"),
        ({"WEBHOOK_URL": "https://bot.example.org", "WEBHOOK_LISTEN": "8080"}, "HOST:PORT"),
        ({"WEBHOOK_URL": "https://bot.example.org", "WEBHOOK_LISTEN": "192.0.2.1:80"}, "cannot listen"),
    ],
)
def test_what_is_missing_for_a_webhook_is_said_with_what_to_set(more: dict[str, str], words: str) -> None:
    given = environment.settings(more)
    with pytest.raises(environment.CannotStart, match=words) as refused:
        environment.address(given)
        environment.listening(given)
    assert "WEBHOOK_" in str(refused.value)


async def test_a_webhook_that_cannot_start_is_one_line_and_exit_2() -> None:
    process = await start({"BOT_TOKEN": TOKEN, "WEBHOOK_URL": ""}, "webhook", "--workers", "2")
    out, err = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert len(err.splitlines()) == 1 and "WEBHOOK_URL" in err.decode()


async def test_a_sender_that_is_woken_and_stopped_at_once_stops(sqlite: AsyncEngine) -> None:
    """As when another program changes the schema just then: one that goes on keeps the process for ever."""

    async def nobody(letter: object) -> None:
        raise AssertionError(letter)

    for ticks in range(12):
        outbox = Outbox(Queues(sqlite, STUDY), clock, nobody, 0.01)
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(0.05)
        outbox.wake.set()
        for _ in range(ticks):
            await asyncio.sleep(0)
        running.cancel()
        ended, _ = await asyncio.wait([running], timeout=5)
        assert ended and running.cancelled(), ticks
