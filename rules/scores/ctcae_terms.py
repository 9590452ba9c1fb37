"""The 837 terms of CTCAE v5.0: names, system organ class and the grades that exist; found by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SHORT, MUCH_LIKE = 4, 75
# What people call a term whose name is much unlike it.
CALLED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("hb", "hgb", "hemoglobin"), ("Anemia", "Hemoglobin increased")),
    "wbc": ("White blood cell decreased", "Leukocytosis"),
    "leukopenia": ("White blood cell decreased",),
    **dict.fromkeys(("plt", "thrombocytopenia"), ("Platelet count decreased",)),
    "anc": ("Neutrophil count decreased", "Febrile neutropenia"),
    "neutropenia": ("Neutrophil count decreased", "Febrile neutropenia"),
    "lymphopenia": ("Lymphocyte count decreased",),
    "aki": ("Acute kidney injury",),
    **dict.fromkeys(("cmv", "cmv reactivation"), ("Cytomegalovirus infection reactivation",)),
    **dict.fromkeys(("ebv", "ebv reactivation"), ("Epstein-Barr virus infection reactivation",)),
    "crs": ("Cytokine release syndrome",),
    **dict.fromkeys(("alt", "gpt"), ("Alanine aminotransferase increased",)),
    **dict.fromkeys(("ast", "got"), ("Aspartate aminotransferase increased",)),
}


@dataclass(frozen=True)
class Term:
    """One term of the list; `grades` are those that exist for it."""

    name: str
    organ_class: str
    grades: tuple[int, ...]


@cache
def terms() -> Mapping[str, Term]:
    """Every term by its name in small letters."""
    made, organ_class = {}, ""
    for line in files("rules.scores").joinpath("ctcae_terms.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            organ_class = line[1:-1]
        elif not line.startswith("#"):
            grades, name = line.split("\t")
            made[name.lower()] = Term(name, organ_class, tuple(int(digit) for digit in grades))
    return made


def _near_a_word(asked: str) -> list[str]:
    """Names with a word that these letters are; four of them also begin one, or are much like one."""
    from rapidfuzz import fuzz

    found: dict[str, float] = {}
    for name in terms():
        words = re.findall(r"\w+", name)
        begins = len(asked) == SHORT and any(word.startswith(asked) for word in words)
        likeness = max(fuzz.ratio(asked, word) for word in words) if len(asked) == SHORT else 0
        found[name] = 100 if begins or asked in words else likeness
    order = sorted(found, key=lambda name: (name != asked, -found[name], len(name), name))
    return [name for name in order if found[name] >= MUCH_LIKE]


def search(words: str, limit: int = 5) -> list[Term]:
    """Up to `limit` terms: what is called so, then those with all the words, then the most alike.

    Up to SHORT letters are in many names by chance: they are held to whole words of a name.
    """
    from rapidfuzz import fuzz, process

    asked = " ".join(words.lower().split())
    if not asked:
        return []
    known, called = terms(), [name.lower() for name in CALLED.get(asked, ())]
    if len(asked) <= SHORT:
        return [known[name] for name in list(dict.fromkeys([*called, *_near_a_word(asked)]))[:limit]]
    whole = [name for name in known if all(word in name for word in asked.split())]
    whole.sort(key=lambda name: (name != asked, not name.startswith(asked), len(name), name))
    alike = process.extract(asked, list(known), scorer=fuzz.WRatio, limit=limit, score_cutoff=70)
    names = dict.fromkeys([*called, *whole, *(name for name, _, _ in alike)])
    return [known[name] for name in list(names)[:limit]]
