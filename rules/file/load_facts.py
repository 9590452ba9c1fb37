"""The sections of protocol.yaml that screening rests on: facts and criteria."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import product

from rules.expressions import BadExpression, Expression, Value, compile_expression
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.protocol import Criterion, Fact, Said

MAX_TRIALS = 4096


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


def read_facts(root: Here) -> tuple[Fact, ...]:
    """Every fact; types, ranges and choices checked (units are checked by units.py)."""
    made = [_fact(here) for here in root.each("facts", "fact")]
    if not made:
        root.section("facts").wrong("no fact is given", "Write what is asked at screening")
    unique(root, "facts", "fact")
    return tuple(made)


def _fact(here: Here) -> Fact:
    here.only(
        ["fact", "asks", "type", "valid_days", "source"], ["unit", "range", "choices", "ask_first", "score"]
    )
    type_ = here.one_of("type", ["number", "judgement", "choice"], "judgement")
    low, high = _range(here) if type_ == "number" else (0.0, 0.0)
    if type_ == "number" and here.at("unit") is None:
        here.wrong("a number needs a unit", "Write `unit: year`, or `unit: count` for a plain count")
    id_ = here.text("fact")
    if id_ and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", id_):
        here.wrong(f"`{id_}` cannot be used in an expression", "Write the fact with letters, digits and _")
    return Fact(
        id=id_,
        asks=said(here, "asks"),
        type=type_,
        unit=here.text("unit"),
        low=low,
        high=high,
        choices=_choices(here) if type_ == "choice" else (),
        valid_days=here.whole("valid_days", 1, 36500, 1),
        ask_first=here.whole("ask_first", 1, 999, 999),
        source=here.text("source"),
        line=here.line,
        score=_score(here, type_),
    )


def _score(here: Here, type_: str) -> str:
    """The score whose verdict answers the fact, or none."""
    score, place = here.one_of("score", ["acr_eular"]), here.at("score")
    if place and type_ != "judgement":
        place.wrong("only a judgement is answered by a score", "Write `type: judgement`")
    return score


def _choices(here: Here) -> tuple[tuple[str, Said], ...]:
    place = here.section("choices")
    names = place.names()
    if len({name.lower() for name in names} - {"unclear"}) < max(2, len(names)):
        fix = "Write `choices:` with a line each; `unclear` is always there"
        here.wrong("a choice needs two or more choices that differ", fix)
    return tuple((name, said(place, name)) for name in names)


def _range(here: Here) -> tuple[float, float]:
    place = here.at("range")
    pair = place.value() if place else None
    if isinstance(pair, list) and len(pair) == 2 and all(_finite(x) for x in pair) and pair[0] < pair[1]:
        return float(pair[0]), float(pair[1])
    (place or here).wrong("a number needs its plausible range", "Write `range: [0, 120]`, low then high")
    return 0.0, 0.0


def _finite(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= 1e15


def read_criteria(root: Here, facts: tuple[Fact, ...]) -> tuple[Criterion, ...]:
    """Every criterion; expressions are typed over the facts, and the answers must make a difference."""
    by_id = {fact.id: fact for fact in facts}
    kinds = {fact.id: fact.kind for fact in facts}
    made = [_criterion(here, by_id, kinds) for here in root.each("criteria", "criterion") if facts]
    if not made and facts:
        root.section("criteria").wrong("no criterion is given", "Write who may enter")
    unique(root, "criteria", "criterion")
    return tuple(made)


def _criterion(here: Here, facts: Mapping[str, Fact], kinds: Mapping[str, str]) -> Criterion:
    here.only(["criterion", "kind", "source", "says"], ["when", "all", "any"])
    ways = [way for way in ("when", "all", "any") if here.at(way)]
    places = []
    if len(ways) != 1:
        here.wrong("a criterion has one of `when`, `all`, `any`", "Write one `when: expression`")
    else:
        places = [here.section("when")] if ways == ["when"] else list(here.each(ways[0]))
        if not places:
            here.wrong("a criterion needs an expression", "Write one `when: expression`")
    return Criterion(
        id=here.text("criterion"),
        kind=here.one_of("kind", ["inclusion", "exclusion"], "inclusion"),
        says=said(here, "says"),
        combine="any" if ways == ["any"] else "all",
        tests=tuple(test for place in places if (test := _test(place, facts, kinds))),
        source=here.text("source"),
        line=here.line,
    )


def _test(place: Here, facts: Mapping[str, Fact], kinds: Mapping[str, str]) -> Expression | None:
    test = expression(place, kinds)
    if test is None:
        return None
    if not test.names:
        place.wrong("the expression asks about no fact", "Compare a fact: `age >= 18`")
    elif _settled(test, facts):
        fix = "Compare with a value of the fact, in the fact's unit"
        place.wrong(f"`{test.text}` says the same whatever is answered", fix)
    return test


def _settled(test: Expression, facts: Mapping[str, Fact]) -> bool:
    """True when no answer changes what the expression says: a misspelt choice, a bound out of range."""
    if re.search(r"[*+-]", re.sub(r"""(["']).*?\1""", "", test.text)):
        return False  # arithmetic is taken as it is
    names = sorted(test.names)
    values = [_values(facts[name], test.text) for name in names]
    if min(len(set(each)) for each in values) < 2 or math.prod(len(each) for each in values) > MAX_TRIALS:
        return False  # the fact itself is a mistake, or there is too much to try
    return len({test.holds(dict(zip(names, answers, strict=True))) for answers in product(*values)}) < 2


def _values(fact: Fact, text: str) -> list[Value]:
    if fact.type == "judgement":
        return [True, False]
    if fact.type == "choice":
        return [name for name, _ in fact.choices]
    written = [float(number) for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", text)]
    return [fact.low, fact.high, *(number for number in written if fact.low < number < fact.high)]


def expression(place: Here, kinds: Mapping[str, str]) -> Expression | None:
    """The expression written at a place; None, and the mistake noted, when it cannot be used."""
    text = place.value()
    try:
        if isinstance(text, str):
            return compile_expression(text, kinds)
        place.wrong("expected an expression", "Write one comparison, like `age >= 18`")
    except BadExpression as error:
        place.wrong(str(error), "Mend the expression")
    return None
