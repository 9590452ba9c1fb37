"""Updates brought to the webhook as by Telegram: one at a time for each chat, again until they are taken."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp

from tests.botapi.world import World

LONGEST = 1.0  # seconds between tries; Telegram goes up to a minute


async def bring(world: World) -> None:
    """Bring what waits, for ever."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=world.connections)) as session:
        bringing: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                await world.until(lambda: world.webhook and _due(world, bringing), limit=10**9)
                for queue, update in _due(world, bringing).items():
                    task = asyncio.create_task(_bring(world, session, update))
                    bringing[queue] = task
                    task.add_done_callback(lambda _, queue=queue: (bringing.pop(queue), world.tell()))
        finally:
            for task in bringing.values():
                task.cancel()


def _due(world: World, bringing: dict[int, Any]) -> dict[int, dict[str, Any]]:
    """The oldest update of each queue that nothing is brought of."""
    due: dict[int, dict[str, Any]] = {}
    for id_, update in sorted(world.waiting.items()):
        queue = _queue(id_, update)
        if queue not in bringing:
            due.setdefault(queue, update)
    return due


def _queue(id_: int, update: dict[str, Any]) -> int:
    """As in Telegram's server: presses queue by person, messages by chat; what has neither, alone."""
    with contextlib.suppress(KeyError, TypeError):
        if "callback_query" in update:
            return int(update["callback_query"]["from"]["id"]) + (3 << 33)
        return int(next(v for k, v in update.items() if k != "update_id")["chat"]["id"])
    return (1 << 60) + id_


async def _bring(world: World, session: aiohttp.ClientSession, update: dict[str, Any]) -> None:
    """Until it is taken."""
    tries, id_ = 0, update["update_id"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": world.secret} if world.secret else {}
    while world.webhook and id_ in world.waiting:
        tries += 1
        behind = world.proxied or [world.webhook]
        try:
            async with session.post(
                behind[(id_ + tries) % len(behind)], json=update, headers=headers
            ) as answer:
                world.brought[answer.status] += 1
                if answer.status == 200:
                    world.taken.append(id_)
                    world.waiting.pop(id_, None)
                    return
        except (aiohttp.ClientError, OSError, TimeoutError):
            world.brought[0] += 1
        world.tell()
        await asyncio.sleep(min(0.02 * 2**tries, LONGEST))
