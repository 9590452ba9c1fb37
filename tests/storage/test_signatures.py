"""verify() holds each signature to what was signed, even where the whole chain was hashed anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from storage.database import snapshot
from storage.log import Batch, Log, Record, Signature
from storage.signatures import digest_of
from storage.verify import verify
from tests.storage.samples import NOW, codec
from tests.storage.test_chain import SIGNED


def signature(*numbers: int, second: str = "") -> Signature:
    """A signature on the moving of a clock by so many seconds, perhaps with a second person's."""
    digest = digest_of(codec().encode(b.ClockMoved(number, NOW)) for number in numbers)
    made = replace(SIGNED, digest=digest)
    return replace(made, second=replace(made, name="Dr Wang", digest=second or digest))


def moved(number: int, signed: Signature | None = None) -> Record:
    return Record(b.ClockMoved(number, NOW), NOW, NOW, signature=signed)


async def found(engine: AsyncEngine, *records: Record) -> dict[str, Any]:
    """What verify() says of records that were written with their hashes as they are."""
    await Log(engine, "S", codec()).append([Batch("trial", 0, records)], [], NOW)
    async with snapshot(engine) as connection:
        return await verify(connection)


ALONE, BOTH = signature(2), signature(2, 3)
HONEST = {
    "one row": (moved(1), moved(2, ALONE), moved(3)),
    "the last row": (moved(1), moved(2, ALONE)),
    "two rows under one signature": (moved(2, BOTH), moved(3, BOTH), moved(4)),
    "the same thing signed twice": (moved(2, ALONE), moved(2, ALONE)),
    "two signatures in a row": (moved(2, ALONE), moved(4, signature(4))),
}


@pytest.mark.parametrize("case", HONEST)
async def test_signatures_on_what_was_signed_verify(engine: AsyncEngine, case: str) -> None:
    assert (await found(engine, *HONEST[case]))["ok"] is True


FORGED = {
    "of another value": (moved(1), moved(3, ALONE), moved(4)),
    "of another value, at the end": (moved(1), moved(3, ALONE)),
    "copied from the row before": (moved(2, ALONE), moved(3, ALONE), moved(4)),
    "of two rows, on the first alone": (moved(1), moved(2, BOTH), moved(3)),
    "of two rows, turned round": (moved(1), moved(3, BOTH), moved(2, BOTH)),
    "of two rows, the second changed": (moved(1), moved(2, BOTH), moved(9, BOTH)),
    "with a second person who signed something else": (moved(1), moved(2, signature(2, second="f" * 64))),
}


@pytest.mark.parametrize("case", FORGED)
async def test_a_signature_of_something_else_is_the_first_bad_row(engine: AsyncEngine, case: str) -> None:
    result = await found(engine, *FORGED[case])
    assert (result["ok"], result["wrong"], result["position"]) == (False, "signature mismatch", 2)
