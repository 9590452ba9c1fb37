"""A hundred thousand slips of the pen: no exception, and no slot changes that the slip did not touch."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from bot.speech.parse import Parsed
from tests.speech.said import AT, ROSTER, Row, parsed, parser, rows

CARDS = [row for language in ("en", "zh") for row in rows(language) if parsed(row).kind == "card"]
EVERY = [row for language in ("en", "zh") for row in rows(language)]
SIGNS = "0123456789.:-/^×e%? abcdgmnoprst,，。？了不没未前后点半号级上下午一二三四亿万月日(#'\n"
WORDS = (
    "004",
    "2e8",
    "level 3",
    "grade 2",
    "yesterday",
    "15:00",
    "昨天",
    "下午三点",
    "2级",
    "no",
    "or",
    "和",
    "pm",
    "now",
)
DENIALS = (
    "not", "never", "no", "n't", "maybe", "probably", "might", "will", "plan", "tomorrow", "if", "?",
    "almost", "heard", "不", "没", "未", "可能", "明天", "计划", "如果", "吗", "据说", "疑似", "打算", "拟",
    "并非", "？",
)  # fmt: skip


def slip(text: str, chance: random.Random) -> tuple[str, tuple[int, int], tuple[int, int]]:
    """A text with one slip; where it was in the old text and is in the new one."""
    at = chance.randrange(len(text))
    kind = chance.randrange(7)
    if kind == 0:
        return text[:at] + text[at + 1 :], (at, at + 1), (at, at)
    if kind == 1:
        return text[:at] + chance.choice(SIGNS) + text[at:], (at, at), (at, at + 1)
    if kind == 2:
        return text[:at] + chance.choice(SIGNS) + text[at + 1 :], (at, at + 1), (at, at + 1)
    if kind == 3 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :], (at, at + 2), (at, at + 2)
    if kind == 4:
        return text[:at] + text[at] + text[at:], (at, at + 1), (at, at + 2)
    if kind == 5:
        word = f" {chance.choice(WORDS)} "
        return text[:at] + word + text[at:], (at, at), (at, at + len(word))
    start = text.rfind(" ", 0, at) + 1
    end = text.find(" ", at)
    end = len(text) if end < 0 else end
    return text[:start] + text[end:], (start, end), (start, start)


def touched(places: tuple[tuple[int, int], ...], edit: tuple[int, int]) -> bool:
    return any(start - 1 <= edit[1] and edit[0] <= end + 1 for start, end in places)


def changed(before: Parsed, after: Parsed) -> Iterator[str]:
    for name in {*before.slots, *after.slots}:
        if before.slots.get(name) != after.slots.get(name):
            yield name


@pytest.mark.parametrize("part", range(4))
def test_a_slip_changes_no_slot_elsewhere(part: int) -> None:
    chance = random.Random(20260311 + part)
    known = {row.text: parsed(row) for row in EVERY}
    for _ in range(25_000):
        row: Row = chance.choice(EVERY)
        text, was, is_ = slip(row.text, chance)
        after, before = parser().parse(text, AT, ROSTER), known[row.text]
        if before.kind != "card" or after.kind != "card":
            continue
        for name in changed(before, after):
            here = touched(before.places.get(name, ()), was) or touched(after.places.get(name, ()), is_)
            assert here, (row.text, text, name, before.slots, after.slots)


def test_a_word_that_denies_doubts_asks_or_plans_undoes_every_card_wherever_it_stands() -> None:
    for row in CARDS:
        blanks = [at for at, sign in enumerate(row.text) if sign == " "]
        places = [0, len(row.text), *blanks[len(blanks) // 2 :][:1]]
        for denial in DENIALS:
            for at in places:
                text = f"{row.text[:at]} {denial} {row.text[at:]}"
                assert parser().parse(text, AT, ROSTER).kind != "card", text


def test_a_second_subject_undoes_every_card() -> None:
    for row in CARDS:
        for more, code in (
            ("and 001", "CD7-001"),
            ("CD7-002", "CD7-002"),
            ("和011", "CD7-011"),
            ("#12", "CD7-012"),
        ):
            if row.slots["subject"] != code:
                assert parser().parse(f"{row.text} {more}", AT, ROSTER).kind != "card", (row.text, more)


def test_without_the_subject_in_the_roster_nothing_is_a_card() -> None:
    for row in CARDS:
        assert parser().parse(row.text, AT, frozenset(("CD7-099",))).kind != "card"
        assert parser().parse(row.text, AT, ROSTER - {row.slots["subject"]}).kind != "card"


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "?", "。" * 999, "9" * 2000, "级" * 500, "😀 003 dosed 1e8", "İ003 ſ", "1e8" * 300],
)
def test_whatever_is_sent_is_parsed(text: str) -> None:
    assert parser().parse(text, AT, ROSTER).kind in ("ask", "answer")
