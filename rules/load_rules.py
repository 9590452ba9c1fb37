"""The lists of protocol.yaml that decide: facts, criteria, clauses, assumptions."""

from __future__ import annotations

from collections.abc import Mapping

from rules.expressions import BadExpression, Expression, compile_expression
from rules.protocol import ACTIONS, Assumption, Clause, Criterion, Fact, Reading
from rules.reading import Here
from rules.reading_words import said
from rules.situation import SYMBOLS

TABLES = ("guards", "clauses", "after_closing")


def read_facts(root: Here) -> tuple[Fact, ...]:
    """Every fact; types, ranges and choices checked (units are checked by units.py)."""
    made = []
    for here in root.each("facts", "fact"):
        here.only(["fact", "asks", "type", "valid_days", "source"], ["unit", "range", "choices", "ask_first"])
        type_ = here.one_of("type", ["number", "judgement", "choice"], "judgement")
        low, high = _range(here) if type_ == "number" else (0.0, 0.0)
        if type_ == "number" and here.at("unit") is None:
            here.wrong("a number needs a unit", "Write `unit: year`, or `unit: count` for a plain count")
        choices = here.at("choices")
        if type_ == "choice" and (choices is None or len(choices.keys()) < 2):
            here.wrong("a choice needs at least two choices", "Write `choices:` with one line each")
        listed = tuple((name, said(choices, name)) for name in choices.keys()) if choices else ()
        made.append(
            Fact(
                here.text("fact"),
                said(here, "asks"),
                type_,
                here.text("unit"),
                low,
                high,
                listed,
                here.whole("valid_days", 1, 36500, 1),
                here.whole("ask_first", 1, 999, 999),
                here.text("source"),
                here.line,
            )  # fmt: skip
        )
        _identifier(here, "fact", made[-1].id)
    unique(root, "facts", "fact")
    return tuple(made)


def _identifier(here: Here, label: str, id_: str) -> None:
    if id_ and not id_.isidentifier():
        here.wrong(
            f"`{id_}` cannot be used in an expression", f"Write the {label} with letters, digits and _"
        )


def _range(here: Here) -> tuple[float, float]:
    place = here.at("range")
    pair = place.value() if place else None
    numbers = isinstance(pair, list) and len(pair) == 2 and all(type(x) in (int, float) for x in pair)
    if not numbers or pair is None or pair[0] >= pair[1]:
        (place or here).wrong("a number needs its plausible range", "Write `range: [0, 120]`, low then high")
        return 0.0, 0.0
    return float(pair[0]), float(pair[1])


def unique(root: Here, section: str, label: str, seen: dict[str, int] | None = None) -> None:
    """Note each id of a list that is used twice; `seen` carries ids over several lists."""
    seen = {} if seen is None else seen
    for here in root.each(section, label):
        place = here.at(label)
        value = place.value() if place else None
        if place is None or not isinstance(value, str):
            continue
        if value in seen:
            place.wrong(f"`{value}` is already the {label} of line {seen[value]}", "Give each its own id")
        else:
            seen[value] = place.line


def _expression(here: Here, name: str, kinds: Mapping[str, str]) -> Expression:
    place = here.at(name)
    text = here.text(name)
    if place is not None and text:
        try:
            return compile_expression(text, kinds)
        except BadExpression as error:
            place.wrong(str(error), "Mend the expression")
    return compile_expression("true", {})


def read_criteria(root: Here, facts: tuple[Fact, ...]) -> tuple[Criterion, ...]:
    """Every criterion; expressions are typed over the facts."""
    kinds = {fact.id: fact.kind for fact in facts}
    made = []
    for here in root.each("criteria", "criterion"):
        here.only(["criterion", "kind", "source", "says"], ["when", "all", "any"])
        ways = [way for way in ("when", "all", "any") if here.at(way)]
        if len(ways) != 1:
            here.wrong("a criterion has one of `when`, `all`, `any`", "Write one `when: expression`")
            continue
        tests = _tests(here, ways[0], kinds)
        if not all(test.names for test in tests):
            here.wrong("the expression asks about no fact", "Compare a fact: `age >= 18`")
        combine = "any" if ways[0] == "any" else "all"
        kind = here.one_of("kind", ["inclusion", "exclusion"], "inclusion")
        made.append(
            Criterion(
                here.text("criterion"),
                kind,
                said(here, "says"),
                combine,
                tests,
                here.text("source"),
                here.line,
            )
        )
    unique(root, "criteria", "criterion")
    return tuple(made)


def _tests(here: Here, way: str, kinds: Mapping[str, str]) -> tuple[Expression, ...]:
    if way == "when":
        return (_expression(here, "when", kinds),)
    made = []
    for text in here.words(way):
        try:
            made.append(compile_expression(text, kinds))
        except BadExpression as error:
            here.wrong(str(error), "Mend the expression")
    return tuple(made)


def read_assumptions(root: Here) -> tuple[Assumption, ...]:
    """Every assumption with its readings; the chosen one must be among them."""
    made = []
    for here in root.each("assumptions", "assumption"):
        here.only(["assumption", "situation", "reading", "readings", "source"], ["bears_when"])
        readings = tuple(_readings(here))
        chosen = here.one_of("reading", [r.name for r in readings])
        bears = _expression(here, "bears_when", SYMBOLS) if here.at("bears_when") else None
        made.append(
            Assumption(
                here.text("assumption"),
                said(here, "situation"),
                chosen,
                readings,
                bears,
                here.text("source"),
                here.line,
            )  # fmt: skip
        )
    unique(root, "assumptions", "assumption")
    return tuple(made)


def _readings(here: Here) -> list[Reading]:
    place = here.at("readings")
    made = []
    for name in place.keys() if place else []:
        entry = place.at(name) if place else None
        if entry is None or not entry.only(["says"], ["sets"]):
            continue
        sets = entry.at("sets")
        values = tuple((key, str(value)) for key, value in (sets.value() if sets else {}).items())
        made.append(Reading(name, said(entry, "says"), values))
    return made


def read_clauses(root: Here, assumptions: tuple[Assumption, ...]) -> tuple[Clause, ...]:
    """Every clause of the three tables; what it rests on must exist."""
    escalation = root.at("escalation")
    if escalation is None or not escalation.only(TABLES):
        return ()
    readings = {a.id: [r.name for r in a.readings] for a in assumptions}
    made = []
    seen: dict[str, int] = {}
    for table in TABLES:
        made += [_clause(here, table, readings) for here in escalation.each(table, "clause")]
        unique(escalation, table, "clause", seen)
    return tuple(made)


def _clause(here: Here, table: str, readings: Mapping[str, list[str]]) -> Clause:
    here.only(["clause", "source", "says", "when", "then"], ["under", "at"])
    then = here.one_of("then", [*ACTIONS, "close"], "refer")
    at = here.one_of("at", ["here", "below"], "here")
    if then == "declare_mtd" and here.at("at") is None:
        here.wrong("`declare_mtd` needs a level", "Write `at: here` or `at: below`")
    if then == "close" and table != "clauses":
        here.wrong("`close` cannot follow here", "Only the table `clauses` closes a level")
    under = here.at("under")
    pairs = tuple(
        (name, str(value)) for name, value in (under.value() if under and under.keys() else {}).items()
    )
    for name, reading in pairs:
        if under and reading not in readings.get(name, []):
            known = ", ".join(readings.get(name, [])) or "none; add the assumption"
            under.wrong(f"{name} has no reading `{reading}`", f"Readings: {known}")
    return Clause(
        here.text("clause"), table, pairs, said(here, "says"), _expression(here, "when", SYMBOLS), then, at,
        here.text("source"), here.line,
    )  # fmt: skip
