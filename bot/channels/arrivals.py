"""What came in: raw updates read into thin Messages, and what is kept of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bot.messages import MAX_CALLBACK_BYTES, Message
from bot.pk.files import FILE, TAKEN, names_a_person
from bot.privacy import MARKER, seems_personal
from storage.queues import Arrived

SILENT = re.compile(
    r".*_chat_created|(new|left|delete)_chat_.*|(video_chat|forum_topic|general_forum|giveaway)_.*|pinned_message"
    r"|migrate_.*|message_auto_delete_timer_changed|write_access_allowed|chat_background_set|boost_added"
)
HANDLE = re.compile(r"[A-Za-z0-9_=-]{1,300}")
log = logging.getLogger("bot.channels.arrivals")


@dataclass(frozen=True)
class Arrival:
    """A raw update as read: its number, and what a person said, if anybody did."""

    update_id: int
    message: Message | None = None
    query: str = ""


def read(update: Any) -> Arrival | None:
    """Read one raw update; None when not even its number can be read. Never raises."""
    if not isinstance(update, Mapping) or not _whole(update.get("update_id")):
        return None
    try:
        message = _message(update)
    except (KeyError, TypeError, ValueError, AttributeError):
        log.warning("update %d cannot be read and is passed over", update["update_id"])
        message = None
    query = update.get("callback_query")
    id_ = query.get("id") if isinstance(query, Mapping) else None
    return Arrival(update["update_id"], message, id_ if isinstance(id_, str) else "")


def _message(update: Mapping[str, Any]) -> Message | None:
    if "callback_query" in update:
        query = update["callback_query"]
        data, shown = query.get("data"), query.get("message")
        if shown is None or not isinstance(data, str):
            return None
        fits = len(_clean(data).encode()) <= MAX_CALLBACK_BYTES  # a longer one was forged
        message = _from(query["from"], shown)
        return message and _private(replace(message, kind="press", press=_clean(data) if fits else ""))
    edited = "edited_message" in update
    content = update.get("edited_message" if edited else "message")
    if content is None or "from" not in content or any(SILENT.fullmatch(name) for name in content):
        return None
    message = _from(content["from"], content)
    if message is None or edited:
        return message and replace(message, kind="edited")
    if "forward_origin" in content or "forward_date" in content:
        return replace(message, kind="forwarded")
    if isinstance(content.get("document"), Mapping):
        return _private(_document(message, content["document"], str(content.get("caption") or "")))
    if not isinstance(content.get("text"), str):
        return replace(message, kind="other")
    return _private(replace(message, text=_clean(content["text"])))


def _from(person: Mapping[str, Any], shown: Mapping[str, Any]) -> Message | None:
    """The envelope: who, where, in which language. None for bots; names are never read."""
    numbers = (person["id"], shown["chat"]["id"], shown["message_id"])
    if not all(_whole(number) for number in numbers):
        raise ValueError("an identity must be a whole number")
    language = str(person.get("language_code") or "en")
    message = Message(
        user=numbers[0],
        chat=numbers[1],
        message_id=numbers[2],
        private=shown["chat"]["type"] == "private",
        language=language.lower() if re.fullmatch(r"[A-Za-z0-9-]{2,20}", language) else "en",
    )
    return None if person.get("is_bot") else message


def _private(message: Message) -> Message:
    return message if message.private else replace(message, text="", press="", file="")


def _document(message: Message, document: Mapping[str, Any], caption: str) -> Message:
    """A file that may hold samples, by its handle; its name and caption are looked at and never kept."""
    name, handle = document.get("file_name"), document.get("file_id")
    if not isinstance(name, str) or not TAKEN.fullmatch(name.strip()):
        return replace(message, kind="other")
    if not isinstance(handle, str) or not HANDLE.fullmatch(handle):
        return replace(message, kind="other")
    personal = names_a_person(_clean(name)[-200:]) or seems_personal(_clean(caption))
    return replace(message, kind=FILE, text=MARKER if personal else "", file=handle)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def _clean(text: str) -> str:
    """Without half characters and NUL, which a database may refuse: one of them would block a batch."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def to_store(arrival: Arrival) -> Arrived | None:
    """What is kept of an update until it is answered; None when nobody spoke. Nothing personal."""
    message = arrival.message
    if message is None:
        return None
    if seems_personal(message.text):
        message = replace(message, text=MARKER)
    if seems_personal(message.press):  # forged: none of our buttons says such a thing
        message = replace(message, press="")
    return Arrived(arrival.update_id, message.chat, asdict(message))


def message_of(stored: Arrived) -> Message:
    """The message as it was stored; what this version does not know is left out."""
    names = {field.name for field in fields(Message)}
    return Message(**{name: value for name, value in stored.payload.items() if name in names})
