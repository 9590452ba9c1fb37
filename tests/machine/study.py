"""One study over the real dispatcher: people write, press, read letters, and the record is judged."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from bot import main as root
from bot.dispatcher import Dispatcher
from bot.messages import Message
from bot.reminders import tick
from rules.escalation import decide
from rules.events import Entry
from rules.protocol import Protocol
from rules.trial import Trial, replay
from tests.machine.gates import next_step, objections
from tests.machine.reading import flaws
from tests.machine.record import Row, fold, groups, read_rows, strays
from tests.machine.table import Step, follows, is_reduced, wrong_step

ROLES = {
    "pi": "principal_investigator", "inv": "investigator", "inv2": "investigator", "coo": "coordinator",
    "mon": "monitor", "adm": "admin",
}  # fmt: skip
USERS = {name: 101 + at for at, name in enumerate((*ROLES, "stranger"))}
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
CARD_LIFE = timedelta(minutes=10)


@cache
def protocol() -> Protocol:
    """The shipped file, read once."""
    return root.read_protocol(root.SHIPPED)


@dataclass
class Memory:
    """What the people remember: the hour, their screens, every button ever shown, the cards, the record."""

    now: datetime = START
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    buttons: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    cards: dict[tuple[int, int], tuple[datetime, str]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    letters: int = 0


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

    def __init__(self, folder: Path, practice: bool, memory: Memory | None = None) -> None:
        self.file, self.practice = folder / "study.sqlite", practice
        self.memory = memory or Memory()
        self.sent, self.checked, self.bugs = 0, -1, Bugs()
        self.folded, self.folds = fold(self.memory.rows), len(self.memory.rows)
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
        self.connection = sqlite3.connect(self.file)
        logging.getLogger("bot").addHandler(self.bugs)

    def stop(self) -> None:
        """Stop the bot; what is in the file stays."""
        logging.getLogger("bot").removeHandler(self.bugs)
        self.connection.close()
        self.loop.run_until_complete(self.opened.__aexit__(None, None, None))

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self.loop.close()

    def copy(self, folder: Path) -> Study:
        """The same study in another folder; this one is stopped."""
        shutil.copy(self.file, folder / self.file.name)
        return Study(folder, self.practice, copy.deepcopy(self.memory))

    def join(self) -> None:
        """Everybody joins with an invitation."""
        for name, role in ROLES.items():
            code = self.loop.run_until_complete(root.invite(self.app, role))
            self.say(name, f"/start {code}")
            self.memory.ids[USERS[name]] = f"P{len(self.memory.ids) + 1}"
        self.say("inv2", "/language zh")

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
        assert not self.bugs.found, self.bugs.found
        read = self._read()
        for message in messages:
            assert message.chat in read or not message.private, f"no answer to {message}"
        self._judge(messages)
        return read.get(messages[0].chat, "")

    def tick(self) -> None:
        """The reminders of now."""
        self.sent += 1
        self.loop.run_until_complete(tick(self.app.dispatcher))
        assert not self.bugs.found, self.bugs.found
        self._read()
        self._judge(())

    def wait(self, number: int, unit: str = "d") -> None:
        """Time passes: so many d, h or m; in a practice study somebody moves the clock."""
        self.memory.now += timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[unit]: number})
        if self.practice:
            self.say("pi", f"+{number}{unit}")
        self.tick()

    def _read(self) -> dict[int, str]:
        """The letters since the last time: each is held to be a letter, and stays on its reader's screen."""
        query = "select id, chat, payload from outbox where id > ? order by id"
        read: dict[int, str] = {}
        for id_, chat, stored in self.connection.execute(query, (self.memory.letters,)).fetchall():
            payload = json.loads(stored)
            assert not flaws(payload), (flaws(payload), payload["html"])
            self.memory.letters = id_
            read[chat] = f"{read.get(chat, '')}\n{payload['html']}"
            name = next(name for name, user in USERS.items() if user == chat)
            self._show(name, id_, payload, read[chat])
        return read

    def _show(self, name: str, id_: int, payload: dict[str, Any], told: str) -> None:
        memory, data = self.memory, [data for row in payload["buttons"] for _, data in row]
        memory.shown[name] = {"id": id_, "html": told, "buttons": data}
        memory.buttons.setdefault(name, []).extend((id_, one) for one in data)
        for one in data:
            if one.startswith("!") and one.endswith(":yes"):
                memory.cards[USERS[name], card_number(one)] = (memory.now, told)

    # ---------------------------------------------------------------- judging
    def _fold(self) -> None:
        if self.folds != len(self.memory.rows):
            self.folded, self.folds = fold(self.memory.rows), len(self.memory.rows)

    @property
    def next(self) -> list[Step]:
        """What the table allows next."""
        return next_step(self.folded, self.memory.now)

    def _judge(self, messages: tuple[Message, ...]) -> None:
        """What is new in the record was allowed, and came from a press of one's own fresh card."""
        rows = self.memory.rows
        for row in read_rows(self.connection, len(rows)):
            if rows and rows[-1].kind != "Answered":
                self._fold()
            found = objections(self.folded, row)
            assert not found, (row, found)
            assert any(self._confirmed(message, row) for message in messages), (row, messages)
            rows.append(row)
        self._fold()
        for message in messages:
            if message.press.startswith("!"):
                self.memory.cards.pop((message.user, card_number(message.press)), None)

    def _confirmed(self, message: Message, row: Row) -> bool:
        if self.memory.ids.get(message.user) != row.by or not message.press.endswith(":yes"):
            return False
        card = self.memory.cards.get((message.user, card_number(message.press)))
        return card is not None and self.memory.now - card[0] <= CARD_LIFE

    def check(self) -> None:
        """The bot decides as the table does, on the trial that the database holds."""
        trial, now = self.loop.run_until_complete(self._trial()), self.memory.now
        decision, table = decide(protocol(), trial, now), self.next
        made = groups(self.folded, now)
        says = (decision.action, 0 if decision.action == "refer" else decision.level, decision.slots)
        assert says in [(a, 0 if a == "refer" else level, n) for a, level, n in table], (
            decision,
            table,
            made,
        )
        wrong = wrong_step(made, self.folded["mtd"])
        if decision.action == "hold" and wrong is not None and not strays(self.folded):
            action, level, _ = follows(made[: wrong + 1])
            assert decision.because["rederived"] == {"action": action, "level": level}
        stopped = is_reduced(made) or decision.action not in OPEN_ENDED
        assert (decision.escalation == "stopped") == stopped, (decision, made)

    async def _trial(self) -> Trial:
        """The trial that the bot remembers; when it is new, held against one replayed from the database."""
        dispatcher = self.app.dispatcher
        kept = await dispatcher.trial()
        assert dispatcher.now() == self.memory.now
        if self.checked != len(self.memory.rows):
            records = await dispatcher.log.read("trial")
            entries = [Entry(r.seq, r.event, r.by, r.role, r.entered_at, r.protocol_sha256) for r in records]
            assert replay(protocol(), entries) == kept
            self.checked = len(records)
        return kept


def card_number(data: str) -> int:
    """The number of the card that a button belongs to; -1 for no card."""
    number = data[1:].partition(":")[0]
    return int(number) if data.startswith("!") and number.isascii() and number.isdigit() else -1


OPEN_ENDED = ("enrol", "wait", "assess", "expand", "escalate")


async def _together(coroutines: list[Any]) -> None:
    await asyncio.gather(*coroutines)
