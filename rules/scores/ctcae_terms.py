"""The 837 terms of CTCAE v5.0: names, system organ class and the grades that exist; found by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


def search(words: str, limit: int = 5) -> list[Term]:
    """Up to `limit` terms: the one of that name, then those with all the words, then the most alike."""
    from rapidfuzz import fuzz, process

    asked = " ".join(words.lower().split())
    if not asked:
        return []
    known = terms()
    whole = [name for name in known if all(word in name for word in asked.split())]
    whole.sort(key=lambda name: (name != asked, not name.startswith(asked), len(name), name))
    alike = process.extract(asked, list(known), scorer=fuzz.WRatio, limit=limit, score_cutoff=70)
    names = dict.fromkeys([*whole, *(name for name, _, _ in alike)])
    return [known[name] for name in list(names)[:limit]]
