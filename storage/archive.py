"""The form of a backup: gzip of JSON lines, a head, the rows of each table, and a foot with a checksum.

The same for every engine. Without its foot, or with one byte changed, it is no backup: Damaged.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

FORM = "protocol-bot backup 1"
LEVEL = 6


class Damaged(ValueError):
    """The file is no whole backup; str() says so and what to do."""


class Writer:
    """Writes a head, rows and a foot to a file that is open."""

    def __init__(self, file: BinaryIO, head: dict[str, Any]) -> None:
        """`head` says of what, when, and which columns each table has."""
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=file, mtime=0)
        self._sum = hashlib.sha256()
        self._line({"form": FORM, **head})

    def row(self, table: str, values: list[Any]) -> None:
        """One row: its values in the order of the head's columns."""
        self._line([table, *values])

    def close(self, foot: dict[str, Any]) -> None:
        """The foot, and the end."""
        self._line({"end": True, **foot, "sha256": self._sum.hexdigest()})
        self._gzip.close()

    def _line(self, value: Any) -> None:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        self._sum.update(line)
        self._gzip.write(line)


def lines(path: Path) -> Iterator[Any]:
    """The head, each row, and the foot; Damaged as soon as the file turns out not to be whole."""
    total, foot, first = hashlib.sha256(), False, True
    try:
        with gzip.open(path) as file:
            for line in file:
                value = json.loads(line)
                if foot or (first and value.get("form") != FORM):
                    raise damaged(path)
                if not first and isinstance(value, dict):
                    foot = value.get("end") is True and value.get("sha256") == total.hexdigest()
                    if not foot:
                        raise damaged(path)
                total.update(line)
                first = False
                yield value
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, AttributeError, RecursionError) as error:
        raise damaged(path) from error
    if not foot:
        raise damaged(path)


def ends(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The head and the foot of a backup that was read through and is whole; Damaged."""
    head: dict[str, Any] | None = None
    last: dict[str, Any] = {}
    for value in lines(path):
        head = head or value
        if isinstance(value, dict):
            last = value
    return head or {}, last


def damaged(path: Path) -> Damaged:
    """What is said of a file that is no whole backup."""
    return Damaged(f"{path.name} is not a whole backup of this program: take another one")
