"""People who write all the time: reads that can be told apart, and consents with their card.

Each waits for the answer to what they said, known by its words: what was sent twice answers nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from itertools import count

from tests.botapi.people import Person
from tests.botapi.world import Sent

# Codes from here on are asked about: nobody has them, for a soak consents to some hundred subjects.
NOBODY = 850
ANSWER, RECORD, TROUBLE = 120.0, "✓ Record", "the bot's storage is full or cannot be reached"
ASIDE = ("is not in this study", "Which subject?", "No subject fits", TROUBLE)


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
            if self.chance.random() < 0.3:
                await self._consent()
            else:
                await self._read(f"CD7-{NOBODY + number % 150}")
            await asyncio.sleep(self.chance.random() * 0.05)

    async def _read(self, code: str) -> None:
        self.asked.append(code)
        await self._until(lambda message: code in message.text, lambda: self.person.say(f"/subject {code}"))

    async def _consent(self) -> None:
        """Press Record as long as a card stands that was not pressed: shown anew, or come twice."""
        found = await self._until(_answers, lambda: self.person.say("/new now"))
        for _ in range(5):
            new = [m for m in found if RECORD in m.labels and m.message_id not in self._pressed]
            if not new:
                return
            self._pressed.add(new[-1].message_id)
            found = await self._until(_answers, partial(self.person.press, RECORD, new[-1]))

    async def _until(self, answers: Callable[[Sent], bool], act: Callable[[], object]) -> list[Sent]:
        """Do something, and wait for a message that answers it; what answers, if anything."""
        world, known = self.person.world, len(self.person.world.messages)
        act()

        def new() -> list[Sent]:
            mine = [message for message in world.messages[known:] if message.chat == self.person.id]
            return [message for message in mine if answers(message)]

        try:
            return await world.until(new, ANSWER)
        except TimeoutError:
            return []


def _answers(message: Sent) -> bool:
    """It answers something else than a read."""
    return not any(words in message.text for words in ASIDE)
