"""The shipped protocol is the registration, and says what it assumes."""

from __future__ import annotations

from datetime import date, time

from rules.file.load import load
from rules.protocol import Protocol
from tests.rules.files import changed, switched


def test_the_shipped_file_is_the_registration(protocol: Protocol) -> None:
    assert [level.cells for level in protocol.levels] == [0.25e8, 1e8, 2e8]
    assert (protocol.window_days, protocol.window_extra_days) == (28, 0)
    assert (protocol.cohort.size, protocol.cohort.more, protocol.cohort.maximum) == (3, 3, 6)
    assert protocol.trial.target_subjects == 18
    assert protocol.trial.started == date(2025, 3, 18)
    assert protocol.reminders.quiet == (time(22), time(7))
    assert [a.id for a in protocol.assumptions] == [f"A{n}" for n in range(1, 20)]
    assert len(protocol.criteria) == 17


def test_each_entry_names_its_source_and_speaks_two_languages(protocol: Protocol) -> None:
    entries = [*protocol.stages, *protocol.criteria, *protocol.clauses]
    said = [*(e.says for e in entries), *(f.asks for f in protocol.facts), protocol.trial.title]
    said += [a.situation for a in protocol.assumptions]
    said += [r.says for a in protocol.assumptions for r in a.readings]
    assert all(each.in_("zh") != each.en for each in said)
    sources = [e.source for e in (*entries, *protocol.levels, *protocol.facts, *protocol.assumptions)]
    assert all("NCT06871644" in source or "assumption" in source for source in sources)


def test_each_assumption_shows_the_other_reading_where_there_is_one(protocol: Protocol) -> None:
    others = {a.id for a in protocol.assumptions if len(a.readings) == 2}
    assert others == {"A2", "A3", "A4", "A5", "A7", "A8", "A12", "A15"}


def test_a_chosen_reading_sets_the_number_it_stands_for() -> None:
    late, _ = load(switched("A12", "through-day-29").encode())
    spaced, _ = load(switched("A15", "after-first").encode())
    assert late is not None
    assert spaced is not None
    assert late.window_extra_days == 1
    assert spaced.cohort.spacing_after_first_days == 14


def test_no_is_a_word_where_a_word_is_asked_for() -> None:
    text = changed(("      negative: {en: negative", "      no: {en: negative"))
    loaded, mistakes = load(changed(('hbsag == "positive"', 'hbsag != "no"'), text=text).encode())
    assert mistakes == []
    assert loaded is not None
    assert [name for name, _ in loaded.fact["hbsag"].choices] == ["no", "positive"]


def test_entries_are_found_by_their_ids(protocol: Protocol) -> None:
    found = protocol.assumption("A12")
    assert found is not None
    assert found.reading.name == "through-day-28"
    assert protocol.assumption("A99") is None
    assert protocol.assumed("spacing", "window") == ("A12", "A15") and protocol.assumed() == ()
    assert protocol.clause("A99") is None
    assert protocol.stage["slot"].needs == ("eligibility", "all_criteria_met", "place_free")
    assert protocol.level(2).cells == 1e8
