"""What the server knows: people, messages, updates that wait, calls that were made, faults that will be."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {"id": 110201543, "is_bot": True, "first_name": "Protocol", "username": "protocol_test_bot"}
PATIENCE = 60.0
DEFAULT_OFF = {"chat_member", "message_reaction", "message_reaction_count"}
Rows = list[list[tuple[str, str]]]
T = TypeVar("T")


@dataclass
class Sent:
    """A message of the bot: its plain text, its HTML, the buttons it has now and those it came with."""

    message_id: int
    chat: int
    text: str
    html: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    buttons: Rows = field(default_factory=list)
    offered: Rows = field(default_factory=list)
    document: tuple[str, bytes] | None = None
    photo: bytes | None = None
    edits: int = 0
    date: int = field(default_factory=lambda: int(time.time()))
    seen_at: float = field(default_factory=time.perf_counter)

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons, row after row."""
        return [label for row in self.buttons for label, _ in row]


@dataclass
class Fault:
    """What the next `left` calls of a method (to a chat) meet instead of an answer."""

    kind: str
    left: int
    method: str
    chat: int | None
    seconds: float
    done: bool


@dataclass
class World:
    """The state, all of it in one event loop: no locks.

    `said` are the people's own texts that still stand; `undeletable`: the bot may not take them away.
    `local`: a webhook over http is allowed, as with a Bot API server of one's own; `brought` counts how it
    answered (0: not at all), `taken` are the updates that it took, in order. `proxied`: addresses that take
    turns behind the webhook's, as behind a reverse proxy.
    """

    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    messages: list[Sent] = field(default_factory=list)
    said: dict[tuple[int, int], str] = field(default_factory=dict)
    undeletable: bool = False
    documents: dict[str, bytes] = field(default_factory=dict)
    cut: int = 0
    stall: int | None = None
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[int, dict[str, Any]] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)
    queries: dict[str, bool] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    webhook: str = ""
    secret: str = ""
    connections: int = 40
    local: bool = False
    proxied: list[str] = field(default_factory=list)
    brought: Counter[int] = field(default_factory=Counter)
    taken: list[int] = field(default_factory=list)
    poll: int = 0
    on_confirm: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        self.message_ids = itertools.count(1)
        self.update_ids = itertools.count(700_000_001)
        self.query_ids = itertools.count(4_382_000_000_000_000_001)
        self.read: defaultdict[int, int] = defaultdict(int)
        self._changed, self.closing = asyncio.Event(), asyncio.Event()

    def tell(self) -> None:
        """Wake everybody who waits for something."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, look: Callable[[], T], limit: float = PATIENCE) -> T:
        """The first true value that `look` gives; TimeoutError after `limit` seconds."""
        async with asyncio.timeout(limit):
            while not (value := look()):
                await self._changed.wait()
            return value
