"""One turn of a conversation, pure: a message and the state -> what to append and what to send."""

from __future__ import annotations

import re
from datetime import datetime

from bot import events as b
from bot.messages import Choice, Message, Reply, say
from bot.people import hash_code
from bot.pk.files import FILE, filed
from bot.presses import press
from bot.privacy import MARKER, seems_personal
from bot.signatures.astray import erasing
from bot.signatures.pin_entry import pin_typed
from bot.talk import State, Talk, Turn
from bot.typing import typed
from bot.words import LANGUAGES

SECRET = "secret"  # noqa: S105 - a kind of message
SAMPLES = re.compile(r"\s*/(?:pk|sample)\b", re.IGNORECASE)
SILENT = ("edited", "forwarded", "other")


def take_turn(state: State, message: Message, now: datetime) -> Turn:
    """What to append and what to send for a message. Never raises for what people type."""
    talk = Talk(state, message, now)
    if not message.private:
        return talk.says("private_only") if talk.person else Turn()
    if talk.person is None:
        return _join(talk)
    if message.text == MARKER or seems_personal(message.text):
        key = "file.personal" if message.kind == FILE else "personal"
        return talk.says(key).after(erasing(talk, "personal.delete"))
    if message.kind == SECRET:
        return pin_typed(talk)
    if message.kind in SILENT:
        return talk.says(f"kind.{message.kind}")
    if message.kind == "press":
        return press(talk, message.press)
    if message.kind == FILE:
        return filed(talk)
    return typed(talk, _one_line(talk, message.text))


def _one_line(talk: Talk, text: str) -> str:
    """The words in one line; where samples are meant the ends of lines stay, as semicolons."""
    asked = talk.state.chat.asked
    sampled = SAMPLES.match(text) or (asked is not None and asked[1].slot == "samples")
    lines = [" ".join(line.split()) for line in text.splitlines()] if sampled else [" ".join(text.split())]
    return " ; ".join(line for line in lines if line)


def _join(talk: Talk) -> Turn:
    """Bind a user id with an invitation; strangers learn nothing."""
    message, people = talk.message, talk.state.people
    words = message.text.split() if message.kind == "text" else []
    invitation = people.invitation(words[1], talk.now) if len(words) == 2 and words[0] == "/start" else None
    if invitation is None:
        return talk.says("stranger")
    person = f"P{people.ever + 1}"
    joined = b.Joined(person, message.user, invitation.role, hash_code(words[1]), talk.now)
    language = b.LanguageChosen(talk.language, talk.now)
    role = say(f"role.{invitation.role}")
    head = (say("welcome", role=role, trial=talk.state.protocol.trial.id), say("welcome.try"))
    lines = head if talk.state.practice else (*head, say("welcome.sign"))
    row = tuple(Choice(say(f"language.{name}"), f"/language {name}") for name in LANGUAGES)
    letters = talk.letters(Reply(lines, ((Choice(say("choice.help"), "/help"),), row)))
    return Turn(letters, people=(joined,), chat=(language,), by=person, role=invitation.role)
