"""Terms of adverse events: the one name that is recorded, its name for a reader, the grades that exist."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bot.messages import say
from bot.speech.lexicon import HERE, key, seen, spelt
from bot.speech.lexicon import terms as spoken
from bot.speech.plain import HAN
from bot.toxicity.short import of_short
from bot.words import LANGUAGES, texts
from rules.file.entries import Said
from rules.scores.ctcae_terms import Term, search
from rules.scores.ctcae_terms import terms as listed

# Graded on a scale of its own (ASTCT 2019); no term of CTCAE v5.0.
ICANS = "ICANS"
# Buttons: the key of the label, and what is recorded; "Infection" is several terms, of which one is chosen.
COMMON = {
    "crs": "Cytokine release syndrome", "icans": ICANS, "neutropenia": "Neutrophil count decreased",
    "thrombocytopenia": "Platelet count decreased", "anemia": "Anemia", "infection": "Infection",
}  # fmt: skip
EVERY_GRADE = (1, 2, 3, 4, 5)


def known(typed: str) -> str | None:
    """The term of CTCAE v5.0 (or ICANS) that these words name, in any spelling; None when none or several."""
    if key(seen(typed)) in _icans():
        return ICANS
    found = spoken().get(key(seen(typed)), ())
    return found[0] if len(found) == 1 else None


@cache
def _icans() -> frozenset[str]:
    return frozenset(key(seen(words)) for words in (ICANS, *(texts(x)["term.icans"] for x in LANGUAGES)))


def is_listed(term: str) -> bool:
    """True for a term of CTCAE v5.0 and for ICANS."""
    return term == ICANS or term.lower() in listed()


def alike(typed: str) -> tuple[str, ...]:
    """Terms that were perhaps meant: those that the words can mean, then the most alike. To choose from."""
    if measured := of_short(typed):
        return measured
    vague = [name for name in spoken().get(key(seen(typed)), ()) if name]
    return tuple(dict.fromkeys([*vague, *_alike_in_chinese(typed), *(x.name for x in search(typed, 5))]))[:6]


def _alike_in_chinese(typed: str) -> list[str]:
    """Terms with a Chinese name that holds these words or is much like them, the shortest name first."""
    from rapidfuzz import fuzz, process

    asked = key(seen(typed))
    if not re.search(f"[{HAN}]", asked):
        return []
    known = {
        said: found[0] for said, found in spoken().items() if len(found) == 1 and re.search(f"[{HAN}]", said)
    }
    holding = sorted((said for said in known if asked in said), key=len)
    like = process.extract(asked, list(known), scorer=fuzz.ratio, limit=5, score_cutoff=60)
    return [known[said] for said in (*holding, *(said for said, _, _ in like))]


def grades(term: str) -> tuple[int, ...]:
    """The grades that exist for a term; every grade for words of one's own."""
    found: Term | None = listed().get(term.lower())
    return found.grades if found else EVERY_GRADE


def words(term: str) -> Any:
    """A term as a reader reads it; as recorded where we know no other name."""
    common = next((name for name, recorded in COMMON.items() if recorded == term and name != "infection"), "")
    if common:
        return say(f"term.{common}")
    return Said((("en", term), ("zh", _chinese()[term]))) if term in _chinese() else term


@cache
def _chinese() -> dict[str, str]:
    """The first Chinese name of each term that has one."""
    made: dict[str, str] = {}
    for line in (HERE / "terms.tsv").read_text("utf-8").splitlines():
        name, _, aliases = line.partition("\t")
        for alias in aliases.split("|") if aliases and not line.startswith("#") else ():
            if any("\u4e00" <= sign <= "\u9fff" for sign in alias):
                made.setdefault(name, next(iter(spelt(alias))))
    return made
