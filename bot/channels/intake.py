"""The way in: what arrived is stored, committed, and only then known to be there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from bot.channels import measures
from bot.channels.answers import Answers
from bot.channels.arrivals import Arrival, to_store
from bot.channels.trouble import UNWRITTEN
from storage.queues import Queues

LONGEST = 20.0  # seconds to store


class Intake:
    """Stores updates for the answers. `heed` stops the clock on a pressed button, and may fail."""

    def __init__(
        self,
        queues: Queues,
        answers: Answers,
        clock: Callable[[], datetime],
        heed: Callable[[str], Coroutine[Any, Any, Any]],
        aside: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        self.queues, self.answers, self.clock, self.heed, self.aside = queues, answers, clock, heed, aside
        self.trouble = answers.trouble

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Store what people said; the database's error, told to them, when that is impossible."""
        kept = [stored for stored in map(to_store, arrivals) if stored is not None]
        try:
            async with asyncio.timeout(LONGEST):
                found = await self.queues.store(kept, self.clock())
        except Exception as error:
            self.trouble.met(error, [arrival.message for arrival in arrivals], UNWRITTEN)
            raise
        self.trouble.over()
        measures.came(len(kept), len(arrivals) - len(kept))
        self.answers.take(found, {row.update_id for row in kept})
        for arrival in arrivals:
            if arrival.query:
                self.aside(self.heed(arrival.query))
