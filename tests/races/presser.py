"""python -m tests.races.presser URL FIRST LAST: people ask for a place and press Record at once."""

from __future__ import annotations

import asyncio
import sys

from bot import main as root
from bot.messages import Message
from tests.bot.study import Clock, code, shipped


async def run(url: str, numbers: range) -> None:
    async with root.opened(url, shipped(), clock=Clock()) as app:
        dispatcher = app.dispatcher

        async def unused(user: int) -> int:
            chat = await dispatcher.chat(user)
            return max(set(chat.cards) - set(chat.settled), default=0)

        async def press(number: int) -> None:
            user = 100 + number
            await dispatcher.handle(Message(user, user, f"/slot {code(number)}"))
            while open_ := await unused(user):  # a card that no longer holds is shown anew
                await dispatcher.handle(Message(user, user, press=f"!{open_}:yes", kind="press"))

        await asyncio.gather(*(press(number) for number in numbers))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], range(int(sys.argv[2]), int(sys.argv[3]))))
