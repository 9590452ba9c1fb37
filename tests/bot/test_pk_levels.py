"""CAR-T cells by dose level where samples have several units: each has panels, or it is said who has none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.study import COO, MON, START, Study, code, infused, study_in


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with study_in(tmp_path / "s.sqlite") as made:
        yield made


async def test_each_unit_is_drawn_in_panels_of_its_own(study: Study) -> None:
    """Two subjects each in three units: four of six were once missing, and nothing said so."""
    await study.put(*(x for n in range(1, 7) for x in infused(n, START, level=(n + 1) // 2)))
    study.clock.forward(days=40)
    for n in range(1, 7):
        await study.record(COO, f"/pk {n} day 7 {n}00 {('copies/ug', 'copies/mL', 'cells/uL')[n % 3]}")
    heard = await study.say(MON, "/pk")
    panels = heard.payloads[-1]["picture"]["panels"]
    assert sorted(x["label"] for panel in panels for x in panel["curves"]) == [code(n) for n in range(1, 7)]
    assert [panel["unit"] for panel in panels] == ["copies/ug"] * 2 + ["copies/mL"] * 2 + ["cells/uL"] * 2
    assert "Not in the picture" not in heard


async def test_who_is_not_in_the_picture_by_dose_level_is_named(study: Study) -> None:
    await study.put(*(x for n in range(1, 10) for x in infused(n, START, level=(n + 2) // 3)))
    study.clock.forward(days=40)
    for n in range(1, 10):
        await study.record(COO, f"/pk {n} day 7 {n}00 {('copies/ug', 'copies/mL', 'cells/uL')[n % 3]}")
    heard = await study.say(MON, "/pk")
    assert len(heard.payloads[-1]["picture"]["panels"]) == 6
    assert (
        "Not in the picture, which has no room for a further unit: CD7-002, CD7-005, CD7-008 (cells/uL). "
        "/pk with the code draws each."
    ) in heard
    assert heard.payloads[-1]["picture"]["words"]["panels"][3] == "Level 1 (0.25×10⁸), copies/mL"
