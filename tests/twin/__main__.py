"""make twin: whole trials by simulated sites; prints one JSON object, draws docs/calendar-to-mtd.png."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tests.twin.calendar_picture import draw
from tests.twin.crowd import Job, Rates, everything
from tests.twin.summary import summary

TRUTHS = ("0.1,0.2,0.3", "0.05,0.1,0.2", "0.2,0.35,0.5")


def rates(text: str) -> Rates:
    """Three true odds of a DLT, by level."""
    read = tuple(float(part) for part in text.split(","))
    if len(read) != 3 or not all(0 <= rate <= 1 for rate in read):
        raise argparse.ArgumentTypeError("write three rates from 0 to 1, such as 0.1,0.2,0.3")
    return read


def conducted(jobs: list[Job], processes: int, keep: Path | None) -> list[dict[str, Any]]:
    """The results of all jobs; with a file, those it holds are taken from it and new ones are added to it."""
    kept = [json.loads(line) for line in keep.read_text().splitlines()] if keep and keep.exists() else []
    held = {Job(tuple(row["rates"]), row["disturbed"], row["number"], row["seed"]): row for row in kept}
    results = [held[job] | {"rates": job.rates} for job in jobs if job in held]
    left = [job for job in jobs if job not in held]
    for result in tqdm(everything(left, processes), total=len(left), unit="trial", file=sys.stderr):
        results.append(result)
        if keep:
            with keep.open("a") as file:
                file.write(json.dumps(result) + "\n")
    return results


def main() -> int:
    """Conduct, compare, draw; 1 when the frequencies do not agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.twin", description=__doc__)
    parser.add_argument("--trials", type=int, default=2000, help="trials of each truth without disturbances")
    parser.add_argument("--disturbed", type=int, default=200, help="trials of each truth with them")
    parser.add_argument("--truth", type=rates, action="append", help="three true rates; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--keep", type=Path, help="a file of results: what it holds is not conducted again")
    parser.add_argument("--picture", type=Path, default=Path("docs/calendar-to-mtd.png"))
    given = parser.parse_args()
    truths = given.truth or [rates(text) for text in TRUTHS]
    jobs = [
        Job(truth, disturbed, number, given.seed)
        for disturbed, trials in ((False, given.trials), (True, given.disturbed))
        for truth in truths
        for number in range(trials)
    ]
    results = conducted(jobs, given.jobs, given.keep)
    draw(results, given.picture)
    rows = summary(results)
    print(json.dumps({"seed": given.seed, "results": rows}, indent=2))
    return 0 if all(row.get("agrees", True) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
