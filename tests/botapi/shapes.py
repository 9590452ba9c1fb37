"""What a message may be, and how the API shows it."""

from __future__ import annotations

from typing import Any

from tests.botapi.calls import Call
from tests.botapi.entities import Refused, parse
from tests.botapi.world import BOT, Rows, Sent, World

LIMITS = {"text": 4096, "caption": 1024}
BUTTON_BYTES, BUTTONS = 64, 100


def chat_of(world: World, call: Call) -> int:
    """The chat that a call is for; Refused when it is not there or blocked the bot."""
    chat = call.integer("chat_id")
    if not call.text("chat_id"):
        raise Refused(400, "Bad Request: chat_id is empty")
    if chat not in world.chats:
        raise Refused(400, "Bad Request: chat not found")
    if chat in world.blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    return chat


def words_of(call: Call, name: str) -> tuple[str, list[dict[str, Any]]]:
    """The text or caption of a call with its entities; Refused when it is too long."""
    mode = call.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise Refused(400, "Bad Request: unsupported parse_mode")
    text, entities = (
        parse(call.text(name)) if mode else (call.text(name).strip(), call.json("entities") or [])
    )
    if len(text) > LIMITS[name]:
        raise Refused(
            400,
            "Bad Request: message is too long"
            if name == "text"
            else f"Bad Request: message {name} is too long",
        )
    return text, entities


def rows_of(call: Call) -> Rows:
    """The inline buttons of a call."""
    markup = call.json("reply_markup") or {}
    if not isinstance(markup, dict):
        raise Refused(400, "Bad Request: object expected as reply markup")
    rows = [[_button(button) for button in row] for row in markup.get("inline_keyboard", [])]
    if sum(map(len, rows)) > BUTTONS:
        raise Refused(400, "Bad Request: reply markup is too long")
    return [row for row in rows if row]


def _button(button: dict[str, Any]) -> tuple[str, str]:
    if not str(button.get("text") or "").strip():
        raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons must be non-empty")
    if "url" in button:
        return button["text"], button["url"]
    if "callback_data" not in button:
        raise Refused(
            400,
            "Bad Request: can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard",
        )
    if not 1 <= len(button["callback_data"].encode()) <= BUTTON_BYTES:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return button["text"], button["callback_data"]


def as_json(world: World, message: Sent) -> dict[str, Any]:
    """A message of the bot as the API shows it."""
    shown: dict[str, Any] = {
        "message_id": message.message_id,
        "from": BOT,
        "chat": world.chats[message.chat],
        "date": message.date,
    }
    words, marks = (
        ("text", "entities") if message.document is message.photo is None else ("caption", "caption_entities")
    )
    shown |= {words: message.text} if message.text else {}
    shown |= {marks: message.entities} if message.entities else {}
    if message.document:
        name, content = message.document
        shown["document"] = {"file_id": f"D{message.message_id}", "file_unique_id": f"U{message.message_id}"}
        shown["document"] |= {"file_name": name, "file_size": len(content)}
    if message.photo is not None:
        size = {"file_id": f"P{message.message_id}", "file_unique_id": f"U{message.message_id}"}
        shown["photo"] = [{**size, "width": 1, "height": 1, "file_size": len(message.photo)}]
    if message.buttons:
        shown["reply_markup"] = {
            "inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in message.buttons]
        }
    return shown
