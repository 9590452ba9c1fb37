"""Events to plain data and back: any frozen dataclass of strings, numbers, instants and tuples of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints


class UnknownKind(ValueError):
    """The log holds an event that this program does not know: it is older than its data."""


class Codec:
    """Knows a set of event classes by name; fields added later must have a default."""

    def __init__(self, classes: Iterable[type]) -> None:
        self.classes = {class_.__name__: class_ for class_ in classes}

    def encode(self, event: Any) -> tuple[str, dict[str, Any]]:
        """(kind, data) of an event."""
        return type(event).__name__, {f.name: _plain(getattr(event, f.name)) for f in fields(event)}

    def decode(self, kind: str, data: dict[str, Any]) -> Any:
        """The event of (kind, data); UnknownKind if the class is not known."""
        class_ = self.classes.get(kind)
        if class_ is None:
            raise UnknownKind(f"event kind {kind} is not known to this version")
        hints = _hints(class_)
        return class_(**{name: _typed(hints[name], value) for name, value in data.items()})


@cache
def _hints(class_: type) -> dict[str, Any]:
    return get_type_hints(class_)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("a stored instant needs a zone")
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value)} if is_dataclass(value) else value


def _typed(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(value, list):
        kinds = get_args(hint)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(_typed(kinds[0], part) for part in value)
        return tuple(_typed(kind, part) for kind, part in zip(kinds, value, strict=True))
    return value
