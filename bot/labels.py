"""Words that stand on buttons: typed they are that button, and never an answer to be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.words import LANGUAGES, texts

# What no free text can be. Labels of entries and of outcomes supposed say nothing but what they are about.
ANSWERS = ("answer.yes", "answer.no", "answer.unclear")
CONFIRM, EDIT, CANCEL = ("card.yes", "card.sign"), "card.edit", "card.no"
ABOUT = ("choice.entry", "choice.whatif")
PLAIN = ("", "plain", "of")  # `choice.next.plain` and `choice.ae.of` are the commands /next and /ae
PARAMETERS = {
    "subject": r"(?P<subject>\S*\d\S*)", "person": r"(?P<person>P\d+)", "number": r"\d+", "grade": r"\d",
    "event": r"#\d+.*",
}  # fmt: skip


def bare(words: str) -> str:
    """Words as labels are compared: without the sign before them and the stop behind."""
    return " ".join(words.split()).strip("✓✗→ ").rstrip(" .!?…。！？")


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each key of a button with its label as a pattern, in every language."""
    return tuple(
        (key, re.compile(_pattern(bare(label), language), re.IGNORECASE))
        for language in LANGUAGES
        for key, label in texts(language).items()
        if key in (*CONFIRM, EDIT, CANCEL, *ANSWERS) or (key.startswith("choice.") and key not in ABOUT)
    )


def _pattern(label: str, language: str) -> str:
    slots = "|".join(re.escape(words) for key, words in texts(language).items() if key.startswith("slot."))
    parts = re.split(r"\{(\w+)\}", label)
    names = {**PARAMETERS, "what": f"(?:{slots})"}
    return "".join(names.get(part, ".+") if at % 2 else re.escape(part) for at, part in enumerate(parts))


def keys_of(typed: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The keys of the buttons that these words stand on."""
    words = bare(typed)
    for key, pattern in _labels():
        if words and (found := pattern.fullmatch(words)):
            yield key, found


def is_label(typed: str) -> bool:
    """True for words that stand on a button."""
    return any(keys_of(typed))


def stands_on(typed: str, *keys: str) -> bool:
    """True for the words of one of these buttons."""
    return any(key in keys for key, _ in keys_of(typed))


def command_words(typed: str, names: frozenset[str]) -> str:
    """The command line behind a button of these words, of the commands `names`; else nothing."""
    for key, found in keys_of(typed):
        _, name, *rest = (*key.split("."), "")
        if key.startswith("choice.") and name in names and ".".join(filter(None, rest)) in PLAIN:
            about = "".join(found.groupdict().values())
            return f"/{name} {about}".strip()
    return ""
