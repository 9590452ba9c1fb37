"""A file through Telegram: fetched when it is answered, taken again after a crash, and nowhere kept."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels import telegram
from bot.channels.arrivals import read, to_store
from bot.channels.serving import Parts
from bot.pk.bounds import MOST_BYTES
from bot.privacy import MARKER
from rules.pk.events import ConcentrationMeasured
from tests.bot.study import COO, MON, START, Study, infused, study_in
from tests.bot.workbooks import ROWS, csv_of, xlsx_of
from tests.botapi.people import Person
from tests.botapi.server import Server
from tests.botapi.standin import no_tick


@asynccontextmanager
async def channel(server: Server, study: Study) -> AsyncIterator[None]:
    """The channel with the real dispatcher, until the block ends."""
    stop = asyncio.Event()
    parts = Parts(
        server.token,
        server.url,
        study.dispatcher,
        study.app.queues,
        study.clock,
        no_tick,
        {},
        first_pause=0.01,
    )
    task = asyncio.create_task(telegram.run(parts, stop))
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def ward(tmp_path: Path) -> AsyncIterator[tuple[Server, Study, Person]]:
    """A study in which a subject was infused long ago, a server, and the coordinator."""
    async with Server() as server, study_in(tmp_path / "s.sqlite") as study:
        await study.put(*infused(1, START))
        study.clock.forward(days=100)
        yield server, study, server.user(COO)


async def samples(study: Study) -> list[ConcentrationMeasured]:
    return [event for event in await study.events() if isinstance(event, ConcentrationMeasured)]


@pytest.mark.parametrize("name", ["PK 003.csv", "PK 003.XLSX"])
async def test_a_document_is_fetched_carded_and_recorded(tmp_path: Path, name: str) -> None:
    async with ward(tmp_path) as (server, study, person), channel(server, study):
        person.send_file(name, (csv_of if name.endswith("csv") else xlsx_of)(*ROWS))
        card = await person.next_reply()
        assert "CD7-001: 2 sample(s) in copies/ug" in card.text
        person.press("✓ Record")
        assert "2 samples" in (await person.next_reply()).text
        assert len(await samples(study)) == 2


async def test_a_document_that_names_somebody_is_not_fetched_and_is_taken_away(tmp_path: Path) -> None:
    async with ward(tmp_path) as (server, study, person), channel(server, study):
        for name, more in (("Wang_Fang.csv", {}), ("pk.csv", {"caption": "Wang Fang, 13812345678"})):
            person.send_file(name, csv_of(*ROWS), **more)
            assert "Not taken and not kept" in (await person.next_reply()).text
        assert server.calls["getFile"] == 0
        await server.until(lambda: server.calls["deleteMessage"] == 2)


async def test_what_cannot_be_fetched_is_said_and_what_is_too_large_is_not_fetched(tmp_path: Path) -> None:
    async with ward(tmp_path) as (server, study, person), channel(server, study):
        person.send_file("pk.csv", b"x" * (MOST_BYTES + 1))
        assert "too large" in (await person.next_reply()).text
        update = person.send_file("pk.csv", csv_of(*ROWS))
        assert "CD7-001" in (await person.next_reply()).text
        server.world.documents.clear()
        server.send_raw({"message": {**server.world.updates[update]["message"], "message_id": 999}})
        assert "could not be fetched" in (await person.next_reply()).text
        assert server.calls["download"] == 1


async def test_nobody_else_makes_us_fetch_a_document(tmp_path: Path) -> None:
    async with ward(tmp_path) as (server, study, _), channel(server, study):
        for user, words in ((MON, "this is not for the role"), (777, "closed group")):
            person = server.user(user)
            person.send_file("pk.csv", csv_of(*ROWS))
            assert words in (await person.next_reply()).text
        assert server.calls["getFile"] == 0


async def test_a_file_whose_download_breaks_off_waits_in_the_inbox_without_its_content(
    tmp_path: Path,
) -> None:
    content = csv_of(*ROWS)
    async with ward(tmp_path) as (server, study, person):
        server.world.cut = 7
        async with channel(server, study):
            person.send_file("PK 003.csv", content)
            await server.until(lambda: server.calls["download"] >= 2)
        kept = every_byte(tmp_path)
        with sqlite3.connect(tmp_path / "s.sqlite") as connection:
            [(payload,)] = connection.execute("select payload from inbox where done_at is null").fetchall()
        assert "BQACAgI0" in payload and b"1000.5" not in kept and b"PK 003" not in kept
        server.world.cut = 0
        async with channel(server, study):
            assert "2 sample(s) in copies/ug" in (await person.next_reply()).text
        with sqlite3.connect(tmp_path / "s.sqlite") as connection:
            assert connection.execute("select payload from inbox where payload is not null").fetchall() == []


def every_byte(folder: Path) -> bytes:
    """Of the database, its write-ahead log too."""
    return b"".join(path.read_bytes() for path in folder.glob("s.sqlite*"))


def document(**more: Any) -> dict[str, Any]:
    """An update with a document."""
    person = {"id": 7, "is_bot": False}
    message = {"message_id": 1, "from": person, "chat": {"id": 7, "type": "private"}, "date": 1}
    return {
        "update_id": 5,
        "message": {**message, "document": {"file_id": "BQ", "file_name": "a.csv"}, **more},
    }


def stored(update: dict[str, Any]) -> dict[str, Any]:
    arrival = read(update)
    assert arrival is not None
    kept = to_store(arrival)
    assert kept is not None
    return kept.payload


def test_of_a_document_only_its_handle_is_stored() -> None:
    payload = stored(document(caption="the results"))
    assert (payload["kind"], payload["file"], payload["text"]) == ("file", "BQ", "")
    assert "a.csv" not in str(payload) and "results" not in str(payload)


@pytest.mark.parametrize(
    "of",
    [
        {"file_name": "a.pdf"},
        {"file_name": "a.xls"},
        {"file_name": 7},
        {},
        {"file_name": "a.csv", "file_id": 7},
        {"file_name": "a.csv", "file_id": "a b"},
        {"file_name": "a.csv", "file_id": "a b"},
    ],
)
def test_other_documents_are_not_read(of: dict[str, Any]) -> None:
    payload = stored(document(document={"file_id": "BQ", **of}))
    assert (payload["kind"], payload["file"]) == ("other", "")


def test_a_document_in_a_group_a_forwarded_and_an_edited_one_have_no_handle() -> None:
    group = document(chat={"id": -1, "type": "supergroup"})
    forwarded = document(forward_origin={"type": "hidden_user"})
    for update in (group, forwarded, {"update_id": 5, "edited_message": document()["message"]}):
        assert stored(update)["file"] == ""


def test_a_personal_name_leaves_a_mark_and_nothing_else() -> None:
    payload = stored(document(document={"file_id": "BQ", "file_name": "张伟.csv"}))
    assert payload["text"] == MARKER and "张伟" not in str(payload)
