"""Logs of the real process: JSON lines without anything typed, personal or secret, whatever fails."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.logs import LEFT_OUT, LIBRARY, Lines, Words
from tests.botapi.people import Person
from tests.botapi.server import Server

ROOT = Path(__file__).resolve().parent.parent.parent
TYPED = ["zebrafinch", "quokka 47113", "袋鼠发热"]
PERSONAL = [
    "13912345678",
    "11010519491231002X",
    "王小明",
    "Wanjiru",
    "Otieno",
    "wanjiru_otieno",
    "li.wei@example.com",
]
PIN = "482915"


@dataclass
class Run:
    """A process and what it said."""

    server: Server
    person: Person
    database: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    said: str = ""


@asynccontextmanager
async def running(folder: Path, module: str = "bot", **more: str) -> AsyncIterator[Run]:
    """The bot as a process with a principal investigator in it; at the end, all that it said."""
    async with Server() as server:
        database = folder / "trial.sqlite"
        mine = {"BOT_TOKEN": server.token, "BOT_API_URL": server.url, "DATABASE_URL": f"sqlite:///{database}"}
        environment = {**os.environ, **mine, **more, "PYTHONWARNINGS": "default"}

        async def start(*words: str) -> asyncio.subprocess.Process:
            pipe = asyncio.subprocess.PIPE
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", *words, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
            )

        out, _ = await (await start("bot", "invite", "principal_investigator")).communicate()
        run = Run(server, server.user(7), database)
        process = await start(module, "telegram")
        reading = asyncio.create_task(process.communicate())
        try:
            run.person.say(f"/start {json.loads(out)['code']}")
            await run.person.next_reply()
            yield run
        finally:
            process.terminate()
            out, err = await reading
        assert process.returncode == 0, err.decode()[-2000:]
        assert out == b""
        run.said = err.decode()
        run.lines = [json.loads(line) for line in run.said.splitlines()]


async def talk(run: Run) -> None:
    """Everything that must not be found again: typed, personal, secret; each is answered."""
    person = run.person
    for text in (*TYPED, *PERSONAL[:3], PERSONAL[-1], f"/ae CD7-001 {TYPED[0]} 3 now", "/pin", PIN, PIN):
        person.say(text)
        await person.next_reply()
    person.say_edited(f"edited {TYPED[0]}")
    person.say_forwarded(f"forwarded {TYPED[0]}")
    person.send("document", caption=f"caption {PERSONAL[0]}")
    person.press_data(f"/ae {PERSONAL[0]}", run.server.messages[-1])
    await person.replies(4)


def nothing_of_it(run: Run) -> None:
    """No line of the log holds any of it, and each has its fields."""
    for words in (*TYPED, *PERSONAL, PIN, run.server.token, run.server.token.split(":")[1], "/bot"):
        assert words not in run.said, words
    for line in run.lines:
        assert (
            {"time", "level", "logger", "event"}
            <= set(line)
            <= {"time", "level", "logger", "event", "error", "at"}
        )
    assert "Traceback" not in run.said


def kept(folder: Path) -> bytes:
    """Every byte of the database, of its write-ahead log too."""
    return b"".join(path.read_bytes() for path in folder.glob("trial.sqlite*"))


async def test_a_normal_talk_leaves_nothing_in_the_log_or_where_it_must_not_be(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await talk(run)
        standing = kept(tmp_path)
    nothing_of_it(run)
    assert [line for line in run.lines if line["event"].startswith("answered kinds=")]
    with sqlite3.connect(run.database) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    stored = standing + kept(tmp_path)
    for words in (
        *PERSONAL,
        f"edited {TYPED[0]}",
        f"forwarded {TYPED[0]}",
        "caption",
        "Otieno.pdf",
        run.server.token,
    ):
        for form in (words, json.dumps(words)[1:-1]):
            assert form.encode() not in stored, words


async def test_what_fails_is_told_without_what_was_typed(tmp_path: Path) -> None:
    """A bug in a command, a Bot API and a database that fail; asyncio is in debug mode."""
    async with running(tmp_path, "tests.channels.buggy", PYTHONASYNCIODEBUG="1") as run:
        person = run.person
        for text in (f"/why {TYPED[0]}", "/why"):
            person.say(text)
            await person.next_reply()
        for fault in ("broken", "lying", "garbage", "cut"):
            run.server.next_calls(1, fault, method="sendMessage")
            run.server.next_calls(1, fault, method="getUpdates")
            person.say(TYPED[0])
            await person.next_reply()
        with sqlite3.connect(run.database, timeout=30) as connection:
            connection.execute("alter table outbox rename to away")
        person.say(TYPED[1])
        await run.server.until(lambda: not run.server.world.waiting)
        await asyncio.sleep(1)
        with sqlite3.connect(run.database, timeout=30) as connection:
            connection.execute("alter table away rename to outbox")
        await person.next_reply()
    nothing_of_it(run)
    events = [line["event"] for line in run.lines]
    for part in ("bug ValueError at buggy.py:", "no updates: ", "letter ", "OperationalError"):
        assert any(part in event for event in events), (part, events)


# ---------------------------------------------------------------- the formatter alone
def line_of(name: str, message: str, *args: object, error: BaseException | None = None) -> dict[str, Any]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, "file.py", 12, message, args, info)
    made: dict[str, Any] = json.loads(Lines().format(record))
    return made


def test_only_ids_kinds_and_words_of_the_program_are_filled_in() -> None:
    event = line_of("bot.x", "%s %s %d %.1f %s", "SlotHeld,Infused", Words("the menu"), 3, 1.25, "Li Wei")[
        "event"
    ]
    assert event == f"SlotHeld,Infused the menu 3 1.2 {LEFT_OUT}"
    for typed in ("fever grade 3", "王芳", "13812345678", "a\nb", "x" * 81, None, ValueError("Li"), b"Li"):
        assert line_of("bot", "said %s", typed)["event"] == f"said {LEFT_OUT}"
    assert line_of("bot", "half %d", "Li Wei")["event"] == "half %d"


def test_a_library_is_heard_without_its_words_and_an_error_without_its_message() -> None:
    try:
        raise ValueError("Li Wei")
    except ValueError as error:
        made = line_of("sqlalchemy.engine", "insert %s", "Li Wei", error=error)
    assert made["event"] == LIBRARY
    assert made["error"] == "ValueError" and made["at"].startswith("test_logs.py:")
    assert "Wei" not in json.dumps(made)


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('zebrafinch')",
        "import threading; t = threading.Thread(target=lambda: int('zebrafinch')); t.start(); t.join()",
        "import warnings; warnings.warn('zebrafinch')",
        "import logging; logging.getLogger('httpx').info('zebrafinch')",
        "import logging; logging.getLogger('bot').error('%d %s', 'zebrafinch x')",
        "import asyncio\nasync def f():\n logs.watch(asyncio.get_running_loop())\n"
        " asyncio.get_running_loop().call_soon(lambda: int('zebrafinch'))\n"
        " await asyncio.sleep(0)\n await asyncio.sleep(0)\n"
        "asyncio.run(f())",
    ],
)
async def test_what_nobody_caught_is_logged_without_its_message(code: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "default", "-c", f"from bot import logs\nlogs.start()\n{code}", cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert out == b"" and b"zebrafinch" not in err
    assert all(json.loads(line)["level"] for line in err.splitlines())
    assert bool(err) is ("httpx" not in code)
