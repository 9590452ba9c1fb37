"""What could be a PIN where none was asked for: told by its shape alone, and never compared with one."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.messages import say
from bot.privacy.spelling import plain
from bot.talk import Letters, Talk, Turn
from storage.log import Letter

ALONE = re.compile(r"\d{6,12}|\d{2}(?: \d{2}){2,5}|\d{3}(?:[ -]\d{3}){1,3}|\d{4}(?:[ -]\d{4}){1,2}")
RUN = re.compile(r"(?<![A-Za-z\d.])\d{6,12}(?![A-Za-z\d]|\.\d)")
MASKED = re.compile(r"\d{6,}|\d{3}[ -]\d{3}(?!\d)")
# A count has zeros behind, a day or moment its digits in order; a lot has its word before, a value its unit.
COUNT = re.compile(r"\d+00|20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[0-2]\d[0-5]\d)?")
MOMENT = re.compile(r"20\d{10}")
BEFORE = re.compile(
    r"(?:\b(?:lots?|batch(?:es)?|kits?|bags?|vials?|no|nr|numbers?|version|entry)\b|#|批号|编号|袋号)"
    r"(?: (?:is|was|are|were)\b)?\W{0,3}(?:[A-Za-z]?\d{3,12}\W{1,3}(?:(?:and|or|和|与) ?)?)*$",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"\s*(?:cells|copies|car|个|细胞|拷贝|/|[x×*]|10|k?g/|[npmuµμ]g(?:/|\b)|[mk]?i?u/|iu\b|[mnpuµμ]?mol)",
    re.IGNORECASE,
)
_NAMED = r"(?:(?<![A-Za-z])(?:pin|pass ?code|password)(?![A-Za-z])|密码|密碼|口令)"
LABELLED = re.compile(rf"{_NAMED}\D{{0,15}}\d(?:[ -]?\d){{5}}|\d(?:[ -]?\d){{5,11}}\D{{0,15}}{_NAMED}", re.I)


def alone(text: str) -> bool:
    """True when the whole of a text has the shape of a PIN, whatever its digits are written in."""
    return ALONE.fullmatch(plain(text)) is not None


def counts(text: str) -> bool:
    """True for a number alone that a question for a number or a time may take: 25000000, 202603051430."""
    text = plain(text)
    return text.isdigit() and (text.endswith("00") or MOMENT.fullmatch(text) is not None)


def labelled(text: str) -> bool:
    """True when the word PIN stands beside digits."""
    return LABELLED.search(plain(text)) is not None


def loose(text: str) -> bool:
    """True when a text holds what could be a PIN, alone, with its word, or among other words."""
    text = plain(text)
    return alone(text) or labelled(text) or any(_loose(text, found) for found in RUN.finditer(text))


def _loose(text: str, found: re.Match[str]) -> bool:
    told = BEFORE.search(text[: found.start()]) or BEHIND.match(text, found.end())
    return not told and COUNT.fullmatch(found.group()) is None


def masked(words: str) -> str:
    """Words that were not read, without what could be a PIN."""
    return MASKED.sub("…", plain(words))


def has_pin(talk: Talk) -> bool:
    """True when the person who writes has set a PIN."""
    return talk.person is not None and bool(talk.state.people.pin(talk.person.id).hashed)


def erasing(talk: Talk, otherwise: str = "pin.delete") -> Letters:
    """Take the message away; where that cannot be done, the person is asked to, in the words of that key."""
    if not talk.message.message_id:
        return ()
    words = talk.head() + talk.reader().html(say(otherwise))
    payload = {"html": "", "buttons": [], "delete": talk.message.message_id, "otherwise": words}
    return (Letter(talk.message.chat, payload),)


def swept(talk: Talk, turn: Turn, otherwise: str = "pin.astray.delete") -> Turn:
    """The turn, with the typed message taken away and left nowhere."""
    return replace(turn.after(erasing(talk, otherwise)), secret=True)


def swept_of(talk: Talk, unread: str, turn: Turn) -> Turn:
    """The turn; a typed line of which this was not read is taken away where that could hold a PIN."""
    if talk.message.kind != "text" or not has_pin(talk) or masked(unread) == plain(unread):
        return turn
    return swept(talk, turn)
