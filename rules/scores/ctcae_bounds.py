"""What a patient's value and a laboratory's limits can be: beyond it a unit or a decimal point slipped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rules.scores.ctcae_units import in_unit_of
from rules.scores.given import BadRecord

Range = tuple[Decimal, Decimal]
Ranges = Mapping[str, Range]
OF_PATIENT = ("value", "baseline")


class Implausible(BadRecord):
    """An amount that cannot be; `amount`, `low` and `high` are in `unit`, `name` says which amount it is."""

    def __init__(self, name: str, amount: Decimal, unit: str, limits: Range) -> None:
        self.name, self.unit = name, unit
        self.amount, self.low, self.high = (written(number) for number in (amount, *limits))
        behind, again = (f" {unit}", ", with the unit it was measured in") if unit else ("", "")
        can_be = f"{self.low} to {self.high}{behind} is"
        super().__init__(f"{name}: {self.amount}{behind} is not plausible; {can_be}; write it again{again}")


class Swapped(BadRecord):
    """A diastolic pressure that is not below the systolic one; both are in mmHg."""

    def __init__(self, systolic: Decimal, diastolic: Decimal) -> None:
        self.systolic, self.diastolic = written(systolic), written(diastolic)
        super().__init__(
            f"diastolic: {self.diastolic} mmHg is not plausible; it is below the systolic {self.systolic} "
            "mmHg; write both again, the systolic as value"
        )


@dataclass(frozen=True)
class Bounds:
    """Ranges by unit: of what is measured in a patient, and of the limits of normal that grades ask for."""

    patient: Ranges = field(default_factory=dict)
    normal: Ranges = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    def hold(self, units: Iterable[str], amounts: Mapping[str, Decimal]) -> None:
        """Implausible unless the amounts can be together in one of `units`; said in the first of them."""
        found = [self._outside(*in_unit_of(self.patient, unit, amounts)) for unit in units]
        if found and found[0] is not None and None not in found:
            raise found[0]

    def _outside(self, unit: str, amounts: Mapping[str, Decimal]) -> Implausible | None:
        for name, amount in amounts.items():
            limit = name in self.asked and name not in OF_PATIENT
            low, high = (self.normal if limit else self.patient)[unit]
            if not low <= amount <= high:
                return Implausible(name, amount, unit, (low, high))
        return None


def bounds_of(row: Mapping[str, Any]) -> Bounds:
    """The bounds of one row of ctcae_numbers.yaml."""
    patient = _ranges(row.get("plausible", {}))
    asked = frozenset(re.findall("[a-z_]+", str(list(row["grades"].values()))))
    return Bounds(patient, {**patient, **_ranges(row.get("normal", {}))}, asked)


def _ranges(row: Mapping[str, tuple[float, float]]) -> dict[str, Range]:
    return {unit: (Decimal(str(low)), Decimal(str(high))) for unit, (low, high) in row.items()}


def written(number: Decimal) -> str:
    """A number as people write it, without an exponent."""
    return f"{number.normalize():f}"
