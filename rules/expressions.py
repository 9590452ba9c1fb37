"""The one door to rule-engine: expressions typed at load, three-valued at use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import rule_engine

KINDS = {
    "number": rule_engine.DataType.FLOAT,
    "truth": rule_engine.DataType.BOOLEAN,
    "word": rule_engine.DataType.STRING,
}


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


def compile_expression(text: str, kinds: Mapping[str, str]) -> Expression:
    """Parse `text` over names of the given kinds (number | truth | word); BadExpression if it is wrong."""
    if "$" in text:
        raise BadExpression("`$` names (a clock, built-in functions) are not allowed")
    resolver = rule_engine.type_resolver_from_dict({name: KINDS[kind] for name, kind in kinds.items()})
    context = rule_engine.Context(type_resolver=resolver)
    try:
        rule = rule_engine.Rule(text, context=context)
    except rule_engine.errors.SymbolResolutionError as error:
        known = ", ".join(sorted(kinds))
        raise BadExpression(f"`{error.symbol_name}` is not a known name; known: {known}") from error
    except (rule_engine.errors.EngineError, RecursionError) as error:
        raise BadExpression(f"`{text}` does not fit: {_reason(error)}") from error
    if rule.statement.expression.result_type is not rule_engine.DataType.BOOLEAN:
        raise BadExpression(f"`{text}` is not a yes/no expression")
    return Expression(text, frozenset(context.symbols), rule)


def _reason(error: Exception) -> str:
    """One line of what rule-engine said."""
    said = getattr(error, "message", "") or type(error).__name__
    return str(said).splitlines()[0]


def both(truths: list[Truth]) -> Truth:
    """Kleene conjunction: False if any is False, else UNKNOWN if any is, else True."""
    if False in truths:
        return False
    return UNKNOWN if UNKNOWN in truths else True


def either(truths: list[Truth]) -> Truth:
    """Kleene disjunction: True if any is True, else UNKNOWN if any is, else False."""
    if True in truths:
        return True
    return UNKNOWN if UNKNOWN in truths else False


def negated(truth: Truth) -> Truth:
    """Kleene negation: UNKNOWN stays UNKNOWN."""
    return UNKNOWN if isinstance(truth, Unknown) else not truth
