"""Typed messages: a command line, the answer to the open question, or something not understood."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import buttons
from bot import events as b
from bot.access import may
from bot.ask import Ask, Command
from bot.commands import BY_NAME
from bot.filling import fill
from bot.messages import Choice, Reply, Text, say
from bot.present import run
from bot.refusals import not_allowed
from bot.sheet import is_sheet, read_sheet
from bot.signatures import astray
from bot.slots import read
from bot.speech.talking import parsed_in, spoken
from bot.talk import Talk, Turn
from bot.times import NotRead

MAX_TYPED = 1000
MOVE = re.compile(r"\+\s?(\d{1,4})\s?([dhm])", re.ASCII)
UNSAID = (".shape", ".not_read", ".needs_time")  # the words were taken for something else
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def typed(talk: Talk, text: str) -> Turn:
    """What follows from a typed message."""
    moved = MOVE.fullmatch(text) if talk.state.practice else None
    if moved:
        return _move(talk, timedelta(**{UNITS[moved.group(2)]: int(moved.group(1))}))
    if len(text) > MAX_TYPED:
        return talk.says("too_long")
    if text.startswith("/"):
        return command_line(talk, text)
    if _astray(talk, text):
        return astray.swept(talk, talk.says("pin.stray", help_row()))
    meant = buttons.meant(talk, text)
    if meant.startswith("/"):
        return command_line(talk, meant)
    if talk.state.chat.asked is not None:
        return answer(talk, talk.state.chat.asked[1], meant or text, text)
    return talk.says("card.press") if buttons.of_card(talk, text) else spoken(talk, text)


def _astray(talk: Talk, text: str) -> bool:
    """True for words that could hold a PIN and are no answer, card or read; whose PIN it is stays unasked."""
    if not (astray.has_pin(talk) and astray.loose(text)):
        return False
    if astray.labelled(text):
        return True
    if talk.state.chat.asked is not None:
        asked = talk.state.chat.asked[1]
        try:
            read(asked.slot, text, talk.ask(dict(asked.given)))
        except NotRead:
            pass
        else:
            first = asked.slot == "samples" and astray.alone(text.split(" ", maxsplit=1)[0])
            return first or (astray.alone(text) and not astray.counts(text))
    return astray.alone(text) or parsed_in(talk, text).kind == "ask"


def _move(talk: Talk, step: timedelta) -> Turn:
    """Move the clock of the practice study."""
    at = talk.now + step
    event = b.ClockMoved(int(step.total_seconds()), at)
    return Turn(talk.letters(Reply((say("practice.clock", at=at),))), practice=(event,))


def help_row() -> tuple[Choice, ...]:
    """The two buttons that always help."""
    return (Choice(say("choice.next"), "/next"), Choice(say("choice.help"), "/help"))


def command_line(talk: Talk, text: str) -> Turn:
    """A command with its arguments, typed or behind a button."""
    assert talk.person is not None  # noqa: S101 - strangers never get here
    name, *words = text[1:].split(" ")
    name, rest = name.split("@")[0].lower(), " ".join(words)
    if name == "pin" and rest.strip():
        return astray.swept(talk, talk.says("pin.alone", (Choice(say("choice.pin"), "/pin"),)))
    if name == "cancel":
        turn = replace(talk.says("cancelled", help_row()), chat=_all_cancelled(talk))
        return astray.swept_of(talk, rest, turn)
    command = BY_NAME.get("help" if name == "start" else name)
    if command is None:
        return astray.swept_of(talk, rest, talk.says("no_command", help_row()))
    if not may(talk.person.role, command.action):
        refused = Turn(talk.letters(not_allowed(talk.person.role, command.action), close=talk.closing))
        return astray.swept_of(talk, rest, refused)
    given, left = fill(command.slots, [word for word in words if word], talk.ask({"_typed": text}))
    if command.entry and command.slots[-1] in given:
        command = BY_NAME[command.entry]
    if left and name != "start":
        return astray.swept_of(talk, " ".join(left), _unread(talk, command, given, " ".join(left)))
    return run(talk, command, given)


def _all_cancelled(talk: Talk) -> tuple[Any, ...]:
    """The open question and every card that could still be pressed are closed."""
    return tuple(b.Settled(number, "cancelled", talk.now) for number in (0, *buttons.fresh(talk)))


def _unread(talk: Talk, command: Command, given: dict[str, str], left: str) -> Turn:
    """Part of a command line was not read: say what, and ask for it. No card comes of a line half read."""
    missing = [slot for slot in command.slots if slot not in given]
    errors = [why for slot in missing for why in _not_read(slot, left, talk.ask(given))]
    said = [text for text in errors if not text.key.endswith(UNSAID)]  # it was understood, and is refused
    why: Any = next(iter([*said, *errors[:1]]), say("unread.rest"))
    first = talk.letters(Reply((say("unread", words=astray.masked(left)[:80]), why)))
    # What was not read may have changed the meaning of what was: a unit behind a number.
    kept = {"subject": given["subject"]} if "subject" in given else {}
    turn = run(talk, command, {**kept, "_typed": " ".join((f"/{command.name}", *kept.values(), "…"))})
    carded = any(isinstance(event, b.Carded) for event in turn.chat)
    return Turn(first) if carded else turn.after(first)


def _not_read(slot: str, words: str, ask: Ask) -> tuple[Text, ...]:
    """Why these words are no answer for a slot, or the first of them no subject; nothing when they are."""
    found, first = [], words.partition(" ")[0]
    for tried in (words, first) if slot == "subject" else (words,):
        try:
            read(slot, tried, ask)
        except NotRead as error:
            found.append(error.text)
    return tuple(found)


def answer(talk: Talk, asked: b.Asked, text: str, words: str = "") -> Turn:
    """The answer to the open question; `words` are the words where they were those of a button."""
    command = BY_NAME[asked.command]
    given = dict(asked.given)
    if is_sheet(asked.slot, talk.message.text):
        return _sheet(talk, command, given, text)
    try:
        value = read(asked.slot, text, talk.ask(given))
    except NotRead as error:
        found = parsed_in(talk, text)
        if found.kind != "ask":  # another matter, written while the question stands
            return spoken(talk, text, found)
        return run(talk, command, given).after(talk.letters(Reply((error.text,))))
    said = f"{given.get('_typed', '')} ; {words or text}"[-2000:]
    return _answered(talk, command, {**given, "_typed": said, asked.slot: value})


def _answered(talk: Talk, command: Command, given: dict[str, str]) -> Turn:
    turn = run(talk, command, given)
    return turn if turn.chat else replace(turn, chat=(b.Settled(0, "closed", talk.now),))


def _sheet(talk: Talk, command: Command, given: dict[str, str], text: str) -> Turn:
    """Several answers at once: all of them go into the draft, or none."""
    answers, faults = read_sheet(talk.message.text, talk.ask(given))
    if faults:
        return run(talk, command, given).after(talk.letters(Reply((say("sheet.faults"), *faults))))
    said = f"{given.get('_typed', '')} ; {text}"[-2000:]
    return _answered(talk, command, {**given, "_typed": said, **answers})
