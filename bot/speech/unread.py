"""What is answered to a message that was not read in full: what was read, what not, why, and buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process

from bot.ask import Ask
from bot.describe import cells
from bot.messages import MAX_CALLBACK_BYTES, Choice, Reply, Text, say
from bot.signatures.astray import masked
from bot.speech.commanding import COMMAND
from bot.speech.lexicon import key, terms
from bot.speech.parse import Parsed
from bot.speech.plain import seen

CLOSE = 82
HELP = (Choice(say("choice.next"), "/next"), Choice(say("choice.help"), "/help"))


def reply(ask: Ask, parsed: Parsed) -> Reply:
    """Lines and buttons; nothing is filled in that was not read."""
    if not parsed.intent and not parsed.slots and not parsed.doubts:
        return Reply((say("speech.nothing"),), (HELP,))
    near = suggestions(parsed)
    lines: list[Any] = [*_read(ask, parsed)]
    if parsed.unread:
        lines.append(say("speech.unread", words=masked(" … ".join(parsed.unread))[:200]))
    if near and "vague" not in parsed.doubts:
        lines.append(say("speech.maybe", terms=near))
    lines += [doubt(ask, name, near) for name in parsed.doubts]
    if parsed.missing:
        needed = tuple(say(f"speech.need.{name}") for name in parsed.missing)
        lines.append(say("speech.missing", slots=needed))
    return Reply(tuple(lines), (*_rows(ask, parsed, near), HELP))


def doubt(ask: Ask, name: str, near: tuple[str, ...] = ()) -> Text:
    """Why something is no card."""
    doses = tuple(cells(level.cells) for level in ask.protocol.levels)
    return say(
        f"speech.doubt.{name}", **{"implausible": {"doses": doses}, "vague": {"terms": near}}.get(name, {})
    )


def _read(ask: Ask, parsed: Parsed) -> list[Text]:
    """What was read, so that only the rest has to be written again."""
    made: list[Any] = [say(f"speech.intent.{parsed.intent}")] if parsed.intent else []
    for name, value in parsed.slots.items():
        shown: Any = value
        if name == "when":
            shown = datetime.fromisoformat(value)
        elif name == "dose":
            shown = cells(value)
        elif name == "fact":
            shown = ask.protocol.fact[value].asks
        made.append(say(f"speech.slot.{name}", value=shown))
    return [say("speech.read", what=tuple(made))] if made else []


def suggestions(parsed: Parsed) -> tuple[str, ...]:
    """CTCAE terms near the words that were not read; they are offered, never taken."""
    made: dict[str, None] = {}
    for words in parsed.unread:
        spelt = key(seen(words))
        among = terms().get(spelt)
        if among is not None:
            made |= dict.fromkeys(name for name in among if name)
        elif len(spelt) >= 3:
            for found, _, _ in process.extract(
                spelt, list(terms()), scorer=fuzz.ratio, score_cutoff=CLOSE, limit=3
            ):
                made |= dict.fromkeys(name for name in terms()[found] if name)
    return tuple(made)[:4]


def _rows(ask: Ask, parsed: Parsed, near: tuple[str, ...]) -> tuple[tuple[Choice, ...], ...]:
    """The terms suggested with the rest of the line, and the command for the subject."""
    command, code = COMMAND.get(parsed.intent or ""), parsed.slots.get("subject", "")
    rows: list[tuple[Choice, ...]] = []
    whole = {"subject", "grade", "when"} <= set(parsed.slots) and parsed.missing == ("term",)
    if parsed.intent == "ae" and whole and len(parsed.unread) == 1:
        local = datetime.fromisoformat(parsed.slots["when"]).astimezone(ask.protocol.zone)
        for term in (*near, *(parsed.unread if "vague" in parsed.doubts else ())):
            line = f"/ae {code} {term} {parsed.slots['grade']} {local:%Y-%m-%d %H:%M}"
            if len(line.encode()) <= MAX_CALLBACK_BYTES:
                rows.append((Choice(term, line),))
    if command == "new":
        at = parsed.slots.get("when")
        day = datetime.fromisoformat(at).astimezone(ask.protocol.zone) if at else None
        line = f"/new {day:%Y-%m-%d %H:%M}" if day else "/new"
        rows.append((Choice(say("choice.new.plain"), line),))
    elif command:
        rows.append((Choice(say(f"menu.{command}"), f"/{command} {code}".strip()),))
    return tuple(rows)
