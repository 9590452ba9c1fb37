"""python -m tests.botapi.bench_cost: CPU of a reply end to end, beside a bare python-telegram-bot echo.

Each bot is a real process against a loopback server of its own; the messages go to them in turn. CPU is
what the kernel counted for the process (user and system) over all replies. A read is `/next`; a write is
`/new now` and the press that records it, durable before the answer, counted per message (two a subject).
Prints one JSON object: {"n", "echo": {"cpu_ms"}, "bot": {"read_ms", "write_ms"}, ..., "ratios"}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.botapi.bots import quiet, serving
from tests.botapi.people import Person

N, WARM = 100, 10


async def reading(person: Person) -> int:
    """One read; how many messages it took."""
    await _answered(person, lambda: person.say("/next"))
    return 1


async def writing(person: Person) -> int:
    """One write with its card; how many messages it took."""
    await _answered(person, lambda: person.say("/new now"))
    await _answered(person, lambda: person.press("Record"))
    return 2


async def _answered(person: Person, act: object) -> None:
    act()  # type: ignore[operator]
    await person.next_reply()
    await quiet(person)


async def measure(parts: list[str]) -> dict[str, object]:
    """The figures of each part, and the ratios to the echo."""
    figures: dict[str, dict[str, float]] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bots = {part: await stack.enter_async_context(serving(part, folder)) for part in ("echo", *parts)}
        for kind, act in (("read", reading), ("write", writing)):
            for n in range(WARM + N):
                if n == WARM:
                    before, done = {part: bot.cpu() for part, bot in bots.items()}, dict.fromkeys(bots, 0)
                for part, bot in bots.items():
                    count = await (reading if part == "echo" else act)(bot.person)
                    if n >= WARM:
                        done[part] += count
            for part, bot in bots.items():
                figures.setdefault(part, {})[f"{kind}_ms"] = (bot.cpu() - before[part]) / done[part]
    echo = sum(figures["echo"].values()) / 2
    ratios = {
        part: {kind.removesuffix("_ms"): round(ms / echo, 2) for kind, ms in figures[part].items()}
        for part in parts
    }
    return {"n": N, "cpu_ms": figures, "to_echo": ratios, "limits": {"read": 2.0, "write": 3.0}}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1:] or ["bot"])), indent=1))
