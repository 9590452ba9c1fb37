"""Buttons as people were sent them: a test finds the data of one, and never builds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import outbox


def card_of(data: str) -> str:
    """Which card a button belongs to; empty for none."""
    return data[1:].partition(":")[0] if data.startswith("!") else ""


def button(sent: Iterable[str], what: str = "yes") -> str:
    """The data of the last button of a card that does this (`yes` records or signs); empty for none."""
    return next((data for data in reversed(list(sent)) if card_of(data) and data.endswith(f":{what}")), "")


def data_in(payload: dict[str, Any]) -> list[str]:
    """The data of every button of a letter, in order."""
    return [data for row in payload["buttons"] for _, data in row]


async def waiting(engine: AsyncEngine, chat: int) -> list[str]:
    """The data of every button that waits in the outbox for a chat, in order."""
    query = select(outbox.c.payload).where(outbox.c.chat == chat, outbox.c.done_at.is_(None))
    async with engine.connect() as connection:
        found = (await connection.execute(query.order_by(outbox.c.id))).scalars()
        return [data for payload in found for data in data_in(payload)]
