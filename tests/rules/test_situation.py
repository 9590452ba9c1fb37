"""The counts that clauses ask about: those of the open level, all its openings pooled."""

from __future__ import annotations

from rules.situation import SYMBOLS, Tally, look, overfilled_level, pooled, situation, stand

HISTORY = (Tally(1, 3, 3, 0), Tally(2, 3, 2, 2, 1, 1, 1, 1), Tally(1, 3, 1, 0, 1))


def test_all_openings_of_the_open_level_are_pooled() -> None:
    counts = situation(look(stand(HISTORY), 3, 18))
    assert (counts["opened"], counts["evaluable"], counts["pending"], counts["free"]) == (6, 4, 1, 1)
    assert (counts["lowest"], counts["highest"], counts["reduced"]) == (True, False, True)
    assert (counts["evaluable_below"], counts["enrolled"], counts["target"]) == (0, 9, 18)


def test_the_level_below_is_pooled_as_well() -> None:
    counts = situation(look(stand(HISTORY[:2]), 2, 18))
    assert (counts["evaluable_below"], counts["dlts_below"], counts["unassessed"]) == (3, 0, 1)
    assert (counts["highest"], counts["reduced"], counts["left_with_dlt"]) == (True, False, 1)


def test_the_level_above_is_seen_once_it_was_opened() -> None:
    counts = situation(look(stand(HISTORY), 3, 18))
    assert (counts["evaluable_above"], counts["dlts_above"]) == (2, 2)
    counts = situation(look(stand(HISTORY[:1]), 3, 18))
    assert (counts["evaluable_above"], counts["dlts_above"]) == (0, 0)


def test_every_symbol_has_a_value() -> None:
    assert situation(look(stand(HISTORY), 3, 18)).keys() == SYMBOLS.keys()


def test_one_opening_may_be_short_where_another_of_its_level_has_room() -> None:
    assert overfilled_level((Tally(1, 3, 4), Tally(1, 3))) is None
    assert overfilled_level((Tally(1, 3, 4), Tally(1, 3, 3))) == 1
    assert pooled((Tally(1, 3, 4), Tally(1, 3, 3)), 1).free == -1
