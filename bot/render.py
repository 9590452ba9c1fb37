"""Reply -> letters: HTML in the reader's language, buttons with their data, long replies split."""

from __future__ import annotations

import re
from typing import Any

from bot.messages import MAX_CALLBACK_BYTES, MAX_MESSAGE_CHARACTERS, TAG_BYTES, Choice, Picture, Reply
from bot.words import Reader

SIGN = re.compile(r"</?[a-z]+>|&[a-z#0-9]{1,8};|.", re.DOTALL)
TAG = re.compile(r"<[a-z]+>")
MARGIN = 32


def payloads(
    reply: Reply, reader: Reader, opened: str = "", head: str = "", close: int = 0
) -> list[dict[str, Any]]:
    """Letters' payloads of a reply; `opened` marks what its buttons answer (see present.py)."""
    text = "\n".join(reader.html(line) for line in reply.lines)
    parts = split(f"{head}{text}" if head else text)
    made: list[dict[str, Any]] = [{"html": part, "buttons": []} for part in parts]
    if reply.picture:
        made[-1]["picture"] = _picture(reply.picture, reader)
    if reply.document and reply.picture:
        made.append({"html": f"{head}{reader.html(reply.document.says)}", "buttons": []})
    made[-1]["buttons"] = _buttons(reply.choices, reader, opened)
    if reply.document:
        made[-1]["document"] = {"name": reply.document.name, "content": reply.document.content}
    if close:
        made[0]["close"] = close
    return made


def _picture(picture: Picture, reader: Reader) -> dict[str, Any]:
    """A picture as plain data: its numbers, and its words ready to be read."""
    words = {
        name: [reader.plain(each) for each in words] if isinstance(words, tuple) else reader.plain(words)
        for name, words in picture.words.items()
    }
    return {"kind": picture.kind, **picture.numbers, "words": words}


def _buttons(rows: tuple[tuple[Choice, ...], ...], reader: Reader, opened: str) -> list[list[list[str]]]:
    made, number = [], 0
    for row in rows:
        buttons = []
        for choice in row:
            data = choice.value
            if not choice.value.startswith(("/", "!")):
                data, number = f"={opened}:{number}", number + 1
            elif choice.value.startswith("!"):
                data = f"!{opened}:{choice.value[1:]}"
            if len(data.encode()) > MAX_CALLBACK_BYTES - TAG_BYTES:
                raise ValueError(f"callback data has {len(data.encode())} bytes")
            buttons.append([reader.plain(choice.label), data])
        made.append(buttons)
    return made


def answers(rows: tuple[tuple[Choice, ...], ...]) -> tuple[str, ...]:
    """The values behind the answer buttons, in the order in which _buttons numbers them."""
    return tuple(c.value for row in rows for c in row if not c.value.startswith(("/", "!")))


def split(text: str, limit: int = MAX_MESSAGE_CHARACTERS) -> list[str]:
    """Parts of at most `limit` UTF-16 units, cut between lines; our markup never spans lines."""
    parts, size = [""], 0
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            units = _units(piece) + 1
            if size and size + units > limit:
                parts.append("")
                size = 0
            parts[-1] += ("\n" if size else "") + piece
            size += units
    return parts


def _pieces(line: str, limit: int) -> list[str]:
    """A line too long for one message, cut between signs; what is marked up stays so in each piece."""
    if _units(line) < limit:
        return [line]
    pieces, size, open_ = [""], 0, list[str]()
    for sign in SIGN.findall(line):
        closing = "".join(f"</{tag[1:]}" for tag in reversed(open_))
        if size + _units(sign) + _units(closing) + MARGIN > limit:
            pieces[-1] += closing
            pieces.append("".join(open_))
            size = _units(pieces[-1])
        pieces[-1] += sign
        size += _units(sign)
        if sign.startswith("</"):
            open_.pop()
        elif TAG.fullmatch(sign):
            open_.append(sign)
    return pieces


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
