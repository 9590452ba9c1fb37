"""The sections of protocol.yaml that escalation rests on: assumptions and clauses."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from rules.estimate import Estimate
from rules.file.entries import ABOUT
from rules.file.load_facts import expression, unique
from rules.file.load_terms import Terms, condition, read_terms
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.protocol import ACTIONS, TABLES, Assumption, Clause, Reading
from rules.situation import SYMBOLS

THEN = {
    "guards": ("hold", "refer"),
    "clauses": (*ACTIONS, "close"),
    "after_closing": ("reduce", "declare_mtd", "hold", "refer"),
}
PLACES = ("here", "below", "estimate")


def read_assumptions(root: Here) -> tuple[Assumption, ...]:
    """Every assumption with its readings; the chosen one must be among them."""
    made = []
    for here in root.each("assumptions", "assumption"):
        here.only(["assumption", "situation", "reading", "readings", "source"], ["about", "bears_when"])
        readings = _readings(here)
        bears = here.at("bears_when")
        made.append(
            Assumption(
                id=here.text("assumption"),
                situation=said(here, "situation"),
                chosen=here.one_of("reading", [r.name for r in readings]),
                readings=readings,
                bears_when=expression(bears, SYMBOLS) if bears else None,
                source=here.text("source"),
                line=here.line,
                about=here.one_of("about", ABOUT),
            )
        )
    unique(root, "assumptions", "assumption")
    return tuple(made)


def _readings(here: Here) -> tuple[Reading, ...]:
    place = here.section("readings")
    made = []
    for name in place.names():
        entry = place.section(name)
        entry.only(["says"], ["sets"])
        sets = entry.section("sets")
        values = tuple((path, sets.section(path).written()) for path in sets.names())
        made.append(Reading(name, said(entry, "says"), values))
    return tuple(made)


def read_clauses(root: Here, assumptions: tuple[Assumption, ...]) -> tuple[Clause, ...]:
    """Every clause of the three tables; what it rests on must exist."""
    escalation = root.section("escalation")
    escalation.only(TABLES, ["terms", "estimate"])
    terms = read_terms(escalation)
    readings = {a.id: [r.name for r in a.readings] for a in assumptions}
    listed = isinstance(root.section("assumptions").node, yaml.SequenceNode)
    made = []
    seen: dict[str, int] = {}
    for table in TABLES:
        for here in escalation.each(table, "clause"):
            clause = _clause(here, table, terms)
            made += [clause] if clause else []
            if clause and clause.at == "estimate" and escalation.at("estimate") is None:
                here.wrong("`at: estimate` needs `escalation.estimate`", "Add its target and eliminate_above")
            if listed:
                _check_under(here.section("under"), readings)
        unique(escalation, table, "clause", seen)
    return tuple(made)


def read_estimate(escalation: Here) -> Estimate | None:
    """How `at: estimate` finds the MTD, where the file says so."""
    here = escalation.at("estimate")
    if here is None:
        return None
    here.only(["target", "eliminate_above", "source"])
    here.text("source")
    return Estimate(here.number("target", 0.01, 0.99, 0.3), here.number("eliminate_above", 0.5, 1, 0.95))


def _check_under(under: Here, readings: Mapping[str, list[str]]) -> None:
    for name in under.names():
        reading = under.section(name).written()
        if reading not in readings.get(name, []):
            known = ", ".join(readings.get(name, [])) or "none; add the assumption"
            under.wrong(f"{name} has no reading `{reading}`", f"Readings: {known}")


def _clause(here: Here, table: str, terms: Terms) -> Clause | None:
    here.only(["clause", "source", "says", "when", "then"], ["under", "at"])
    then = here.one_of("then", THEN[table], "refer")
    at = here.one_of("at", PLACES, "here")
    if (then == "declare_mtd") != (here.at("at") is not None):
        fix = f"Write one of: at: {', at: '.join(PLACES)}, with declare_mtd only"
        here.wrong("`at` belongs to `declare_mtd`", fix)
    when = condition(here.section("when"), terms)
    under = here.section("under")
    if when is None:
        return None
    return Clause(
        id=here.text("clause"),
        table=table,
        under=tuple((name, under.section(name).written()) for name in under.names()),
        says=said(here, "says"),
        when=when,
        then=then,
        at=at,
        source=here.text("source"),
        line=here.line,
    )
