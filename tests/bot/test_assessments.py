"""`/scores` says every assessment by CRS and ICANS, however many there are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from tests.bot.study import COO, MON, START, Study, code, infused, study_in

S = code(1)
DAY = timedelta(days=1)


@pytest.fixture
async def dosed(tmp_path: Path) -> AsyncIterator[Study]:
    """A subject infused yesterday."""
    async with study_in(tmp_path / "s.sqlite") as made:
        await made.put(*infused(1, START))
        made.clock.forward(days=1)
        yield made


async def test_assessments_are_kept_and_shown_in_order(dosed: Study) -> None:
    for score, at in ((2, START + DAY / 2), (3, START + DAY / 4)):
        await dosed.put(e.Scored(S, "icans", "ASTCT 2019", score, (), at))
    told = "CD7-001, ICANS (ASTCT 2019): grade 3 (Mon 2026-03-02 15:00), grade 2 (Mon 2026-03-02 21:00)"
    assert told in await dosed.say(MON, "/scores 1") and told in await dosed.say(COO, "/icans 1")
    assert "ICANS grade 3 (ASTCT 2019)" in await dosed.say(MON, "/subject 1")


async def test_of_many_assessments_every_one_is_said_and_the_worst_first(dosed: Study) -> None:
    """Ten CRS, the worst among the first: `/scores` once said the last six only."""
    for n, grade in enumerate((1, 2, 4, 2, 1, 0, 0, 0, 0, 0)):
        own = 3 if n == 2 else -1
        await dosed.put(e.Scored(S, "crs", "ASTCT 2019", grade, (), START + n * DAY / 10, beside=own))
    dosed.clock.forward(days=2)
    heard = await dosed.say(MON, "/scores 1")
    assert heard.text.splitlines()[:2] == [
        "CD7-001, CRS (ASTCT 2019), 10 assessments: worst grade 4 (Mon 2026-03-02 13:48; by CTCAE v5.0 "
        "grade 3), first grade 1 (Mon 2026-03-02 09:00), latest grade 0 (Tue 2026-03-03 06:36)",
        "· 2026-03-02 09:00 1, 2026-03-02 11:24 2, 2026-03-02 13:48 4 (CTCAE v5.0: 3), "
        "2026-03-02 16:12 2, 2026-03-02 18:36 1, 2026-03-02 21:00 0, 2026-03-02 23:24 0, 2026-03-03 01:48 0, "
        "2026-03-03 04:12 0, 2026-03-03 06:36 0",
    ]
    card = await dosed.say(COO, "/crs 1")
    assert (
        "4 earlier one(s), at worst grade 4 (Mon 2026-03-02 13:48; by CTCAE v5.0 grade 3): /scores CD7-001"
        in card
    )
    await dosed.say(MON, "/language zh")
    heard = await dosed.say(MON, "/scores 1")
    assert "共10次：最高4级（周一 2026-03-02 13:48；按CTCAE v5.0为3级），首次1级" in heard
    assert "· 2026-03-02 09:00 1、2026-03-02 11:24 2、" in heard


async def test_hundreds_of_assessments_are_all_there_in_messages_that_telegram_takes(dosed: Study) -> None:
    count = 400
    scores = [e.Scored(S, "icans", "ASTCT 2019", n % 5, (), START + n * DAY / 24) for n in range(count)]
    await dosed.put(*scores)
    dosed.clock.forward(days=30)
    heard = await dosed.say(MON, "/scores 1")
    assert all(len(payload["html"]) <= 4096 for payload in heard.payloads) and len(heard.payloads) > 1
    told = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d (\d)(?=[,\n]|$)", heard.text)
    assert told == [str(n % 5) for n in range(count)]
    assert "400 assessments: worst grade 4 (Mon 2026-03-02 13:00)" in heard
