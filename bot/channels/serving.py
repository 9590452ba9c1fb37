"""The parts of a Telegram channel put together: a road in, the answers, and for one process the way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels import LONGEST, Answerer, growing, measures, regularly
from bot.channels.answers import Answers
from bot.channels.intake import Intake
from bot.channels.outbox import Outbox
from bot.channels.trouble import Trouble
from bot.channels.wire import Wire
from storage.leading import lead, until_one_ends
from storage.queues import Arrived, Queues

log = logging.getLogger("bot.channels.serving")


@dataclass(frozen=True)
class Parts:
    """What a channel is given. Times in seconds; `patience` bounds one try to send.

    `shared` is the folder of workers of one parent, empty for a process alone.
    """

    token: str
    base_url: str
    dispatcher: Answerer
    queues: Queues
    clock: Callable[[], datetime]
    tick: Callable[[], Awaitable[None]]
    menus: Mapping[str, list[tuple[str, str]]]
    tick_seconds: float = 20.0
    first_pause: float = 0.5
    patience: float = LONGEST
    shared: str = ""


async def serve(
    parts: Parts, road: Callable[[Wire, Intake], Awaitable[None]], stop: asyncio.Event, alone: bool = False
) -> None:
    """Serve until `stop` is set or the road ends; what waits is let out for a few seconds.

    `alone`: by this road updates come to one process only.
    """
    queues, pause = parts.queues, parts.first_pause
    async with Wire(parts.token, parts.base_url, pause, parts.patience) as wire:
        outbox = Outbox(queues, parts.clock, wire.deliver, pause, parts.patience)

        def answered(row: Arrived) -> None:
            measures.answered(row, parts.clock())
            outbox.wake.set()

        trouble = Trouble(wire.tell, wire.aside, parts.dispatcher.language, parts.shared)
        answers = Answers(parts.dispatcher, queues, answered, pause, trouble, alone=alone)
        intake = Intake(queues, answers, parts.clock, wire.heed, wire.aside)
        leading = asyncio.create_task(_lead(parts, wire, outbox))
        answers.fetch = wire.fetch
        try:
            await until_one_ends(stop.wait(), road(wire, intake), answers.watch(), asyncio.shield(leading))
        finally:
            await answers.close()
            await outbox.close(leading)


async def _lead(parts: Parts, wire: Wire, outbox: Outbox) -> None:
    """Send and remind whenever this process leads."""
    failures = 0

    async def duty(after_another: bool) -> None:
        nonlocal failures
        failures = 0
        wire.aside(wire.publish(parts.menus))
        ticking = regularly(parts.tick, parts.tick_seconds, outbox.wake)
        await until_one_ends(outbox.run(after_another), ticking)

    while True:
        try:
            await lead(parts.queues.engine, parts.queues.study, duty, outbox.wake.set)
            return
        except Exception as error:
            failures += 1
            log.error("the lead is lost or cannot be taken: %s", type(error).__name__)
            await outbox.note()
            await asyncio.sleep(growing(parts.first_pause, failures, LONGEST))
