"""People who write all the time: reads that can be told apart, and consents with their card."""

from __future__ import annotations

import asyncio
import random
from itertools import count

from tests.botapi.people import Person

ANSWER, RECORD = 120.0, "✓ Record"


class Talker:
    """One person; `asked` are the codes of the reads, in their order."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.chance = person, random.Random(seed)
        self.asked: list[str] = []
        self._pressed: set[int] = set()

    async def talk(self, stop: asyncio.Event) -> None:
        """Until told to stop; an answer that does not come is not waited for for ever."""
        for number in count():
            if stop.is_set():
                return
            what = self.chance.random()
            if what < 0.3:
                await self._consent()
            elif what < 0.85:
                await self._say("/next")
            else:
                self.asked.append(f"CD7-{500 + number % 500}")
                await self._say(f"/subject {self.asked[-1]}")
            await asyncio.sleep(self.chance.random() * 0.05)

    async def _say(self, words: str) -> None:
        known = len(self.person.history)
        self.person.say(words)
        await self._answered(known)

    async def _consent(self) -> None:
        """Press Record as long as a card stands that was not pressed: shown anew, or come twice."""
        await self._say("/new now")
        for _ in range(5):
            new = [m for m in self.person.history if RECORD in m.labels and m.message_id not in self._pressed]
            if not new:
                return
            self._pressed.add(new[-1].message_id)
            known = len(self.person.history)
            self.person.press(RECORD, on=new[-1])
            await self._answered(known)

    async def _answered(self, known: int) -> None:
        try:
            await self.person.world.until(lambda: len(self.person.history) > known, ANSWER)
        except TimeoutError:
            return
