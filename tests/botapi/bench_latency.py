"""python -m tests.botapi.bench_latency: ms from an update made available to its reply, beside an echo bot.

Both bots are real processes and run at the same time, each against a loopback server of its own; the
messages go to them in turn, one after the other, so that a slow moment of the machine meets both.
Prints one JSON object. PARTS after the command name other bots, for example `echo standin`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.botapi.people import Person
from tests.botapi.server import Server

N, WARM = 200, 20
WHO = 5001
MODULES = {"echo": ["tests.botapi.echo"], "bot": ["bot", "telegram"], "standin": ["tests.botapi.standin"]}


@asynccontextmanager
async def serving(part: str, folder: Path) -> AsyncIterator[tuple[Person, float]]:
    """A bot as a process, ready to answer; with the seconds from its start to its first answer."""
    async with Server() as server:
        mine = {"BOT_TOKEN": server.token, "BOT_API_URL": server.url}
        mine["DATABASE_URL"] = f"sqlite:///{folder / part}.sqlite"
        environment, person = {**os.environ, **mine}, server.user(WHO)
        person.say(f"/start {await invite(environment)}" if part == "bot" else "/start")
        started = time.perf_counter()
        command = (sys.executable, "-m", *MODULES[part])
        bot = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await person.next_reply()
            yield person, time.perf_counter() - started
        finally:
            bot.terminate()
            await bot.wait()


async def invite(environment: dict[str, str]) -> str:
    """A code of `python -m bot invite`."""
    command = (sys.executable, "-m", "bot", "invite", "principal_investigator")
    run = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    out, _ = await run.communicate()
    return str(json.loads(out)["code"])


async def answered(person: Person, text: str) -> float:
    """Milliseconds from saying something to the first reply."""
    said = time.perf_counter()
    person.say(text)
    return ((await person.next_reply()).seen_at - said) * 1000


async def quiet(person: Person) -> None:
    """Wait until no further part of a reply has come for a moment; none of it is measured."""
    count = -1
    while count != len(person.history):
        count = len(person.history)
        await asyncio.sleep(0.02)
    person.world.read[person.id] = count


async def measure(parts: list[str]) -> dict[str, object]:
    """The figures of each part, and the ratios to the first."""
    taken: dict[str, list[float]] = {part: [] for part in parts}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = {part: await stack.enter_async_context(serving(part, folder)) for part in parts}
        for n in range(WARM + N):
            for part, (person, _) in people.items():
                await quiet(person)
                ms = await answered(person, "/help")
                taken[part] += [ms] if n >= WARM else []
    figures: dict[str, object] = {"n": N}
    for part, values in taken.items():
        p50, p95 = statistics.median(values), sorted(values)[int(len(values) * 0.95)]
        figures[part] = {
            "p50_ms": round(p50, 2),
            "p95_ms": round(p95, 2),
            "start_s": round(people[part][1], 2),
        }
    first = taken[parts[0]]
    for part in parts[1:]:
        p95 = sorted(taken[part])[int(N * 0.95)] / sorted(first)[int(N * 0.95)]
        ratio = statistics.median(taken[part]) / statistics.median(first)
        figures[f"{part}/{parts[0]}"] = {"p50": round(ratio, 2), "p95": round(p95, 2)}
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1:] or ["echo", "bot"])), indent=1))
