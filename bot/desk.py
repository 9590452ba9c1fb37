"""The desk of a bot that serves one study or several: which study a message is for, and nothing else."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle, islice

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.chat import CARD_LIFE
from bot.choosing import chooser, invited_to, named, pressed
from bot.dispatcher import Dispatcher
from bot.memory import chat_stream
from bot.messages import Message, Reply, say
from bot.reminders import tick
from bot.render import payloads
from bot.signatures.astray import alone
from bot.tags import tag_of
from bot.talk import heading
from bot.words import Reader, language_for
from rules.protocol import Protocol
from storage.codec import Codec
from storage.desks import adopt, studies_with
from storage.log import AlreadyAnswered, Letter, Log

KEPT = 100  # studies whose folds stay in memory
ROUND = 30  # ticks in which every other study has been looked at once
log = logging.getLogger("bot.desk")


@dataclass(frozen=True)
class Seat:
    """A study in which a person has a conversation: whether they have access, their choice's number."""

    study: str
    present: bool
    chosen: int
    pin_asked: bool = False


def _asked_elsewhere(seats: list[Seat], current: str) -> bool:
    """A PIN is waited for in another study and not in this one: what looks like one is kept nowhere."""
    asked = [seat.study for seat in seats if seat.pin_asked]
    return bool(asked) and current not in asked


class Desk:
    """Takes every message to the study that it is for; the studies know nothing of each other."""

    def __init__(
        self,
        engine: AsyncEngine,
        name: str,
        studies: Mapping[str, Protocol],
        *,
        codec: Codec,
        clock: Callable[[], datetime],
        practice: bool = False,
        several: bool = False,
    ) -> None:
        """`studies` are protocols by name; `several` says that the bot serves or once served more."""
        self.engine, self.name, self.codec, self.clock = engine, name, codec, clock
        self.studies, self.practice, self.several = dict(studies), practice, several or len(studies) > 1
        self.tags = {tag_of(study): study for study in studies}
        self.log = Log(engine, name, codec)
        self._kept: OrderedDict[str, Dispatcher] = OrderedDict()
        self._round = cycle(self.studies)

    @property
    def first(self) -> Dispatcher:
        """The dispatcher of the first study: the only one where the bot serves one."""
        return self.dispatcher(next(iter(self.studies)))

    def dispatcher(self, study: str) -> Dispatcher:
        """The dispatcher of a study, made when it is first needed; the least used are let go."""
        made = self._kept.pop(study, None) or self.fresh(study)
        self._kept[study] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def fresh(self, study: str) -> Dispatcher:
        """A dispatcher that is not kept."""
        tag = tag_of(study) if self.several else ""
        record = Log(self.engine, study, self.codec, self.name)
        return Dispatcher(record, self.studies[study], self.clock, self.practice, tag)

    async def handle(self, message: Message, update_id: int | None = None) -> None:
        """Answer a message in its study; ask which where a person in several has not chosen."""
        if not self.several:
            await self.first.handle(message, update_id)
            return
        seats = await self._seats(message.user)
        mine = [seat.study for seat in seats if seat.present]
        new = invited_to(message, self.tags)
        if new is not None and new not in mine:
            await self.dispatcher(new).handle(message, update_id, self._next(seats))
        elif not mine or not message.private:
            await self.dispatcher(mine[0] if mine else next(iter(self.studies))).handle(message, update_id)
        elif message.kind == "press":
            await self._press(message, update_id, seats, mine)
        else:
            await self._typed(message, update_id, seats, mine)

    async def _press(
        self, message: Message, update_id: int | None, seats: list[Seat], mine: list[str]
    ) -> None:
        """A button acts in the study whose message it stood under, or nowhere."""
        tag, data = pressed(message)
        study = self.tags.get(tag)
        if study is None or study not in mine:
            await self._say(message, update_id, Reply((say("stale.study"),)), mine)
            return
        choosing = 0 if study == self._current(seats) else self._next(seats)
        await self.dispatcher(study).handle(replace(message, press=data), update_id, choosing, looked=True)

    async def _typed(
        self, message: Message, update_id: int | None, seats: list[Seat], mine: list[str]
    ) -> None:
        """Words go to the study that is chosen; /study chooses another."""
        current = self._current(seats)
        wanted = named(message, {study: self.studies[study].trial.id for study in mine})
        if wanted is not None:
            choosing = 0 if wanted == current else self._next(seats)
            turning = replace(message, text="/study")
            await self.dispatcher(wanted).handle(turning, update_id, choosing, looked=True)
        elif current is None or (len(mine) > 1 and message.text.strip() == "/study"):
            trials = [(tag_of(study), self.studies[study].trial) for study in mine]
            await self._say(message, update_id, chooser(message, trials, self._now_in(current)), mine)
        elif alone(message.text) and _asked_elsewhere(seats, current):
            await self._say(message, update_id, Reply((say("pin.elsewhere"),)), mine)
        else:
            await self.dispatcher(current).handle(message, update_id, looked=True)

    def _now_in(self, current: str | None) -> str:
        return self.studies[current].trial.id if current else ""

    async def _seats(self, user: int) -> list[Seat]:
        """The studies in which a person ever had a conversation, as their logs stand now."""
        found = []
        for study in await studies_with(self.engine, chat_stream(user)):
            if study in self.studies:
                dispatcher = self.dispatcher(study)
                chat = await dispatcher.chat(user)
                present = dispatcher.memory.people.by_user(user) is not None
                asked = chat.pin is not None and dispatcher.now() - chat.pin.at <= CARD_LIFE
                found.append(Seat(study, present, chat.chosen, asked))
        return found

    @staticmethod
    def _next(seats: list[Seat]) -> int:
        return max((seat.chosen for seat in seats), default=0) + 1

    @staticmethod
    def _current(seats: list[Seat]) -> str | None:
        """The study chosen last; without a choice the only one. None: they have to be asked.

        A choice of a study that was lost falls back to no other: the next words may be meant for it.
        """
        last = max(seats, key=lambda seat: seat.chosen)
        if last.chosen:
            return last.study if last.present else None
        return last.study if len(seats) == 1 and last.present else None

    async def _say(self, message: Message, update_id: int | None, reply: Reply, mine: list[str]) -> None:
        """A line of the desk itself, of no study."""
        reader = Reader(self._language(message, mine), self.studies[next(iter(self.studies))].zone)
        head = "".join(f"{reader.html(mark)}\n" for mark in heading(self.practice, ""))
        close = message.message_id if message.press else 0
        letters = [
            Letter(message.chat, payload) for payload in payloads(reply, reader, head=head, close=close)
        ]
        try:
            await self.log.append([], letters, self.clock(), update_id)
        except AlreadyAnswered:
            return

    def language(self, message: Message) -> str:
        """The language to answer in, as far as what is in memory tells."""
        return self._language(message, self._kept)

    def _language(self, message: Message, studies: Iterable[str]) -> str:
        """The language in the study of these that the person turned to last."""
        chats = [self.dispatcher(study).memory.chat(message.user) for study in list(studies)]
        chosen = max(chats, key=lambda chat: chat.chosen).language if chats else ""
        return chosen or language_for(message.language)

    async def apologise(self, message: Message, update_id: int) -> None:
        """One line to somebody whose message failed again and again; the update is done with."""
        if self.several:
            await self._say(message, update_id, Reply((say("apology"),)), [])
        else:
            await self.first.apologise(message, update_id)

    async def tick(self) -> None:
        """Remind the people of every study; one that fails holds up no other."""
        await adopt(self.engine, self.name, list(self.studies))
        for dispatcher in self._looked_at():
            try:
                await tick(dispatcher)
            except Exception as error:
                log.error("reminders of a study failed: %s", type(error).__name__)

    def _looked_at(self) -> Iterator[Dispatcher]:
        """All studies, if they fit into memory; else those that are there, and a share of the others."""
        if len(self.studies) <= KEPT:
            yield from (self.dispatcher(study) for study in self.studies)
            return
        yield from list(self._kept.values())
        for study in islice(self._round, -(-len(self.studies) // ROUND)):
            if study not in self._kept:
                yield self.fresh(study)
