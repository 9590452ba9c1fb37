"""The inbox answered: one chat's messages strictly in order, chats beside each other."""

from __future__ import annotations

import asyncio
import logging
from bisect import insort
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from itertools import count

from bot.channels import FAREWELL, Answerer, growing
from bot.channels.arrivals import message_of
from bot.channels.trouble import UNANSWERED, Trouble
from bot.messages import Message
from storage.failures import is_of_database, why_away
from storage.log import AlreadyAnswered
from storage.queues import Arrived, Queues, SchemaMoved

PATIENCE, LONGEST, AWAY = 5, 10.0, 2.0
EVERY, LEFT_BEHIND, AT_ONCE = 1.0, 3, 50
log = logging.getLogger("bot.channels.answers")


class Answers:
    """Answers what is in the inbox, beside other processes that do the same.

    Who stored a chat's oldest update answers that chat to its end; what others store there meanwhile is found
    at the end. What nobody answers for some seconds was left behind by a process that died: whoever sees it
    takes it. Two that try the same update lose a little work and nothing else: one of them answers it.
    """

    def __init__(
        self,
        dispatcher: Answerer,
        queues: Queues,
        answered: Callable[[Arrived], None],
        first_pause: float,
        trouble: Trouble,
        *,
        alone: bool = False,
    ) -> None:
        """`answered` is called after each update that was answered; `alone`: nobody else stores any."""
        self.dispatcher, self.queues = dispatcher, queues
        self.answered, self.first_pause, self.trouble = answered, first_pause, trouble
        self.alone = alone
        self.fetch: Callable[[str], Awaitable[bytes]] | None = None  # gets a document by its handle
        self._waiting: dict[int, list[Arrived]] = {}
        self._talks: dict[int, asyncio.Task[None]] = {}

    def take(self, found: Iterable[Arrived], mine: Collection[int]) -> None:
        """Answer what was found in the inbox, in each chat whose oldest update is one of `mine`."""
        oldest: dict[int, int] = {}
        for row in found:
            if row.chat in self._talks or oldest.setdefault(row.chat, row.update_id) in mine:
                self._add(row)

    def _add(self, row: Arrived) -> None:
        waiting = self._waiting.setdefault(row.chat, [])
        if all(row.update_id != known.update_id for known in waiting):
            insort(waiting, row, lo=min(1, len(waiting)), key=lambda waits: waits.update_id)
        if row.chat not in self._talks:
            self._talks[row.chat] = asyncio.create_task(self._talk(row.chat))

    async def _talk(self, chat: int) -> None:
        """The first of `waiting` is being answered; what comes meanwhile is put behind it."""
        waiting = self._waiting[chat]
        try:
            while waiting:
                await self._answer(waiting[0])
                done = waiting.pop(0).update_id
                for row in [] if waiting or self.alone else await self._more(chat):
                    if row.update_id != done:
                        self._add(row)
        finally:
            del self._talks[chat], self._waiting[chat]

    async def _more(self, chat: int) -> list[Arrived]:
        """What others stored in the chat meanwhile."""
        try:
            return await self.queues.open_in([chat])
        except Exception as error:
            log.error("the inbox cannot be read: %s", type(error).__name__)
            return []

    async def _answer(self, row: Arrived) -> None:
        """Try until it is answered; after every fifth failure say sorry instead, if at least that works.

        Tries while the database is away do not count.
        """
        failures = 0
        for tries in count(1):
            sorry = failures % (PATIENCE + 1) == PATIENCE
            act = self.dispatcher.apologise if sorry else self.dispatcher.handle
            try:
                await act(self._message(row), row.update_id)
                break
            except AlreadyAnswered:
                break
            except Exception as error:
                away = bool(why_away(error))
                failures += not away
                if away and is_of_database(error):  # it may be a file that Telegram does not give
                    self.trouble.met(error, [message_of(row)], UNANSWERED)
                log.error("update %d is not answered: %s, try %d", row.update_id, type(error).__name__, tries)
            await asyncio.sleep(growing(self.first_pause, tries, AWAY if away else LONGEST))
        self.trouble.over()
        self.answered(row)

    def _message(self, row: Arrived) -> Message:
        """The message, with the way to get its file."""
        message = message_of(row)
        return (
            replace(message, fetch=partial(self.fetch, message.file))
            if message.file and self.fetch
            else message
        )

    async def watch(self) -> None:
        """Take what an earlier process left, and for ever what another one leaves behind. SchemaMoved."""
        seen, failures, first = Counter[tuple[int, int]](), 0, True
        while True:
            try:
                heads = {head for head in (await self.queues.heads()).items() if head[0] not in self._talks}
                seen = Counter({head: seen[head] + 1 for head in heads})
                left = [head for head in heads if first or seen[head] >= LEFT_BEHIND]
                left = sorted(left, key=lambda head: head[1])[: None if first else AT_ONCE]
                if left:
                    self.take(await self.queues.open_in([chat for chat, _ in left]), {n for _, n in left})
                failures, first = 0, False
            except SchemaMoved:
                raise
            except Exception as error:
                failures += 1
                log.error("the inbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(growing(self.first_pause, failures, LONGEST))
                continue
            await asyncio.sleep(EVERY)

    async def close(self) -> None:
        """Let what is being answered end, for a few seconds; the rest stays in the inbox."""
        talks = list(self._talks.values())
        if talks:
            await asyncio.wait(talks, timeout=FAREWELL)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
