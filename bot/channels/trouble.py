"""A database that cannot be used: people are told past it, the operator by /health and /metrics."""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import struct
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels import measures
from bot.messages import Message, say
from bot.words import Reader
from storage.failures import why_away

LATELY = MINUTE = 60.0  # seconds
SLOTS, INSTANT = 4096, struct.Struct("d")
UNWRITTEN, UNANSWERED = "storage.unwritten", "storage.unanswered"
log = logging.getLogger("bot.channels.trouble")


class Told:
    """When each chat was told last, for all workers of a folder: a chat is told once a minute.

    The room for it is taken at the start, for later the disk may be full. Two chats may share a place; then
    one of them is told a minute later.
    """

    def __init__(self, folder: str = "") -> None:
        """Without a folder, or where it has no room, this process counts for itself."""
        self._file, size = -1, SLOTS * INSTANT.size
        try:
            self._file = os.open(Path(folder) / "told", os.O_CREAT | os.O_RDWR, 0o600) if folder else -1
            if folder:
                os.posix_fallocate(self._file, 0, size)
        except OSError:
            self._file = -1
        self._instants = mmap.mmap(self._file, size)

    def first(self, chat: int, now: float) -> bool:
        """True where the chat was not told within the minute before `now` (monotonic seconds); it is then."""
        at = chat % SLOTS * INSTANT.size
        if self._file >= 0:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            before = INSTANT.unpack_from(self._instants, at)[0]
            if before and now - before < MINUTE:
                return False
            INSTANT.pack_into(self._instants, at, now)
            return True
        finally:
            if self._file >= 0:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


class Trouble:
    """What went wrong with the database lately, and whom to tell."""

    def __init__(
        self,
        tell: Callable[[int, str], Coroutine[Any, Any, Any]],
        aside: Callable[[Coroutine[Any, Any, Any]], None],
        language: Callable[[Message], str],
        folder: str = "",
    ) -> None:
        """`tell` sends HTML to a chat and may fail, `language` reads nothing from the database."""
        self.tell, self.aside, self.language, self._told = tell, aside, language, Told(folder)
        self._failed, self._failure = float("-inf"), ""

    @property
    def failure(self) -> str:
        """What failed within the last minute; empty when the last try did not."""
        return self._failure if time.monotonic() - self._failed < LATELY else ""

    def over(self) -> None:
        """The database took something."""
        self._failure = ""

    def met(self, error: Exception, messages: Iterable[Message | None], key: str) -> None:
        """Messages could not be stored or answered: their chats are told, in words of the key."""
        why = why_away(error) or "other"
        before, self._failure = self.failure, f"{why}, {type(error).__name__}"
        self._failed = time.monotonic()
        measures.DATABASE.labels(why).inc()
        if self._failure != before:
            log.error("the database cannot be used: %s", self._failure)
        for message in messages:
            if message and message.private and self._told.first(message.chat, self._failed):
                words = Reader(self.language(message), ZoneInfo("UTC")).html(say(key))
                self.aside(self.tell(message.chat, words))
