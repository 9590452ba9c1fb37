"""A message being answered: the state it rests on, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.ask import Ask
from bot.chat import Chat
from bot.messages import Choice, Message, Reply, Text, say
from bot.people import People, Person
from bot.render import payloads
from bot.signatures.pins import TypedPin
from bot.signatures.signing import Signing
from bot.words import Reader, language_for
from rules.protocol import Protocol
from rules.trial import Trial
from storage.log import Letter, Signature

Letters = tuple[Letter, ...]


def heading(practice: bool, study: str) -> tuple[Text, ...]:
    """The lines above a reply: the mark of practice, the name of the study."""
    marks = (say("practice.mark"),) if practice else ()
    return (*marks, say("study.mark", study=study)) if study else marks


@dataclass(frozen=True)
class State:
    """Everything a turn rests on. `languages` are those of other people, by user id.

    `typed_pin` is what is known of a PIN that was typed; its message comes without text.
    `study` names the study on every reply, where the bot serves several.
    """

    protocol: Protocol
    trial: Trial
    people: People
    chat: Chat
    languages: Mapping[int, str]
    practice: bool = False
    signatures: Mapping[int, Signature] = field(default_factory=dict)
    typed_pin: TypedPin | None = None
    study: str = ""
    proposed: Protocol | None = None


@dataclass(frozen=True)
class Turn:
    """What follows from a message: letters, events by stream, and who caused them with which words.

    `secret` says that the message may have held a PIN: nothing of it is left in the files of the database.
    """

    letters: Letters = ()
    trial: tuple[Any, ...] = ()
    people: tuple[Any, ...] = ()
    chat: tuple[Any, ...] = ()
    practice: tuple[Any, ...] = ()
    typed: str = ""
    by: str = ""
    role: str = ""
    signature: Signing | None = None
    secret: bool = False

    def after(self, letters: Letters) -> Turn:
        """The same turn, with letters before its own."""
        return replace(self, letters=(*letters, *self.letters))


@dataclass(frozen=True)
class Talk:
    """A message, the state, the instant."""

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

    @property
    def closing(self) -> int:
        """The message whose buttons are used up by this press."""
        return self.message.message_id if self.message.press else 0

    def reader(self, language: str = "") -> Reader:
        """The reader of an answer."""
        return Reader(language or self.language, self.state.protocol.zone)

    def ask(self, given: Mapping[str, str]) -> Ask:
        """The ask of a person with access."""
        assert self.person is not None  # noqa: S101 - strangers never get here
        state = self.state
        return Ask(
            self.person, self.language, self.now, state.protocol, state.trial, state.people, state.chat,
            given, state.practice, state.signatures,
            state.proposed,
        )  # fmt: skip

    def letters(self, reply: Reply, opened: str = "", close: int = 0, language: str = "") -> Letters:
        """Letters to the person who writes."""
        made = payloads(reply, self.reader(language), opened, self.head(language), close)
        return tuple(Letter(self.message.chat, payload) for payload in made)

    def tell(self, persons: Iterable[Person], reply: Reply) -> Letters:
        """Letters to other people, each in their language."""
        made = []
        for person in persons:
            language = self.state.languages.get(person.user, "en")
            for payload in payloads(reply, self.reader(language), head=self.head(language)):
                made.append(Letter(person.user, payload))
        return tuple(made)

    def head(self, language: str = "") -> str:
        """What stands above every reply: that it is practice; which study, where the bot serves several.

        Strangers and groups never read a study's name.
        """
        inside = self.person is not None and self.message.private
        marks = heading(self.state.practice, self.state.study if inside else "")
        return "".join(f"{self.reader(language).html(mark)}\n" for mark in marks)

    def says(self, key: str, *rows: tuple[Choice, ...], **params: Any) -> Turn:
        """A turn of one line."""
        return Turn(self.letters(Reply((say(key, **params),), rows), close=self.closing))
