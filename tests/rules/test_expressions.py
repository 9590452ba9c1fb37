"""Expressions: typed when they are read, three-valued when they are used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.expressions import (
    UNKNOWN,
    BadExpression,
    Truth,
    both,
    compile_expression,
    compiled_table,
    either,
    negated,
)
from rules.situation import SYMBOLS
from tests.rules.files import protocol_of

T, F, U = True, False, UNKNOWN
KINDS = {"age": "number", "aids": "truth", "hbsag": "word"}

# -------------------------------------------------------------------- Kleene's tables, written out


@pytest.mark.parametrize(
    ("left", "right", "together", "one"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_both_and_either_follow_kleene(left: Truth, right: Truth, together: Truth, one: Truth) -> None:
    assert both([left, right]) is together
    assert either([left, right]) is one


@pytest.mark.parametrize(("truth", "opposite"), [(T, F), (F, T), (U, U)])
def test_the_opposite_of_unknown_is_unknown(truth: Truth, opposite: Truth) -> None:
    assert negated(truth) is opposite


@given(st.lists(st.sampled_from([T, F, U]), max_size=5))
def test_de_morgan_holds_in_three_values(truths: list[Truth]) -> None:
    assert negated(both(truths)) is either([negated(truth) for truth in truths])


# -------------------------------------------------------------------- use


@pytest.mark.parametrize(
    ("text", "values", "truth"),
    [
        ("age >= 18", {"age": 18.0}, T),
        ("age >= 18", {"age": 17.0}, F),
        ("age >= 18", {}, U),
        ("aids == false", {}, U),
        ("not aids", {}, U),
        ("not aids", {"aids": False}, T),
        ("aids == false or age > 1", {"aids": False}, U),
        ("hbsag == 'positive'", {"hbsag": "positive"}, T),
        ('hbsag != "positive"', {"hbsag": "positive"}, F),
        ("age * 2 + 1 - 1 > 30", {"age": 16.0}, T),
        ("age > -5", {"age": 0.0}, T),
        ("(age > 1 and age < 3) or aids", {"age": 2.0, "aids": False}, T),
    ],
)
def test_an_expression_is_unknown_until_every_name_has_a_value(
    text: str, values: dict[str, bool | float | str], truth: Truth
) -> None:
    assert compile_expression(text, KINDS).holds(values) is truth


def test_values_beside_the_names_of_an_expression_do_not_matter() -> None:
    expression = compile_expression("age >= 18", KINDS)
    assert expression.names == {"age"}
    assert expression.holds({"age": 18.0, "aids": True, "other": "x"}) is True


# -------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("agee > 1", "`agee` is not a known name; known: age, aids, hbsag"),
        ("$now > 1", "`$` names"),
        ("age > 1 and $abs(age) > 1", "`$` names"),
        ("aids == 'yes'", "compares things of different kinds"),
        ("age == '18'", "compares things of different kinds"),
        ("age == null", "compares things of different kinds"),
        ("not age", "compares things of different kinds"),
        ("not aids or age", "compares things of different kinds"),
        ("-aids or aids", "compares things of different kinds"),
        ("age and aids", "compares things of different kinds"),
        ("'pos' in hbsag", "compares things of different kinds"),
        ("age > 'x'", "does not fit"),
        ("age", "is not a yes/no expression"),
        ("hbsag", "is not a yes/no expression"),
        ("age + 1", "is not a yes/no expression"),
        ("age >", "does not fit"),
        ("", "does not fit"),
        ("age > 9 ** 9", "`**` has no meaning"),
        ("age > 9 / 0", "`/` has no meaning"),
        ("hbsag =~ '(a+)+'", "`=~` has no meaning"),
        ("[a for a in age]", "`[` has no meaning"),
        ("hbsag.length > 1", "`.` has no meaning"),
        ("hbsag == 'open", "`'` has no meaning"),
        ("age > １８", "`１` has no meaning"),
        ("age > 1" + " and age > 1" * 20, "at most 200"),
    ],
)
def test_what_could_mislead_or_never_end_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(BadExpression) as refusal:
        compile_expression(text, KINDS)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.text("age aids hbsag()<>=!+-*'\"not and or 123.$", max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        truth = compile_expression(text, KINDS).holds({"age": 3.0, "aids": True, "hbsag": "positive"})
    except BadExpression:
        return
    assert truth in (True, False)


# -------------------------------------------------------------------- the same, compiled
LINES = [clause.when.text for clause in protocol_of().clauses]
COUNTS = {name: st.integers(0, 12) if kind == "number" else st.booleans() for name, kind in SYMBOLS.items()}


@given(st.fixed_dictionaries(COUNTS))
def test_compiled_clauses_hold_just_where_rule_engine_says_so(values: dict[str, bool | int]) -> None:
    rules = [compile_expression(text, SYMBOLS) for text in [*LINES, *ARITHMETIC]]
    names = sorted(SYMBOLS)
    holding = compiled_table(rules, names)(*[values[name] for name in names])
    assert holding == [at for at, rule in enumerate(rules) if rule.holds(values) is True]


ARITHMETIC = [
    "dlts <= 0.2365 * evaluable", "dlts - 1 < 0.3585 * evaluable", "not (evaluable + dlts * 2 - 1 > 6)",
    "-dlts < -1", "(lowest or highest) and not reduced", "level != 2", "highest == lowest",
]  # fmt: skip
