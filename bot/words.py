"""The words of bot/texts: formatted for one reader, in their language and the site's time."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.messages import Ending, Minute, Text
from rules.protocol import Said

LANGUAGES = ("en", "zh")
TEXTS = Path(__file__).resolve().parent / "texts"


@cache
def texts(language: str) -> dict[str, str]:
    """Every text of a language by key."""
    read = yaml.load((TEXTS / f"{language}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {str(key): str(value) for key, value in read.items()}


def language_for(code: str) -> str:
    """The language we have for a client's language code; English where we have none."""
    return "zh" if code.lower().startswith("zh") else "en"


def choice_of(prefix: str, options: tuple[str, ...], typed: str) -> str | None:
    """The option whose words, in any language, are what was typed; None when none is."""
    wanted = typed.strip().casefold()
    for option in options:
        names = {option, *(texts(language).get(f"{prefix}.{option}", option) for language in LANGUAGES)}
        if wanted in {name.casefold() for name in names}:
            return option
    return None


@dataclass(frozen=True)
class Reader:
    """Who reads: language and zone."""

    language: str
    zone: ZoneInfo

    def html(self, thing: Any) -> str:
        """HTML for a Text, a Said, an instant, a number, a tuple of these, or words (escaped)."""
        if isinstance(thing, Text):
            template = texts(self.language)[thing.key]
            return template.format_map({name: self.html(value) for name, value in thing.params.items()})
        if isinstance(thing, Said):
            return html.escape(thing.in_(self.language), quote=False)
        if isinstance(thing, datetime):
            return self.instant(thing)
        if isinstance(thing, Ending):
            return self.ending(thing.at)
        if isinstance(thing, Minute):
            return f"{thing.at.astimezone(self.zone):%Y-%m-%d %H:%M}"
        if isinstance(thing, tuple | list):
            return texts(self.language)["list.comma"].join(self.html(part) for part in thing)
        if isinstance(thing, float):
            return f"{thing:g}"
        return html.escape(str(thing), quote=False)

    def plain(self, thing: Any) -> str:
        """The same without markup, for button labels."""
        return plain(self.html(thing))

    def instant(self, at: datetime) -> str:
        """Weekday, date and time in the zone."""
        local = at.astimezone(self.zone)
        weekday = texts(self.language)["weekdays"].split()[local.weekday()]
        return f"{weekday} {local:%Y-%m-%d %H:%M}"

    def ending(self, at: datetime) -> str:
        """The end of a day as 24:00 of that day; any other instant as it is."""
        if at.astimezone(self.zone).time() != time(0):
            return self.instant(at)
        return self.instant(at - timedelta(minutes=1)).replace("23:59", "24:00")


def plain(marked: str) -> str:
    """HTML of ours without its tags."""
    for tag in ("b", "i", "code", "u"):
        marked = marked.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return html.unescape(marked)
