"""An event as a line of JSON and as a row of a spreadsheet, without what must stay secret."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

# Fields of events that stay in the database: who holds these hashes could try codes and PINs against them.
SECRETS = ("code_sha256", "hashed")
COLUMNS = (
    "position", "stream", "seq", "kind", "version", "happened_at", "entered_at", "by", "role", "typed",
    "data", "signature", "protocol_version", "protocol_sha256", "before", "hash",
)  # fmt: skip
SIGNED = ("name", "role", "meaning", "at", "digest")
HEAD = (
    *(name for name in COLUMNS if name != "signature"),
    *(f"signed_{name}" for name in SIGNED), *(f"second_{name}" for name in SIGNED[:-1]),
)  # fmt: skip
LOST = {"unreadable": "see the database"}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def exported(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as plain data; `left_out` names the fields that are secret."""
    plain = {name: _unless_lost(row[name]) for name in COLUMNS}
    for name in ("data", "signature"):
        if not isinstance(plain[name], dict | None) or (name, plain[name]) == ("data", None):
            plain[name] = LOST
    secret = [name for name in SECRETS if name in plain["data"]]
    if secret:
        plain["data"] = {name: value for name, value in plain["data"].items() if name not in secret}
        plain["left_out"] = secret
    return plain


def protocols(row: Mapping[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    """Put the protocol file that an event holds into the folder; which event, which version, which file."""
    data = row["data"]
    if not {"version", "sha256", "text"} <= set(data):
        return {}
    text = str(data["text"]).encode()
    digest = hashlib.sha256(text).hexdigest()
    name = f"protocols/{digest}.yaml"
    (folder / "protocols").mkdir(exist_ok=True)
    (folder / name).write_bytes(text)
    return {name: {"version": data["version"], "first": row["position"], "kind": row["kind"]}}


class Rows:
    """The two files of events, line by line."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._lines = self._stack.enter_context((folder / "events.jsonl").open("w", encoding="utf-8"))
        # With a mark by which spreadsheets know the encoding.
        sheet = (folder / "events.csv").open("w", encoding="utf-8-sig", newline="")
        self._sheet = csv.writer(self._stack.enter_context(sheet))
        self._sheet.writerow(HEAD)

    def add(self, row: Mapping[str, Any]) -> None:
        """One event in both."""
        self._lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        signature = row["signature"] or {}
        signed = [signature.get(name, "") for name in SIGNED]
        second = [(signature.get("second") or {}).get(name, "") for name in SIGNED[:-1]]
        data = {name: value for name, value in row["data"].items() if name != "text"}
        cells = {**row, "data": json.dumps(data, ensure_ascii=False)}
        values = [cells[name] for name in COLUMNS if name != "signature"]
        self._sheet.writerow([_cell(value) for value in (*values, *signed, *second)])

    def __enter__(self) -> Rows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _unless_lost(value: Any) -> Any:
    """What cannot be read may be a secret."""
    return LOST if isinstance(value, dict) and set(value) == {"unreadable"} else value


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
