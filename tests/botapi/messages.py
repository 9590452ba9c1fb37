"""Methods about messages: send, edit, delete, and the answer to a pressed button."""

from __future__ import annotations

from typing import Any

from tests.botapi.calls import Call
from tests.botapi.entities import Refused
from tests.botapi.shapes import as_json, chat_of, rows_of, words_of
from tests.botapi.world import Sent, World


async def send_message(world: World, call: Call) -> dict[str, Any]:
    """A text message."""
    chat, rows = chat_of(world, call), rows_of(call)
    text, entities = words_of(call, "text")
    if not text:
        raise Refused(400, "Bad Request: message text is empty")
    return _sent(world, Sent(0, chat, text, call.text("text"), entities, rows, rows))


async def send_document(world: World, call: Call) -> dict[str, Any]:
    """A file with a caption."""
    return _file(world, call, "document")


async def send_photo(world: World, call: Call) -> dict[str, Any]:
    """A photo with a caption."""
    return _file(world, call, "photo")


async def edit_message_text(world: World, call: Call) -> dict[str, Any]:
    """New text and new buttons for a message of the bot."""
    message, rows = _mine(world, call), rows_of(call)
    text, entities = words_of(call, "text")
    if not text:
        raise Refused(400, "Bad Request: message text is empty")
    _changes(message, (text, entities, rows))
    message.text, message.entities, message.html, message.buttons = text, entities, call.text("text"), rows
    return _edited(world, message)


async def edit_message_reply_markup(world: World, call: Call) -> dict[str, Any]:
    """New buttons, or none, for a message of the bot."""
    message, rows = _mine(world, call), rows_of(call)
    _changes(message, (message.text, message.entities, rows))
    message.buttons = rows
    return _edited(world, message)


async def delete_message(world: World, call: Call) -> bool:
    """Take a message of the bot away, or in a private chat one of the person."""
    place = chat_of(world, call), call.integer("message_id")
    if place in world.said:
        if world.undeletable:
            raise Refused(400, "Bad Request: message can't be deleted")
        del world.said[place]
        world.tell()
        return True
    world.messages.remove(_mine(world, call, "delete"))
    world.tell()
    return True


async def answer_callback_query(world: World, call: Call) -> bool:
    """Stop the clock on a pressed button."""
    if call.text("callback_query_id") not in world.queries:
        raise Refused(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    if len(call.text("text")) > 200:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    world.queries[call.text("callback_query_id")] = True
    world.tell()
    return True


def _file(world: World, call: Call, field: str) -> dict[str, Any]:
    chat, rows, file = chat_of(world, call), rows_of(call), call.file(field)
    if file is None:
        raise Refused(400, f"Bad Request: there is no {field} in the request")
    if not file[1] and field in call.files:
        raise Refused(400, "Bad Request: file must be non-empty")
    caption, entities = words_of(call, "caption")
    sent = Sent(0, chat, caption, call.text("caption"), entities, rows, rows)
    sent.document, sent.photo = (file, None) if field == "document" else (None, file[1])
    return _sent(world, sent)


def _mine(world: World, call: Call, verb: str = "edit") -> Sent:
    chat, id_ = chat_of(world, call), call.integer("message_id")
    for message in world.messages:
        if (message.chat, message.message_id) == (chat, id_):
            return message
    raise Refused(400, f"Bad Request: message to {verb} not found")


def _changes(message: Sent, after: tuple[Any, ...]) -> None:
    if (message.text, message.entities, message.buttons) == after:
        raise Refused(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message",
        )


def _edited(world: World, message: Sent) -> dict[str, Any]:
    message.edits += 1
    world.tell()
    return as_json(world, message)


def _sent(world: World, message: Sent) -> dict[str, Any]:
    message.message_id = next(world.message_ids)
    world.messages.append(message)
    world.tell()
    return as_json(world, message)
