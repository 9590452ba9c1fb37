"""A value as people type it: commas, full-width signs, odd units, a value where a grade is asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.times import NotRead
from bot.toxicity.bedside import read_score
from bot.toxicity.typed import AMOUNT
from bot.toxicity.values import read_measure, units_of
from rules.scores import ctcae
from rules.scores.given import BadRecord, Missing, NotDefined, read_record
from tests.bot.study import COO, INV, Study
from tests.bot.test_adverse_events import course
from tests.bot.test_measured import BY_VALUE, GRADED
from tests.bot.test_slots import ASK

SIGNS = "0123456789.,'⁹⁶^/×x*%+- °℃５９，．eEnanifgdLuµmolkUPsC个"
UNITS = sorted({unit for term in GRADED for unit in units_of(term)})
TYPED = st.one_of(
    st.text(SIGNS, max_size=20),
    st.builds("{} {}".format, st.text("0123456789.,", min_size=1, max_size=8), st.sampled_from(UNITS)),
    st.builds("{} {} {}".format, st.integers(0, 200), st.sampled_from(["nan", "inf", "NaN", "0", "-", "2"]),
              st.sampled_from(UNITS)),
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


def read(term: str, typed: str, name: str = "value") -> str:
    """What is kept of a value, or the key of what is said instead."""
    try:
        return read_measure(name, typed, replace(ASK, given={"m:term": term}))
    except NotRead as error:
        return error.text.key


# ------------------------------------------------------------------ whatever is typed
@settings(max_examples=600, deadline=None)
@given(st.sampled_from(GRADED), TYPED, st.sampled_from(["value", "lln", "baseline", "temperature"]))
def test_whatever_is_typed_is_kept_as_a_number_that_can_be_graded_or_asked_again(
    term: str, typed: str, name: str
) -> None:
    kept = read(term, typed, name)
    found = AMOUNT.fullmatch(kept)
    if found is None:
        assert kept.startswith("measure.") or kept == "?"
        return
    unit = {"unit": found["unit"]} if found["unit"] else {}
    record = {"term": term, name: Decimal(found["number"]), **unit}
    try:
        ctcae.compute(read_record(ctcae.FIELDS, record))
    except (Missing, NotDefined):
        pass
    except BadRecord as refused:  # without its value a limit is read in no unit
        assert name != "value", refused


@pytest.mark.parametrize(
    ("term", "typed", "kept"),
    [
        ("Anemia", "9,5 g/dL", "9.5 g/dL"),
        ("Anemia", "９．５ g/dL", "9.5 g/dL"),
        ("Anemia", "９，５ g/dL", "9.5 g/dL"),
        ("Platelet count decreased", "60,5 ×10⁹/L", "60.5 ×10⁹/L"),
        ("Platelet count decreased", "150,000 /uL", "measure.shape.comma"),
        ("Platelet count decreased", "1,234,5 /uL", "measure.shape.comma"),
        ("Platelet count decreased", "150,00 /uL", "measure.shape.comma"),
        ("Anemia", "120,5 g/L", "120.5 g/L"),
        ("Platelet count decreased", "150'000 /uL", "measure.shape.comma"),
        ("Platelet count decreased", "60 2 10^9/L", "measure.shape.unit"),
        ("Platelet count decreased", "60 NaN 10^9/L", "measure.shape.unit"),
        ("Hypoxia", "5 nan", "measure.shape.unit"),
        ("Fever", "３９．２℃", "39.2 °C"),
        ("Fever", "102 °F", "102 °F"),
        ("INR increased", "2,1", "2.1"),
        ("CD4 lymphocytes decreased", "350 cells/uL", "350 cells/uL"),
        ("CD4 lymphocytes decreased", "350 个/μL", "350 个/μL"),
        ("CD4 lymphocytes decreased", "350/µL", "350 /µL"),
        ("Neutrophil count decreased", "1500 cells/mm3", "1500 cells/mm3"),
        ("Neutrophil count decreased", "1.5 ×10³ cells/µL", "1.5 ×10³ cells/µL"),
        ("Hyperkalemia", "5,7 mEq/L", "5.7 mEq/L"),
        ("Hyponatremia", "128 meq/l", "128 meq/l"),
        ("Hypomagnesemia", "1.2 mEq/L", "measure.shape.unit"),
        ("Hypocalcemia (corrected)", "4 mEq/L", "measure.shape.unit"),
    ],
)  # fmt: skip
def test_a_value_is_kept_with_its_point_in_the_unit_that_it_has(term: str, typed: str, kept: str) -> None:
    assert read(term, typed) == kept


async def test_every_unit_that_is_read_is_listed_where_one_does_not_fit(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 Anemia", BY_VALUE, "9.5 kg")
    assert "That unit does not fit. Accepted: g/L, g/dL, mg/dL, mmol/L." in heard
    heard = await told.say(COO, "9.5")
    assert "Write the value and its unit, for example 100 g/L. Accepted: g/L, g/dL, mg/dL, mmol/L." in heard
    assert "without thousands marks, for example 9.5" in await told.say(COO, "1,234 g/dL")
    heard = await course(told, COO, "/ae 1 CD4 lymphocytes decreased", BY_VALUE, "9.5 kg")
    assert "Accepted: ×10⁹/L, ×10⁶/L, K/µL, cells/µL, /mm3." in heard
    assert "by the value: at least grade 2" in (await told.say(COO, "350 cells/µL")).text.lower()


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("CMV", "Cytomegalovirus infection reactivation"), ("Hb", "Anemia"),
        ("EBV", "Epstein-Barr virus infection reactivation"), ("WBC", "White blood cell decreased"),
        ("EB病毒", "Epstein-Barr virus infection reactivation"),
    ],
)  # fmt: skip
async def test_a_short_name_offers_its_term(told: Study, typed: str, term: str) -> None:
    assert next(iter((await told.say(COO, f"/ae 1 {typed}")).buttons)) == term


# ------------------------------------------------------------------ temperatures
@pytest.mark.parametrize(
    "typed",
    ["39.2", "39.2℃", "39.2°", "39.2 °C", "39.2 c", "３９．２", "３９．２℃", "39,2", "39.2度", "39.2 摄氏度"],
)
def test_a_temperature_is_read_as_people_write_it(typed: str) -> None:
    assert read_score("q:crs.temperature", typed) == "39.2"
    assert read("Febrile neutropenia", typed, "temperature") == "39.2"


@pytest.mark.parametrize("typed", ["102 °F", "392", "39.2 39", "39,200", "°C", "nan"])
def test_what_is_no_temperature_is_asked_again(typed: str) -> None:
    with pytest.raises(NotRead):
        read_score("q:crs.temperature", typed)


# ------------------------------------------------------------------ limits and pressures
async def test_a_limit_in_another_unit_is_asked_again_and_no_grade_is_said(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 Anemia", BY_VALUE, "110 g/L", "12")
    assert "12 g/L is no limit of a laboratory: 90 to 160 g/L." in heard and "below grade 1" not in heard
    assert "By the value: at least grade 1" in await told.say(COO, "120")
    heard = await course(told, COO, "/ae 1 Hypermagnesemia", BY_VALUE, "1.1 mmol/L", "2.6")
    assert "2.6 mmol/L is no limit of a laboratory: 0.8 to 1.6 mmol/L." in heard


async def test_pressures_that_are_swapped_are_both_asked_again(told: Study) -> None:
    heard = await course(told, INV, "/ae 1 Hypertension", BY_VALUE, "80 mmHg", "120")
    assert "The diastolic pressure 120 mmHg is not below the systolic 80 mmHg. Write both again" in heard
    assert "the measured value and its unit" in heard and not heard.yes
    heard = await course(told, INV, "150 mmHg", "85")
    assert "By the value: at least grade 2" in heard


# ------------------------------------------------------------------ terms without a rule
async def test_a_value_where_a_grade_is_asked_gets_a_sentence_that_is_true(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 Hyperglycemia", "250 mg/dL")
    assert "CTCAE v5.0 has no number for Hyperglycemia. Grade it by its text, with the buttons." in heard
    assert list(heard.buttons)[:4] == ["1", "2", "3", "4"]
    heard = await course(told, COO, "/ae 1 Hypothermia", "34.1 °C")
    assert "This program has no rule for a number of Hypothermia. Grade it by the text of CTCAE v5.0" in heard
    heard = await course(told, COO, "/ae 1 Anemia", "9.5 g/dL")
    assert "A grade is a number from 1 to 5. For a value, press “From a measured value” first." in heard
    for typed in ("6", "3 since Monday", "bad"):
        heard = await course(told, COO, "/ae 1 Hyperglycemia", typed)
        assert "A grade is a number from 1 to 5." in heard and "has no number" not in heard
    await told.say(INV, "/language zh")
    heard = await course(told, INV, "/ae 1 Hypothermia", "34.1 ℃")
    assert "本程序没有" in heard and "的数值规则" in heard
