"""A person in Telegram: says, presses, reads. They have names and a phone, which a bot must not keep."""

from __future__ import annotations

import time
from typing import Any

from tests.botapi.shapes import as_json
from tests.botapi.updates import deliver
from tests.botapi.world import PATIENCE, Sent, World

GROUP = -1001234567890
OTHERS: dict[str, Any] = {
    "photo": [{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 90, "file_size": 1101}],
    "voice": {"file_id": "AwAC", "file_unique_id": "AgAD", "duration": 3, "mime_type": "audio/ogg"},
    "sticker": {"file_id": "CAAC", "file_unique_id": "AgAE", "type": "regular", "width": 9, "height": 9}
    | {"is_animated": False, "is_video": False},
    "contact": {"phone_number": "+8613912345678", "first_name": "Wanjiru", "last_name": "Otieno"},
    "document": {"file_id": "BQAC", "file_unique_id": "AgAF", "file_name": "Otieno.pdf"},
    "location": {"latitude": 31.2, "longitude": 121.5},
}


class Person:
    """A user with a private chat to the bot."""

    def __init__(self, world: World, id_: int, language: str | None) -> None:
        self.world, self.id = world, id_
        self.card: dict[str, Any] = {
            "id": id_,
            "is_bot": False,
            "first_name": "Wanjiru",
            "last_name": "Otieno",
        }
        self.card |= {"username": "wanjiru_otieno"} | ({"language_code": language} if language else {})
        world.chats[id_] = {
            "id": id_,
            "type": "private",
            "first_name": "Wanjiru",
            "username": "wanjiru_otieno",
        }

    def say(self, text: str) -> int:
        """Type a message; the update's number."""
        return self._update("message", self.message(text=text))

    def say_edited(self, text: str) -> int:
        """Edit the last message typed."""
        return self._update("edited_message", {**self.message(text=text), "edit_date": int(time.time())})

    def say_forwarded(self, text: str) -> int:
        """Forward somebody's message."""
        origin = {"type": "hidden_user", "sender_user_name": "Dr Otieno", "date": int(time.time())}
        return self._update("message", self.message(text=text, forward_origin=origin))

    def say_in_group(self, text: str, group: int = GROUP) -> int:
        """Type in a group that the bot is in."""
        self.world.chats.setdefault(group, {"id": group, "type": "supergroup", "title": "Ward 7"})
        return self._update("message", {**self.message(text=text), "chat": self.world.chats[group]})

    def send(self, kind: str, caption: str = "Wanjiru Otieno, bed 7") -> int:
        """Send a photo, voice, sticker, contact, document or location."""
        words = {"caption": caption} if kind in ("photo", "voice", "document") else {}
        return self._update("message", self.message(**{kind: OTHERS[kind]}, **words))

    def send_file(self, name: str, content: bytes, **words: str) -> int:
        """Send a document; perhaps with a caption."""
        handle = f"BQACAgI{len(self.world.documents)}"
        self.world.documents[handle] = content
        document = {"file_id": handle, "file_unique_id": "AgAF", "file_name": name, "file_size": len(content)}
        return self._update("message", self.message(document=document, **words))

    def press(self, label: str, on: Sent | None = None) -> int:
        """Press the button whose label is or contains `label`, or whose data is it, on the newest message.

        `on` presses on that message, even after its buttons went away.
        """
        message, data = self._button(label, on)
        return self.press_data(data, message)

    def press_data(self, data: str, message: Sent) -> int:
        """A press with any data, as a forged client could send it."""
        query = str(next(self.world.query_ids))
        self.world.queries[query] = False
        shown = {"id": query, "from": self.card, "message": as_json(self.world, message)}
        return self._update("callback_query", {**shown, "chat_instance": "-42", "data": data})

    def block(self) -> None:
        """Block the bot."""
        self.world.blocked.add(self.id)

    @property
    def history(self) -> list[Sent]:
        """Every message of the bot in this chat that still stands."""
        return [message for message in self.world.messages if message.chat == self.id]

    async def replies(self, count: int = 1, limit: float = PATIENCE) -> list[Sent]:
        """The messages not read yet, when there are at least `count` of them."""
        read = self.world.read[self.id]
        try:
            await self.world.until(lambda: len(self.history) >= read + count, limit)
        except TimeoutError:
            got = [message.text for message in self.history[read:]]
            raise AssertionError(f"{count} replies wanted within {limit} s, got {got}") from None
        self.world.read[self.id] = len(self.history)
        return self.history[read:]

    async def next_reply(self, limit: float = PATIENCE) -> Sent:
        """The next message not read yet."""
        read = self.world.read[self.id]
        await self.replies(1, limit)
        self.world.read[self.id] = read + 1
        return self.history[read]

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of this person as the API shows it."""
        text = content.get("text", "")
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        envelope = {"message_id": next(self.world.message_ids), "from": self.card, "date": int(time.time())}
        self.world.said[self.id, envelope["message_id"]] = text
        return {**envelope, "chat": self.world.chats[self.id], **content}

    def _update(self, kind: str, content: dict[str, Any]) -> int:
        return deliver(self.world, {kind: content})

    def _button(self, label: str, on: Sent | None) -> tuple[Sent, str]:
        found = (
            [(message, message.buttons) for message in reversed(self.history)]
            if on is None
            else [(on, on.offered)]
        )
        for message, rows in found:
            buttons = [button for row in rows for button in row]
            exact = [data for text, data in buttons if label in (text, data)]
            loose = [data for text, data in buttons if label in text]
            if exact or loose:
                return message, (exact or loose)[0]
        raise AssertionError(f"no button {label!r} among {[m.labels for m in self.history[-3:]]}")
