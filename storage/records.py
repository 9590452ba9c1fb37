"""What is written: records with their envelope and signature, in batches; letters for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from storage.codec import Codec, version_of


@dataclass(frozen=True)
class Signature:
    """Who signed a record, in which role, meaning what, when; `digest` is of what was signed.

    `name` is the printed name, `second` the signature of a second person where one is asked for.
    """

    name: str
    role: str
    meaning: str
    at: datetime
    digest: str
    second: Signature | None = None


@dataclass(frozen=True)
class Record:
    """One event with its envelope: when it happened and was entered, by whom, what was typed, which file."""

    event: Any
    happened_at: datetime
    entered_at: datetime
    by: str = ""
    role: str = ""
    typed: str = ""
    protocol_version: str = ""
    protocol_sha256: str = ""
    seq: int = 0
    signature: Signature | None = None


@dataclass(frozen=True)
class Batch:
    """Records for one stream, to stand right behind its event number `after`."""

    stream: str
    after: int
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Letter:
    """A message to a chat, as the channel's plain data."""

    chat: int
    payload: dict[str, Any]


def signature_data(signature: Signature | None) -> dict[str, Any] | None:
    """A signature as plain data; a naive instant is refused."""
    if signature is None:
        return None
    if signature.at.utcoffset() is None:
        raise ValueError("a stored instant needs a zone")
    plain = {field.name: getattr(signature, field.name) for field in fields(signature)}
    at = signature.at.astimezone(UTC).isoformat()
    return {**plain, "at": at, "second": signature_data(signature.second)}


def signature_of(data: Mapping[str, Any] | None) -> Signature | None:
    """The signature of plain data."""
    if data is None:
        return None
    at = datetime.fromisoformat(data["at"])
    return Signature(**{**data, "at": at, "second": signature_of(data["second"])})


def row_of(codec: Codec, study: str, stream: str, seq: int, record: Record) -> dict[str, Any]:
    """The row of a record at its place in a stream; its place in the chain is added by the log."""
    kind, data = codec.encode(record.event)
    return {
        "study": study,
        "stream": stream,
        "seq": seq,
        "kind": kind,
        "version": version_of(type(record.event)),
        "data": data,
        "by": record.by,
        "role": record.role,
        "happened_at": record.happened_at,
        "entered_at": record.entered_at,
        "typed": record.typed,
        "protocol_version": record.protocol_version,
        "protocol_sha256": record.protocol_sha256,
        "signature": signature_data(record.signature),
    }


def record_of(codec: Codec, row: RowMapping) -> Record:
    """The record of a row; UnknownKind if a newer program wrote it."""
    return Record(
        event=codec.decode(row["kind"], row["data"], row["version"]),
        happened_at=row["happened_at"],
        entered_at=row["entered_at"],
        by=row["by"],
        role=row["role"],
        typed=row["typed"],
        protocol_version=row["protocol_version"],
        protocol_sha256=row["protocol_sha256"],
        seq=row["seq"],
        signature=signature_of(row["signature"]),
    )
