"""One study over the real dispatcher: people write, press, read letters, and the record is judged."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import shutil
from datetime import timedelta
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from bot import events as b
from bot import main as root
from bot.dispatcher import Dispatcher
from bot.memory import PEOPLE
from bot.messages import Message
from bot.reminders import tick
from rules.protocol import Protocol
from storage.log import Batch, Record
from tests.bot.study import hashed
from tests.machine.judging import Judge
from tests.machine.people import NAMES, PIN, ROLES, START, USERS, Memory
from tests.machine.reading import flaws
from tests.machine.table import Step


@cache
def protocol() -> Protocol:
    """The shipped file, read once."""
    return root.read_protocol(root.SHIPPED)


class Bugs(logging.Handler):
    """Keeps what the bot logs as an error: a bug that it hid behind an apology."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.found.append(record.getMessage())


class Study:
    """A study in one SQLite file. Every message is followed by its letters and by the record's judgement."""

    def __init__(self, folder: Path, practice: bool = False, memory: Memory | None = None) -> None:
        self.file, self.practice = folder / "study.sqlite", practice
        self.memory = memory or Memory()
        self.sent, self.bugs = 0, Bugs()
        self.loop = asyncio.new_event_loop()
        self.open()

    # ---------------------------------------------------------------- beginning and end
    def open(self) -> None:
        """Start the bot: two dispatchers on one record, as two processes would have it."""
        clock = (lambda: START) if self.practice else (lambda: self.memory.now)
        self.opened = root.opened(f"sqlite:///{self.file}", protocol(), self.practice, clock)
        self.app = self.loop.run_until_complete(self.opened.__aenter__())
        first = self.app.dispatcher
        self.dispatchers = [first, Dispatcher(first.log, protocol(), clock, self.practice)]
        self.judge = Judge(self.file, self.memory)
        logging.getLogger("bot").addHandler(self.bugs)

    def stop(self) -> None:
        """Stop the bot; what is in the file stays."""
        logging.getLogger("bot").removeHandler(self.bugs)
        self.judge.connection.close()
        self.loop.run_until_complete(self.opened.__aexit__(None, None, None))

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self.loop.close()

    def copy(self, folder: Path) -> Study:
        """The same study in another folder; this one is stopped."""
        shutil.copy(self.file, folder / self.file.name)
        return Study(folder, self.practice, copy.deepcopy(self.memory))

    def join(self, *names: str) -> None:
        """People join with an invitation each; without names, everybody."""
        for name in names or ROLES:
            code = self.loop.run_until_complete(root.invite(self.app, ROLES[name]))
            told = self.say(name, f"/start {code}")
            assert "/help" in self.memory.shown[name]["buttons"], told
            self.memory.joins(name)
            if not self.practice:
                self.loop.run_until_complete(self._can_sign(self.memory.ids[USERS[name]]))
            if name == "inv2":
                self.say(name, "/language zh")

    async def _can_sign(self, person: str) -> None:
        """A printed name and a PIN, whose hash costs nothing."""
        await self.app.dispatcher.people()
        now, head = self.memory.now, self.app.dispatcher.memory.heads[PEOPLE]
        made = (b.Named(person, "李伟", now), b.PinSet(person, hashed(PIN), now))
        records = tuple(Record(event, now, now, person) for event in made)
        await self.app.dispatcher.log.append([Batch(PEOPLE, head, records)], [], now)

    # ---------------------------------------------------------------- talking
    def message(self, name: str, text: str = "", press: str = "", at: int = 0) -> Message:
        """A message or a press of somebody."""
        kind = "press" if press else "text"
        return Message(USERS[name], USERS[name], text, press, at, kind=kind)

    def say(self, name: str, text: str) -> str:
        """Somebody writes; returns what they read."""
        return self.take(self.message(name, text))

    def press(self, name: str, at: int, data: str) -> str:
        """Somebody presses a button; returns what they read."""
        return self.take(self.message(name, press=data, at=at))

    def take(self, *messages: Message, processes: int = 1) -> str:
        """Messages that arrive at one time, at one process or two; returns what the first person reads."""
        self.sent += len(messages)
        pairs = zip(messages, cycle(self.dispatchers[:processes]), strict=False)
        self.loop.run_until_complete(_together([d.handle(message) for message, d in pairs]))
        assert not self.bugs.found, (self.bugs.found, messages)
        read = self._read()
        for message in messages:
            assert message.chat in read or not message.private, f"no answer to {message}"
        self.judge.judge(messages, read)
        waiting = dict.fromkeys(m.user for m in messages if m.press and m.user in self.memory.signing)
        if waiting:
            pins = [self.message(NAMES[user], PIN) for user in waiting]
            return self.take(*pins, processes=processes)
        return read.get(messages[0].chat, "")

    def tick(self) -> None:
        """The reminders of now."""
        self.sent += 1
        self.loop.run_until_complete(tick(self.app.dispatcher))
        assert not self.bugs.found, self.bugs.found
        self.judge.judge((), self._read())

    def wait(self, number: int, unit: str = "d") -> None:
        """Time passes: so many d, h or m; in a practice study somebody moves the clock."""
        self.memory.now += timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[unit]: number})
        if self.practice:
            self.say("adm", f"+{number}{unit}")
        self.tick()

    def _read(self) -> dict[int, str]:
        """The letters since the last time: each is held to be a letter, and stays on its reader's screen."""
        query = "select id, chat, payload from outbox where id > ? order by id"
        read: dict[int, str] = {}
        for id_, chat, stored in self.judge.connection.execute(query, (self.memory.letters,)).fetchall():
            payload = json.loads(stored)
            assert not flaws(payload), (flaws(payload), payload["html"])
            self.memory.letters = id_
            read[chat] = f"{read.get(chat, '')}\n{payload['html']}"
            self.memory.show(NAMES[chat], id_, payload, read[chat])
        return read

    # ---------------------------------------------------------------- looking
    @property
    def folded(self) -> dict[str, Any]:
        """The record, folded plainly."""
        return self.judge.folded

    @property
    def next(self) -> list[Step]:
        """What the table allows next."""
        return self.judge.next

    def check(self) -> str:
        """The bot decides as the table does, on the trial that the database holds; returns the action."""
        return self.loop.run_until_complete(self.judge.agree(self.app.dispatcher))


async def _together(coroutines: list[Any]) -> None:
    await asyncio.gather(*coroutines)
