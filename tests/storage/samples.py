"""One event of every kind, with every field filled, and the codec that knows them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args, get_origin, get_type_hints

from bot import events as b
from rules import events as e
from storage.codec import Codec

NOW = datetime(2026, 3, 2, 1, 0, 30, 123456, tzinfo=UTC)
SITE = timezone(timedelta(hours=8))
KINDS: tuple[type, ...] = (*get_args(e.Event), *b.KINDS)


def codec() -> Codec:
    return Codec(KINDS)


def sample(kind: type, number: int = 1) -> Any:
    """An event of a kind, made from its type hints alone."""
    hints = get_type_hints(kind)
    return kind(
        **{field.name: _value(hints[field.name], number + at) for at, field in enumerate(fields(kind))}
    )


def _value(hint: Any, number: int) -> Any:
    if hint is datetime:
        return datetime(2026, 3, 2, 9, number % 60, 7, 89, tzinfo=SITE)
    if hint in (str, int, float, bool):
        return {str: f"细胞 “{number}” <b>\n'\\", int: number, float: number + 0.25, bool: number % 2 == 0}[
            hint
        ]
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        if kinds[-1] is Ellipsis:
            return tuple(_value(kinds[0], number + at) for at in range(3))
        return tuple(_value(kind, number + at) for at, kind in enumerate(kinds))
    raise TypeError(f"no sample for {hint}")


def event_classes(module: Any) -> set[type]:
    """Every event class that a module defines; an Entry is the envelope of one, not an event."""
    found = {x for x in vars(module).values() if isinstance(x, type) and x.__module__ == module.__name__}
    return {x for x in found if is_dataclass(x)} - {e.Entry}
