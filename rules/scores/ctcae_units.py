"""A measured value and its limits, brought to a unit in which CTCAE has numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal

from rules.file.units import BadUnit, convert
from rules.scores.given import BadRecord, said

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
    (r"\s*(?:cells?|个)(?=/)", ""),
)
# The units that people write, by the unit of the limits: each of them is read.
USUAL = {
    "10^9/L": ("10^9/L", "10^6/L", "K/uL", "cells/uL", "/mm3"),
    "g/L": ("g/L", "g/dL", "mg/dL"),
    "mmHg": ("mmHg", "kPa"),
    "degC": ("degC", "degF"),
    "ms": ("ms", "s"),
    "g/day": ("g/24h", "mg/24h"),
}
DIGITS = 12


def in_unit_of(
    units: Iterable[str], unit: str, amounts: Mapping[str, Decimal], also: Mapping[str, str] | None = None
) -> tuple[str, Mapping[str, Decimal]]:
    """The first of `units` that `unit` is or converts to, and the amounts in it; BadRecord when none.

    `also` names units of the term by another name.
    """
    others = {name.lower(): known for name, known in (also or {}).items()}
    text = others.get(unit.lower(), unit)
    for pattern, plain in SPELT:
        text = re.sub(pattern, plain, text)
    same = [known for known in units if known.lower() == text.lower()]
    if same:
        return same[0], amounts
    for known in units:
        with suppress(BadUnit):
            return known, {name: _convert(amount, text, known) for name, amount in amounts.items()}
    fits = ", ".join((*usual(units), *(also or {})))
    raise BadRecord(f"unit: `{said(unit)}` does not fit; accepted: {fits}")


def _convert(amount: Decimal, unit: str, to: str) -> Decimal:
    """Converted, and rounded to 12 digits so that a boundary stays where it is written."""
    return Decimal(f"{convert(float(amount), unit, to):.{DIGITS}g}")


def usual(units: Iterable[str]) -> tuple[str, ...]:
    """The units in which people write what is measured in one of `units`."""
    return tuple(dict.fromkeys(name for unit in units for name in USUAL.get(unit, (unit,))))
