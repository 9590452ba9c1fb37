"""Subject codes, made from a pattern of the file like `CD7-{number:3}`, and read as people type them."""

from __future__ import annotations

import re
from functools import lru_cache

# No digit stands next to the number, so that a short form cannot be read in two ways.
PATTERN = re.compile(r"([A-Za-z0-9_-]{0,15}[A-Za-z_-])?\{number:[1-6]\}([A-Za-z_-][A-Za-z0-9_-]{0,7})?")


@lru_cache(maxsize=64)
def _parts(pattern: str) -> tuple[str, int, str]:
    """What stands before the number, its digits, and what stands after it."""
    before, digits, after = re.split(r"\{number:(\d)\}", pattern)
    return before, int(digits), after


def write_code(pattern: str, number: int) -> str:
    """The code of the n-th subject, for example CD7-001."""
    before, digits, after = _parts(pattern)
    return f"{before}{number:0{digits}d}{after}"


def read_code(pattern: str, text: str) -> str | None:
    """The full code from `CD7-004`, `cd7-4`, `004` or `4`; None when it is none."""
    before, digits, after = _parts(pattern)
    shape = rf"(?:{re.escape(before)})?0*([1-9][0-9]{{0,{digits - 1}}})(?:{re.escape(after)})?"
    found = re.fullmatch(shape, text.strip(), re.IGNORECASE)
    return write_code(pattern, int(found.group(1))) if found else None
