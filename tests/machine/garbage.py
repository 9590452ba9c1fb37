"""Garbage: what no person means, and what somebody forges."""

from __future__ import annotations

from random import Random
from typing import Any

from bot.channels.arrivals import message_of, read, to_store
from bot.chat import Chat
from bot.commands import BY_NAME
from bot.messages import Message
from bot.present import opened
from tests.machine.people import USERS
from tests.machine.study import Study

SPECIMENS = (
    "", " ", "\n\n", "\x00", "\x1b[2J", "\u202e abc", "\ufeff", "\u200b\u200b", "\ud800", "a\udfffb",
    "🧪" * 40, "é" * 90, "<b>bold", "</code>&amp;", "<script>alert(1)</script>", "&#0;", "%s %d {0} {name}",
    "{html}", "'; DROP TABLE events; --", '" OR 1=1 --', "../../etc/passwd", "C:\\CON", "$(reboot)",
    "file:///etc/shadow", "${jndi:ldap://x}", "NaN", "inf", "-1", "1e999", "9" * 400, "٣", "ⅷ", "/", "//",
    "/ new", "/neu", "/doses", "/@", "/dose;", "/new\x00now", "／new", "/sign!", "/_typed", "yes please",
    "ok", "maybe tomorrow", "patient five got it", "the dose was 1e8", "你好", "给药了吗", "x" * 999,
    "y " * 700,
    "z" * 5000, "\t/\t", "null", "true", "[]", '{"a": 1}', "!1:yes", "=1:0", "+28d", "+1 h", "<", "&", "#",
    "#1", "@", "CD7-00", "CD7-0001x",
)  # fmt: skip
HALF = (
    "/dose CD7-", "/ae CD7-001 <b>", "/new at noon", "/screen CD7-999", "/zone ../..", "/people P999;",
    "/correct #0", "/start", "/start x y", "/help@", "/dlt \ud800", "/deviation CD7-001 1e8 &", "/sign here",
    "/language klingon", "/withdraw 1 '; --", "/dose CD7-004 1e8 9999-99-99 99:99",
)  # fmt: skip
WHAT = ("yes", "no", "~when", "~", "0", "1", "99", "-1", "", "YES", "yes ", "٣", "~_typed", "0:0", "\x00")
NUMBERS = (*range(40), 10**6, 10**12, -1, "", "1e3", "0x1", "٣")


def text(random: Random) -> str:
    """Text that is no answer and no invitation; half commands among it."""
    draw = random.randrange(5)
    if draw == 0:
        return "".join(chr(random.randrange(0x110000)) for _ in range(random.randrange(1, 60)))
    if draw == 1:
        return f"/{''.join(random.choice('abcxyz_09@ /<&é') for _ in range(random.randrange(1, 30)))}"
    if draw == 2:
        return f"{random.choice(HALF)}{random.choice(('', ' ', random.choice(SPECIMENS)))}"
    return random.choice(SPECIMENS) + random.choice(("", random.choice(SPECIMENS)))


def data(random: Random, study: Study, name: str) -> str:
    """Data of a button that is somebody else's, forged, or no data at all."""
    others = [one for one in USERS if one != name]
    shown = [data for other in others for _, data in study.memory.buttons.get(other, []) if data[0] in "=!"]
    if shown and random.randrange(3) == 0:
        return random.choice(shown)
    if random.randrange(3):
        return f"{random.choice('=!=!?')}{random.choice(NUMBERS)}:{random.choice(WHAT)}"
    return text(random).strip() or "?"


def garbage(random: Random, study: Study, name: str, chat: Chat) -> Message:
    """A message or a press of somebody that is not the button of their own open question or card.

    It comes as a raw update comes from Telegram, through the reader of arrivals and the inbox.
    """
    kind = random.choice(("text", "text", "press", "press", "press", "edited", "forwarded", "other"))
    said = data(random, study, name) if kind == "press" else text(random)
    while _own(said, chat):
        said = data(random, study, name)
    arrival = read(_update(kind, USERS[name], said, random.choice((1, study.memory.letters, 10**9))))
    stored = to_store(arrival) if arrival else None
    assert stored is not None
    return message_of(stored)


def _update(kind: str, user: int, said: str, at: int) -> dict[str, Any]:
    person = {"id": user, "is_bot": False, "first_name": said, "language_code": "zh-hans"}
    letter = {"message_id": at, "chat": {"id": user, "type": "private"}, "date": 1772413200, "from": person}
    content = {
        "text": {"text": said},
        "press": {},
        "edited": {"text": said, "edit_date": 1772413201},
        "forwarded": {"text": said, "forward_origin": {"type": "hidden_user", "sender_user_name": said}},
        "other": {"sticker": {"emoji": said}, "caption": said},
    }[kind]
    if kind == "press":
        return {
            "update_id": 1,
            "callback_query": {"id": "1", "from": person, "message": letter, "data": said},
        }
    return {"update_id": 1, "edited_message" if kind == "edited" else "message": letter | content}


def _own(pressed: str, chat: Chat) -> bool:
    cards = [(number, card) for number, card in chat.cards.items() if number not in chat.settled]
    asked = [chat.asked] if chat.asked else []
    return pressed[:1] in "=!" and pressed[1:].partition(":")[0] in {opened(*one) for one in (*cards, *asked)}


def is_command(message: Message) -> bool:
    """The message begins with a command's name, whatever comes after it."""
    words = (message.press or message.text).split()
    name = words[0][1:].split("@")[0].lower() if words and words[0].startswith("/") else ""
    return message.kind in ("text", "press") and name in (*BY_NAME, "start", "cancel")
