"""Concentrations by chat: every line held to the record, one card, nothing half recorded; exposure shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.words import LANGUAGES
from rules import events as e
from rules.pk.events import ConcentrationMeasured
from tests.bot.study import ADM, COO, INV, MON, PI, RECORD, START, Study, code, infused, study_in
from tests.rules.scores.asking import result

S = code(1)
DAY = timedelta(days=1)
LINES = "/pk 001\nday 0 BLQ copies/ug\n7 1000\n14 4000\nday 28: 1000\nday 60 <50\nD+90 BLQ"


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[Study]:
    """A study of everybody, on one engine: what is tested here knows no database."""
    async with study_in(tmp_path / "s.sqlite") as made:
        yield made


study = on_sqlite


async def at_day(study: Study, day: float = 100, number: int = 1) -> None:
    """A study in which subjects were infused that many days ago."""
    for n in range(1, number + 1):
        await study.put(*infused(n, START))
    study.clock.forward(days=day)


def samples(events: list[object]) -> list[ConcentrationMeasured]:
    return [event for event in events if isinstance(event, ConcentrationMeasured)]


# ------------------------------------------------------------------ entry
async def test_several_lines_make_one_card_that_shows_every_value_and_record_together(study: Study) -> None:
    await at_day(study)
    card = await study.say(COO, LINES)
    for words in (
        "CD7-001: 6 sample(s) in copies/ug, predose (day 0) to day 90; 3 below the limit",
        "predose (day 0): BLQ, day 7: 1000, day 14: 4000, day 28: 1000, day 60: <50, day 90: BLQ",
    ):
        assert words in card
    assert not samples(await study.events())
    before = len(await study.events())
    done = await study.press(COO, RECORD)
    assert f"✓ Recorded #{before + 1} to #{before + 6}: 6 samples" in done and "day 60: <50" in done
    found = samples(await study.events())
    assert [(x.amount, x.day, x.unit) for x in found] == [
        ("BLQ", "0", "copies/ug"), ("1000", "7", "copies/ug"), ("4000", "14", "copies/ug"),
        ("1000", "28", "copies/ug"), ("<50", "60", "copies/ug"), ("BLQ", "90", "copies/ug"),
    ]  # fmt: skip
    assert found[1].at == START + 7 * DAY
    assert (await study.trial())[-1].typed.startswith("/pk 001 ; day 0")


async def test_a_line_may_give_date_and_time_and_stands_in_the_timeline(study: Study) -> None:
    await at_day(study, 20)
    await study.record(INV, "/pk 001 2026-03-09 14:30 1.5×10^5 copies/μg gDNA")
    [sample] = samples(await study.events())
    assert (sample.amount, sample.unit, sample.day) == ("150000", "copies/μg gDNA", "")
    assert "CD7-001: CAR-T cells 150000 copies/μg gDNA, Mon 2026-03-09 14:30 [day 7]" in await study.say(
        INV, "/subject 1"
    )


async def test_every_line_that_is_wrong_is_said_and_nothing_is_recorded(study: Study) -> None:
    await at_day(study, 20)
    before = await study.events()
    heard = await study.say(
        INV,
        "/pk 001\nday 7 1,234 copies/ug\nday 14 500 copies/ug\nday 21 300\nday 3 -5\n2026-03-05 400"
        "\nnonsense 1\nday 10 5 g/L",
    )
    for words in (
        "Nothing is recorded: 6 line(s)", "Line 1: A comma", "Line 3: Day 21 after the infusion is not over",
        "Line 4: A concentration is not negative", "Line 5: ", "Line 6: ", "Line 7: The unit does not fit",
    ):  # fmt: skip
        assert words in heard, heard.text
    assert "Line 2" not in heard and not heard.yes
    assert await study.events() == before


async def test_the_subject_and_the_samples_are_asked_for(study: Study) -> None:
    await at_day(study)
    assert "Which subject" in await study.say(INV, "/sample")
    assert "Samples of CD7-001?" in await study.press(INV, S)
    card = await study.say(INV, "day 7 10 cells/uL\nday 14 20")
    assert "2 sample(s) in cells/uL" in card and card.yes


async def test_a_unit_has_to_be_given_once(study: Study) -> None:
    await at_day(study)
    assert "Line 1: The unit is missing" in await study.say(INV, "/pk 1 day 7 10")


async def test_what_was_recorded_meanwhile_is_not_recorded_again(study: Study) -> None:
    await at_day(study)
    await study.say(INV, "/pk 1 day 7 10 copies/ug")
    await study.record(COO, "/pk 1 day 7 11 copies/ug")
    heard = await study.press(INV, RECORD)
    assert "The record changed" in heard and "recorded already" in heard
    assert [x.amount for x in samples(await study.events())] == ["11"]


async def test_a_card_across_midnight_records_the_time_that_it_showed(study: Study) -> None:
    await at_day(study, 20 + 14.95 / 24)
    card = await study.say(INV, "/pk 1 today 10:00 5 copies/ug")
    assert "Sun 2026-03-22 10:00" in card
    study.clock.forward(minutes=5)
    assert "Sun 2026-03-22 10:00" in await study.press(INV, RECORD)


@pytest.mark.parametrize("user", [MON, ADM])
async def test_who_may_not_record_is_refused_with_the_same_line(study: Study, user: int) -> None:
    await at_day(study)
    heard = await study.say(user, "/pk 1 day 7 10 copies/ug")
    assert "this is not for the role" in heard and not heard.yes


async def test_cells_before_the_infusion_are_pointed_out(study: Study) -> None:
    await at_day(study)
    assert "before the infusion hold cells" in await study.say(INV, "/pk 1 predose 12 copies/ug")
    assert "before the infusion" not in await study.say(INV, "/pk 1 predose <50 copies/ug")


# ------------------------------------------------------------------ corrected
async def test_a_value_is_corrected_and_a_sample_voided_with_a_reason(study: Study) -> None:
    await at_day(study)
    await study.record(INV, "/pk 1 day 7 10 copies/ug; day 14 20")
    first = len(await study.events()) - 1
    await study.say(INV, f"/correct {first}")
    await study.press(INV, "concentration")
    assert "The value is a number" in await study.say(INV, "much")
    await study.say(INV, "<50")
    await study.press(INV, "Typing error")
    assert "✓ Recorded" in await study.press(INV, RECORD)
    await study.say(INV, f"/correct {first + 1}")
    await study.press(INV, "The whole entry is wrong: void it")
    await study.press(INV, "Wrong subject")
    assert "✓ Recorded" in await study.press(INV, RECORD)
    trial = await study.dispatcher.trial()
    assert [x.amount for x in trial.subjects[S].samples.values()] == ["<50"]


# ------------------------------------------------------------------ exposure
async def test_a_subject_shows_its_parameters_and_their_conventions(study: Study) -> None:
    await at_day(study)
    await study.record(COO, LINES)
    heard = await study.say(MON, "/pk 1")
    for words in (
        "CD7-001, level 1: 6 sample(s) in copies/ug, day 0 to day 90; 3 below the limit.",
        "Cmax 4000 copies/ug, Tmax day 14.",
        "AUC0-28d: 51296.6 copies·d/ug (linear-up/log-down), 56000 (linear).",
        "AUC0-90d: 51296.6 copies·d/ug (linear-up/log-down), 56000 (linear).",
        "below the limit counts as 0 before the first and after the last",
    ):
        assert words in heard, heard.text
    assert heard.payloads[-1]["picture"]["kind"] == "pk"


async def test_an_area_beyond_the_samples_is_not_reportable(study: Study) -> None:
    await at_day(study)
    await study.record(COO, LINES.rsplit("\n", 2)[0].replace("day 28", "day 21"))
    heard = await study.say(MON, "/pk 1")
    for bounds in ("0-28", "0-90"):
        assert f"AUC{bounds}d: not reportable: sampling ends at day 21." in heard


async def test_an_area_that_stops_or_crosses_a_gap_says_so_in_the_words_of_the_score(study: Study) -> None:
    """A late sample below the limit makes AUC0-28d end inside the data, with nothing drawn for ten weeks."""
    await at_day(study, number=2)
    for number, late in enumerate(("BLQ", 400), 1):
        rows = [(0, "BLQ"), (7, 1000), (14, 4000), (90, late)]
        await study.record(COO, f"/pk {number} " + "; ".join(f"day {d} {v} copies/ug" for d, v in rows))
        areas = result("nca", samples=[{"day": d, "value": v} for d, v in rows])["areas"]
        note = areas["AUC0-28d"]["note"]
        assert f"⚠ AUC0-28d: {note}." in await study.say(MON, f"/pk {number}")
        assert f"({note})" in await study.say(MON, "/pk")


async def test_lines_that_were_not_read_wait_for_no_subject(study: Study) -> None:
    await at_day(study, number=1)
    await study.say(COO, "/sample day 7 1200 copies/ug ; day 9 Garcia")
    assert "CD7-001" in study.last[COO].buttons
    assert "Garcia" not in repr(await study.dispatcher.log.read(f"chat:{COO}"))
    await study.say(COO, "/sample day 7 1200 copies/ug")
    assert (await study.press(COO, "CD7-001")).yes


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everybody_is_shown_by_dose_level(study: Study, language: str) -> None:
    await at_day(study, number=3)
    await study.say(MON, f"/language {language}")
    nothing = await study.say(MON, "/pk")
    assert "picture" not in nothing.payloads[-1]
    for n in (1, 2):
        await study.record(COO, LINES.replace("001", f"00{n}"))
    assert "Not read: foo bar" in await study.say(COO, "/pk CD7-003 foo bar")
    await study.record(COO, "/pk 3 predose BLQ cells/uL")
    heard = await study.say(MON, "/pk")
    panel, low = heard.payloads[-1]["picture"]["panels"]
    assert [curve["label"] for curve in low["curves"]] == ["CD7-003"] and low["unit"] == "cells/uL"
    assert [curve["label"] for curve in panel["curves"]] == ["CD7-001", "CD7-002"]
    seen = [[7.0, 1000.0], [14.0, 4000.0], [28.0, 1000.0]]
    assert panel["curves"][0] == {"label": "CD7-001", "seen": seen, "below": [0.0, 60.0, 90.0]}
    assert "CD7-003" in heard
    assert len([label for label in heard.buttons if code(2) in label]) == 1


async def test_samples_of_who_has_no_infusion_any_more_give_no_curve(study: Study) -> None:
    await at_day(study)
    await study.record(COO, "/pk 1 day 7 10 copies/ug")
    await study.put(
        e.Scored(S, "crs", "ASTCT 2019", 1, (), START + DAY),
        e.AdverseEventReported(S, "Fever", 1, START + DAY),
    )
    infusion = len(infused(1, START))
    for answer in (f"/correct {infusion}", "void", "wrong subject"):
        card = await study.say(INV, answer)
    assert "Stays on the record without a day 0, and nothing is computed from it" in card
    assert "1 concentration sample(s), 1 CRS or ICANS assessment(s), 1 adverse event(s)" in card
    await study.press(INV, RECORD)
    heard = await study.say(PI, "/pk 1")
    assert "No infusion of CD7-001 is recorded" in heard and "picture" not in heard.payloads[-1]
    assert "1 concentration sample(s) stay on the record without a day 0" in heard
    assert "10 copies/ug, day 7 [no day 0]" in await study.say(PI, "/subject 1")
    card = await study.say(INV, "/dose 1 0.25e8 2026-03-03 09:00")
    assert "Samples on record count from this time: 1 keep their nominal day" in card and card.yes
    assert "No concentration is recorded" in await study.say(PI, "/pk")


async def test_nothing_is_shown_of_who_has_no_samples(study: Study) -> None:
    await at_day(study)
    heard = await study.say(PI, "/pk 1")
    assert "No concentration of CD7-001" in heard and "picture" not in heard.payloads[-1]


async def test_an_infusion_that_moves_says_that_samples_count_from_it(study: Study) -> None:
    await at_day(study)
    await study.record(COO, "/pk 1 day 7 10 copies/ug; 2026-03-16 09:00 20 copies/ug")
    for answer in (f"/correct {len(infused(1, START))}", "at", "2026-03-03 09:00", "typing error"):
        card = await study.say(INV, answer)
    assert "1 keep their nominal day, of 1 with a time the day changes" in card, card.text
