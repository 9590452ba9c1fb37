"""python -m tests.storage.appender URL NAME COUNT: appends to one stream, again on LogMoved."""

from __future__ import annotations

import asyncio
import sys

from bot import events as b
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Batch, Letter, Log, LogMoved, Record
from tests.storage.samples import NOW


async def append_one(log: Log, name: str, number: int) -> int:
    """Append one event behind whatever stands there; how often somebody else was first."""
    record = Record(b.ClockMoved(number, NOW), NOW, NOW, by=name)
    moved = 0
    while True:
        head = len(await log.read("trial"))
        try:
            await log.append(
                [Batch("trial", head, (record,))], [Letter(1, {"html": f"{name}:{number}"})], NOW
            )
        except LogMoved:
            moved += 1
        else:
            return moved


async def run(url: str, name: str, count: int) -> None:
    engine = connect(url)
    await migrate(engine)
    log = Log(engine, "S", Codec(b.KINDS))
    moved = [await append_one(log, name, number) for number in range(count)]
    await engine.dispose()
    print(sum(moved))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
