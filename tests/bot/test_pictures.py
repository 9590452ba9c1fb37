"""Pictures and calendar files: drawn when sent, never in the way of the words."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.calendars import calendar_file, entries
from bot.channels import telegram
from bot.channels.serving import Parts
from bot.messages import Document, Picture, Reply, say
from bot.render import payloads
from bot.words import Reader
from rules import events as e
from rules.trial import replay
from rules.window import window_end
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Letter, Log
from storage.queues import Queues
from tests.bot.drawings import calendar, characteristics_picture
from tests.bot.study import GOOD, SITE, START, infused, ready, shipped
from tests.botapi.server import Server
from tests.botapi.standin import MENUS, STUDY, Echo, clock, no_tick
from tests.rules.files import changed, protocol_of

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)


# ------------------------------------------------------------------ imported
def test_what_was_never_drawn_is_never_imported() -> None:
    heavy = "{'matplotlib', 'icalendar', 'numpy'}"
    ours = "bot.main, bot.channels.telegram, bot.channels.console"
    look = f"import sys, {ours}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"


# ------------------------------------------------------------------ rendered
def test_a_picture_is_with_the_words_and_a_file_after_them_with_the_buttons() -> None:
    picture = Picture("oc", {"mtd": [1]}, {"title": say("picture.oc"), "levels": (say("picture.none"), "x")})
    file = Document("a.ics", "BEGIN", say("forecast.calendar"))
    reply = Reply((say("cancelled"),), (), file, picture)
    first, second = payloads(reply, Reader("zh", SITE), head="<i>PRACTICE</i>\n")
    assert first["picture"] == {
        "kind": "oc",
        "mtd": [1],
        "words": {"title": "运行特性", "levels": ["无MTD", "x"]},
    }
    assert "document" not in first
    assert second["html"].startswith("<i>PRACTICE</i>\nDLT观察期")
    assert second["document"] == {"name": "a.ics", "content": "BEGIN"}


# ------------------------------------------------------------------ sent
async def sent(tmp_path: Path, *letters: dict[str, Any]) -> tuple[list[Any], Any]:
    """What Telegram shows after these letters, and the calls made."""
    engine = connect(f"sqlite:///{tmp_path / 'chat.sqlite'}")
    await migrate(engine)
    log, stop = Log(engine, STUDY, Codec([])), asyncio.Event()
    async with Server() as server:
        person = server.user(7)
        person.say("hello")
        await log.append([], [Letter(7, letter) for letter in letters], clock())
        queues = Queues(engine, STUDY)
        parts = Parts(server.token, server.url, Echo(log), queues, clock, no_tick, MENUS, first_pause=0.01)
        task = asyncio.create_task(telegram.run(parts, stop))
        await person.world.until(lambda: any(m.text == "END" for m in person.history))
        stop.set()
        await task
        await engine.dispose()
        return [m for m in person.history if m.text not in ("END", "text hello")], server.world.calls


def letter(size: int, picture: dict[str, Any]) -> dict[str, Any]:
    return {"html": f"<b>{'x' * size}</b>", "buttons": [[["Go", "/next"]]], "picture": picture}


END = {"html": "END", "buttons": []}


async def test_words_that_fit_are_the_caption_of_the_photo(tmp_path: Path) -> None:
    [message], calls = await sent(tmp_path, letter(1000, characteristics_picture("zh", 3)), END)
    assert message.photo.startswith(b"\x89PNG")
    assert (message.text, message.labels) == ("x" * 1000, ["Go"])
    assert message.entities[0]["type"] == "bold"
    assert calls["sendphoto"] == 1 or calls["sendPhoto"] == 1


async def test_longer_words_are_a_message_and_the_photo_follows_with_the_buttons(tmp_path: Path) -> None:
    (words, photo), _ = await sent(tmp_path, letter(1100, calendar("en", 3, 300)), END)
    assert (words.text, words.photo, words.labels) == ("x" * 1100, None, [])
    assert photo.photo.startswith(b"\x89PNG")
    assert (photo.text, photo.labels) == ("", ["Go"])


async def test_a_picture_that_cannot_be_drawn_never_keeps_its_words_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    [message], _ = await sent(tmp_path, letter(20, {"kind": "oc", "words": {}}), END)
    assert (message.text, message.photo, message.labels) == ("x" * 20, None, ["Go"])
    assert "a picture is left out: KeyError" in caplog.text


def test_the_terminal_writes_a_picture_beside_its_files_and_names_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bot", "chat", "--database", f"sqlite:///{tmp_path}/practice.sqlite"]
    words += ["--start", "2026-03-02T09:00+08:00", "--language", "zh"]
    typed = "/as principal_investigator\n/oc 0.1,0.2,0.3\n/forecast\n"
    done = subprocess.run(
        words, input=typed, capture_output=True, text=True, cwd=tmp_path, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("oc", "calendar"):
        assert f"[practice-files/{name}.png]" in done.stdout
        assert (tmp_path / "practice-files" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


# ------------------------------------------------------------------ calendar files
def trial_of(*events: e.Event, text: str = "") -> Any:
    protocol = protocol_of(text) if text else shipped()
    return replay(protocol, [e.Entry(n, event, "P1") for n, event in enumerate(events, 1)])


def read_file(language: str, now: datetime, *events: e.Event, text: str = "") -> dict[str, Any]:
    protocol = protocol_of(text) if text else shipped()
    file = calendar_file(protocol, trial_of(*events, text=text), now, Reader(language, protocol.zone))
    assert file is not None
    return {
        str(event["uid"]).split(".NCT")[0]: event for event in Calendar.from_ical(file.content).walk("VEVENT")
    }


def test_a_window_stands_from_the_infusion_to_the_end_of_day_28_in_utc() -> None:
    found = read_file("en", START + DAY, *infused(1, START))
    window = found["window.CD7-001"]
    assert (window["dtstart"].dt, window["dtend"].dt) == (START, window_end(shipped(), START))
    assert window["dtend"].dt == datetime(2026, 3, 30, 16, tzinfo=UTC)  # 24:00 at the site
    assert str(window["summary"]) == "CD7-001: DLT window"
    assert found["assess.CD7-001"]["dtstart"].dt == window["dtend"].dt
    assert set(found) == {"window.CD7-001", "assess.CD7-001"}


def test_the_end_follows_the_clocks_of_the_site() -> None:
    at = datetime.fromisoformat("2026-03-20T10:00+01:00")  # Berlin goes forward on 29 March
    text = changed(("zone: Asia/Shanghai", "zone: Europe/Berlin"))
    found = read_file("en", at + DAY, *infused(1, at), text=text)
    assert found["window.CD7-001"]["dtend"].dt == datetime.fromisoformat("2026-04-18T00:00+02:00")


def test_identities_stay_when_time_passes_and_things_move() -> None:
    first = read_file("en", START + DAY, *infused(1, START))
    moved = e.Corrected(
        len(infused(1, START)), (("at", (START + DAY).isoformat()),), "typing", START + 2 * DAY
    )
    later = read_file("zh", START + 40 * DAY, *infused(1, START), moved)
    assert set(first) == set(later)
    assert later["window.CD7-001"]["dtstart"].dt == START + DAY
    assert str(later["assess.CD7-001"]["summary"]) == "CD7-001：记录DLT观察期评估"


def test_places_and_the_first_values_that_go_stale_are_due_dates() -> None:
    found = read_file("en", START + DAY, *ready(1, START)[:-1])
    assert found["slot.CD7-001"]["dtstart"].dt == START + 60 * DAY
    stale = found["value.CD7-001"]
    assert stale["dtstart"].dt == START + 28 * DAY
    assert str(stale["summary"]) == "CD7-001: 5 screening value(s) expire"
    assert "Liver function satisfactory?" in str(stale["description"])
    assert "HBsAg" not in str(stale["description"])


def test_a_calendar_holds_codes_and_nothing_of_a_person_or_a_value() -> None:
    file = calendar_file(shipped(), trial_of(*infused(1, START)), START + DAY, Reader("en", SITE))
    assert file is not None
    assert not [value for value in (*GOOD.values(), "P1") if f":{value}\r" in file.content]
    assert all(line.isascii() and len(line.encode()) <= 75 for line in file.content.split("\r\n"))


def test_with_nothing_open_there_is_no_file() -> None:
    assert calendar_file(shipped(), trial_of(), START, Reader("en", SITE)) is None
    assert list(entries(shipped(), trial_of(), START)) == []
