"""Values with units, by pint: converted to the fact's own unit, or refused with the accepted ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from rules.file.reading import Mistake
from rules.protocol import Fact

if TYPE_CHECKING:
    import pint

# Units named to people when theirs does not fit, where the dimension agrees.
COMMON = (
    "year", "month", "week", "day", "hour", "minute", "%", "g/L", "g/dL", "mg/dL", "mg/L", "ug/L", "ng/mL",
    "mmol/L", "umol/L", "10^9/L", "10^6/L", "1/uL", "U/L", "mL/min", "mmHg", "kPa", "mL", "L", "kg", "g", "m",
    "cm", "degC", "degF", "1/min",
)  # fmt: skip
# No three digits in a row, no `**`, no power of a power: pint would compute 99^99^9 for ever.
SHAPE = re.compile(r"(?!.*(?:[0-9]{3}|%.*%|\*\*|\^[\s0-9.-]*\^))[A-Za-z0-9%/*^. -]{1,24}")
SPELT = (
    ("[μµ]", "u"),
    ("[·⋅]", "*"),
    ("℃", "degC"),
    ("℉", "degF"),
    ("°", "deg"),
    ("^[x×*]\\s*(?=10)", ""),
    ("^10\\*(?=[0-9])", "10^"),  # UCUM writes 10*9/L
    ("(?<=10)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"^\1"),
    ("^/", "1/"),
)
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
AMBIGUOUS = re.compile("10 ?[eE] ?[0-9]")  # 10E9/L is meant as 10^9/L and reads as 10^10/L
# A number in a unit is a power of ten, the 1 of a count or 1.73 m2; others are a second value: `60 2 10^9/L`.
NUMBER = re.compile(r"(?<![\^\w.-])[0-9.]+(?:[eE]\+?[0-9]+)?")
OF_UNITS = re.compile(r"10|1|1\.73|1[eE]\+?[0-9]+")
NO_UNIT = re.compile(r"[0-9.]*|.*(?<![\^eE])-.*")
WORDS = {
    **dict.fromkeys(("岁", "周岁", "years old", "years", "yrs", "yr", "y"), "year"),
    **dict.fromkeys(("月", "个月", "months"), "month"),
    **dict.fromkeys(("天", "days"), "day"),
}


class BadUnit(ValueError):
    """A unit that is none or does not fit; str() is one line with the accepted ones."""


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry()


def _quantity(value: float, unit: str) -> Any:
    """`value` in `unit` as a pint quantity; `10^9/L` and `1e9/L` scale the value."""
    text = WORDS.get(unit.lower(), unit)
    for pattern, plain in SPELT:
        text = re.sub(pattern, plain, text)
    text = re.sub(r" ?\^ ?", "^", text.translate(POWERS))
    second = [number for number in NUMBER.findall(text) if not OF_UNITS.fullmatch(number)]
    if not SHAPE.fullmatch(text) or AMBIGUOUS.match(text) or second or NO_UNIT.fullmatch(text):
        raise BadUnit(f"`{unit}` is no unit")
    registry = _registry()
    with suppress(Exception):  # pint raises many kinds; a scaled unit is tried next
        return registry.Quantity(value, registry.parse_units(text))
    try:
        scaled = registry.parse_expression(text)
        return registry.Quantity(value * scaled.magnitude, scaled.units)
    except Exception as error:
        raise BadUnit(f"`{unit}` is no unit") from error


def convert(value: float, unit: str, to: str) -> float:
    """`value` of `unit` in the unit `to`; BadUnit (naming the accepted units) when it does not fit."""
    unit = unit.strip()
    if unit.lower() == to.lower():
        return value
    if to != "count":
        with suppress(Exception):  # every way not to fit is one answer
            base = _quantity(1.0, to)
            found = float(_quantity(value, unit).to(base.units).magnitude / base.magnitude)
            if math.isfinite(found):  # `nan` is a unit to pint
                return found
    raise BadUnit(f"`{unit}` does not fit; accepted: {', '.join(accepted(to))}")


@cache
def accepted(to: str) -> tuple[str, ...]:
    """Units that can be converted to `to`, its own first."""
    if to == "count":
        return ("count",)
    dimension = _quantity(1.0, to).dimensionality
    return (to, *(unit for unit in COMMON if unit != to and _quantity(1.0, unit).dimensionality == dimension))


def check_units(facts: Iterable[Fact]) -> list[Mistake]:
    """A mistake for each fact whose unit is none."""
    mistakes = []
    for fact in facts:
        if fact.type == "number" and fact.unit not in ("", "count"):
            try:
                _quantity(1.0, fact.unit)
            except BadUnit as error:
                fix = "Write a unit like year, g/L, 10^9/L, umol/L, or count"
                mistakes.append(Mistake(fact.line, f"fact {fact.id}", str(error), fix))
    return mistakes
