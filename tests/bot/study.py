"""A study for tests: the real parts on a real database, one person in each role, a clock one sets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from bot import events as b
from bot import main as root
from bot.access import ROLES
from bot.dispatcher import PEOPLE, TRIAL, Dispatcher, chat_stream
from bot.messages import Message
from bot.words import LANGUAGES, plain, texts
from rules import events as e
from rules.protocol import Protocol
from storage.log import Batch, Record
from storage.queues import Ended
from tests.buttons import button

SITE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 9, 0, tzinfo=SITE)
PI, INV, COO, MON, ADM = USERS = (1, 2, 3, 4, 5)
STRANGER = 777
ROLE = dict(zip(USERS, ROLES, strict=True))
DOSE = {1: 0.25e8, 2: 1e8, 3: 2e8}
GOOD = {
    "age": "45", "ssc_2013": "yes", "failed_agents": "3", "relapsed_refractory": "yes", "hbsag": "negative",
    "aids": "no", "syphilis": "no", "other_virus": "no", "malignancy_5y": "no", "severe_heart_disease": "no",
    "serious_mental_disorder": "no", "bone_marrow": "yes", "coagulation": "yes", "liver": "yes",
    "kidney": "yes", "cardiopulmonary": "yes",
}  # fmt: skip
RECORD = "✓ Record"
SIGN = "✓ Sign"
PINS = dict(zip(USERS, ("246813", "135792", "864213", "975318", "319764"), strict=True))
NAMES = dict(zip(USERS, ("W. Ł.", "M. Q.", "Jo Kim", "O. Brien", "Max Born"), strict=True))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CANCEL = "✗ Cancel"


@cache
def shipped() -> Protocol:
    """The protocol that we ship."""
    return root.read_protocol(root.SHIPPED)


@cache
def hashed(pin: str) -> str:
    """A PIN's hash that costs a test nothing; its parameters stand in it."""
    return CHEAP.hash(pin)


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass(frozen=True)
class Heard:
    """What one person was sent by one turn."""

    payloads: tuple[dict[str, Any], ...]

    @property
    def html(self) -> str:
        return "\n".join(payload["html"] for payload in self.payloads)

    @property
    def text(self) -> str:
        return plain(self.html)

    @property
    def buttons(self) -> dict[str, str]:
        """Data by label, of the last letter that has buttons."""
        rows = next((p["buttons"] for p in reversed(self.payloads) if p["buttons"]), [])
        return {label: data for row in rows for label, data in row}

    @property
    def yes(self) -> str:
        """The data of the button that confirms a card: Record or Sign, in either language; else nothing."""
        return button(self.buttons.values())

    @property
    def asks_pin(self) -> bool:
        """True when the PIN is asked for, to sign."""
        return any(plain(texts(language)["pin.ask.sign"]) in self.text for language in LANGUAGES)

    def __contains__(self, words: str) -> bool:
        return words in self.text


@dataclass
class Study:
    """The parts, and what everybody read last."""

    app: root.App
    clock: Clock
    others: dict[int, Heard] = field(default_factory=dict)
    last: dict[int, Heard] = field(default_factory=dict)
    updates: int = 0

    @property
    def dispatcher(self) -> Dispatcher:
        return self.app.dispatcher

    async def say(self, user: int, text: str, **more: Any) -> Heard:
        """Somebody types; what they read. `others` holds what everybody else read."""
        return await self._take(Message(user, user, text, **more))

    async def press(self, user: int, button: str, pin: bool = True, **more: Any) -> Heard:
        """Somebody presses a button by its label under what they read last, or by its data.

        RECORD is Sign where a signature is asked for; the PIN is typed when asked, unless `pin` is False.
        """
        last = self.last.get(user, Heard(()))
        data = last.yes if button == RECORD else last.buttons.get(button, button)
        heard = await self._take(Message(user, user, press=data, kind="press", message_id=9, **more))
        return await self.say(user, PINS[user]) if pin and heard.asks_pin else heard

    async def record(self, user: int, *lines: str) -> Heard:
        """Type lines, press Record or Sign under the card that follows, and type the PIN when asked."""
        for line in lines:
            await self.say(user, line)
        assert self.last[user].yes, self.last[user].text
        return await self.press(user, RECORD)

    async def _take(self, message: Message) -> Heard:
        await self.dispatcher.handle(message)
        return await self.read(message.chat)

    async def read(self, user: int) -> Heard:
        """Empty the outbox; what `user` was sent."""
        found = await self.outbox()
        self.others = {chat: heard for chat, heard in found.items() if chat != user}
        self.last |= found
        return found.get(user, Heard(()))

    async def outbox(self) -> dict[int, Heard]:
        """Take everything that waits, by chat."""
        made: dict[int, list[dict[str, Any]]] = {}
        read: list[Ended] = []
        while waiting := await self.app.queues.turn(read, self.clock.now, 50):
            for letter in waiting:
                made.setdefault(letter.chat, []).append(letter.payload)
            read = [Ended(letter.id, letter.chat) for letter in waiting]
        return {chat: Heard(tuple(payloads)) for chat, payloads in made.items()}

    async def trial(self) -> list[Record]:
        """The record of the trial, from the database."""
        return await self.dispatcher.log.read(TRIAL)

    async def crowd(self) -> list[Any]:
        """What is recorded of people."""
        return [record.event for record in await self.dispatcher.log.read(PEOPLE)]

    async def events(self) -> list[Any]:
        return [record.event for record in await self.trial()]

    async def put(self, *events: e.Event, by: str = "P1", role: str = "principal_investigator") -> None:
        """Write events of the trial without a conversation."""
        before = len(await self.trial())
        made = tuple(Record(x, x.at, x.at, by, role, "", "1.0", "0" * 64) for x in events)
        await self.dispatcher.log.append([Batch(TRIAL, before, made)], [], self.clock.now)

    async def settle(self, user: int, event: Any) -> None:
        """Write a setting of one person."""
        before = len(await self.dispatcher.log.read(chat_stream(user)))
        record = Record(event, self.clock.now, self.clock.now)
        await self.dispatcher.log.append([Batch(chat_stream(user), before, (record,))], [], self.clock.now)


@asynccontextmanager
async def study_in(
    place: Path | str,
    practice: bool = False,
    clock: Clock | None = None,
    pins: bool = True,
    protocol: Protocol | None = None,
) -> AsyncIterator[Study]:
    """A study of the shipped protocol, one person in each role, on a database file; opened again it goes on.

    In a real one everybody has a printed name and a PIN.
    """
    clock = clock or Clock()
    async with root.opened(str(place), protocol or shipped(), practice, clock) as app:
        if not (await app.dispatcher.people()).present:
            await _join(app.dispatcher, clock.now, pins and not practice)
        yield Study(app, clock)


async def _join(dispatcher: Dispatcher, now: datetime, pins: bool) -> None:
    joined: list[Any] = [b.Joined(f"P{u}", u, ROLE[u], "", now) for u in USERS]
    if pins:
        joined += [b.Named(f"P{u}", NAMES[u], now) for u in USERS]
        joined += [b.PinSet(f"P{u}", hashed(PINS[u]), now) for u in USERS]
    records = tuple(Record(event, now, now) for event in joined)
    await dispatcher.log.append([Batch(PEOPLE, 0, records)], [], now)


def code(number: int) -> str:
    return f"CD7-{number:03}"


def screened(number: int, at: datetime, **other: str) -> list[e.Event]:
    """A subject whose every answer is good, but for `other`."""
    answers = [e.Answered(code(number), fact, value, at) for fact, value in (GOOD | other).items()]
    return [e.Consented(code(number), at), *answers]


def ready(number: int, at: datetime, level: int = 1) -> list[e.Event]:
    """A subject for whom the infusion comes next."""
    s = code(number)
    return [
        *screened(number, at),
        e.EligibilityConfirmed(s, at),
        e.SlotHeld(s, level, at),
        e.ApheresisDone(s, at),
        e.LymphodepletionStarted(s, at),
    ]


def infused(number: int, at: datetime, level: int = 1) -> list[e.Event]:
    """A subject who was infused `at`, everything else a week before."""
    before = at - timedelta(days=7)
    return [*ready(number, before, level), e.Infused(code(number), level, DOSE[level], True, at)]


def cleared(numbers: Iterable[int], at: datetime, level: int = 1) -> list[e.Event]:
    """Subjects infused `at` whose window passed without a DLT."""
    made: list[e.Event] = []
    for number in numbers:
        made += [*infused(number, at, level), e.WindowAssessed(code(number), at + timedelta(days=29))]
    return made
