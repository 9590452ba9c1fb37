"""Logs: one JSON object a line on standard error, made so that no typed text, name or secret can be in it.

{"time": UTC, "level", "logger", "event"} and perhaps {"error": a class, "at": "file.py:12"}. The event is
the program's own sentence with what it was given: numbers, and words that are ids, kinds and names of
classes by their shape. Everything else, and every sentence of a library, is left out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

OWN = ("bot", "storage", "rules")
SAFE = re.compile(r"(?!.*\d{5})[A-Za-z0-9_.,:=-]{0,80}")
LEFT_OUT, LIBRARY = "[left out]", "a library complains"


class Words(str):
    """Words of the program itself, which a log may hold though they have spaces."""

    __slots__ = ()


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; it never raises."""
        own = record.name.split(".")[0] in OWN
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record) if own else LIBRARY,
        }
        if not own:
            line["at"] = f"{record.filename}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            line |= _error(record.exc_info[0], record.exc_info[2])
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    given = record.args if isinstance(record.args, tuple) else (record.args,) if record.args else ()
    try:
        return str(record.msg) % tuple(map(_safe, given)) if given else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _safe(value: object) -> object:
    """A number, words of the program, or a word without a gap; nothing that people write."""
    if isinstance(value, (int, float, Words)):
        return value
    return value if isinstance(value, str) and SAFE.fullmatch(value) and value.isascii() else LEFT_OUT


def _error(kind: type[BaseException], trace: TracebackType | None) -> dict[str, str]:
    """The class of an exception and where it was raised; never what it says."""
    frames = traceback.extract_tb(trace)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": kind.__name__, "at": at}


def _heard(record: logging.LogRecord) -> bool:
    """What libraries say below a warning holds addresses with the token, and contents."""
    return record.name.split(".")[0] in OWN or record.levelno >= logging.WARNING


def start(level: int = logging.INFO) -> None:
    """Log to standard error from here on, warnings and whatever nobody caught included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    handler.addFilter(_heard)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # it would print the values that could not be logged
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    threading.excepthook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def _uncaught(kind: type[BaseException], _said: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("nobody caught an error", exc_info=(kind, kind(), trace))


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Log what the loop finds: its own report shows values."""
    loop.set_exception_handler(_found)


def _found(_loop: asyncio.AbstractEventLoop, found: dict[str, Any]) -> None:
    error = found.get("exception")
    shown = (type(error), error, error.__traceback__) if error else None
    logging.getLogger("bot").error("the loop found an error", exc_info=shown)
