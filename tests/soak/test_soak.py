"""The soak in its short form: each fault once, on each database; `make soak` takes 100 times."""

from __future__ import annotations

import io

import pytest
from tqdm import tqdm

from tests.soak.__main__ import soak
from tests.soak.faults import FAULTS


@pytest.mark.parametrize("engine", sorted(FAULTS))
async def test_whatever_fails_what_was_confirmed_is_answered_once(engine: str) -> None:
    with tqdm(file=io.StringIO()) as bar:
        found = await soak(engine, 1, 1, bar)
    assert found["wrong"] == {}
    assert found["faults"] == {name: 1 for kinds in FAULTS[engine] for name in kinds}
    assert found["updates"] > 10 and found["events"] > 0
