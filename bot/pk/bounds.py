"""What a file may be that somebody sends: its bounds, and the two ways in which it is none."""

from __future__ import annotations

from bot.messages import Text

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 256 * 1024, 2 * 1024 * 1024, 100
MOST_ROWS, MOST_COLUMNS, MOST_SIGNS, FARTHEST = 300, 12, 100, 20_000
FORMULA = "="


class NoTable(Exception):
    """A file that cannot be taken; `text` says what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.key)
        self.text = text


class Personal(Exception):
    """A file that seems to identify a person."""
