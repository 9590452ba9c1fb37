"""What comes in from a channel (Message) and what goes out to it (Reply, then a letter's payload).

A letter's payload is what a channel sends, as plain data:
{"html": str, "buttons": [[[label, data], ...] rows], and perhaps
 "document": {"name", "content"}, "picture": {"kind", numbers, "words"} (see pictures.py),
 "close": message id, "expects": "number"}
or {"delete": a person's message id, "otherwise": html for where it cannot be deleted}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_CALLBACK_BYTES = 64
TAG_BYTES = 7  # of these, kept for the mark of a study (see tags.py)
MAX_MESSAGE_CHARACTERS = 4096


@dataclass(frozen=True)
class Message:
    """One message of one person. `kind` is text | press | file | edited | forwarded | other | secret.

    A secret held a PIN: its text is gone (see pins.py). Of a file the channel's handle `file` is stored until
    it is answered; `fetch` gets its content, `table` are its rows (see files.py): neither is ever stored.

    `user` is the channel's numeric identity, never a name; `press` is the data of a pressed
    button and `message_id` the message it stood under; `language` is the client's.
    """

    user: int
    chat: int
    text: str = ""
    press: str = ""
    message_id: int = 0
    private: bool = True
    kind: str = "text"
    language: str = "en"
    file: str = ""
    fetch: Callable[[], Awaitable[bytes]] | None = field(default=None, repr=False, compare=False)
    table: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Text:
    """Words by key of bot/texts, with parameters: words, numbers, instants, other Texts or tuples of them."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


def say(key: str, **params: Any) -> Text:
    """Words by key, with parameters."""
    return Text(key, params)


@dataclass(frozen=True)
class Ending:
    """The first instant after a day: read as 24:00 of the day that ends."""

    at: datetime


@dataclass(frozen=True)
class Minute:
    """An instant, to be read without its weekday."""

    at: datetime


@dataclass(frozen=True)
class Choice:
    """A button. `value` beginning with "/" is a command line; anything else answers the open question."""

    label: Any
    value: str


@dataclass(frozen=True)
class Document:
    """A file to send: its name, its text, and words beside it where it follows a picture."""

    name: str
    content: str
    says: Any = ""


@dataclass(frozen=True)
class Picture:
    """A picture to draw when it is sent: its kind, its numbers as plain data, its words by name."""

    kind: str
    numbers: Mapping[str, Any]
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """What a person reads: lines, rows of buttons, perhaps a file, perhaps a picture."""

    lines: tuple[Any, ...] = ()
    choices: tuple[tuple[Choice, ...], ...] = ()
    document: Document | None = None
    picture: Picture | None = None
