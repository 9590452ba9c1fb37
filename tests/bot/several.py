"""A bot with several studies for tests: the desk on a real database, people who joined by invitation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot import main as root
from bot.channels.arrivals import read
from bot.dispatcher import TRIAL, Dispatcher
from bot.messages import Message
from rules import events as e
from rules.file.load import load
from rules.protocol import Protocol
from storage.log import Batch, Record
from storage.tables import outbox
from tests.bot.study import Clock, Heard, shipped

A, B = "NCT06871644", "NCT00000002"


@cache
def other(trial: str = B, title: str = "Zebra cells in zebras") -> Protocol:
    """Another trial with the same subject codes and the same doses."""
    text = (
        root.SHIPPED.read_text("utf-8")
        .replace(A, trial)
        .replace("CD7 CAR-T cells in systemic sclerosis", title)
    )
    protocol, mistakes = load(text.encode())
    assert protocol is not None, mistakes
    return protocol


@dataclass
class Several:
    """The parts, and what everybody read last."""

    app: root.App
    clock: Clock
    last: dict[int, Heard] = field(default_factory=dict)

    def of(self, study: str) -> Dispatcher:
        return self.app.desk.dispatcher(study)

    async def join(self, user: int, study: str, role: str = "principal_investigator", **more: Any) -> Heard:
        code = await root.invite(self.app, role, study)
        return await self.say(user, f"/start {code}", **more)

    async def say(self, user: int, text: str, **more: Any) -> Heard:
        return await self.take(Message(user, user, text, **more))

    async def press(self, user: int, button: str) -> Heard:
        """Press a button by its label under what they read last, or by its data."""
        data = self.last.get(user, Heard(())).buttons.get(button, button)
        return await self.take(Message(user, user, press=data, kind="press", message_id=9))

    async def take(self, message: Message) -> Heard:
        await self.app.desk.handle(message)
        found = await self.outbox()
        return found.get(message.chat, Heard(()))

    async def outbox(self) -> dict[int, Heard]:
        """Take everything that waits, by chat; every button's data fits and could be pressed in Telegram."""
        made: dict[int, list[dict[str, Any]]] = {}
        waits = outbox.c.done_at.is_(None)
        async with self.app.engine.begin() as connection:
            rows = await connection.execute(
                select(outbox.c.chat, outbox.c.payload).where(waits).order_by(outbox.c.id)
            )
            for chat, payload in rows.all():
                made.setdefault(chat, []).append(payload)
            if made:
                await connection.execute(update(outbox).where(waits).values(done_at=self.clock.now))
        heard = {chat: Heard(tuple(payloads)) for chat, payloads in made.items()}
        self.last |= heard
        for one in heard.values():
            for data in one.buttons.values():
                assert pressed(data) == data, data
        return heard

    async def put(self, study: str, *events: e.Event) -> None:
        """Write events of a trial without a conversation."""
        log = self.of(study).log
        before = len(await log.read(TRIAL))
        made = tuple(
            Record(x, x.at, x.at, "P1", "principal_investigator", "", "1.0", "0" * 64) for x in events
        )
        await log.append([Batch(TRIAL, before, made)], [], self.clock.now)

    async def events(self, study: str) -> list[Any]:
        return [record.event for record in await self.of(study).log.read(TRIAL)]


def pressed(data: str) -> str | None:
    """What arrives of a button's data when it is pressed."""
    shown = {"message_id": 1, "chat": {"id": 1, "type": "private"}}
    query = {"id": "1", "from": {"id": 1}, "message": shown, "data": data}
    arrival = read({"update_id": 1, "callback_query": query})
    return arrival.message.press if arrival and arrival.message else None


@asynccontextmanager
async def several_in(
    place: Path | str, *protocols: Protocol, practice: bool = False, clock: Clock | None = None
) -> AsyncIterator[Several]:
    """A bot with several studies on a database file; opened again it goes on."""
    clock = clock or Clock()
    served = protocols or (shipped(), other())
    async with root.opened(str(place), served, practice, clock) as app:
        yield Several(app, clock)
