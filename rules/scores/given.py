"""What a score is asked: typed fields, read from a record with every mistake at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MAX_TEXT = 200
LEAST = Decimal("1e-12")
MOST_SAID, MOST_DIGITS = 10, 40


class BadRecord(ValueError):
    """A record that cannot be used; str() is one line with every mistake in it."""


class Missing(Exception):
    """An input that the score needs is not there; the result says which, and `names` holds them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__("; ".join(f"{name} is missing" for name in names))


class NotDefined(Exception):
    """The scale has no answer for these inputs; str() says why."""


@dataclass(frozen=True)
class Field:
    """One input. `kind`: number | whole | yes-no | choice | text | samples | areas; bounds are inclusive."""

    name: str
    kind: str
    says: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 1_000_000_000

    def shown(self) -> dict[str, Any]:
        """The field for people: {"name", "kind", "says", and "choices" or "range"}."""
        bounds = {"range": [self.low, self.high]} if self.kind in ("number", "whole") else {}
        choices = {"choices": list(self.choices)} if self.choices else {}
        return {"name": self.name, "kind": self.kind, "says": self.says, **bounds, **choices}


@dataclass(frozen=True)
class Score:
    """An answer: the result, the inputs as they were read, the rule in words and where it comes from."""

    result: Any
    inputs: Mapping[str, Any]
    rule: str
    source: str


class Given:
    """The inputs of one record; asking for one that is not there raises Missing."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def number(self, name: str) -> Decimal:
        """A number, exact as written."""
        return Decimal(self._get(name))

    def yes(self, name: str) -> bool:
        """The answer to a yes-no field."""
        return bool(self._get(name))

    def word(self, name: str) -> str:
        """A text or one of the choices."""
        return str(self._get(name))

    def need(self, names: Iterable[str]) -> None:
        """Raise Missing with all of `names` that are not there."""
        if gone := [name for name in names if name not in self.values]:
            raise Missing(*gone)

    def _get(self, name: str) -> Any:
        self.need([name])
        return self.values[name]


def read_record(fields: Iterable[Field], record: Any) -> Given:
    """The inputs in `record` (null is missing), numbers exact; BadRecord names every mistake."""
    known = {field.name: field for field in fields}
    if not isinstance(record, Mapping):
        raise BadRecord(f'a record is an object like {{"{next(iter(known))}": ...}}, not {said(record)}')
    mistakes = [f"`{said(name)}` is no field here" for name in record if name not in known]
    values = {}
    for name, field in known.items():
        if record.get(name) is not None:
            try:
                values[name] = _read(field, record[name])
            except BadRecord as error:
                mistakes.append(f"{name}: {error}")
    if mistakes:
        more = f"; and {len(mistakes) - MOST_SAID} more" if len(mistakes) > MOST_SAID else ""
        raise BadRecord("; ".join(mistakes[:MOST_SAID]) + more)
    return Given(values)


def read_number(value: Any, low: int, high: int, whole: bool = False) -> Decimal:
    """A JSON number in [low, high], exact; BadRecord otherwise."""
    kind = "whole number" if whole else "number"
    right = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    number = Decimal(str(value)) if right else None
    if number is None or not number.is_finite() or not low <= number <= high:
        raise BadRecord(f"`{said(value)}` is no {kind} from {low:,} to {high:,}")
    if number and -LEAST < number < LEAST:  # abs() would round a very small number to 0
        raise BadRecord(f"`{said(value)}` is too near to 0; write 0 or at least {LEAST}")
    if whole and number != number.to_integral_value():
        raise BadRecord(f"`{said(value)}` is no whole number")
    return number or Decimal(0)  # without the exponent that a 0 may be written with


def _read(field: Field, value: Any) -> Any:
    if field.kind in ("number", "whole"):
        return read_number(value, field.low, field.high, field.kind == "whole")
    if field.kind == "yes-no":
        truths = {"yes": True, "no": False}
        if not isinstance(value, bool) and not (isinstance(value, str) and value in truths):
            raise BadRecord(f"`{said(value)}` is neither yes nor no")
        return value if isinstance(value, bool) else truths[value]
    if field.kind in ("samples", "areas"):
        return value
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT or not value.isprintable():
        raise BadRecord(f"`{said(value)}` is no text of one line")
    if field.choices and value not in field.choices:
        raise BadRecord(f"`{said(value)}` is none of {', '.join(field.choices)}")
    return value.strip()


def said(value: Any) -> str:
    """A value of a record on one short line, for a message."""
    text = str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
    flat = "".join(char if char.isprintable() else " " for char in text[:40])
    return flat if len(text) <= 40 else flat[:39] + "…"


def plain(value: Any) -> Any:
    """A value as JSON has it: Decimal becomes int or float, or its text where it is far beyond them."""
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > MOST_DIGITS:
            return str(value)
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value
