"""A file with samples: all of it on one card or nothing, each row held to the record, no byte of it kept."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.commands.pharmacokinetics import sample
from bot.render import payloads
from bot.words import LANGUAGES, Reader, plain, texts
from rules.pk.events import ConcentrationMeasured
from tests.bot.made_up import asked
from tests.bot.study import ADM, COO, INV, MON, RECORD, SITE, START, STRANGER, Heard, Study, code, infused
from tests.bot.test_pk import at_day, on_sqlite
from tests.bot.workbooks import ROWS, csv_of, xlsx_of

study = on_sqlite
BOTH = (*ROWS, ("002", "D+7", "<50", "copies/ng"), ("CD7-001", "14", "4e3", "copies/ug"))


async def send(study: Study, user: int, content: bytes, words: str = "") -> Heard:
    """Somebody sends a file; `fetched` counts on the study how often its content was asked for."""

    async def fetch() -> bytes:
        study.updates += 1
        return content

    return await study.say(user, words, kind="file", file="h", fetch=fetch, message_id=77)


async def samples(study: Study) -> list[ConcentrationMeasured]:
    return [event for event in await study.events() if isinstance(event, ConcentrationMeasured)]


# ------------------------------------------------------------------ taken
@pytest.mark.parametrize("make", [csv_of, xlsx_of])
async def test_a_file_is_one_card_subject_by_subject_and_recorded_together(
    study: Study, make: object
) -> None:
    await at_day(study, number=2)
    content = make(*BOTH)  # type: ignore[operator]
    card = await send(study, COO, content)
    for words in (
        "CD7-001: 3 sample(s) in copies/ug, predose (day 0) to day 14; 1 below the limit",
        "predose (day 0): BLQ, day 7: 1000.5, day 14: 4000", "CD7-002: 1 sample(s) in copies/ng",
        "day 7: <50", "From a file (sha256 ", "the file itself is not kept",
    ):  # fmt: skip
        assert words in card, card.text
    assert not await samples(study)
    assert "4 samples" in await study.press(COO, RECORD)
    found = await samples(study)
    assert [(x.subject, x.day, x.amount) for x in found] == [
        (code(1), "0", "BLQ"), (code(1), "7", "1000.5"), (code(2), "7", "<50"), (code(1), "14", "4000")
    ]  # fmt: skip
    assert len({x.file for x in found}) == 1 and len(found[0].file) == 64


async def test_a_file_may_give_times_of_the_site_and_the_nominal_day_beside_them(study: Study) -> None:
    await at_day(study)
    heads = ("Subject_Code", "Nominal day", "Sampling time", "Result", "Unit")
    row = ("1", "7", "2026-03-09 14:30", "5", "cells/uL")
    assert "Mon 2026-03-09 14:30: 5" in await send(
        study, COO, csv_of(row, (*row[:2], "", "6", "copies/ug"), heads=heads)
    )
    wrong = (*row[:2], "2026-04-09 14:30", "5", "cells/uL")
    assert "Row 2: Day 7 and the time Thu 2026-04-09 14:30 do not agree" in await send(
        study, COO, csv_of(wrong, heads=heads)
    )


# ------------------------------------------------------------------ refused
async def test_every_row_that_is_wrong_is_said_and_nothing_is_recorded(study: Study) -> None:
    await at_day(study, 20)
    await study.record(COO, "/pk 1 day 3 5 copies/ug")
    before = await study.events()
    heads = ("subject", "time", "day", "value", "unit")
    rows = (
        ("CD7-001", "", "7", "10", "copies/ug"), ("CD7-001", "", "8", "1;234", "copies/ug"),
        ("CD7-009", "", "7", "1", "copies/ug"), ("XY-1", "", "week 1", "-4", "g/L"),
        ("CD7-001", "2026-03-09", "", "1", "copies/ug"), ("CD7-001", "tomorrow 8:00", "", "1", "copies/ug"),
        ("CD7-001", "2026-13-09 08:00", "", "1", "copies/ug"), ("CD7-001", "", "", "1", "copies/ug"),
        ("CD7-001", "", "7", "11", "copies/ug"), ("CD7-001", "", "3", "6", "copies/ug"),
        ("CD7-001", "", "=7", "6", "copies/ug"), ("CD7-001", "", "50", "6", "copies/ug"),
        ("CD7-001", "2026-03-30 08:00", "", "1", "copies/ug"),
    )  # fmt: skip
    heard = await send(study, COO, xlsx_of(*rows, heads=heads))
    wanted = {
        3: ["The value is a number"], 4: ["CD7-009 is not in this study"],
        5: ["Codes look like", "The day counts", "not negative", "The unit does not fit"],
        6: ["The time of day is missing"], 7: ["Write the time as"], 8: ["no such"],
        9: ["Give a day or a time"],
        10: ["The same sample as in line 2"], 11: ["recorded already (#"], 12: ["Formulas are not read"],
        13: ["Day 50 after the infusion is not over"], 14: ["That is in the future"],
    }  # fmt: skip
    for row, whys in wanted.items():
        mine = [line for line in heard.text.splitlines() if line.startswith(f"Row {row}:")]
        assert len(mine) == len(whys), (row, heard.text)
        assert all(any(why in line for line in mine) for why in whys), (row, mine)
    assert "Row 2:" not in heard and "Nothing is recorded: 12 line(s)" in heard and not heard.yes
    assert await study.events() == before


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (("subject", "day", "value", "unit", "comment"), "Not known: E “comment”"),
        (("subject", "value", "unit"), "Missing: day"),
        (("day", "value"), "Missing: subject, unit"),
        (("subject", "day", "day", "value", "unit"), "Twice: day"),
    ],
)
async def test_columns_are_those_that_are_known(study: Study, heads: tuple[str, ...], words: str) -> None:
    await at_day(study)
    heard = await send(study, COO, csv_of(tuple("1" for _ in heads), heads=heads))
    assert words in heard and "The file was not taken" in heard and not heard.yes


async def test_a_cell_without_a_heading_is_refused(study: Study) -> None:
    await at_day(study)
    assert "Row 2: There is a cell without a heading" in await send(study, COO, csv_of((*ROWS[1], "note")))


async def test_a_dot_is_doubtful_in_a_file_of_semicolons(study: Study) -> None:
    await at_day(study)
    row = ("CD7-001", "7", "1.234", "copies/ug")
    assert "can mean two things" in await send(study, COO, csv_of(row, by=";"))
    assert "day 7 – 1.234" not in await send(study, COO, csv_of(row))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_file_that_names_somebody_is_taken_away_and_nothing_of_it_is_kept(
    study: Study, language: str
) -> None:
    await at_day(study)
    await study.say(COO, f"/language {language}")
    chat = len(await study.dispatcher.log.read(f"chat:{COO}"))
    heard = await send(study, COO, csv_of(("CD7-001", "7", "1", "Zhang Wei")))
    assert heard.payloads[0]["delete"] == 77
    assert plain(texts(language)["file.personal"]) in heard
    assert len(await study.dispatcher.log.read(f"chat:{COO}")) == chat


async def test_no_byte_of_a_file_is_kept_but_the_samples_of_its_card(tmp_path: Path, study: Study) -> None:
    await at_day(study)
    await send(study, COO, csv_of(*ROWS, heads=("subject", "day", "value", "unit"), by="\t"))
    await send(study, COO, csv_of(("CD7-001", "7", "1", "secretunit")))
    async with study.app.engine.connect() as connection:
        kept = json.dumps(
            [str(row) for row in (await connection.execute(text("select data from events"))).all()]
        )
        boxes = [str(row) for row in (await connection.execute(text("select payload from outbox"))).all()]
    assert "secretunit" not in kept and "secretunit" not in "".join(boxes)
    assert "1000.5" in kept and "\\t" not in kept


@pytest.mark.parametrize("user", [MON, ADM, STRANGER])
async def test_nobody_who_may_not_record_makes_us_fetch_a_file(study: Study, user: int) -> None:
    await at_day(study)
    heard = await send(study, user, csv_of(*ROWS))
    assert study.updates == 0 and not heard.yes
    assert ("closed group" if user == STRANGER else "this is not for the role") in heard


async def test_a_file_in_a_group_is_not_fetched(study: Study) -> None:
    async def fetch() -> bytes:
        raise AssertionError

    heard = await study.say(INV, "", kind="file", file="h", fetch=fetch, private=False)
    assert "private chats only" in heard


async def test_rows_that_were_recorded_meanwhile_are_shown_at_the_press(study: Study) -> None:
    await at_day(study)
    await send(study, COO, csv_of(*ROWS))
    await study.record(INV, "/pk 1 day 7 1 copies/ug")
    heard = await study.press(COO, RECORD)
    assert "The record changed" in heard and len(await samples(study)) == 1


async def test_the_most_samples_that_a_file_may_hold_stand_on_one_card(study: Study) -> None:
    await study.put(*infused(1, START))
    study.clock.forward(days=3000)
    rows = [("CD7-001", str(n), f"{n}.5", "copies/ug") for n in range(1, 301)]
    card = await send(study, COO, csv_of(*rows))
    assert all(f"day {n}: {n}.5" in card for n in range(1, 301))
    assert max(len(p["html"]) for p in card.payloads) <= 4096
    await study.press(COO, RECORD)
    assert len(await samples(study)) == 300


# ------------------------------------------------------------------ malformed
CELLS = (
    "CD7-001", "1", "CD7-099", "XY-1", "", " ", "7", "day 7", "-1", "1,5", "1.5", "<5", "BLQ", "copies/ug",
    "g/L",
    "2026-03-09", "2026-03-09 08:30", "2026-02-30 08:30", "9999-12-31 23:59", "0001-01-01 00:00", "=A1",
    "1e99", "NaN", "\u0661", "第7天", "２０", "1" * 90, "2026-03-09 08:30+99:99", "predose",
    "\u2028", "x/y", "0",
    "9999-12-31 23:59-10:00", "<",
)  # fmt: skip


def test_five_hundred_tables_of_anything_are_samples_or_say_what_is_wrong() -> None:
    dice, ask, outcomes = random.Random(11), asked("en"), set()
    for _ in range(500):
        heads = dice.sample(("subject", "day", "time", "value", "unit"), dice.choice((4, 5, 5, 5)))
        rows = [[dice.choice(CELLS) for _ in heads] for _ in range(dice.randint(1, 4))]
        made = sample(
            replace(ask, given={"table": json.dumps([[heads, *rows], "f" * 64, dice.random() < 0.2])})
        )
        assert bool(made.events) is not bool(made.reply.lines)
        payloads(made.reply, Reader("zh", SITE))
        outcomes.add(bool(made.events))
    good = [["subject", "day", "value", "unit"], ["CD7-001", "2", "5", "copies/ug"]]
    assert sample(replace(ask, given={"table": json.dumps([good, "f" * 64, False])})).events
    assert False in outcomes


def test_five_hundred_lines_of_anything_are_samples_or_say_what_is_wrong() -> None:
    dice, ask = random.Random(12), asked("en", {"subject": code(1)})
    for _ in range(500):
        lines = [" ".join(dice.choices(CELLS, k=dice.randint(1, 4))) for _ in range(dice.randint(1, 4))]
        made = sample(replace(ask, given={**ask.given, "samples": " ; ".join(lines)[:900]}))
        assert bool(made.events) is not bool(made.reply.lines)
        payloads(made.reply, Reader("zh", SITE))


# ------------------------------------------------------------------ what a cell shows
@pytest.mark.parametrize(
    ("number_format", "timed"),
    {
        "yyyy-mm-dd h:mm": True, "m/d/yy h:mm": True, "yyyy/m/d hh:mm AM/PM": True, "[$-409]d/m/yy hh": True,
        '[$-zh-CN]yyyy"年"m"月"d"日" h"时"mm"分";@': True, "yyyy/m/d": False,
        '[$-zh-CN]yyyy"年"m"月"d"日";@': False, "[$-zh-CHS]yyyy/m/d": False, 'd "th" mmm yyyy': False,
        r"d\t\h mmm": False, "yyyy/m/d_h": False,
    }.items(),
)  # fmt: skip
async def test_a_date_has_a_time_only_where_its_cell_shows_hours(
    study: Study, number_format: str, timed: bool
) -> None:
    await at_day(study)
    rows = (("CD7-001", datetime(2026, 3, 9), 1000.5, "copies/ug"),)
    content = xlsx_of(*rows, heads=("subject", "time", "value", "unit"), number_format=number_format)
    heard = await send(study, COO, content)
    assert bool(heard.yes) is timed
    assert ("2026-03-09 00:00" in heard) is timed
    assert ("The time of day is missing" in heard) is not timed


async def test_a_value_that_is_too_large_is_said_to_be(study: Study) -> None:
    await at_day(study)
    heard = await send(study, COO, xlsx_of(("CD7-001", "7", 1e15, "copies/ug")))
    assert "The value is too large: at most 1e12" in heard and not heard.yes
