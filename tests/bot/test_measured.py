"""A measured value as it is typed: its example, what cannot be, and in whose words it is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.times import NotRead
from bot.toxicity.terms import words
from bot.toxicity.values import example, read_measure, units_of
from bot.words import LANGUAGES, Reader, texts
from rules.scores.ctcae import rules
from tests.bot.study import COO, INV, RECORD, SITE, Study
from tests.bot.test_adverse_events import course
from tests.bot.test_slots import ASK

ALT, BY_VALUE = "/ae 1 Alanine aminotransferase increased", "From a measured value"
GRADED = sorted(rule.term for rule in rules().values() if rule.grades)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


# ------------------------------------------------------------------ the question
@pytest.mark.parametrize("term", GRADED)
def test_the_example_and_each_unit_are_accepted_as_they_are_shown(term: str) -> None:
    ask = replace(ASK, given={"m:term": term})
    assert read_measure("value", example(term), ask) == example(term)
    for unit in units_of(term):
        try:
            read_measure("value", f"{example(term).split(' ')[0]} {unit}", ask)
        except NotRead as error:  # the number of one unit can be too much in another
            assert error.text.key == "measure.implausible.value", unit


@pytest.mark.parametrize(
    ("term", "shown"),
    {
        "Platelet count decreased": "75 ×10⁹/L", "Anemia": "100 g/L", "Fever": "38.0 °C",
        "Hyperkalemia": "5.5 mmol/L", "Fibrinogen decreased": "0.5 g/L", "INR increased": "1.2",
        "Blood bilirubin increased": "17 µmol/L", "Alanine aminotransferase increased": "45 U/L",
    }.items(),
)  # fmt: skip
def test_the_example_is_one_that_people_type(term: str, shown: str) -> None:
    assert example(term) == shown


@pytest.mark.parametrize(
    "typed", ["60 ×10⁹/L", "60×10^9/L", "60 10^9/L", "60 x 10^9/L", "60 K/uL", "60 K/µL"]
)
def test_a_count_is_read_as_people_write_it(typed: str) -> None:
    ask = replace(ASK, given={"m:term": "Platelet count decreased"})
    assert read_measure("value", typed, ask).startswith("60 ")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_value_is_asked_in_the_readers_words(told: Study, language: str) -> None:
    await told.say(COO, f"/language {language}")
    heard = await course(told, COO, "/ae 1 low platelets", texts(language)["choice.by_value"])
    name = Reader(language, SITE).plain(words("Platelet count decreased"))
    assert heard.text.startswith(name) and "75 ×10⁹/L" in heard
    assert ("Platelet" in heard) == (language == "en")
    heard = await course(told, COO, "/ae 1 Hypocalcemia", texts(language)["choice.by_value"])
    assert ("Hypocalcemia" in heard) == (language == "en")


async def test_a_value_without_number_or_unit_is_asked_with_the_example(told: Study) -> None:
    heard = await course(told, COO, ALT, BY_VALUE, "raised")
    assert "Write the value and its unit, for example 45 U/L." in heard
    heard = await course(told, COO, "/ae 1 low platelets", BY_VALUE, "60")
    assert "Write the value and its unit, for example 75 ×10⁹/L." in heard
    heard = await course(told, COO, "/ae 1 INR increased", BY_VALUE, "2.1 s")
    assert "This value has no unit. Write the number alone." in heard
    assert "This value has no unit. Write the number alone." in await told.say(COO, "raised")


# ------------------------------------------------------------------ what cannot be
@pytest.mark.parametrize("typed", ["99999 U/L", "0 U/L", "0", "2000 µkat/L"])
async def test_a_value_that_no_patient_has_is_asked_again_with_its_range(told: Study, typed: str) -> None:
    heard = await course(told, COO, ALT, BY_VALUE, typed)
    assert "U/L is no value that a patient can have: 1 to 50000 U/L. Check number and unit" in heard
    assert not heard.yes
    assert "at least grade 4" in await course(told, COO, "10000 U/L", "40", "35")


async def test_a_creatinine_of_nothing_is_asked_again_and_one_of_uraemia_is_taken(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 creatinine increased", BY_VALUE, "0 µmol/L")
    assert "0 µmol/L is no value that a patient can have: 5 to 8000 µmol/L." in heard and not heard.yes
    assert "at least grade 4" in await course(told, COO, "20 mg/dL", "1.2", "0.9")


async def test_a_limit_that_no_laboratory_has_is_asked_again_with_its_range(told: Study) -> None:
    heard = await course(told, COO, ALT, BY_VALUE, "130 U/L", "4000")
    assert "4000 U/L is no limit of a laboratory: 10 to 200 U/L. Write it in the unit of the value" in heard
    assert "upper limit of normal (in U/L)?" in heard
    heard = await course(told, COO, "40", "0")
    assert "0 U/L is no baseline that a patient can have: 1 to 2000 U/L." in heard
    assert "at least grade 2" in await told.say(COO, "35")


async def test_a_value_without_a_unit_is_held_to_its_limits_and_asked_again(told: Study) -> None:
    heard = await course(told, COO, ALT, BY_VALUE, "99999", "40")
    assert "99999 U/L is no value that a patient can have: 1 to 50000 U/L." in heard
    assert "the measured value and its unit, for example 45 U/L" in heard and not heard.yes
    heard = await told.say(COO, "130 U/L")  # the limit stands
    assert "The value at baseline (in U/L)?" in heard
    card = await course(told, COO, "35", "2", "Now")
    assert "value 130 U/L" in card and "99999" not in card.text.partition("Record this?")[2].split("Typed")[0]
    await told.press(COO, RECORD)
    assert (await told.events())[-1].measured == (("value", "130 U/L"), ("uln", "40"), ("baseline", "35"))


OF_ANOTHER_UNIT = [
    ("Blood bilirubin increased", ("8 mg/dL", "1.2", "10"), "10 mg/dL", "0.05 to 4.5 mg/dL", "5"),
    ("Blood bilirubin increased", ("3.2 mg/dL", "1.2", "13"), "13 mg/dL", "0.05 to 4.5 mg/dL", "4.6"),
    ("Creatinine increased", ("3 mg/dL", "1.2", "80"), "80 mg/dL", "0.1 to 11 mg/dL", "12"),
    ("Fibrinogen decreased", ("80 mg/dL", "200", "2.5"), "0.025 g/L", "0.5 to 15 g/L", "10"),
    ("Fibrinogen decreased", ("120 mg/dL", "200", "2.5"), "0.025 g/L", "0.5 to 15 g/L", "10"),
    ("Alanine aminotransferase increased", ("8.3 µkat/L", "0.7", "30"), "30 µkat/L", "0.02 to 6 µkat/L", "7"),
    ("Weight loss", ("60 kg", "600"), "600 kg", "20 to 300 kg", "8"),
    ("Hemoglobin increased", ("210 g/L", "170", "16"), "16 g/L", "40 to 250 g/L", "30"),
]


@pytest.mark.parametrize("row", OF_ANOTHER_UNIT, ids=[f"{row[0]} {row[1]}" for row in OF_ANOTHER_UNIT])
async def test_a_baseline_in_another_unit_is_asked_again_with_its_range(
    told: Study, row: tuple[str, tuple[str, ...], str, str, str]
) -> None:
    term, typed, amount, can_be, again = row
    heard = await course(told, COO, f"/ae 1 {term}", BY_VALUE, *typed)
    assert f"{amount} is no baseline that a patient can have: {can_be}. Write it in the unit" in heard
    assert not heard.yes and "below grade" not in heard
    assert "is no baseline" in await told.say(COO, again)


async def test_a_baseline_in_another_unit_than_a_value_without_one_is_asked_again(told: Study) -> None:
    heard = await course(told, COO, "/ae 1 Blood bilirubin increased", BY_VALUE, "8", "1.2", "10")
    assert "10 mg/dL is no baseline that a patient can have: 0.05 to 4.5 mg/dL." in heard and not heard.yes
    assert "at least grade 3" in await told.say(COO, "0.6")


async def test_a_baseline_in_another_unit_is_refused_in_chinese_too(told: Study) -> None:
    await told.say(INV, "/language zh")
    heard = await course(told, INV, "/ae 1 肌酐升高", "按测量值分级", "3 mg/dL", "1.2", "80")
    assert "患者的基线不可能为80 mg/dL：应为0.1至11 mg/dL。" in heard and not heard.yes
    assert "至少3级" in await told.say(INV, "0.9")


async def test_a_value_of_another_unit_than_its_limit_is_refused_in_chinese_too(told: Study) -> None:
    await told.say(INV, "/language zh")
    heard = await course(told, INV, "/ae 1 肌酐升高", "按测量值分级", "180", "1.2")
    assert "实验室界值不可能为1.2 µmol/L：应为30至200 µmol/L。" in heard and not heard.yes


async def test_limits_that_contradict_each_other_are_told_in_the_readers_language(told: Study) -> None:
    await told.say(INV, "/language zh")
    heard = await course(
        told, INV, "/ae 1 Cardiac troponin I increased", "按测量值分级", "60 ng/L", "40", "20"
    )
    assert "正常值上限 40 高于 心肌梗死界值 20" in heard and "above" not in heard


async def test_an_albumin_in_another_unit_is_asked_again(told: Study) -> None:
    await course(told, COO, "/ae 1 Hypocalcemia", BY_VALUE, "Corrected for albumin", "1.9 mmol/L", "No")
    assert "Write a number from 5 to 80." in await told.say(COO, "4")
