"""The one door to rule-engine: expressions typed at load, three-valued at use."""

from __future__ import annotations

import ast as python
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

import rule_engine
from rule_engine import ast

KINDS = {
    "number": rule_engine.DataType.FLOAT,
    "truth": rule_engine.DataType.BOOLEAN,
    "word": rule_engine.DataType.STRING,
}
MAX_LENGTH = 200
LOAD = python.Load()
COMPARED: Mapping[str, type[python.cmpop]] = {
    "eq": python.Eq, "ne": python.NotEq, "lt": python.Lt, "le": python.LtE, "gt": python.Gt, "ge": python.GtE,
}  # fmt: skip
COUNTED: Mapping[str, type[python.operator]] = {"add": python.Add, "sub": python.Sub, "mul": python.Mult}
# Names, numbers, quoted words, comparisons, + - *, brackets. Powers, patterns and loops could run for ever.
TOKEN = re.compile(
    r"""[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?|"[^"\\]*"|'[^'\\]*'|[=!<>]=|[<>()+-]|\*(?!\*)|\s+"""
)


class Unknown(Enum):
    """The third truth value: the facts do not settle the expression."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Truth = bool | Unknown
Value = bool | float | int | str


class BadExpression(ValueError):
    """An expression of the file that cannot be used; str() is one line for its author."""


@dataclass(frozen=True)
class Expression:
    """A yes/no expression over named facts."""

    text: str
    names: frozenset[str]
    rule: Any = field(repr=False, compare=False)

    def holds(self, values: Mapping[str, Value]) -> Truth:
        """True, False, or UNKNOWN when a name it needs is not among `values`."""
        if not self.names <= values.keys():
            return UNKNOWN
        return bool(self.rule.matches(values))


def compile_expression(text: str, kinds: Mapping[str, str], longest: int = MAX_LENGTH) -> Expression:
    """Parse `text` over names of the given kinds (number | truth | word); BadExpression if it is wrong."""
    _hold_to_grammar(text, longest)
    words = {word for word in re.findall(r"\w+", text) if word in kinds}
    resolver = rule_engine.type_resolver_from_dict({word: KINDS[kinds[word]] for word in words})
    context = rule_engine.Context(type_resolver=resolver)
    try:
        rule = rule_engine.Rule(text, context=context)
    except rule_engine.errors.SymbolResolutionError as error:
        known = ", ".join(sorted(kinds)[:40])
        raise BadExpression(f"`{error.symbol_name}` is not a known name; known: {known}") from error
    except rule_engine.errors.EngineError as error:
        raise BadExpression(f"`{text}` does not fit: {error.message.splitlines()[0]}") from error
    root = rule.statement.expression
    if root.result_type is not KINDS["truth"]:
        raise BadExpression(f"`{text}` is not a yes/no expression")
    if not _agrees(root):
        raise BadExpression(f"`{text}` compares things of different kinds")
    return Expression(text, frozenset(context.symbols), rule)


def _hold_to_grammar(text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadExpression(f"the expression has {len(text)} characters; at most {longest} are read")
    at = 0
    while found := TOKEN.match(text, at):
        at = found.end()
    stray = re.match(r"[^\w\s]+|.", text[at:])
    if stray and "$" in stray.group():
        raise BadExpression("`$` names (a clock, built-in functions) are not allowed")
    if stray:
        raise BadExpression(f"`{stray.group()}` has no meaning in an expression")


def rules_out(expression: Expression, name: str) -> bool:
    """True when the expression cannot hold where `name` does: it says `not name`, alone or in brackets."""
    parts = [(expression.rule.statement.expression, True)]
    while parts:
        node, holds = parts.pop()
        if isinstance(node, ast.LogicExpression) and node.type == ("and" if holds else "or"):
            parts += [(node.left, holds), (node.right, holds)]
        elif isinstance(node, ast.UnaryExpression) and node.type == "not":
            parts.append((node.right, not holds))
        elif isinstance(node, ast.SymbolExpression) and node.name == name and not holds:
            return True
    return False


def _agrees(node: Any) -> bool:
    """False where rule-engine would compare a word with a number, or negate a number, and just say no."""
    if isinstance(node, ast.UnaryExpression):
        kind = "truth" if node.type == "not" else "number"
        return node.right.result_type is KINDS[kind] and _agrees(node.right)
    if isinstance(node, ast.BinaryExpressionBase):
        left, right = node.left.result_type, node.right.result_type
        like = left is right and (not isinstance(node, ast.LogicExpression) or left is KINDS["truth"])
        return like and _agrees(node.left) and _agrees(node.right)
    return isinstance(node, ast.SymbolExpression | ast.LiteralExpressionBase)


def compiled_table(expressions: Sequence[Expression], names: Sequence[str]) -> Callable[..., list[int]]:
    """One function of the values of `names`, in order, that says which expressions hold, by their places.

    The same expressions that rule-engine parsed and typed, as Python code: many times faster where
    every name has a value (a test holds the two together).
    """
    numbers: dict[str, Any] = {}
    tree = python.parse(f"def speaking({', '.join(names)}):\n    found = []\n    return found")
    function = tree.body[0]
    assert isinstance(function, python.FunctionDef)  # noqa: S101 - parsed one line above
    for at, expression in enumerate(expressions):
        holds = _python(expression.rule.statement.expression, numbers)
        noted = python.parse(f"found.append({at})").body
        function.body.insert(-1, python.If(holds, noted, []))
    space: dict[str, Any] = {"__builtins__": {}, **numbers}
    exec(compile(python.fix_missing_locations(tree), "<clauses>", "exec"), space)  # noqa: S102 - whitelisted
    made: Callable[..., list[int]] = space["speaking"]
    return made


def _python(node: Any, numbers: dict[str, Any]) -> python.expr:
    """The Python of a checked node; broken numbers are kept exact, by name in `numbers`."""
    if isinstance(node, ast.SymbolExpression):
        return python.Name(node.name, LOAD)
    if isinstance(node, ast.LiteralExpressionBase):
        return _literal(node.value, numbers)
    if isinstance(node, ast.UnaryExpression):
        sign: python.unaryop = python.Not() if node.type == "not" else python.USub()
        return python.UnaryOp(sign, _python(node.right, numbers))
    left, right = _python(node.left, numbers), _python(node.right, numbers)
    if isinstance(node, ast.LogicExpression):
        return python.BoolOp(python.And() if node.type == "and" else python.Or(), [left, right])
    if node.type in COMPARED:
        return python.Compare(left, [COMPARED[node.type]()], [right])
    return python.BinOp(left, COUNTED[node.type](), right)


def _literal(value: Any, numbers: dict[str, Any]) -> python.expr:
    if not isinstance(value, Decimal):
        return python.Constant(value)
    if value == value.to_integral_value():
        return python.Constant(int(value))
    name = f"_number_{len(numbers)}"
    numbers[name] = value
    return python.Name(name, LOAD)


def both(truths: Sequence[Truth]) -> Truth:
    """Kleene conjunction: False if any is False, else UNKNOWN if any is, else True."""
    if False in truths:
        return False
    return UNKNOWN if UNKNOWN in truths else True


def either(truths: Sequence[Truth]) -> Truth:
    """Kleene disjunction: True if any is True, else UNKNOWN if any is, else False."""
    if True in truths:
        return True
    return UNKNOWN if UNKNOWN in truths else False


def negated(truth: Truth) -> Truth:
    """Kleene negation: UNKNOWN stays UNKNOWN."""
    return UNKNOWN if isinstance(truth, Unknown) else not truth
