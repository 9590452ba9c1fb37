"""The typed scanners: doses, grades, terms, entries, facts, and how a whole line is filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask import Ask
from bot.chat import Chat
from bot.filling import fill
from bot.people import People, Person
from bot.slots import READ, read
from bot.times import NotRead
from bot.words import LANGUAGES, Reader
from rules.events import Entry
from rules.trial import replay
from tests.bot.study import SITE, START, code, infused, shipped

NOW = START + timedelta(days=3)
LOG = [Entry(number, event) for number, event in enumerate(infused(1, START), 1)]
ASK = Ask(
    Person("P1", 1, "principal_investigator"), "en", NOW, shipped(), replay(shipped(), LOG), People(), Chat()
)


def why_not(slot: str, typed: str, ask: Ask = ASK) -> str:
    with pytest.raises(NotRead) as refusal:
        pytest.fail(f"{typed!r} was read as {read(slot, typed, ask)!r}")
    for language in LANGUAGES:
        assert Reader(language, SITE).html(refusal.value.text)
    return refusal.value.text.key


# ------------------------------------------------------------------ doses
@pytest.mark.parametrize(
    ("typed", "meant"),
    {
        "0.25e8": 0.25e8, "0.25E8": 0.25e8, "0.25e+8": 0.25e8, "2.5e7": 0.25e8, "25000000": 0.25e8,
        "1e8": 1e8,
        "1×10^8": 1e8, "1x10⁸": 1e8, "1x10^8": 1e8, "1 × 10^8": 1e8, "1*10^8": 1e8, "1×10⁸": 1e8,
        "0.25×10⁸": 0.25e8,
        "1e8 cells": 1e8, "100000000": 1e8, "2e8": 2e8, "1.05e8": 1.05e8, "97500000": 0.975e8, " 1e8 ": 1e8,
        "0.25 × 10⁸ cells": 0.25e8, "25,000,000": 0.25e8, "100 million": 1e8,
        "one hundred million cells": 1e8,
        "一亿": 1e8, "2500万个细胞": 0.25e8, "1×10的8次方": 1e8,
    }.items(),
)  # fmt: skip
def test_a_dose_is_read_as_people_write_it(typed: str, meant: float) -> None:
    assert float(read("cells", typed, ASK)) == meant


@pytest.mark.parametrize(
    "typed",
    ["1e6/kg", "1e6 / kg", "1e6 cells/kg", "1e6 per kg", "1e6 cells per kg body weight", "1e6 Per KG",
    "1e6每公斤",
     "1e6 每千克", "1e8/KG"],
)  # fmt: skip
def test_a_dose_per_kg_is_refused_with_the_reason(typed: str) -> None:
    assert why_not("cells", typed) == "slot.cells.per_kg"


@pytest.mark.parametrize(
    "typed",
    ["", "0", "-1e8", "1e-8", "1e99", "1e8e8", "abc", "1,000", "1e8 1e8", "1e", "e8", "10^",
    "nan", "inf", "Infinity",
     "0x10", "1e8 mL", "1e8 mg", "1e8; drop", "1/2", "0.0000000001", "1e14", "１e", "half", "as planned",
     "1e8kg"],
)  # fmt: skip
def test_what_is_no_dose_is_asked_again(typed: str) -> None:
    assert why_not("cells", typed) == "slot.cells.shape"


@given(st.integers(1, 10**12))
def test_a_whole_number_of_cells_loses_nothing(cells: int) -> None:
    assert float(read("cells", str(cells), ASK)) == pytest.approx(cells, rel=1e-11)


# ------------------------------------------------------------------ grades and terms
@pytest.mark.parametrize("typed", ["3", "G3", "g3", "grade 3", "Grade 3", "3级", "G 3", " 3 "])
def test_a_grade_is_read(typed: str) -> None:
    assert read("grade", typed, ASK) == "3"


@pytest.mark.parametrize(
    "typed", ["0", "6", "3.5", "-1", "33", "three", "", "G", "3-4", "³", "３.", "grade", "3 4"]
)
def test_a_grade_that_is_none_is_asked_again(typed: str) -> None:
    assert why_not("grade", typed) == "slot.grade.shape"


@pytest.mark.parametrize(
    ("typed", "kept"),
    {
        "Fever": "Fever", "Cytokine release syndrome": "Cytokine release syndrome",
        "细胞因子释放综合征": "Cytokine release syndrome", "ICANS": "ICANS",
        "Rash (maculo-papular)": "Rash maculo-papular", "= Fever": "Fever",
        "Wobbling of the knee": "Wobbling of the knee",
    }.items(),
)  # fmt: skip
def test_a_term_is_words_and_its_ctcae_name_where_it_has_one(typed: str, kept: str) -> None:
    assert read("term", typed, ASK) == kept


@pytest.mark.parametrize(
    "typed", ["", "x", "Fever 39", "3", "<b>Fever</b>", "a" * 61, "!!", "/next", "Fever; CRS", "= Wobbling"]
)
def test_a_term_with_numbers_or_signs_is_asked_again(typed: str) -> None:
    assert why_not("term", typed) == "slot.term.shape"


# ------------------------------------------------------------------ subjects, entries, words
@pytest.mark.parametrize("typed", ["CD7-001", "cd7-001", "cd7-1", "001", "1", "01"])
def test_a_subject_is_read_in_full_or_short(typed: str) -> None:
    assert read("subject", typed, ASK) == code(1)


@pytest.mark.parametrize("typed", ["2", "CD7-002", "999"])
def test_a_subject_who_is_not_in_the_study_is_said_so(typed: str) -> None:
    assert why_not("subject", typed) == "slot.subject.unknown"


@pytest.mark.parametrize("typed", ["", "0", "1234", "CD8-001", "Li Wei", "-1", "1.0", "CD7-001 CD7-002"])
def test_what_is_no_subject_code_is_said_so(typed: str) -> None:
    assert why_not("subject", typed) == "slot.subject.shape"


@pytest.mark.parametrize("typed", ["1", "#1", "22"])
def test_an_entry_is_read_by_its_number(typed: str) -> None:
    assert read("entry", typed, ASK) == typed.lstrip("#")


@pytest.mark.parametrize("typed", ["0", "99", "-1", "²", "1.0", "x", "", "#", "9" * 30, "1 2", "٣"])
def test_an_entry_that_is_not_there_is_asked_again(typed: str) -> None:
    assert why_not("entry", typed) == "slot.entry.shape"


@pytest.mark.parametrize(
    ("slot", "typed", "meant"),
    [
        ("verdict", "DLT", "dlt"), ("verdict", "not a DLT", "not_dlt"), ("verdict", "非DLT", "not_dlt"),
        ("verdict", "dlt", "dlt"),
        ("leaving", "withdrew", "withdrew"), ("leaving", "失访", "lost"), ("leaving",
        "Died", "died"),
        ("deviation", "wrong_dose", "wrong_dose"), ("deviation", "超额入组", "over_enrolled"),
        ("language", "中文", "zh"), ("language", "english", "en"), ("language", "zh", "zh"),
    ],
)  # fmt: skip
def test_a_choice_is_read_by_its_name_or_its_words_in_either_language(
    slot: str, typed: str, meant: str
) -> None:
    assert read(slot, typed, ASK) == meant


@pytest.mark.parametrize("slot", ["verdict", "leaving", "deviation", "language"])
@pytest.mark.parametrize("typed", ["", "maybe", "not", "no dlt", "DLT?", "dlt dlt", "1"])
def test_a_choice_that_is_none_lists_what_there_is(slot: str, typed: str) -> None:
    assert why_not(slot, typed) == "slot.choice.shape"


@pytest.mark.parametrize("typed", ["Europe/Berlin", "Asia/Shanghai", "UTC", "America/New_York"])
def test_a_zone_is_read(typed: str) -> None:
    assert read("zone", typed, ASK) == typed


@pytest.mark.parametrize(
    "typed", ["", "Berlin", "GMT+25", "../../etc/passwd", "/etc/localtime", "Europe", "x/y"]
)
def test_what_is_no_zone_is_asked_again(typed: str) -> None:
    assert why_not("zone", typed) == "slot.zone.shape"


@pytest.mark.parametrize("typed", ["ab", "", "x" * 201, "/next"])
def test_a_reason_too_short_or_too_long_is_asked_again(typed: str) -> None:
    assert why_not("reason", typed) == "slot.reason.shape"


# ------------------------------------------------------------------ facts
@pytest.mark.parametrize(
    ("slot", "typed", "meant"),
    [
        ("fact:age", "45", "45"), ("fact:age", "45 years", "45"), ("fact:age", "540 months", "45"),
        ("fact:age", "unclear", "unclear"),
        ("fact:age", "不清楚", "unclear"), ("fact:failed_agents", "3", "3"), ("fact:hbsag", "negative",
        "negative"),
        ("fact:hbsag", "Negative", "negative"), ("fact:hbsag", "阴性", "negative"), ("fact:hbsag", "阳性",
        "positive"),
        ("fact:aids", "no", "no"), ("fact:aids", "否", "no"), ("fact:aids", "Yes", "yes"), ("fact:aids",
        "Unclear", "unclear"),
    ],
)  # fmt: skip
def test_an_answer_is_read_with_its_unit_and_in_either_language(slot: str, typed: str, meant: str) -> None:
    assert read(slot, typed, ASK) == f"{meant}|{NOW.isoformat()}"


def test_an_answer_can_say_when_it_was_true() -> None:
    value, _, at = read("fact:age", "45 @ 2026-03-01 10:00", ASK).partition("|")
    assert (value, at) == ("45", "2026-03-01T02:00:00+00:00")
    with_when = replace(ASK, given={"when": START.isoformat()})
    assert read("fact:age", "45", with_when) == f"45|{START.isoformat()}"


@pytest.mark.parametrize(
    ("slot", "typed"),
    [
        ("fact:age", "yes"), ("fact:age", "45 kg"), ("fact:age", "-1"), ("fact:age", "121"), ("fact:age",
        "forty"), ("fact:age", ""),
        ("fact:age", "45 46"), ("fact:failed_agents", "2.5"), ("fact:hbsag", "yes"), ("fact:hbsag", "neg"),
        ("fact:aids", "maybe"),
        ("fact:aids", "not yes"), ("fact:aids", "1"), ("fact:age", "nan"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_asked_again(slot: str, typed: str) -> None:
    kind = "number" if slot in ("fact:age", "fact:failed_agents") else "choice"
    assert why_not(slot, typed) == f"slot.fact.{kind}"


@pytest.mark.parametrize("when", ["tomorrow 10:00", "2027-01-01 10:00", "whenever", "25:00"])
def test_an_answer_from_the_future_or_from_no_time_is_asked_again(when: str) -> None:
    assert why_not("fact:age", f"45 @ {when}").startswith("slot.when.")


# ------------------------------------------------------------------ lines
@pytest.mark.parametrize(
    ("slots", "line", "given", "left"),
    [
        (("subject", "cells", "when"), "1 0.25e8 now", {"subject": code(1), "cells": "25000000"}, ""),
        (("subject", "cells", "when"), "1 1 × 10^8 yesterday 14:30", {"subject": code(1),
        "cells": "100000000"}, ""),
        (("subject", "term", "grade", "when"), "1 Cytokine release syndrome 3 yesterday 14:30",
         {"subject": code(1), "term": "Cytokine release syndrome", "grade": "3"}, ""),
        (("subject", "entry", "verdict"), "CD7-001 20 not a DLT", {"subject": code(1), "entry": "20",
        "verdict": "not_dlt"}, ""),
        (("subject", "when"), "1 yesterday", {"subject": code(1)}, "yesterday"),
        (("subject",), "Li Wei", {}, "Li Wei"),
        ((), "now please", {}, "now please"),
    ],
)  # fmt: skip
def test_a_line_fills_slots_in_order_and_says_what_it_did_not_read(
    slots: tuple[str, ...], line: str, given: dict[str, str], left: str
) -> None:
    found, rest = fill(slots, line.split(), ASK)
    assert {slot: value for slot, value in found.items() if slot != "when"} == given
    assert " ".join(rest) == left


@pytest.mark.parametrize(
    "line", ["1 fever now", "1 fever today 08:30", "1 fever yesterday 10:00", "1 发热 今天 08:30"]
)
def test_a_term_does_not_swallow_the_words_of_the_time(line: str) -> None:
    found, _ = fill(("subject", "term", "grade", "when"), line.split(), ASK)
    assert found.get("term", "Fever") == "Fever"


@given(st.sampled_from(sorted(set(READ) - {"value"})), st.text(max_size=60))
def test_whatever_is_typed_a_scanner_reads_it_or_asks_again(slot: str, typed: str) -> None:
    try:
        assert isinstance(read(slot, typed, ASK), str)
    except NotRead as refusal:
        assert Reader("zh", SITE).html(refusal.text)


@given(st.sampled_from([f"fact:{fact.id}" for fact in shipped().facts]), st.text(max_size=60))
def test_whatever_is_typed_a_fact_is_read_or_asked_again(slot: str, typed: str) -> None:
    try:
        assert "|" in read(slot, typed, ASK)
    except NotRead as refusal:
        assert Reader("zh", SITE).html(refusal.text)
