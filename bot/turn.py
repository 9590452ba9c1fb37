"""One turn of a conversation, pure: a message and the state -> what to append and what to send."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from bot import cards
from bot import events as b
from bot.access import may
from bot.ask import Ask, Command, Outcome
from bot.chat import CARD_LIFE, Chat
from bot.commands import BY_NAME
from bot.messages import Choice, Message, Reply, say
from bot.people import People, Person, hash_code
from bot.privacy import MARKER, seems_personal
from bot.refusals import not_allowed
from bot.render import answers, payloads
from bot.slots import SAVE, fill, read
from bot.times import NotRead
from bot.words import LANGUAGES, Reader, language_for
from rules.protocol import Protocol
from rules.trial import Trial
from storage.log import Letter

Letters = tuple[Letter, ...]
MOVE = re.compile(r"\+\s?(\d{1,4})\s?([dhm])")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True)
class State:
    """Everything a turn rests on. `languages` are those of other people, by user id."""

    protocol: Protocol
    trial: Trial
    people: People
    chat: Chat
    languages: Mapping[int, str]
    practice: bool = False


@dataclass(frozen=True)
class Turn:
    """What follows from a message: events by stream, and letters."""

    letters: Letters = ()
    trial: tuple[Any, ...] = ()
    people: tuple[Any, ...] = ()
    chat: tuple[Any, ...] = ()
    practice: tuple[Any, ...] = ()
    typed: str = ""
    by: str = ""
    role: str = ""


@dataclass(frozen=True)
class Talk:
    """A message being answered."""

    state: State
    message: Message
    now: datetime

    @cached_property
    def person(self) -> Person | None:
        """Who writes; None for a stranger."""
        return self.state.people.by_user(self.message.user)

    @cached_property
    def language(self) -> str:
        """The language to answer in."""
        return self.state.chat.language or language_for(self.message.language)

    def reader(self, language: str = "") -> Reader:
        """The reader of an answer."""
        return Reader(language or self.language, self.state.protocol.zone)

    def ask(self, given: Mapping[str, str]) -> Ask:
        """The ask of a person with access."""
        assert self.person is not None  # noqa: S101 - strangers never get here
        state = self.state
        return Ask(
            self.person, self.language, self.now, state.protocol, state.trial, state.people, state.chat, given
        )

    def letters(self, reply: Reply, opened: int = 0, close: int = 0, language: str = "") -> Letters:
        """Letters to the person who writes."""
        made = payloads(reply, self.reader(language), opened, self.head(language), close)
        return tuple(Letter(self.message.chat, payload) for payload in made)

    def head(self, language: str = "") -> str:
        """The mark that no reply of a practice study is without."""
        return f"{self.reader(language).html(say('practice.mark'))}\n" if self.state.practice else ""

    def says(self, key: str, *rows: tuple[Choice, ...], **params: Any) -> Turn:
        """A turn of one line."""
        return Turn(self.letters(Reply((say(key, **params),), rows), close=self.closing))

    @property
    def closing(self) -> int:
        """The message whose buttons are used up by this press."""
        return self.message.message_id if self.message.press else 0


def take_turn(state: State, message: Message, now: datetime) -> Turn:
    """What to append and what to send for a message. Never raises for what people type."""
    talk = Talk(state, message, now)
    if not message.private:
        return talk.says("private_only") if talk.person else Turn()
    if message.text == MARKER or (message.text and seems_personal(message.text)):
        return talk.says("personal" if talk.person else "stranger")
    if talk.person is None:
        return _join(talk)
    if message.kind in ("edited", "forwarded", "other"):
        return talk.says(f"kind.{message.kind}")
    if message.kind == "press" or message.press:
        return _press(talk, message.press)
    return _text(talk, " ".join(message.text.split()))


# -------------------------------------------------------------------- joining
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
    lines = (say("welcome", role=role, trial=talk.state.protocol.trial.id), say("welcome.try"))
    row = tuple(Choice(say(f"language.{name}"), f"/language {name}") for name in LANGUAGES)
    letters = talk.letters(Reply(lines, ((Choice(say("choice.help"), "/help"),), row)))
    return Turn(letters, people=(joined,), chat=(language,), by=person, role=invitation.role)


# -------------------------------------------------------------------- typing
def _text(talk: Talk, text: str) -> Turn:
    moved = MOVE.fullmatch(text) if talk.state.practice else None
    if moved:
        return _move(talk, timedelta(**{UNITS[moved.group(2)]: int(moved.group(1))}))
    if len(text) > 1000:
        return talk.says("too_long")
    if text.startswith("/"):
        return _command_line(talk, text)
    if talk.state.chat.asked is not None:
        return _answer(talk, talk.state.chat.asked[1], text)
    return talk.says("not_read", _help_row())


def _move(talk: Talk, step: timedelta) -> Turn:
    """Move the clock of the practice study."""
    at = talk.now + step
    event = b.ClockMoved(int(step.total_seconds()), at)
    return Turn(talk.letters(Reply((say("practice.clock", at=at),))), practice=(event,))


def _help_row() -> tuple[Choice, ...]:
    return (Choice(say("choice.next"), "/next"), Choice(say("choice.help"), "/help"))


def _command_line(talk: Talk, text: str) -> Turn:
    name, *words = text[1:].split(" ") if len(text) > 1 else [""]
    name = name.split("@")[0].lower()
    if name == "start":
        return _text(talk, "/help")
    if name == "cancel":
        return replace(talk.says("cancelled", _help_row()), chat=(b.Settled(0, "cancelled", talk.now),))
    command = BY_NAME.get(name)
    if command is None:
        return talk.says("no_command", _help_row())
    if talk.person is None or not may(talk.person.role, command.action):
        return Turn(talk.letters(not_allowed(talk.person.role if talk.person else "", command.action)))
    given, left = fill(command.slots, words, talk.ask({"_typed": text}))
    if left:
        slot = next((s for s in command.slots if s not in given), command.slots[-1] if command.slots else "")
        return _unread(talk, command, given, slot, " ".join(left))
    return _run(talk, command, given)


def _unread(talk: Talk, command: Command, given: dict[str, str], slot: str, left: str) -> Turn:
    """Part of a command line was not read: say what, and ask for it."""
    why: Any = say("unread.rest")
    if slot and slot not in given:
        try:
            read(slot, left, talk.ask(given))
        except NotRead as error:
            why = error.text
    turn = _run(talk, command, given)
    first = talk.letters(Reply((say("unread", words=left[:80]), why)))
    return first_and(first, turn) if not turn.trial else Turn(first)


def first_and(letters: Letters, turn: Turn) -> Turn:
    """A turn with letters before its own."""
    return replace(turn, letters=(*letters, *turn.letters))


def _answer(talk: Talk, asked: b.Asked, typed: str) -> Turn:
    """What was typed, as the answer to the open question."""
    command = BY_NAME[asked.command]
    given = dict(asked.given)
    try:
        value = read(asked.slot, typed, talk.ask(given))
    except NotRead as error:
        again = _run(talk, command, given)
        return first_and(talk.letters(Reply((error.text,))), again)
    given["_typed"] = f"{given.get('_typed', '')} ; {typed}"[-2000:]
    turn = _run(talk, command, {**given, asked.slot: value})
    return turn if turn.chat else replace(turn, chat=(b.Settled(0, "closed", talk.now),))


# -------------------------------------------------------------------- pressing
def _press(talk: Talk, data: str) -> Turn:
    if data.startswith("/"):
        return _command_line(talk, data)
    number, _, what = data[1:].partition(":")
    if not data or data[0] not in "=!" or not (number.isascii() and number.isdigit() and len(number) < 10):
        return talk.says("stale", _help_row())
    if data[0] == "!":
        return _card(talk, int(number), what)
    open_ = talk.state.chat.asked
    choices = open_[1].choices if open_ else ()
    if open_ is None or open_[0] != int(number) or not what.isdigit() or int(what[:6]) >= len(choices):
        return talk.says("stale", _help_row())
    return _answer(talk, open_[1], choices[int(what)])


def _card(talk: Talk, number: int, what: str) -> Turn:
    chat = talk.state.chat
    card = chat.cards.get(number)
    if card is None or number in chat.settled:
        return talk.says("card.used", _help_row())
    if what == "no":
        return replace(talk.says("cancelled", _help_row()), chat=(b.Settled(number, "cancelled", talk.now),))
    command, given = BY_NAME[card.command], dict(card.given)
    if what.startswith("~"):
        kept = {slot: value for slot, value in given.items() if slot != what[1:] and value != SAVE}
        turn = _run(talk, command, kept, numbered_after=1)
        return replace(turn, chat=(b.Settled(number, "edited", talk.now), *turn.chat))
    if talk.now - card.at > CARD_LIFE:
        again = _run(talk, command, given, numbered_after=1)
        turn = first_and(talk.letters(Reply((say("card.expired"),)), close=talk.closing), again)
        return replace(turn, chat=(b.Settled(number, "changed", talk.now), *again.chat))
    return _confirm(talk, number, card, command, given) if what == "yes" else talk.says("stale", _help_row())


def _confirm(talk: Talk, number: int, card: b.Carded, command: Command, given: dict[str, str]) -> Turn:
    """Decide again at the press; record only what the card showed."""
    ask = talk.ask(given)
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action)))
    outcome = command.run(ask)
    if not (outcome.events or outcome.crowd) or digest(cards.lines(ask, command, outcome)) != card.digest:
        again = _present(talk, command, given, outcome, numbered_after=1)
        turn = first_and(talk.letters(Reply((say("card.changed"),)), close=talk.closing), again)
        return replace(turn, chat=(b.Settled(number, "changed", talk.now), *again.chat))
    own = talk.letters(cards.recorded(ask, outcome), close=talk.closing)
    return Turn(
        letters=(*own, *_alerts(talk, ask, outcome)),
        trial=outcome.events,
        people=outcome.crowd,
        chat=(b.Settled(number, "recorded", talk.now),),
        typed=given.get("_typed", ""),
        by=ask.person.id,
        role=ask.person.role,
    )


def _alerts(talk: Talk, ask: Ask, outcome: Outcome) -> Letters:
    """A DLT, a hold or a change of the decision reaches the principal investigator and monitors at once."""
    reply = cards.alert(ask, outcome)
    if reply is None:
        return ()
    made = []
    for person in cards.alerted(ask):
        language = talk.state.languages.get(person.user, "en")
        for payload in payloads(reply, talk.reader(language), 0, talk.head(language)):
            made.append(Letter(person.user, payload))
    return tuple(made)


# -------------------------------------------------------------------- running a command
def _run(talk: Talk, command: Command, given: Mapping[str, str], numbered_after: int = 0) -> Turn:
    ask = talk.ask(given)
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action)))
    return _present(talk, command, given, command.run(ask), numbered_after)


def _present(
    talk: Talk, command: Command, given: Mapping[str, str], outcome: Outcome, numbered_after: int = 0
) -> Turn:
    """An outcome as a turn: a card, a question, or a plain reply. `numbered_after`: events before it."""
    given = given if outcome.given is None else outcome.given
    ask = talk.ask(given)
    number = talk.state.chat.length + numbered_after + 1
    kept = tuple(sorted(given.items()))
    if outcome.events or outcome.crowd:
        shown = cards.lines(ask, command, outcome)
        card = b.Carded(command.name, kept, digest(shown), talk.now)
        reply = cards.card(ask, command, outcome, shown)
        return Turn(talk.letters(reply, number, talk.closing), chat=(card,))
    chosen = [event.language for event in outcome.personal if isinstance(event, b.LanguageChosen)]
    letters = talk.letters(outcome.reply, number, talk.closing, *chosen)
    if outcome.question:
        if outcome.question.number:
            letters[-1].payload["expects"] = "number"
        values = answers(outcome.reply.choices)
        asked = b.Asked(command.name, kept, outcome.question.slot, values, talk.now)
        return Turn(letters, chat=(asked,))
    return Turn(letters, chat=outcome.personal, by=ask.person.id, role=ask.person.role)


def digest(lines: tuple[Any, ...]) -> str:
    """A fingerprint of what a card says, in no particular language."""
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:32]
