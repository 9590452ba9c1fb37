"""python -m tests.soak [--times 100] [--minutes 60]: figures as JSON, exit 1 if wrong.

Workers serve the loopback Bot API by webhook while people write without a pause; each fault strikes so many
times, and after each the next updates must be taken and answered. `hangs_60_s` are given up by the worker's
own patience. The bar is on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tests.soak.checks import figures
from tests.soak.faults import FAULTS, FULL, Strike, away_long, progress
from tests.soak.load import Talker
from tests.soak.site import Site, opened

WORKERS, PEOPLE, QUIET = {"postgresql": 2, "sqlite": 1}, 10, 600.0


async def soak(
    engine: str, times: int, seed: int, bar: tqdm[Any], *, minutes: float = 60.0, only: Collection[str] = ()
) -> dict[str, Any]:
    """Every fault of an engine, or `only` these, so many times, or until the time is up; the figures."""
    begun = time.monotonic()
    end = begun + minutes * 60
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        async with opened(engine, Path(folder), WORKERS[engine], PEOPLE) as site:
            talkers = [Talker(person, seed + at) for at, person in enumerate(site.people)]
            stop = asyncio.Event()
            talking = [asyncio.create_task(talker.talk(stop)) for talker in talkers]
            await progress(site)
            await asyncio.gather(*(_strike(site, kinds, times, end, bar) for kinds in faults(engine, only)))
            if engine == "postgresql" and times >= 100 and not only:
                await away_long(site, chance)
                await progress(site)
                site.struck["database_away_30_s"] += 1
            stop.set()
            await asyncio.gather(*talking)
            await quiet(site)
            codes = await site.close()
            found = await figures(site, talkers, site.struck["malformed"])
            said = (Path(folder) / "said").read_text()
    wrong = found.pop("wrong")
    if any(codes):
        wrong["workers_that_did_not_stop_cleanly"] = len([code for code in codes if code])
    if "Traceback" in said:
        wrong["stack_traces"] = said.count("Traceback")
    found |= {
        "seconds": round(time.monotonic() - begun),
        "seed": seed,
        "faults": dict(site.struck),
        "wrong": wrong,
    }
    return found


def faults(engine: str, only: Collection[str]) -> list[dict[str, Strike]]:
    """The faults of an engine, or some of them."""
    return [
        {name: strike for name, strike in kinds.items() if not only or name in only}
        for kinds in FAULTS[engine]
    ]


async def _strike(site: Site, kinds: Mapping[str, Strike], times: int, end: float, bar: tqdm[Any]) -> None:
    """Each kind so many times, in rounds, until the time is up; after each the site must go on."""
    chance = random.Random(times)
    for name in [name for _ in range(times) for name in chance.sample(sorted(kinds), len(kinds))]:
        if time.monotonic() > end:
            return
        bar.set_postfix_str(name)
        await kinds[name](site, chance)
        await progress(site)
        site.struck[name] += 1
        bar.update()


async def quiet(site: Site) -> None:
    """Until everything that was brought is answered and sent."""
    waits = (
        "select count(*) from inbox where done_at is null",
        "select count(*) from outbox where done_at is null",
    )
    async with asyncio.timeout(QUIET):
        while site.server.world.waiting or [query for query in waits if (await site.read(query))[0][0]]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def main(words: list[str]) -> int:
    """Soak; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how often each fault strikes")
    parser.add_argument("--engine", choices=sorted(FAULTS), action="append")
    parser.add_argument("--minutes", type=float, default=60.0, help="for each engine, at the most")
    parser.add_argument("--fault", action="append", default=[], help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # of the server that breaks off on purpose
    engines = asked.engine or sorted(FAULTS)
    if not FULL:
        print("PostgreSQL's disk is not filled: only root may mount one", file=sys.stderr)
    total = sum(len(kinds) for engine in engines for kinds in faults(engine, asked.fault)) * asked.times
    with tqdm(total=total, file=sys.stderr) as bar:
        found = {
            engine: asyncio.run(
                soak(engine, asked.times, asked.seed, bar, minutes=asked.minutes, only=asked.fault)
            )
            for engine in engines
        }
    print(json.dumps(found))
    return 1 if any(each["wrong"] for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
