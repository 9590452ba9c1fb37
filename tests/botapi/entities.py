"""Telegram's HTML as the server reads it: plain text and entities, or the documented 400."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[A-Za-z0-9-]*)(?P<rest>[^<>]*)>|(?P<bare><)|&(?:#\d+|#x[0-9a-f]+|lt|gt|amp|quot);"
)


class Refused(Exception):
    """A call that the Bot API answers with ok: false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class _Open:
    tag: str
    offset: int


def units(text: str) -> int:
    """Length in UTF-16 code units, in which entities are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> tuple[str, list[dict[str, Any]]]:
    """(text, entities) of Telegram HTML; Refused(400) as the server words it."""
    text, entities, stack, end = "", [], [], 0
    for match in TOKEN.finditer(source):
        text += source[end : match.start()]
        end = match.end()
        if match.group().startswith("&"):
            text += html.unescape(match.group())
        else:
            at = len(source[: match.start()].encode())
            _tag(match, at, units(text), stack, entities)
    if stack:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return _trimmed(text + source[end:], entities)


def _tag(
    match: re.Match[str], at: int, offset: int, stack: list[_Open], entities: list[dict[str, Any]]
) -> None:
    tag = (match["tag"] or "").lower()
    if match["close"]:
        if not stack:
            raise _cannot(f"Unexpected end tag at byte offset {at}")
        opened = stack.pop()
        if opened.tag != tag:
            raise _cannot(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        if offset > opened.offset:
            entities.append({"type": KINDS[tag], "offset": opened.offset, "length": offset - opened.offset})
    elif match["bare"] or tag not in KINDS:
        raise _cannot(f'Unsupported start tag "{tag}" at byte offset {at}')
    else:
        stack.append(_Open(tag, offset))


def _cannot(why: str) -> Refused:
    return Refused(400, f"Bad Request: can't parse entities: {why}")


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The server strips white space around a text; entities move with it."""
    cut, room = units(text) - units(text.lstrip()), units(text.strip())
    kept = []
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        first = max(entity["offset"] - cut, 0)
        last = min(entity["offset"] + entity["length"] - cut, room)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return text.strip(), kept
