"""A letter as calls of the Bot API: words, buttons, a file, a picture, a message taken away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import telegram as tg
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter

from bot.channels import SendFailed
from bot.channels.outbox import FLOODED
from bot.pictures.draw import draw
from storage.queues import Waiting

CAPTION = 1024
REASONS = (
    "blocked by the user", "deactivated", "initiate conversation", "chat not found", "parse entities",
    "button_data_invalid", "too long", "is empty",
)  # fmt: skip
log = logging.getLogger("bot.channels.sending")


async def sent(bot: tg.Bot, letter: Waiting) -> None:
    """Send a letter; SendFailed says when to try again, or that there is no use."""
    try:
        if letter.payload.get("delete"):
            await _delete(bot, letter.chat, letter.payload)
        else:
            await _send(bot, letter.chat, letter.payload)
    except RetryAfter as error:
        raise SendFailed(FLOODED, after=seconds(error)) from None
    except (Forbidden, BadRequest, ChatMigrated) as error:
        said = str(error).lower()
        reason = next((reason for reason in REASONS if reason in said), "other")
        raise SendFailed(f"{type(error).__name__}: {reason}") from None


async def _delete(bot: tg.Bot, chat: int, payload: Mapping[str, Any]) -> None:
    """Take a person's message away; where Telegram does not let us, they are asked to."""
    try:
        await bot.delete_message(chat, payload["delete"])
    except (BadRequest, Forbidden) as error:
        if "not found" not in str(error).lower():
            await _message(bot, chat, payload["otherwise"], None)


async def _send(bot: tg.Bot, chat: int, payload: Mapping[str, Any]) -> None:
    html, document = payload.get("html", ""), payload.get("document")
    keyboard = _keyboard(payload.get("buttons") or [])
    fits = len(html.encode("utf-16-le")) // 2 <= CAPTION
    if photo := await _photo(payload.get("picture")):
        if not fits:
            await _message(bot, chat, html, None)
        caption = html or None if fits else None
        await bot.send_photo(chat, photo, caption, parse_mode="HTML", reply_markup=keyboard)
        return
    if document:
        file = tg.InputFile(document["content"].encode(), filename=document["name"])
        caption, markup = (html or None, keyboard) if fits else (None, None)
        await bot.send_document(chat, file, caption, parse_mode="HTML", reply_markup=markup)
        html = "" if fits else html
    if html:
        await _message(bot, chat, html, keyboard)


async def _message(bot: tg.Bot, chat: int, html: str, keyboard: tg.InlineKeyboardMarkup | None) -> None:
    """What comes back is the message again: nobody reads it, so it is not made into objects."""
    asked: dict[str, Any] = {"chat_id": chat, "text": html, "parse_mode": "HTML"}
    asked["link_preview_options"] = tg.LinkPreviewOptions(is_disabled=True)
    await bot.do_api_request("sendMessage", asked | ({"reply_markup": keyboard} if keyboard else {}))


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


def seconds(error: RetryAfter) -> float:
    """How long Telegram says to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
