"""Telegram: long polling in, messages out. The only file that imports telegram; it knows no trial."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import telegram as tg
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.request import HTTPXRequest

from bot.channels import PARALLEL, Answerer, Outbox, SendFailed, growing, patiently, regularly
from bot.channels.arrivals import Answers, read, to_store
from bot.pictures import draw
from storage.queues import Queues, Waiting

POLL, LONGEST_PAUSE, QUIET = 25.0, 30.0, 6 * 86400.0
WANTED = ["message", "edited_message", "callback_query"]
CAPTION = 1024
REASONS = (
    "blocked by the user", "deactivated", "initiate conversation", "chat not found", "parse entities",
    "button_data_invalid", "too long", "is empty",
)  # fmt: skip
REFUSED = "Telegram refuses the token: set BOT_TOKEN to the one @BotFather gave (and check BOT_API_URL)"
TWO = "another process polls with this token: stop it, or give this one a bot of its own"
WEBHOOK = "a webhook is set for this bot, so polling is refused: remove it with deleteWebhook"
log = logging.getLogger("bot.channels.telegram")


class BadToken(Exception):
    """Telegram refuses the token. The text says what to do; it never holds the token."""


async def run(  # noqa: PLR0917 - the parts, in the order main.py puts them together
    token: str,
    base_url: str,
    dispatcher: Answerer,
    queues: Queues,
    clock: Callable[[], datetime],
    tick: Callable[[], Awaitable[None]],
    menus: Mapping[str, list[tuple[str, str]]],
    stop: asyncio.Event,
    tick_seconds: float = 20.0,
    first_pause: float = 0.5,
) -> None:
    """Talk to Telegram until `stop` is set; BadToken when there is no point in going on."""
    _hush()
    if not re.fullmatch(r"[\w:-]+", token, re.ASCII):
        raise BadToken(REFUSED)
    polling = HTTPXRequest(connection_pool_size=2, connect_timeout=10, read_timeout=POLL + 10)
    sending = HTTPXRequest(connection_pool_size=2 * PARALLEL, connect_timeout=10, read_timeout=15)
    base = base_url.rstrip("/")
    bot = tg.Bot(token, f"{base}/bot", f"{base}/file/bot", request=sending, get_updates_request=polling)
    wire = Wire(bot, queues, clock, first_pause)
    outbox = Outbox(queues, clock, wire.deliver, first_pause)
    answers = Answers(dispatcher, queues, outbox.answered, first_pause)
    roads = (wire.poll(answers), regularly(tick, tick_seconds, outbox.wake))
    coming = [asyncio.create_task(road) for road in (stop.wait(), *roads)]
    going = asyncio.create_task(outbox.run())
    wire.aside(wire.publish(menus))
    async with polling, sending:
        try:
            done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for road in done:
                road.result()
        finally:
            for road in coming:
                road.cancel()
            await asyncio.gather(*coming, return_exceptions=True)
            await answers.close()
            await outbox.close(going)
            await wire.close()


def _hush() -> None:
    """Libraries log addresses, which hold the token, and contents; they warn of what is meant."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates' instead")
    warnings.filterwarnings("ignore", message=".*attribute `retry_after` will be of type")


async def username(token: str, base_url: str) -> str | None:
    """The bot's name for links, None when Telegram does not tell it."""
    _hush()
    with contextlib.suppress(Exception):
        async with tg.Bot(token, f"{base_url.rstrip('/')}/bot") as bot:
            return bot.username
    return None


class Wire:
    """One bot's connection to the Bot API."""

    def __init__(
        self, bot: tg.Bot, queues: Queues, clock: Callable[[], datetime], first_pause: float
    ) -> None:
        self.bot, self.queues, self.clock, self.first_pause = bot, queues, clock, first_pause
        self._aside: set[asyncio.Task[None]] = set()

    async def poll(self, answers: Answers) -> None:
        """Fetch, store, and only then confirm, for ever; first comes what is left from before a crash."""
        await answers.load()
        offset, failures, reached, heard = 0, 0, False, time.monotonic()
        while True:
            failure: Exception | None = None
            try:
                last = await self._fetch(offset, answers)
            except Exception as error:
                failure, failures = error, failures + 1
            if failure is not None:  # outside of `except`, or BadToken would carry the refused token along
                if isinstance(failure, InvalidToken) and (failures >= 3 or not reached):
                    raise BadToken(REFUSED)
                await asyncio.sleep(self._complain(failure, failures))
                continue
            failures, reached = 0, True
            if last is not None:
                offset, heard = last + 1, time.monotonic()
            elif time.monotonic() - heard > QUIET:
                offset = 0  # after a week of silence Telegram numbers anew, perhaps below the offset

    async def _fetch(self, offset: int, answers: Answers) -> int | None:
        """Fetch updates and store what people said; the last update's number, None if there was none."""
        wanted = {"offset": offset, "timeout": int(POLL), "allowed_updates": WANTED}
        updates = await self.bot.do_api_request("getUpdates", wanted, read_timeout=POLL + 10)
        if not isinstance(updates, list):
            raise TypeError("updates are a list")
        arrivals = [arrival for arrival in map(read, updates) if arrival is not None]
        if updates and not arrivals:
            raise ValueError("updates have numbers")
        kept = [stored for stored in map(to_store, arrivals) if stored is not None]
        await self.queues.store(kept, self.clock())
        answers.add(kept)
        for arrival in arrivals:
            if arrival.query:
                self.aside(self.bot.answer_callback_query(arrival.query))
        return max((arrival.update_id for arrival in arrivals), default=None)

    def _complain(self, error: Exception, failures: int) -> float:
        """Say what is wrong with polling, in one line without contents; the pause before the next try."""
        pause = growing(self.first_pause, failures, LONGEST_PAUSE)
        if isinstance(error, RetryAfter):
            pause = _seconds(error)
        if isinstance(error, Conflict):
            log.error(WEBHOOK if "webhook" in str(error).lower() else TWO)
        else:
            cause = type(error.__cause__).__name__ if error.__cause__ else "no cause"
            log.warning("no updates: %s (%s), next try in %.1f s", type(error).__name__, cause, pause)
        return pause

    async def deliver(self, letter: Waiting) -> None:
        """Send a letter; SendFailed says when to try again, or that there is no use."""
        try:
            if letter.payload.get("delete"):
                await self._delete(letter.chat, letter.payload)
            else:
                await self._send(letter.chat, letter.payload)
        except RetryAfter as error:
            raise SendFailed("RetryAfter", after=_seconds(error)) from None
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

    async def close(self) -> None:
        """End what was begun aside."""
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)


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


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
