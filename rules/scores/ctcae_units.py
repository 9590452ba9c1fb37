"""A measured value and its limits, brought to a unit in which CTCAE has numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal

from rules.scores.given import BadRecord, said
from rules.units import BadUnit, accepted, convert

# Units whose names pint does not read, or reads otherwise.
SPELT = (
    ("mm3", "mm^3"),
    (r"24 ?(h|hr|hrs|hours)$", "day"),
    (r"^% ?pred(icted)?$", "%"),
    (r"^C$", "degC"),
    (r"^F$", "degF"),
    (r"^IU(?=/)", "U"),
    (r"^[Kk](?=/(?:[uµμ]L|mm\^3)$)", "10^3"),
    ("m²", "m2"),
    (r"\s+(?=m2$)", ""),
)
DIGITS = 12


def in_unit_of(
    units: Iterable[str], unit: str, amounts: Mapping[str, Decimal]
) -> tuple[str, Mapping[str, Decimal]]:
    """The first of `units` that `unit` is or converts to, and the amounts in it; BadRecord when none."""
    text = unit
    for pattern, plain in SPELT:
        text = re.sub(pattern, plain, text)
    same = [known for known in units if known.lower() == text.lower()]
    if same:
        return same[0], amounts
    for known in units:
        with suppress(BadUnit):
            return known, {name: _convert(amount, text, known) for name, amount in amounts.items()}
    raise BadRecord(f"unit: `{said(unit)}` does not fit; accepted: {', '.join(_accepted(units))}")


def _convert(amount: Decimal, unit: str, to: str) -> Decimal:
    """Converted, and rounded to 12 digits so that a boundary stays where it is written."""
    return Decimal(f"{convert(float(amount), unit, to):.{DIGITS}g}")


def _accepted(units: Iterable[str]) -> list[str]:
    named: list[str] = []
    for known in units:
        named.append(known)
        with suppress(BadUnit):
            named += accepted(known)
    return list(dict.fromkeys(named))
