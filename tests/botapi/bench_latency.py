"""python -m tests.botapi.bench_latency: ms from an update made available to its reply, beside an echo bot.

Both bots are real processes and run at the same time, each against a loopback server of its own; the
messages go to them in turn, one after the other, so that a slow moment of the machine meets both.
Prints one JSON object. PARTS after the command name other bots, for example `echo standin`.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.botapi.bots import quiet, serving
from tests.botapi.people import Person

N, WARM = 200, 20


async def answered(person: Person, text: str) -> float:
    """Milliseconds from saying something to the first reply."""
    said = time.perf_counter()
    person.say(text)
    return ((await person.next_reply()).seen_at - said) * 1000


async def measure(parts: list[str]) -> dict[str, object]:
    """The figures of each part, and the ratios to the first."""
    taken: dict[str, list[float]] = {part: [] for part in parts}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bots = {part: await stack.enter_async_context(serving(part, folder)) for part in parts}
        for n in range(WARM + N):
            for part, bot in bots.items():
                await quiet(bot.person)
                ms = await answered(bot.person, "/help")
                taken[part] += [ms] if n >= WARM else []
    figures: dict[str, object] = {"n": N}
    for part, values in taken.items():
        p50, p95 = statistics.median(values), sorted(values)[int(len(values) * 0.95)]
        figures[part] = {
            "p50_ms": round(p50, 2),
            "p95_ms": round(p95, 2),
            "start_s": round(bots[part].start_s, 2),
        }
    first = taken[parts[0]]
    for part in parts[1:]:
        p95 = sorted(taken[part])[int(N * 0.95)] / sorted(first)[int(N * 0.95)]
        ratio = statistics.median(taken[part]) / statistics.median(first)
        figures[f"{part}/{parts[0]}"] = {"p50": round(ratio, 2), "p95": round(p95, 2)}
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1:] or ["echo", "bot"])), indent=1))
