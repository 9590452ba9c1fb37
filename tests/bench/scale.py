"""python -m tests.bench.scale: how a reply grows with the database and with its study, as ratios.

Two databases, asked in turn so that what slows one slows the other: one study beside many of its kind, then
a long study beside a short one. A reply is timed from the update that is stored to the letters that are sent,
without a network. Prints one JSON object; `--studies 20 --events 4000 --long 500` is quick. CPU is this
process's: with `--engine postgresql` that of the server, a fresh one on this machine, is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bot import main as root
from bot.messages import Message
from rules.protocol import Protocol
from storage.database import settled
from storage.queues import Arrived, Ended
from tests.bench.filling import fill, protocols, user_of
from tests.bot.study import START, Clock, shipped
from tests.buttons import button, data_in
from tests.databases.postgres import Postgres

ASKED = ("/next", "/status", "/due", "/subject CD7-001", "/why", "/ae CD7-001 Fever 1 now", "!no")
LIMITS = {"many_studies": 1.2, "long_study": 2.0}
UPDATES = count(time.time_ns() // 1000)  # a database may be used again


@dataclass
class Site:
    """One person of one study of a bot, and the milliseconds of each reply by what was asked.

    `sent` is the data of the last reply's buttons.
    """

    app: root.App
    clock: Clock
    user: int
    taken: dict[str, list[float]] = field(default_factory=dict)
    cpu: float = 0.0
    sent: list[str] = field(default_factory=list)

    async def ask(self, text: str, keep: bool = True) -> None:
        """Take an update in, answer it, send what waits; a press is of the last card."""
        message = Message(self.user, self.user, text)
        if text.startswith("!"):
            message = Message(self.user, self.user, press=button(self.sent, text[1:]), kind="press")
        number, started, before = next(UPDATES), time.perf_counter(), time.process_time()
        await self.app.queues.store([Arrived(number, self.user, asdict(message))], self.clock.now)
        await self.app.desk.handle(message, number)
        ended: list[Ended] = []
        self.sent = []
        while letters := await self.app.queues.turn(ended, self.clock.now, 50):
            ended = [Ended(letter.id, letter.chat) for letter in letters]
            self.sent += [data for letter in letters for data in data_in(letter.payload)]
        if keep:
            self.taken.setdefault(text, []).append(1000 * (time.perf_counter() - started))
            self.cpu += time.process_time() - before

    @property
    def study(self) -> str:
        """The first study is the person's."""
        return next(iter(self.app.desk.studies))


@asynccontextmanager
async def site(
    url: str, files: Sequence[Protocol], each: int
) -> AsyncIterator[tuple[Site, dict[str, float]]]:
    """The first person of the first study of a database; with the seconds that filling and starting took."""
    started = time.perf_counter()
    if not await asyncio.to_thread(Path(url.removeprefix("sqlite:///")).exists):
        await fill(url, list(files), each)
    filled = time.perf_counter()
    clock = Clock(START + timedelta(days=40))
    async with root.opened(url, files, clock=clock) as app:
        seconds = {"fill_s": filled - started, "start_s": time.perf_counter() - filled}
        yield Site(app, clock, user_of(0)), seconds


async def compared(first: Site, second: Site, rounds: int) -> dict[str, Any]:
    """p50 and p95 of both in turn, in milliseconds, and the ratio of the second to the first."""
    for number in range(rounds + 3):
        for text in ASKED:
            for one in (first, second) if number % 2 else (second, first):
                await one.ask(text, keep=number >= 3)
    every = [[ms for taken in one.taken.values() for ms in taken] for one in (first, second)]
    by = {
        text: round(statistics.median(second.taken[text]) / statistics.median(first.taken[text]), 2)
        for text in ASKED
    }
    p50, p95 = [statistics.median(taken) for taken in every], [_p95(taken) for taken in every]
    return {
        "replies": len(every[0]), "p50_ms": p50, "p95_ms": p95, "p50_ratio": p50[1] / p50[0],
        "p95_ratio": p95[1] / p95[0],
        "cpu_ms_each": [1000 * one.cpu / len(every[0]) for one in (first, second)],
        "cpu_ratio": second.cpu / first.cpu, "p50_ratio_by_command": by,
    }  # fmt: skip


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


async def cold(one: Site, studies: int, number: int = 30) -> dict[str, float]:
    """Milliseconds of the first reply in studies that are not in memory."""
    for study in range(studies - 1, max(0, studies - 1 - number), -1):
        await Site(one.app, one.clock, user_of(study), one.taken).ask("/next cold")
    taken = one.taken.pop("/next cold")
    return {"replies": len(taken), "p50_ms": statistics.median(taken), "p95_ms": _p95(taken)}


@contextmanager
def databases(engine: str, folder: Path) -> Iterator[list[str]]:
    """The addresses of four databases: files in a folder, or on a server of its own."""
    names = ("one", "many", "short", "long")
    if engine == "sqlite":
        yield [f"sqlite:///{folder}/{name}.sqlite" for name in names]
        return
    server = Postgres(durable=True)
    try:
        yield [server.url(name) for name in names]
    finally:
        server.stop()


async def measure(asked: argparse.Namespace, urls: Sequence[str]) -> dict[str, Any]:
    """Both comparisons, on four databases that are filled where they are not there."""
    each = asked.events // asked.studies
    files = protocols(asked.studies, shipped())
    found: dict[str, Any] = {
        "engine": make_url(urls[0]).get_backend_name(),
        "studies": asked.studies,
        "events": asked.studies * each,
        "events_each": each,
    }
    async with site(urls[0], files[:1], each) as (one, _), site(urls[1], files, each) as (many, seconds):
        found["many_studies"] = {**await compared(one, many, asked.rounds), **seconds}
        found["first_reply_in_a_study"] = await cold(many, asked.studies)
    async with site(urls[2], files[:1], 50) as (short, _), site(urls[3], files[:1], asked.long) as (long, _):
        found["long_study"] = {"events": [50, asked.long], **await compared(short, long, asked.rounds)}
    for name, limit in LIMITS.items():
        found[name]["limit"] = limit
    await settled()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--events", type=int, default=1_000_000, help="in all studies together")
    parser.add_argument("--long", type=int, default=5000, help="events of the long study")
    parser.add_argument("--rounds", type=int, default=100, help="of the seven replies that are timed")
    parser.add_argument("--folder", type=Path, help="where SQLite's databases are kept for another run")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="scale-") as folder,
        databases(asked.engine, asked.folder or Path(folder)) as urls,
    ):
        print(json.dumps(asyncio.run(measure(asked, urls)), indent=2))


if __name__ == "__main__":
    main()
