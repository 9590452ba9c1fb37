"""The benchmark of growth runs, on a small scale; its figures are no test's business."""

from __future__ import annotations

import argparse
from pathlib import Path

from storage.database import connect, snapshot
from storage.verify import verify
from tests.bench.scale import databases, measure


async def test_the_benchmark_fills_valid_chains_and_compares(tmp_path: Path) -> None:
    asked = argparse.Namespace(studies=3, events=300, long=150, rounds=1)
    with databases("sqlite", tmp_path) as urls:
        found = await measure(asked, urls)
    for name, limit in (("many_studies", 1.2), ("long_study", 2.0)):
        assert (found[name]["limit"], found[name]["replies"]) == (limit, 7)
        assert found[name]["p95_ratio"] > 0
    engine = connect(f"sqlite:///{tmp_path}/many.sqlite")
    async with snapshot(engine) as connection:
        checked = await verify(connection)
    await engine.dispose()
    assert (checked["ok"], len(checked["studies"])) == (True, 3)
