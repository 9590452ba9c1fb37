"""One time of each fault. `Shaken` counts what was seen of it; a fault that changes nothing is no test."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from tests.botapi.world import Fault
from tests.databases.postgres import Disk
from tests.soak.site import DATABASE, STOPPED_BY, Site

Strike = Callable[[Site, random.Random], Awaitable[None]]
SEEN, MINUTE, HOUR = 120.0, 60, 3600
BROKEN: list[dict[str, Any]] = [
    {"message": None},
    {"message": 5},
    {"message": {"from": 1}},
    {"message": {"from": {"id": "7"}, "chat": {"id": True}}},
    {"callback_query": []},
    {"callback_query": {"id": 3, "from": {"id": 100}, "message": "?", "data": "x"}},
    {"something_new": {"id": "1"}},
]


async def killed(site: Site, chance: random.Random) -> None:
    """SIGKILL at a random moment; another worker takes its place."""
    await asyncio.sleep(chance.random() * 0.2)
    pid = chance.choice(site.workers)
    port = site.ports[pid]
    assert await site.stop(pid, signal.SIGKILL) == STOPPED_BY
    await site.start(port)


def calls(kind: str, done: bool = False, seconds: float = 1) -> Callable[..., Awaitable[None]]:
    """The next message that is sent meets a fault of the Bot API."""

    async def strike(site: Site, _: random.Random) -> None:
        await met(site, site.server.next_calls(1, kind, "sendMessage", seconds=seconds, done=done))

    return strike


async def met(site: Site, fault: Fault) -> None:
    """Until the fault was met."""
    await site.server.until(lambda: not fault.left, SEEN)


async def malformed(site: Site, chance: random.Random) -> None:
    """An update that cannot be read is brought, taken, and blocks nothing."""
    world = site.server.world
    id_ = site.server.send_raw(dict(chance.choice(BROKEN)))
    world.waiting[id_] = world.updates[id_]
    world.tell()
    await site.server.until(lambda: id_ not in world.waiting, SEEN)


async def brought_again(site: Site, chance: random.Random) -> None:
    """Telegram brings an update again that was taken, for it did not hear so."""
    world = site.server.world
    taken = world.taken[-50:]
    if taken:
        id_ = chance.choice(taken)
        world.waiting[id_] = world.updates[id_]
        world.tell()
        await site.server.until(lambda: id_ not in world.waiting, SEEN)


async def away(site: Site, chance: random.Random, seconds: float | None = None) -> None:
    """The database is gone as in a crash, and comes back."""
    assert site.postgres
    await asyncio.to_thread(site.postgres.kill)
    await asyncio.sleep(chance.random() * 0.3 if seconds is None else seconds)
    await asyncio.to_thread(site.postgres.start)


async def away_long(site: Site, chance: random.Random) -> None:
    """The database is gone for 30 seconds."""
    await away(site, chance, 30.0)


async def disk_full(site: Site, _: random.Random) -> None:
    """No file can grow, until Telegram has been told so; then there is room again."""
    with site.disk_full():
        await refused(site)


def server_full(gives_up: bool) -> Strike:
    """No file of the database server can grow, until updates are refused, or until it gave up itself."""

    async def strike(site: Site, _: random.Random) -> None:
        server = site.postgres
        assert server and server.disk
        with server.disk.full():
            await refused(site)
            async with asyncio.timeout(SEEN):
                while gives_up and server.process.poll() is None:
                    await asyncio.to_thread(server.next_log, DATABASE)
        await asyncio.to_thread(server.recover)

    return strike


async def refused(site: Site) -> None:
    """Until an update is refused; a stranger writes, for everybody else may wait for an answer by now."""
    before, stranger = site.server.world.brought[503], site.server.user(99)
    async with asyncio.timeout(SEEN):
        while site.server.world.brought[503] == before:
            stranger.say("hello")
            await asyncio.sleep(0.01)


async def clock_back(site: Site, chance: random.Random) -> None:
    """The clock jumps back by up to an hour; it stays there while people write, and is set right again."""
    site.clock.write_text(str(-chance.uniform(MINUTE, HOUR)))
    await progress(site)
    site.clock.write_text("0")


async def upgrade(site: Site, _: random.Random) -> None:
    """Another program has changed the schema: workers stop and say so; then theirs is back."""
    workers = dict(site.ports)
    await site.schema("9999")
    for pid, port in workers.items():
        assert await site.gone(pid) == 2
        workers[pid] = port
    await site.schema()
    for port in workers.values():
        await site.start(port)


async def progress(site: Site, more: int = 2) -> None:
    """Updates are taken and messages sent, again."""
    world = site.server.world
    taken, sent = len(world.taken) + more, len(world.messages) + more
    await site.server.until(lambda: len(world.taken) >= taken and len(world.messages) >= sent, 120)


# Of the workers, the machine and the database: one at a time. Of Telegram: beside them.
DEEP: dict[str, Strike] = {"killed": killed, "clock_back": clock_back, "upgrade": upgrade}
TELEGRAM: dict[str, Strike] = {
    "flood_429": calls("flood"),
    "error_500": calls("broken"),
    "ok_false_with_200": calls("lying"),
    "no_json": calls("garbage"),
    "cut_before": calls("cut"),
    "cut_after_delivery": calls("cut", done=True),
    "hangs_60_s": calls("hang", seconds=60),
    "malformed": malformed,
    "brought_again": brought_again,
}
FULL: dict[str, Strike] = {"disk_full": server_full(False), "disk_full_gives_up": server_full(True)}
if not Disk.can_be_made():
    FULL = {}
FAULTS: dict[str, tuple[dict[str, Strike], ...]] = {
    "postgresql": ({**DEEP, "database_away": away, **FULL}, TELEGRAM),
    "sqlite": ({**DEEP, "disk_full": disk_full}, {"cut_after_delivery": calls("cut", done=True)}),
}
