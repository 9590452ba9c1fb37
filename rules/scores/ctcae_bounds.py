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
    """Ranges by unit: of a value, of the limits of normal that grades ask for, and of a baseline."""

    patient: Ranges = field(default_factory=dict)
    normal: Ranges = field(default_factory=dict)
    baseline: Ranges = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    def hold(self, units: Iterable[str], amounts: Mapping[str, Decimal]) -> None:
        """Implausible unless the amounts can be together in one of `units`.

        Said of the baseline in a unit that all others fit, else in the first of `units`.
        """
        found = [self._outside(unit, amounts) for unit in units]
        outside = [why for why in found if why is not None]
        if outside and len(outside) == len(found):
            raise next((why for why in outside if why.name == "baseline"), outside[0])

    def _outside(self, unit: str, amounts: Mapping[str, Decimal]) -> Implausible | None:
        for name, amount in amounts.items():
            ranges = self._ranges_of(name)
            own, converted = in_unit_of(ranges, unit, {name: amount})
            low, high = ranges[own]
            if not low <= converted[name] <= high:
                return Implausible(name, converted[name], own, (low, high))
        return None

    def _ranges_of(self, name: str) -> Ranges:
        if name == "baseline":
            return self.baseline
        return self.normal if name in self.asked and name not in OF_PATIENT else self.patient


def bounds_of(row: Mapping[str, Any]) -> Bounds:
    """The bounds of one row of ctcae_numbers.yaml."""
    patient = _ranges(row.get("plausible", {}))
    asked = frozenset(re.findall("[a-z_]+", str(list(row["grades"].values()))))
    normal, baseline = (_ranges(row.get(key, {})) for key in ("normal", "baseline"))
    return Bounds(patient, {**patient, **normal}, {**patient, **baseline}, asked)


def _ranges(row: Mapping[str, tuple[float, float]]) -> dict[str, Range]:
    return {unit: (Decimal(str(low)), Decimal(str(high))) for unit, (low, high) in row.items()}


def written(number: Decimal) -> str:
    """A number as people write it, without an exponent."""
    return f"{number.normalize():f}"
