"""A call as it comes over HTTP: query, form, JSON or multipart, read into one shape."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.botapi.entities import Refused


@dataclass(frozen=True)
class Call:
    """A method with its parameters; files are (name, content) by field."""

    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string, "" when absent."""
        return str(self.params.get(name) or "")

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; Refused(400) for anything else."""
        value = self.params.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise Refused(400, f"Bad Request: parameter {name} must be an integer") from None

    def json(self, name: str) -> Any:
        """A JSON-serialised parameter, None when absent."""
        value = self.params.get(name)
        if not isinstance(value, str) or value == "":
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(400, f"Bad Request: can't parse {name} JSON object") from None

    def file(self, name: str) -> tuple[str, bytes] | None:
        """An uploaded file, under its own field or attach://field; (name, b"") for a file id."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name) or ((value, b"") if value else None)


async def read_call(request: Request) -> Call:
    """The call that a request makes."""
    kind, body = request.headers.get("content-type", ""), await request.body()
    params: dict[str, Any] = dict(request.query_params)
    files: dict[str, tuple[str, bytes]] = {}
    if kind.startswith("application/json"):
        try:
            params |= json.loads(body or b"{}")
        except ValueError:
            raise Refused(400, "Bad Request: can't parse JSON") from None
    elif kind.startswith("multipart/form-data"):
        _read_parts(kind, body, params, files)
    else:
        params |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Call(request.path_params["method"].lower(), params, files)


def _read_parts(kind: str, body: bytes, params: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> None:
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            params[name] = content.decode("utf-8", "replace")
        else:
            files[name] = (part.get_filename(), content)
