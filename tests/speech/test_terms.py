"""The terms: all 837 names of CTCAE v5.0, synonyms in both languages, and nothing but names."""

from __future__ import annotations

import re

import pytest

from bot.speech.lexicon import HERE, key, term_names, terms
from tests.speech.said import AT, ROSTER, parser

ROWS = [
    line.split("\t")
    for line in (HERE / "terms.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_every_name_of_ctcae_v5_is_there_once() -> None:
    assert len(ROWS) == len(term_names()) == 837
    assert sum(name.endswith("Other, specify") for name in term_names()) == 26


def test_at_least_150_terms_have_chinese_names_and_as_many_have_english_synonyms() -> None:
    aliases = [row[1].split("|") for row in ROWS if len(row) > 1]
    assert sum(any(re.search("[\u4e00-\u9fff]", alias) for alias in each) for each in aliases) >= 150
    assert sum(any(alias.isascii() for alias in each) for each in aliases) >= 100


def test_there_are_names_only_no_codes_and_no_definitions() -> None:
    for row in ROWS:
        assert len(row) <= 2
        assert not re.search(r"\d{6}", "".join(row))
        assert all(len(alias) <= 60 for alias in "".join(row[1:]).split("|"))


@pytest.mark.parametrize("start", range(0, 837, 93))
def test_each_name_is_read_as_itself_in_a_report(start: int) -> None:
    for name in sorted(term_names())[start : start + 93]:
        found = parser().parse(f"004 has grade 3 {name} since Monday 08:00", AT, ROSTER)
        assert found.kind == "card", (name, found.said())
        assert found.slots["term"] == name


def test_no_word_stands_for_two_terms() -> None:
    assert all(among[-1] == "" for among in terms().values() if len(among) > 1)
    assert {name for among in terms().values() for name in among if name} <= term_names()


@pytest.mark.parametrize(
    ("said", "name"),
    {
        "CRS": "Cytokine release syndrome", "cytokine storm": "Cytokine release syndrome",
        "细胞因子释放综合征": "Cytokine release syndrome", "neutropenia": "Neutrophil count decreased",
        "中性粒细胞减少": "Neutrophil count decreased", "ANC decreased": "Neutrophil count decreased",
        "low platelets": "Platelet count decreased", "haemolysis": "Hemolysis", "anaemia": "Anemia",
        "raised ALT": "Alanine aminotransferase increased", "ALT升高": "Alanine aminotransferase increased",
        "diarrhoea": "Diarrhea", "peripheral oedema": "Edema limbs", "CMV reactivation":
        "Cytomegalovirus infection reactivation", "带状疱疹": "Shingles", "房颤": "Atrial fibrillation",
        "tumour lysis syndrome": "Tumor lysis syndrome", 
        "QTc延长": "Electrocardiogram QT corrected interval prolonged",
        "低钾": "Hypokalemia", "rash maculopapular": "Rash maculo-papular",
    }.items(),
)  # fmt: skip
def test_what_people_call_a_term_is_that_term(said: str, name: str) -> None:
    assert terms()[key(said.lower())] == (name,)


@pytest.mark.parametrize("said", ["ICANS", "rash", "infection", "皮疹", "感染", "pneumoniae", "CRX", "肺炎"])
def test_what_is_no_one_term_is_never_filled_in(said: str) -> None:
    found = parser().parse(f"004 has grade 3 {said} since Monday 08:00", AT, ROSTER)
    assert found.kind == "ask"
    assert "term" not in found.slots
    assert said in found.unread
