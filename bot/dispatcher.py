"""message -> command -> append -> reply: the only road from a message to the record."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.access import ALERTED
from bot.chat import Chat, fold_chat
from bot.messages import Message, Reply, say
from bot.people import People, fold_people
from bot.render import payloads
from bot.talk import State, Turn
from bot.turn import take_turn
from bot.words import Reader, language_for
from rules.events import Entry
from rules.protocol import Protocol
from rules.trial import Trial, replay
from storage.log import AlreadyAnswered, Batch, Letter, Log, LogMoved, Record

TRIAL, PEOPLE, PRACTICE = "trial", "people", "practice"
TRIES = 50
logger = logging.getLogger("bot")


def chat_stream(user: int) -> str:
    """The stream of one person's conversation."""
    return f"chat:{user}"


class Dispatcher:
    """Reads the log, takes the turn, appends what follows; somebody else's append means: decide again."""

    def __init__(
        self, log: Log, protocol: Protocol, clock: Callable[[], datetime], practice: bool = False
    ) -> None:
        self.log, self.protocol, self.clock, self.practice = log, protocol, clock, practice
        self._known: dict[str, list[Record]] = {}
        self._trial: Trial | None = None

    async def now(self) -> datetime:
        """The instant that a turn is taken at; a practice study's clock can be moved."""
        now = self.clock()
        if self.practice:
            for record in await self.records(PRACTICE):
                now += timedelta(seconds=record.event.seconds)
        return now

    async def records(self, stream: str) -> list[Record]:
        """A stream up to its head; only what is new is fetched."""
        known = self._known.setdefault(stream, [])
        fresh = await self.log.read(stream, after=len(known))
        known.extend(record for record in fresh if record.seq > len(known))
        return known

    async def trial(self) -> Trial:
        """The trial as the log has it."""
        records = await self.records(TRIAL)
        if self._trial is None or len(self._trial.log) != len(records):
            entries = [Entry(r.seq, r.event, r.by, r.role, r.entered_at, r.protocol_sha256) for r in records]
            self._trial = replay(self.protocol, entries)
        return self._trial

    async def people(self) -> People:
        """Who has access."""
        return fold_people(record.event for record in await self.records(PEOPLE))

    async def chat(self, user: int) -> Chat:
        """One person's conversation."""
        return fold_chat(record.event for record in await self.records(chat_stream(user)))

    async def handle(self, message: Message, update_id: int | None = None) -> None:
        """Answer a message: append, queue the letters and mark the update done, in one transaction."""
        for _ in range(TRIES):
            now = await self.now()
            state = await self._state(message)
            turn = self._turn(state, message, now)
            try:
                await self._write(state, message, turn, now, update_id)
            except LogMoved:
                continue
            except AlreadyAnswered:
                return
            logger.info("answered kinds=%s by=%s", ",".join(type(x).__name__ for x in turn.trial), turn.by)
            return
        raise RuntimeError("the log kept moving")

    def _turn(self, state: State, message: Message, now: datetime) -> Turn:
        """The turn; a bug in it becomes one line for the person and one without values for the log."""
        try:
            return take_turn(state, message, now)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("bug %s at %s:%s", type(error).__name__, Path(frame.filename).name, frame.lineno)
            return Turn(self._apology(message))

    def _apology(self, message: Message) -> tuple[Letter, ...]:
        reader = Reader(language_for(message.language), self.protocol.zone)
        return tuple(Letter(message.chat, p) for p in payloads(Reply((say("apology"),)), reader))

    async def _state(self, message: Message) -> State:
        people, chat = await self.people(), await self.chat(message.user)
        languages: dict[int, str] = {}
        if message.press.startswith("!"):
            for person in people.in_roles(*ALERTED):
                languages[person.user] = (await self.chat(person.user)).language or "en"
        return State(self.protocol, await self.trial(), people, chat, languages, self.practice)

    async def _write(
        self, state: State, message: Message, turn: Turn, now: datetime, update_id: int | None
    ) -> None:
        streams = (
            (TRIAL, len(state.trial.log), turn.trial),
            (PEOPLE, len(self._known[PEOPLE]), turn.people),
            (chat_stream(message.user), state.chat.length, turn.chat),
            (PRACTICE, len(self._known.get(PRACTICE, ())), turn.practice),
        )
        batches = [
            Batch(stream, after, tuple(self._record(event, turn, now) for event in events))
            for stream, after, events in streams
            if events
        ]
        await self.log.append(batches, turn.letters, self.clock(), update_id)

    def _record(self, event: Any, turn: Turn, now: datetime) -> Record:
        return Record(
            event=event,
            happened_at=event.at,
            entered_at=now,
            by=turn.by,
            role=turn.role,
            typed=turn.typed,
            protocol_version=self.protocol.trial.version,
            protocol_sha256=self.protocol.sha256,
        )

    async def apologise(self, message: Message, update_id: int) -> None:
        """One line to somebody whose message failed again and again; the update is done with."""
        try:
            await self.log.append([], self._apology(message), self.clock(), update_id)
        except AlreadyAnswered:
            return
