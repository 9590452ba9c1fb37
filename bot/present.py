"""Running a command and showing its outcome: a card, a question, or a plain reply."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot import cards
from bot import events as b
from bot.access import may
from bot.ask import Command, Outcome
from bot.refusals import not_allowed
from bot.render import answers
from bot.talk import Talk, Turn

MARK = 6  # of 64 bytes that a button carries


def run(talk: Talk, command: Command, given: Mapping[str, str], numbered_after: int = 0) -> Turn:
    """Run a command, if the person's role may. `numbered_after`: chat events that go before its own."""
    ask = talk.ask(given)
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action), close=talk.closing))
    return present(talk, command, given, command.run(ask), numbered_after)


def present(
    talk: Talk, command: Command, given: Mapping[str, str], outcome: Outcome, numbered_after: int = 0
) -> Turn:
    """An outcome as a turn."""
    given = given if outcome.given is None else outcome.given
    ask = talk.ask(given)
    number = talk.state.chat.length + numbered_after + 1
    kept = tuple(sorted(given.items()))
    if outcome.events or outcome.crowd:
        shown = cards.lines(ask, command, outcome)
        card = b.Carded(command.name, kept, digest(shown), talk.now)
        letters = talk.letters(cards.card(ask, outcome, shown), opened(number, card), talk.closing)
        return Turn(letters, chat=(card,))
    if outcome.question:
        values = answers(outcome.reply.choices)
        asked = b.Asked(command.name, kept, outcome.question.slot, values, talk.now)
        letters = talk.letters(outcome.reply, opened(number, asked), talk.closing)
        if outcome.question.number:
            letters[-1].payload["expects"] = "number"
        return Turn(letters, chat=(asked,))
    chosen = [event.language for event in outcome.personal if isinstance(event, b.LanguageChosen)]
    letters = talk.letters(outcome.reply, "", talk.closing, *chosen)
    if any(isinstance(event, b.PinAsked) for event in outcome.personal):
        letters[-1].payload["expects"] = "number"
    who = ask.person
    return Turn(letters, chat=outcome.personal, people=outcome.identity, by=who.id, role=who.role)


def opened(number: int, event: b.Asked | b.Carded) -> str:
    """What buttons carry of their card or question: its number in the chat, and a mark of what it said.

    After a restore numbers are given again; the mark tells an old button of the same number from a new one.
    """
    if isinstance(event, b.Carded):
        return f"{number}.{event.digest[:MARK]}"
    return f"{number}.{digest((event.command, event.given, event.slot, event.choices))[:MARK]}"


def digest(lines: tuple[Any, ...]) -> str:
    """A fingerprint of what a card says, in no particular language."""
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:32]
