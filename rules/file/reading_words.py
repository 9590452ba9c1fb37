"""Sentences of the file, in one language or several."""

from __future__ import annotations

from rules.file.reading import Here
from rules.protocol import Said

LANGUAGES = ("en", "zh")


def said(here: Here, name: str) -> Said:
    """Read `name: sentence` or `name: {en: ..., zh: ...}`; English is required."""
    place = here.at(name)
    value = place.value() if place else None
    if isinstance(value, str) and value.strip():
        return Said((("en", value),))
    if place and isinstance(value, dict):
        place.only(["en"], LANGUAGES[1:])
        return Said(tuple((language, place.text(language)) for language in LANGUAGES if place.at(language)))
    if place:
        place.wrong("expected a sentence", "Write words, or {en: ..., zh: ...}")
    return Said((("en", ""),))
