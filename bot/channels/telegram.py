"""Telegram by long polling: fetched, stored, and only then confirmed."""

from __future__ import annotations

import asyncio
import logging
import time

from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.channels import growing
from bot.channels.arrivals import read
from bot.channels.intake import Intake
from bot.channels.sending import seconds
from bot.channels.serving import Parts, serve
from bot.channels.wire import LONGEST_PAUSE, REFUSED, BadToken, Wire

QUIET = 6 * 86400.0
TWO = "another process polls with this token: stop it, or give this one a bot of its own"
WEBHOOK = "a webhook is set for this bot, so polling is refused: remove it with deleteWebhook"
log = logging.getLogger("bot.channels.telegram")


async def run(parts: Parts, stop: asyncio.Event) -> None:
    """Talk to Telegram until `stop` is set; BadToken or SchemaMoved when there is no point in going on."""
    await serve(parts, poll, stop, alone=True)


async def poll(wire: Wire, intake: Intake) -> None:
    """Fetch, store, and only then confirm, for ever."""
    offset, failures, reached, heard = 0, 0, False, time.monotonic()
    while True:
        failure: Exception | None = None
        try:
            last = await _fetch(wire, offset, intake)
        except Exception as error:
            failure, failures = error, failures + 1
        if failure is not None:  # outside of `except`, or BadToken would carry the refused token along
            if isinstance(failure, InvalidToken) and (failures >= 3 or not reached):
                raise BadToken(REFUSED)
            await asyncio.sleep(_complain(failure, failures, wire.first_pause))
            continue
        failures, reached = 0, True
        if last is not None:
            offset, heard = last + 1, time.monotonic()
        elif time.monotonic() - heard > QUIET:
            offset = 0  # after a week of silence Telegram numbers anew, perhaps below the offset


async def _fetch(wire: Wire, offset: int, intake: Intake) -> int | None:
    """Fetch updates and store what people said; the last update's number, None if there was none."""
    updates = await wire.updates(offset)
    if not isinstance(updates, list):
        raise TypeError("updates are a list")
    arrivals = [arrival for arrival in map(read, updates) if arrival is not None]
    if updates and not arrivals:
        raise ValueError("updates have numbers")
    await intake.take(arrivals)
    return max((arrival.update_id for arrival in arrivals), default=None)


def _complain(error: Exception, failures: int, first_pause: float) -> float:
    """Say what is wrong with polling, in one line without contents; the pause before the next try."""
    pause = growing(first_pause, failures, LONGEST_PAUSE)
    if isinstance(error, RetryAfter):
        pause = seconds(error)
    if isinstance(error, Conflict):
        log.error(WEBHOOK if "webhook" in str(error).lower() else TWO)
    else:
        cause = type(error.__cause__).__name__ if error.__cause__ else "no cause"
        log.warning("no updates: %s (%s), next try in %.1f s", type(error).__name__, cause, pause)
    return pause
