"""message -> command -> append -> reply: the only road from a message to the record."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import events as b
from bot.access import may
from bot.chat import Chat, fold_chat
from bot.commands import BY_NAME
from bot.memory import PEOPLE, PRACTICE, TRIAL, Memory, chat_stream
from bot.messages import Message, Reply, say
from bot.people import People
from bot.pk.files import FILE, with_table
from bot.privacy import MARKER
from bot.render import payloads
from bot.signatures.pins import examined
from bot.tags import tagged
from bot.talk import State, Turn, heading
from bot.turn import SECRET, take_turn
from bot.words import Reader, language_for
from rules.protocol import Protocol
from rules.trial import Trial
from storage.database import scrub
from storage.log import AlreadyAnswered, Batch, Letter, Log, LogMoved, Record
from storage.signatures import digest_of

TRIES = 50
logger = logging.getLogger("bot")


class Dispatcher:
    """Reads the log, takes the turn, appends what follows; somebody else's append means: decide again."""

    def __init__(
        self,
        log: Log,
        protocol: Protocol,
        clock: Callable[[], datetime],
        practice: bool = False,
        tag: str = "",
    ) -> None:
        """`tag` marks this study's buttons where the bot serves several; its replies then name it."""
        self.log, self.clock, self.practice, self.tag = log, clock, practice, tag
        self.memory = Memory(log, protocol)

    @property
    def protocol(self) -> Protocol:
        """The file in force, as of the last look at the log."""
        return self.memory.protocol

    def now(self) -> datetime:
        """The instant of a turn; the clock of a practice study can be moved."""
        return self.clock() + self.memory.moved

    async def trial(self) -> Trial:
        """The trial as the log has it now."""
        await self.memory.refresh()
        return self.memory.trial

    async def people(self) -> People:
        """Who has access now."""
        await self.memory.refresh()
        return self.memory.people

    async def chat(self, user: int) -> Chat:
        """One person's conversation as it is now."""
        await self.memory.refresh(user)
        return self.memory.chat(user)

    @property
    def study(self) -> str:
        """The name that replies carry; empty where the bot serves one study."""
        return self.protocol.trial.id if self.tag else ""

    async def handle(
        self, message: Message, update_id: int | None = None, choosing: int = 0, looked: bool = False
    ) -> None:
        """Answer a message: append, queue the letters and mark the update done, in one transaction.

        `choosing` numbers the person's turning to this study from another one (see desk.py), `looked` says
        that the log was read just now: what is appended on that is held to it all the same.
        """
        message = await self._read(message)
        for again in range(TRIES):
            known = looked and not again and chat_stream(message.user) in self.memory.heads
            if not known:
                await self.memory.refresh(message.user)
            state, seen = await self._secret(await self._state(message, choosing), message)
            now = self.now()
            turn = self._turn(state, seen, now)
            try:
                await self._write(state, seen, self._chosen(state, seen, turn, choosing), now, update_id)
            except LogMoved:
                continue
            except AlreadyAnswered:
                return
            if seen.kind == SECRET or turn.secret:
                await scrub(self.log.engine)
            logger.info("answered kinds=%s by=%s", ",".join(type(x).__name__ for x in turn.trial), turn.by)
            return
        raise RuntimeError("the log kept moving")

    async def _read(self, message: Message) -> Message:
        """A file is fetched and read once, for those who may record what it holds; nobody else's is."""
        if message.kind != FILE or message.fetch is None or message.text == MARKER or not message.private:
            return message
        person = (await self.people()).by_user(message.user)
        allowed = person is not None and may(person.role, BY_NAME["sample"].action)
        return await with_table(message) if allowed else replace(message, fetch=None)

    async def _secret(self, state: State, message: Message) -> tuple[State, Message]:
        """A typed PIN is examined beside the loop; the turn gets what is known of it, and never the PIN.

        Only one that was asked for is: every comparison that is not counted would be a guess for nothing.
        """
        asked, person = state.chat.pin, state.people.by_user(message.user)
        words = message.kind != "text" or message.text.startswith(("/", "+", MARKER))
        if person is None or asked is None or words or not message.private:
            return state, message
        known = asked.hashed if asked.step == "again" else state.people.pin(person.id).hashed
        typed = await examined(asked.step, message.text.strip(), known)
        return replace(state, typed_pin=typed), replace(message, text="", kind=SECRET)

    def _turn(self, state: State, message: Message, now: datetime) -> Turn:
        """The turn; a bug in it becomes one line for the person and one without values for the log."""
        try:
            return take_turn(state, message, now)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("bug %s at %s:%s", type(error).__name__, Path(frame.filename).name, frame.lineno)
            return Turn(self._apology(message))

    def _apology(self, message: Message) -> tuple[Letter, ...]:
        reader = Reader(self.language(message), self.protocol.zone)
        return tuple(Letter(message.chat, p) for p in payloads(Reply((say("apology"),)), reader))

    async def _state(self, message: Message, choosing: int) -> State:
        memory = self.memory
        chat = memory.chat(message.user)
        tells = message.press.startswith("!") or chat.pin is not None
        others = [p.user for p in memory.people.present if p.user != message.user] if tells else []
        if others:
            await memory.refresh(message.user, *others)
        languages = {user: memory.chat(user).language or "en" for user in others}
        chat = memory.chat(message.user)
        if choosing:
            turned = fold_chat([b.StudyChosen(choosing, self.now())], chat)
            # A button says itself which question it answers; words do not.
            chat = replace(turned, asked=chat.asked, pin=chat.pin) if message.kind == "press" else turned
        return State(
            self.protocol,
            memory.trial,
            memory.people,
            chat,
            languages,
            self.practice,
            memory.signatures,
            study=self.study,
            proposed=memory.proposed,
        )

    def _chosen(self, state: State, message: Message, turn: Turn, choosing: int) -> Turn:
        """The turn, with the choice of this study before everything else that the person did."""
        if not choosing or not (turn.people or state.people.by_user(message.user)):
            return turn
        return replace(turn, chat=(b.StudyChosen(choosing, self.now()), *turn.chat))

    async def _write(
        self, state: State, message: Message, turn: Turn, now: datetime, update_id: int | None
    ) -> None:
        heads = self.memory.heads
        streams = (
            (TRIAL, len(state.trial.log), turn.trial),
            (PEOPLE, heads.get(PEOPLE, 0), turn.people),
            (chat_stream(message.user), heads.get(chat_stream(message.user), 0), turn.chat),
            (PRACTICE, heads.get(PRACTICE, 0), turn.practice),
        )
        digest = digest_of(self.log.codec.encode(x) for x in turn.trial) if turn.signature else ""
        batches = [
            Batch(stream, after, tuple(self._record(event, turn, now, digest) for event in events))
            for stream, after, events in streams
            if events or (stream == PEOPLE and turn.trial)  # who records must still have access
        ]
        await self.log.append(batches, tagged(turn.letters, self.tag), self.clock(), update_id)

    async def note(self, stream: str, event: Any, file: Protocol, letters: Sequence[Letter] = ()) -> bool:
        """Append one event of the server's own, under a file; False when somebody else wrote first."""
        now, head = self.now(), self.memory.heads.get(stream, 0)
        record = Record(event, now, now, "server", "", "", file.trial.version, file.sha256)
        try:
            await self.log.append([Batch(stream, head, (record,))], letters, self.clock())
        except LogMoved:
            return False
        return True

    def head(self, language: str) -> str:
        """The lines above what the bot sends by itself."""
        reader = Reader(language, self.protocol.zone)
        return "".join(f"{reader.html(mark)}\n" for mark in heading(self.practice, self.study))

    def _record(self, event: Any, turn: Turn, now: datetime, digest: str) -> Record:
        signs = turn.signature if event in turn.trial else None
        return Record(
            event=event,
            happened_at=event.at,
            entered_at=now,
            by=signs.person if signs else turn.by,
            role=signs.role if signs else turn.role,
            typed=turn.typed,
            protocol_version=self.protocol.trial.version,
            protocol_sha256=self.protocol.sha256,
            signature=signs.bound(digest) if signs else None,
        )

    def language(self, message: Message) -> str:
        """The language to answer in, as of the last look at the log."""
        return self.memory.chat(message.user).language or language_for(message.language)

    async def apologise(self, message: Message, update_id: int) -> None:
        """One line to somebody whose message failed again and again; the update is done with."""
        try:
            await self.log.append([], self._apology(message), self.clock(), update_id)
        except AlreadyAnswered:
            return
