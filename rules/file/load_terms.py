"""The `terms` of escalation: conditions that a file names once and that its clauses then use by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from rules.expressions import MAX_LENGTH, BadExpression, Expression, compile_expression
from rules.file.load_facts import expression, unique
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.situation import SYMBOLS

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORDS = ("and", "or", "not", "in", "true", "false", "null", "nan", "inf", "if", "for", "some")
Terms = Mapping[str, str]


def read_terms(escalation: Here) -> Terms:
    """The condition behind each name; conditions are written in the symbols alone."""
    terms: dict[str, str] = {}
    for here in escalation.each("terms", "term"):
        here.only(["term", "says", "when", "source"])
        here.text("source")
        said(here, "says")
        name = here.text("term")
        if name and (not NAME.fullmatch(name) or name in SYMBOLS or name in WORDS):
            here.wrong(
                f"`{name}` cannot name a term", "Use letters, digits and _, and no word that has a meaning"
            )
            continue
        when = expression(here.section("when"), SYMBOLS)
        if when is not None:
            terms[name] = when.text
    unique(escalation, "terms", "term")
    return terms


def condition(place: Here, terms: Terms) -> Expression | None:
    """The `when` of a clause with its terms filled in; None, and the mistake noted, when it is wrong."""
    text = place.value()
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not set(NAME.findall(text)) & terms.keys():
        return expression(place, SYMBOLS)
    whole = NAME.sub(lambda found: f"({terms[found[0]]})" if found[0] in terms else found[0], text)
    try:
        return replace(compile_expression(whole, SYMBOLS, len(whole)), text=text)
    except BadExpression as error:
        place.wrong(str(error), "Mend the expression")
    return None
