"""One bot's connection to the Bot API: letters out, the menu, the webhook's address; it knows no trial."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import warnings
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import telegram as tg
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from bot.bounds import MOST_BYTES, NoTable
from bot.channels import SendFailed, growing, patiently
from bot.channels.outbox import FLOODED, PARALLEL
from bot.channels.transport import Aiohttp
from bot.messages import say
from bot.pictures import draw
from storage.queues import Waiting

POLL, LONGEST_PAUSE = 25.0, 30.0
WANTED = ["message", "edited_message", "callback_query"]
CAPTION = 1024
REASONS = (
    "blocked by the user", "deactivated", "initiate conversation", "chat not found", "parse entities",
    "button_data_invalid", "too long", "is empty",
)  # fmt: skip
REFUSED = "Telegram refuses the token: set BOT_TOKEN to the one @BotFather gave (and check BOT_API_URL)"
log = logging.getLogger("bot.channels.wire")


class BadToken(Exception):
    """Telegram refuses the token. The text says what to do; it never holds the token."""


def hush() -> None:
    """Libraries log addresses, which hold the token, and contents; they warn of what is meant."""
    for name in ("httpx", "httpcore", "aiohttp", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates' instead")
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
        try:
            if letter.payload.get("delete"):
                await self._delete(letter.chat, letter.payload)
            else:
                await self._send(letter.chat, letter.payload)
        except RetryAfter as error:
            raise SendFailed(FLOODED, after=seconds(error)) from None
        except (Forbidden, BadRequest, ChatMigrated) as error:
            said = str(error).lower()
            reason = next((reason for reason in REASONS if reason in said), "other")
            raise SendFailed(f"{type(error).__name__}: {reason}") from None
        if letter.payload.get("close"):
            self.aside(self.bot.edit_message_reply_markup(letter.chat, letter.payload["close"]))

    async def _delete(self, chat: int, payload: Mapping[str, Any]) -> None:
        """Take a person's message away; where Telegram does not let us, they are asked to."""
        try:
            await self.bot.delete_message(chat, payload["delete"])
        except (BadRequest, Forbidden) as error:
            if "not found" not in str(error).lower():
                await self._message(chat, payload["otherwise"], None)

    async def _send(self, chat: int, payload: Mapping[str, Any]) -> None:
        html, document = payload.get("html", ""), payload.get("document")
        keyboard = _keyboard(payload.get("buttons") or [])
        fits = len(html.encode("utf-16-le")) // 2 <= CAPTION
        if photo := await _photo(payload.get("picture")):
            if not fits:
                await self._message(chat, html, None)
            caption = html or None if fits else None
            await self.bot.send_photo(chat, photo, caption, parse_mode="HTML", reply_markup=keyboard)
            return
        if document:
            file = tg.InputFile(document["content"].encode(), filename=document["name"])
            caption, markup = (html or None, keyboard) if fits else (None, None)
            await self.bot.send_document(chat, file, caption, parse_mode="HTML", reply_markup=markup)
            html = "" if fits else html
        if html:
            await self._message(chat, html, keyboard)

    async def _message(self, chat: int, html: str, keyboard: tg.InlineKeyboardMarkup | None) -> None:
        plain = tg.LinkPreviewOptions(is_disabled=True)
        await self.bot.send_message(chat, html, "HTML", reply_markup=keyboard, link_preview_options=plain)

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


def _keyboard(rows: list[list[tuple[str, str]]]) -> tg.InlineKeyboardMarkup | None:
    button = tg.InlineKeyboardButton
    made = [[button(label, callback_data=data) for label, data in row] for row in rows]
    return tg.InlineKeyboardMarkup(made) if made else None


async def _photo(picture: Mapping[str, Any] | None) -> bytes | None:
    """The picture, drawn beside the loop; one that cannot be drawn never keeps its words back."""
    if picture is None:
        return None
    try:
        return await asyncio.to_thread(draw, picture)
    except Exception as error:
        log.error("a picture is left out: %s", type(error).__name__)
        return None


async def _best_effort(call: Coroutine[Any, Any, Any]) -> None:
    try:
        await call
    except Exception as error:
        log.debug("left undone: %s", type(error).__name__)


def seconds(error: RetryAfter) -> float:
    """How long Telegram says to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
