"""Serving Telegram: by long polling, by webhook, and by several workers that share the webhook's address."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from bot import environment, workers
from bot import main as root
from bot.channels import telegram, webhook
from bot.channels.serving import Parts
from bot.channels.wire import BadToken
from storage.queues import SchemaMoved

Opened = AbstractAsyncContextManager[root.App]


async def by_polling(settings: root.Settings, opened: Opened) -> int:
    """Fetch updates until a signal says to stop."""
    return await _serve(settings, opened, telegram.run, _stop())


async def by_webhook(settings: root.Settings, opened: Opened, shared: int | None = None) -> int:
    """Let Telegram bring updates until a signal says to stop; `shared` is a socket from the parent."""
    address, stop = environment.address(settings), _stop()
    with environment.listening(settings) if shared is None else socket.socket(fileno=shared) as listening:
        door = webhook.Door(address, listening, settings.measures)
        parent = asyncio.create_task(workers.orphaned(stop)) if shared is not None else None
        code = await _serve(settings, opened, lambda parts, end: webhook.run(parts, door, end), stop)
        if parent:
            parent.cancel()
        return code


async def by_workers(settings: root.Settings, count: int, words: Sequence[str]) -> int:
    """Keep `count` processes of this program, called with `words`, behind one address."""
    environment.address(settings)
    with environment.listening(settings) as own, tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "bot", *words, "--workers", "1", "--socket", str(own.fileno()))
        return await workers.keep(command, environment.of_workers(folder), count, own.fileno(), _stop())


def _stop() -> asyncio.Event:
    """Set by the signals that say to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _serve(
    settings: root.Settings,
    opened: Opened,
    run: Callable[[Parts, asyncio.Event], Awaitable[None]],
    stop: asyncio.Event,
) -> int:
    if not settings.token:
        raise root.CannotStart("BOT_TOKEN is not set: put the token from @BotFather into the environment")
    async with opened as app:
        parts = Parts(
            settings.token, settings.api_url, app.desk, app.queues, lambda: datetime.now(UTC), app.desk.tick,
            root.menus(), shared=settings.measures,
        )  # fmt: skip
        try:
            await run(parts, stop)
        except BadToken as error:
            raise root.CannotStart("Telegram refuses BOT_TOKEN. Check it with @BotFather.") from error
        except SchemaMoved as error:
            raise root.CannotStart(str(error)) from error
    return 0
