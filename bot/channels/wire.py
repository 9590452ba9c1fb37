"""One bot's connection to the Bot API: updates, files, the menu, the webhook's address; it knows no trial."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import warnings
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

import telegram as tg
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.channels import growing, patiently
from bot.channels.outbox import PARALLEL
from bot.channels.sending import seconds, sent
from bot.channels.transport import Aiohttp
from bot.messages import say
from bot.pk.bounds import MOST_BYTES, NoTable
from storage.queues import Waiting

POLL, LONGEST_PAUSE = 25.0, 30.0
WANTED = ["message", "edited_message", "callback_query"]
REFUSED = "Telegram refuses the token: set BOT_TOKEN to the one @BotFather gave (and check BOT_API_URL)"
log = logging.getLogger("bot.channels.wire")


class BadToken(Exception):
    """Telegram refuses the token. The text says what to do; it never holds the token."""


def hush() -> None:
    """Libraries log addresses, which hold the token, and contents; they warn of what is meant."""
    for name in ("httpx", "httpcore", "aiohttp", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Please use 'Bot.(getUpdates|sendMessage)' instead")
    warnings.filterwarnings("ignore", message=".*attribute `retry_after` will be of type")


async def username(token: str, base_url: str) -> str | None:
    """The bot's name for links, None when Telegram does not tell it."""
    hush()
    with contextlib.suppress(Exception):
        async with tg.Bot(token, f"{base_url.rstrip('/')}/bot", request=Aiohttp(1)) as bot:
            return bot.username
    return None


class Wire:
    """One bot's connection to the Bot API, open inside `async with`."""

    def __init__(self, token: str, base_url: str, first_pause: float, patience: float) -> None:
        """`patience`: seconds of silence after which a call is given up. BadToken."""
        hush()
        if not re.fullmatch(r"[\w:-]+", token, re.ASCII):
            raise BadToken(REFUSED)
        self._polling = Aiohttp(2, read=POLL + 10)
        self._sending = Aiohttp(2 * PARALLEL, read=min(15.0, patience))
        base = base_url.rstrip("/")
        self.bot = tg.Bot(
            token, f"{base}/bot", f"{base}/file/bot", request=self._sending, get_updates_request=self._polling
        )
        self.first_pause = first_pause
        self._aside: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Wire:
        await self._polling.initialize()
        await self._sending.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._polling.shutdown()
        await self._sending.shutdown()

    async def updates(self, offset: int) -> Any:
        """What getUpdates gives, whatever that is."""
        wanted = {"offset": offset, "timeout": int(POLL), "allowed_updates": WANTED}
        return await self.bot.do_api_request("getUpdates", wanted, read_timeout=POLL + 10)

    async def register(self, address: str, secret: str) -> None:
        """Tell Telegram where to bring updates, until it agrees; BadToken."""
        failures = 0
        while True:
            try:
                await self.bot.set_webhook(address, allowed_updates=WANTED, secret_token=secret)
                return
            except Exception as error:
                failures += 1
                refused = isinstance(error, InvalidToken)
                pause = growing(self.first_pause, failures, LONGEST_PAUSE)
                if isinstance(error, RetryAfter):
                    pause = seconds(error)
                reason = "setWebhook failed: %s, next try in %.1f s"
                log.warning(reason, type(error).__name__, pause)
            if refused:
                raise BadToken(REFUSED)
            await asyncio.sleep(pause)

    async def heed(self, query: str) -> None:
        """Stop the clock on a button that was pressed."""
        await self.bot.answer_callback_query(query)

    async def tell(self, chat: int, html: str) -> None:
        """Send a line that is in no queue."""
        await self.bot.send_message(chat, html, "HTML")

    async def fetch(self, handle: str) -> bytes:
        """A document's whole content. NoTable when there is no use in another try."""
        try:
            found = await self.bot.get_file(handle)
            size = found.file_size or 0
            if not 0 < size <= MOST_BYTES:
                raise NoTable(say("file.size", most=MOST_BYTES // 1024))
            content = bytes(await found.download_as_bytearray())
        except (BadRequest, Forbidden, InvalidToken):
            raise NoTable(say("file.gone")) from None
        if len(content) != size:
            raise OSError("a part of the file is missing")
        return content

    async def deliver(self, letter: Waiting) -> None:
        """Send a letter; SendFailed says when to try again, or that there is no use."""
        await sent(self.bot, letter)
        if letter.payload.get("close"):
            self.aside(self.bot.edit_message_reply_markup(letter.chat, letter.payload["close"]))

    async def publish(self, menus: Mapping[str, list[tuple[str, str]]]) -> None:
        """Set the menu of commands in each language; English is for everybody else."""
        for language, rows in menus.items():
            commands = [tg.BotCommand(command, description) for command, description in rows]
            scope, code = tg.BotCommandScopeAllPrivateChats(), None if language == "en" else language
            set_menu = partial(self.bot.set_my_commands, commands, scope=scope, language_code=code)
            await patiently(f"setting the menu in {language}", set_menu, self.first_pause)

    def aside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Do something beside the rest whose failing does not matter."""
        task = asyncio.create_task(_best_effort(call))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


async def _best_effort(call: Coroutine[Any, Any, Any]) -> None:
    try:
        await call
    except Exception as error:
        log.debug("left undone: %s", type(error).__name__)
