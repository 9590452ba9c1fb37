"""Nothing is edited: a correction is an event of its own, and the log is read as it stands corrected."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, NoReturn

from rules import events as e
from rules.window import aware


class BadCorrection(ValueError):
    """A correction that names no field of its target, or a value that is none; str() is one line."""


def corrected(log: tuple[e.Entry, ...]) -> tuple[e.Entry, ...]:
    """The entries as they stand: voided ones dropped, corrected ones with their newest values.

    A correction can be voided like any other entry; what it had changed then stands again.
    """
    changes: dict[int, dict[str, str]] = {}
    void: set[int] = set()
    for entry in reversed(log):
        event = entry.event
        if isinstance(event, e.Corrected) and entry.number not in void and event.target < entry.number:
            if not event.changes:
                void.add(event.target)
            changes[event.target] = {**dict(event.changes), **changes.get(event.target, {})}
    return tuple(
        replace(entry, event=amended(entry.event, changes.get(entry.number, {})))
        for entry in log
        if entry.number not in void
    )


def amended(event: e.Event, changes: Mapping[str, str]) -> e.Event:
    """The event with fields replaced; each text is read as the field's own type."""
    kinds = {f.name: type(getattr(event, f.name)) for f in fields(event)}
    read = {}
    for name, text in changes.items():
        reader = READERS.get(kinds.get(name, object))
        try:
            read[name] = reader(text) if reader else _refuse()
        except ValueError as error:
            raise BadCorrection(f"{type(event).__name__}: `{name}` cannot become `{text[:40]}`") from error
    return replace(event, **read) if read else event


def _refuse() -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse()


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse()


READERS: Mapping[type, Callable[[str], Any]] = {
    datetime: lambda text: aware(datetime.fromisoformat(text)),
    int: int,
    float: _finite,
    bool: _truth,
    str: str,
}
