"""The mark of a study on its buttons and invitations, where a bot serves several: `@` and six letters."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace

from bot.messages import TAG_BYTES
from storage.log import Letter


def tag_of(study: str) -> str:
    """The tag of a study's name; the same in every process and after every restart."""
    digest = hashlib.sha256(study.encode()).digest()
    return "@" + base64.urlsafe_b64encode(digest).decode()[: TAG_BYTES - 1]


def tagged(letters: Iterable[Letter], tag: str) -> tuple[Letter, ...]:
    """The letters with every button's data behind the tag."""
    return tuple(
        replace(letter, payload=_marked(letter.payload, tag)) if tag else letter for letter in letters
    )


def _marked(payload: dict[str, object], tag: str) -> dict[str, object]:
    rows = payload["buttons"]
    assert isinstance(rows, list)  # noqa: S101 - render.py made it
    return {**payload, "buttons": [[[label, f"{tag}{data}"] for label, data in row] for row in rows]}


def untagged(data: str) -> tuple[str, str]:
    """The tag of a button's data, empty if it has none, and the rest."""
    return (data[:TAG_BYTES], data[TAG_BYTES:]) if data.startswith("@") else ("", data)
