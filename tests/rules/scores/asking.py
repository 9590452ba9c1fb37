"""Asking a score as a file of records does: through JSON, exact numbers and all."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from rules.scores.file import answer_file


def ask(name: str, **record: Any) -> dict[str, Any]:
    """The whole answer to one record."""
    said = answer_file(name, json.dumps(record, default=_number).encode())
    assert isinstance(said, dict)
    assert list(said) == ["result", "inputs", "rule", "source"]
    return said


def result(name: str, **record: Any) -> Any:
    """The result alone."""
    return ask(name, **record)["result"]


def grade(term: str, value: Any, unit: str | None = None, **more: Any) -> Any:
    """The CTCAE grade of a value, or why there is none."""
    got = result("ctcae", term=term, value=value, unit=unit, **more)
    return got if isinstance(got, str) else got["grade"]


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)
