"""A screening sheet: several answers in one message; all of them are taken, or none."""

from __future__ import annotations

import pytest

from rules import events as e
from tests.bot.study import COO, GOOD, INV, RECORD, START, Study, code

CONSENTED = [e.Consented(code(1), START)]
SHEET = "\n".join(f"{fact}: {value}" for fact, value in GOOD.items())


async def test_a_whole_sheet_is_one_card_and_sixteen_records(study: Study) -> None:
    await study.put(*CONSENTED)
    asked = await study.say(INV, "/screen 1")
    assert "Or all at once, a line each: age: …" in asked
    card = await study.say(INV, SHEET)
    assert "Eligible" in card and card.text.count("CD7-001: ") == len(GOOD)
    before = len(await study.events())
    await study.press(INV, RECORD)
    made = (await study.events())[before:]
    assert {event.fact: event.value for event in made} == GOOD


async def test_part_of_a_sheet_leaves_the_other_questions_open(study: Study) -> None:
    await study.put(*CONSENTED)
    await study.say(INV, "/screen 1")
    heard = await study.say(INV, "Age at screening: 45 year\n乙肝表面抗原（HBsAg）：阴性\nAIDS? no")
    assert "(13 left)" in heard and "all at once" not in heard
    assert "Age at screening = 45 years" in await study.press(INV, "Record so far")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("weight: 61", "not read"),
        ("age 45", "not read"),
        ("age: forty", "years"),
        ("age: 150", "years"),
        ("age: save", "not read"),
        ("liver: perhaps", "Unclear"),
        ("aids: no\naids: yes", "answered twice"),
    ],
)
async def test_one_line_that_is_wrong_takes_nothing_and_is_named(study: Study, line: str, why: str) -> None:
    await study.put(*CONSENTED)
    await study.say(INV, "/screen 1")
    heard = await study.say(INV, f"hbsag: negative\n{line}")
    assert "Nothing of the sheet is taken" in heard and why in heard and line.splitlines()[-1] in heard
    assert "(16 left)" in heard


async def test_a_coordinator_s_sheet_holds_no_judgement(study: Study) -> None:
    await study.put(*CONSENTED)
    await study.say(COO, "/screen 1")
    assert "only an investigator judges this" in await study.say(COO, "age: 45\nliver: yes")
    assert "left)" in await study.say(COO, "age: 45\nhbsag: negative")
