"""Many trials, in some processes: each is named by its truth, its number and the seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from tests.twin.conduct import Conduct, name
from tests.twin.driver import folder, unthreaded
from tests.twin.site import Sites
from tests.twin.trouble import CALM, DISTURBED

Rates = tuple[float, ...]
CHUNK = 10


class Job(NamedTuple):
    """One trial to conduct."""

    rates: Rates
    disturbed: bool
    number: int
    seed: int


def conduct(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Conduct trials one after another, each on a database of its own that is thrown away."""
    made = []
    with unthreaded(), folder() as where:
        sites = Sites(where)
        for job in jobs:
            with sites.one(strict=job.disturbed) as site:
                try:
                    result = Conduct(
                        site, job.rates, DISTURBED if job.disturbed else CALM, name(job._asdict())
                    ).run()
                except AssertionError as error:
                    raise AssertionError(f"{job}: {error}") from error
            made.append({**job._asdict(), **result})
    return made


def everything(jobs: Sequence[Job], processes: int) -> Iterator[dict[str, Any]]:
    """The results as they come; an AssertionError names the trial that broke a law."""
    left = iter(jobs)
    chunks = list(iter(lambda: list(islice(left, CHUNK)), []))
    with ProcessPoolExecutor(processes) as pool:
        for made in pool.map(conduct, chunks):
            yield from made
