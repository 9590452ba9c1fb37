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
    """Knows a set of event classes by name.

    A class that gets another field bears `VERSION: ClassVar[int]`, one higher than before, and the field a
    default, with which older events are read; any other change of shape is a class of another name.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self.classes = {class_.__name__: class_ for class_ in classes}

    def encode(self, event: Any) -> tuple[str, dict[str, Any]]:
        """(kind, data) of an event."""
        return type(event).__name__, {f.name: _plain(getattr(event, f.name)) for f in fields(event)}

    def decode(self, kind: str, data: dict[str, Any], version: int = 1) -> Any:
        """The event of (kind, data); UnknownKind if the class is not known, or not in that version."""
        class_ = self.classes.get(kind)
        if class_ is None or version > version_of(class_):
            raise UnknownKind(f"event kind {kind}, version {version}, is not known to this program")
        hints = _hints(class_)
        return class_(**{name: _typed(hints[name], value) for name, value in data.items()})


def version_of(class_: type) -> int:
    """The version of an event class's shape."""
    version: int = getattr(class_, "VERSION", 1)
    return version


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
