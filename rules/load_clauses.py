"""The sections of protocol.yaml that escalation rests on: assumptions and clauses."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from rules.load_facts import expression, unique
from rules.protocol import ACTIONS, TABLES, Assumption, Clause, Reading
from rules.reading import Here
from rules.reading_words import said
from rules.situation import SYMBOLS

THEN = {
    "guards": ("hold", "refer"),
    "clauses": (*ACTIONS, "close"),
    "after_closing": ("reduce", "declare_mtd", "hold", "refer"),
}


def read_assumptions(root: Here) -> tuple[Assumption, ...]:
    """Every assumption with its readings; the chosen one must be among them."""
    made = []
    for here in root.each("assumptions", "assumption"):
        here.only(["assumption", "situation", "reading", "readings", "source"], ["bears_when"])
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
    escalation.only(TABLES)
    readings = {a.id: [r.name for r in a.readings] for a in assumptions}
    listed = isinstance(root.section("assumptions").node, yaml.SequenceNode)
    made = []
    seen: dict[str, int] = {}
    for table in TABLES:
        for here in escalation.each(table, "clause"):
            clause = _clause(here, table)
            made += [clause] if clause else []
            if listed:
                _check_under(here.section("under"), readings)
        unique(escalation, table, "clause", seen)
    return tuple(made)


def _check_under(under: Here, readings: Mapping[str, list[str]]) -> None:
    for name in under.names():
        reading = under.section(name).written()
        if reading not in readings.get(name, []):
            known = ", ".join(readings.get(name, [])) or "none; add the assumption"
            under.wrong(f"{name} has no reading `{reading}`", f"Readings: {known}")


def _clause(here: Here, table: str) -> Clause | None:
    here.only(["clause", "source", "says", "when", "then"], ["under", "at"])
    then = here.one_of("then", THEN[table], "refer")
    at = here.one_of("at", ["here", "below"], "here")
    if (then == "declare_mtd") != (here.at("at") is not None):
        here.wrong("`at` belongs to `declare_mtd`", "Write `at: here` or `at: below` with declare_mtd only")
    when = expression(here.section("when"), SYMBOLS)
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
