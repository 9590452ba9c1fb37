"""The criteria of protocol.yaml that propose a DLT; none where the registration gives none."""

from __future__ import annotations

import re

from rules.expressions import Expression
from rules.file.load_facts import expression, unique
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.toxicity.dlt import ASKS, DltCriterion

# Graded on a scale of its own, and no term of CTCAE v5.0.
BESIDE_CTCAE = ("ICANS",)


def read_dlt_criteria(dlt: Here) -> tuple[DltCriterion, ...]:
    """Every criterion; a term that is none of CTCAE v5.0 would never match, and is a mistake."""
    made = [_criterion(here) for here in dlt.each("criteria", "criterion")]
    unique(dlt, "criteria", "criterion")
    return tuple(made)


def _criterion(here: Here) -> DltCriterion:
    here.only(["criterion", "says", "source"], ["when", "all", "any"])
    ways = [way for way in ("when", "all", "any") if here.at(way)]
    places = list(here.each(ways[0])) if ways in (["all"], ["any"]) else [here.section("when")]
    if len(ways) != 1 or not places:
        here.wrong("a criterion has one of `when`, `all`, `any`", "Write one `when: grade >= 4`")
        places = []
    tests = tuple(test for place in places if (test := _test(place)))
    combine = "any" if ways == ["any"] else "all"
    return DltCriterion(
        here.text("criterion"), said(here, "says"), combine, tests, here.text("source"), here.line
    )


def _test(place: Here) -> Expression | None:
    test = expression(place, ASKS)
    if test is None:
        return None
    if not test.names:
        place.wrong("the expression asks about nothing", f"Ask about: {', '.join(ASKS)}")
    for word in re.findall(r"""["']([^"']*)["']""", test.text):
        _known_word(place, test, word)
    return test


def _known_word(place: Here, test: Expression, word: str) -> None:
    from rules.scores.ctcae_terms import terms

    known = {term.name for term in terms().values()} | {*BESIDE_CTCAE}
    classes = {term.organ_class for term in terms().values()}
    if (test.names & {"term"} and word not in known) or (
        test.names & {"organ_class"} and word not in classes
    ):
        place.wrong(
            f"`{word}` is not in CTCAE v5.0", "Write the term or the system organ class as printed there"
        )
