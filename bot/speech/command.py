"""`python -m bot parse` and `python -m bot unread`: one JSON object each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import events as b
from bot.main import App, CannotStart
from bot.speech.parse import Parser
from rules.file.load import load
from rules.protocol import Protocol
from storage.log import Log


def parse(text: str, at: str, roster: str | None, protocol: Path) -> dict[str, Any]:
    """The parse of one message; CannotStart says what is wrong with the words of the command line."""
    file = _file(protocol)
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        instant = datetime.min  # noqa: DTZ901 - it has no zone, which is refused below
    if instant.utcoffset() is None:
        raise CannotStart(f"--at `{at[:40]}`: write a time with its zone, 2026-03-11T15:30+08:00")
    return Parser(file).parse(text, instant, _roster(file, roster)).said()


def _file(protocol: Path) -> Protocol:
    if protocol.is_dir():
        protocol = min(protocol.glob("*.yaml"), default=protocol)
    try:
        file, mistakes = load(protocol.read_bytes())
    except OSError as error:
        raise CannotStart(
            f"{protocol}: {error.strerror}. Set PROTOCOL to a file that can be read."
        ) from error
    if file is None or mistakes:
        raise CannotStart("\n".join(str(mistake) for mistake in mistakes))
    return file


def _roster(file: Protocol, roster: str | None) -> frozenset[str] | None:
    """The codes of a roster; without one every well-formed code is rostered."""
    if roster is None:
        return None
    words = [word.strip() for word in roster.split(",") if word.strip()]
    codes = [file.read_code(word) for word in words]
    wrong = [word for word, code in zip(words, codes, strict=True) if code is None]
    if wrong:
        raise CannotStart(
            f"--roster `{wrong[0][:40]}` is no subject code; codes look like {file.subject_code(1)}"
        )
    return frozenset(code for code in codes if code)


async def unread(app: App) -> dict[str, Any]:
    """Shapes of the messages that were not read, the most frequent first; no words, no persons."""
    events = [event for study in app.desk.studies for event in await _unread_in(app, study)]
    counted = Counter(" ".join(event.shape) for event in events)
    last = {" ".join(event.shape): event.at for event in sorted(events, key=lambda event: event.at)}
    rows = [
        {"shape": shape, "times": n, "last": last[shape].isoformat()} for shape, n in counted.most_common()
    ]
    return {"messages": len(events), "shapes": rows}


async def _unread_in(app: App, study: str) -> list[b.Unread]:
    log = Log(app.engine, study, app.desk.codec)
    names = await log.streams("chat:")
    found = await log.read_all(dict.fromkeys(names, 0)) if names else {}
    return [r.event for records in found.values() for r in records if isinstance(r.event, b.Unread)]
