"""The real program is killed (SIGKILL) while it fetches a file: the file is then answered once, and whole."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rules.pk.events import ConcentrationMeasured
from tests.bot.study import COO, SITE, Clock, infused, study_in
from tests.bot.workbooks import csv_of, xlsx_of
from tests.botapi.people import Person
from tests.botapi.server import Server
from tests.channels.test_webhook import ROOT, free_port

DAYS = ("0", "3", "7", "10", "14", "21", "28", "42")
ROWS = tuple(("CD7-001", day, f"{100 + int(day)}.5", "copies/ug") for day in DAYS)
CSV, XLSX = csv_of(*ROWS), xlsx_of(*ROWS)
LINES = len(csv_of(*ROWS[:4]))  # so much of the file is a table of its own
PATIENCE = 30.0


@dataclass
class Ward:
    """A server, the coordinator, and the program on a database with a subject infused 100 days ago."""

    server: Server
    person: Person
    place: Path
    words: str
    port: int

    @asynccontextmanager
    async def program(self) -> AsyncIterator[None]:
        """`python -m bot`, killed when the block ends."""
        here = f"127.0.0.1:{self.port}"
        mine = {
            "BOT_TOKEN": self.server.token, "BOT_API_URL": self.server.url, "DATABASE_URL": f"sqlite:///{self.place}",
            "WEBHOOK_URL": f"http://{here}/telegram", "WEBHOOK_LISTEN": here,
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", self.words, env={**os.environ, **mine}, cwd=ROOT,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield
            assert process.returncode is None
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    def inbox(self) -> list[tuple[str | None, str | None]]:
        """What is kept of each update: its payload and when it was answered."""
        with sqlite3.connect(self.place) as connection:
            return connection.execute("select payload, done_at from inbox order by update_id").fetchall()

    def kept(self) -> bytes:
        """Every byte of the database's files."""
        return b"".join(path.read_bytes() for path in self.place.parent.glob(f"{self.place.name}*"))

    async def samples(self) -> list[ConcentrationMeasured]:
        async with study_in(self.place) as study:
            return [x for x in await study.events() if isinstance(x, ConcentrationMeasured)]


@pytest.fixture(params=["telegram", "webhook"])
async def ward(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ward]:
    """By long polling and by webhook."""
    begun = datetime.now(SITE) - timedelta(days=100)
    async with study_in(tmp_path / "s.sqlite", clock=Clock(begun)) as study:
        await study.put(*infused(1, begun))
    async with Server() as server:
        server.world.local = True
        yield Ward(server, server.user(COO), tmp_path / "s.sqlite", request.param, free_port())


def asked(server: Server) -> Callable[[], bool]:
    """Telegram was asked where the file is, and does not say."""
    server.next_calls(1, "hang", "getFile", seconds=PATIENCE)
    return lambda: server.calls["getFile"] == 1


def half(server: Server) -> Callable[[], bool]:
    """A part of the file has come that is a table of its own."""
    server.world.stall = LINES
    return lambda: server.calls["stalled"] == 1


@pytest.mark.parametrize("moment", [asked, half])
async def test_a_file_that_was_being_fetched_is_answered_once_after_a_kill(
    ward: Ward, moment: Callable[[Server], Callable[[], bool]]
) -> None:
    server, person, reached = ward.server, ward.person, moment(ward.server)
    async with ward.program():
        update = person.send_file("PK 001.csv", CSV)
        await server.until(reached, PATIENCE)
        await server.until(lambda: not server.world.waiting, PATIENCE)  # Telegram has forgotten it
    [(payload, done)] = ward.inbox()
    assert payload and done is None and b"107.5" not in ward.kept() and not person.history
    server.world.stall = None
    server.release()

    async with ward.program():
        card = await person.next_reply(PATIENCE)
        assert f"{len(ROWS)} sample(s) in copies/ug" in card.text and all(row[2] in card.text for row in ROWS)
        server.redeliver(update)  # as by a Telegram that did not hear that it was taken
        person.press("✓ Record")
        assert f"{len(ROWS)} samples" in (await person.next_reply(PATIENCE)).text
        person.say("/zone")
        assert "samples" not in (await person.next_reply(PATIENCE)).text
    assert [card.text for card in person.history].count(card.text) == 1 and len(person.history) == 3
    assert [event.amount for event in await ward.samples()] == [row[2] for row in ROWS]
    assert all(payload is None and done for payload, done in ward.inbox())


async def test_nothing_of_a_file_is_recorded_that_breaks_off_at_the_end_of_a_line(ward: Ward) -> None:
    server, person = ward.server, ward.person
    server.world.cut = len(CSV) - LINES
    async with ward.program():
        person.send_file("PK 001.csv", CSV)
        await server.until(lambda: server.calls["download"] >= 2, PATIENCE)
    assert not person.history and await ward.samples() == []
    server.world.cut = 0
    async with ward.program():
        assert f"{len(ROWS)} sample(s)" in (await person.next_reply(PATIENCE)).text


async def test_a_workbook_killed_twice_on_its_way_is_answered_once(ward: Ward) -> None:
    server, person = ward.server, ward.person
    server.world.stall = len(XLSX) // 2
    person.send_file("PK 001.xlsx", XLSX)
    for times in (1, 2):
        async with ward.program():
            await server.until(lambda times=times: server.calls["stalled"] == times, PATIENCE)
    server.world.stall = None
    server.release()
    async with ward.program():
        assert f"{len(ROWS)} sample(s)" in (await person.next_reply(PATIENCE)).text
        person.say("/zone")
        await person.next_reply(PATIENCE)
    assert len(person.history) == 2 and await ward.samples() == []
