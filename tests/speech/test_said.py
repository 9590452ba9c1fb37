"""The written-down utterances: no false card, no wrong slot, and how many are understood."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.speech.said import SETS, Row, of_set, parsed, rows, verdict

LANGUAGES = ("en", "zh")
EVERY = [row for language in LANGUAGES for row in rows(language)]


def shares(kind: str, language: str, aside: bool) -> tuple[int, int]:
    """How many of a kind are right, of how many."""
    chosen = [row for row in rows(language) if row.kind == kind and row.aside is aside]
    return sum(verdict(row, parsed(row)) == "right" for row in chosen), len(chosen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_least_three_hundred_are_written_down_and_half_of_them_must_make_no_card(language: str) -> None:
    mixed = [row for name, third in SETS.items() if name != ".reads" for row in of_set(language, name, third)]
    kinds = Counter(row.kind for row in mixed)
    assert sum(kinds.values()) >= 300
    assert len({row.text for row in rows(language)}) == len(rows(language))
    assert kinds["no"] >= sum(kinds.values()) * 0.5 - 5
    kept = [row for name, third in SETS.items() if third for row in of_set(language, name, third)]
    assert 0.25 < sum(row.aside for row in kept) / len(kept) < 0.42


@pytest.mark.parametrize("row", [row for row in EVERY if row.kind != "card"], ids=lambda row: row.text)
def test_what_is_no_record_makes_no_card(row: Row) -> None:
    assert verdict(row, parsed(row)) != "false card"


@pytest.mark.parametrize("row", [row for row in EVERY if row.kind == "card"], ids=lambda row: row.text)
def test_a_card_has_the_slots_that_were_meant(row: Row) -> None:
    found = parsed(row)
    assert verdict(row, found) in ("right", "missed"), found.said()


@pytest.mark.parametrize("aside", [False, True], ids=["seen", "kept aside"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "least"), [("card", 0.8), ("answer", 0.9)])
def test_enough_is_understood(kind: str, least: float, language: str, aside: bool) -> None:
    right, of = shares(kind, language, aside)
    assert right >= least * of, f"{right} of {of}"
