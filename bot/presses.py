"""Buttons: a command, an answer to the open question, or a card, which is decided again at the press."""

from __future__ import annotations

from dataclasses import replace

from bot import cards
from bot import events as b
from bot.access import may
from bot.ask import Ask, Command, Outcome
from bot.chat import CARD_LIFE
from bot.commands import BY_NAME
from bot.messages import Reply, say
from bot.present import digest, present, run
from bot.refusals import not_allowed
from bot.render import payloads
from bot.slots import SAVE
from bot.talk import Letters, Talk, Turn
from bot.typing import answer, command_line, help_row
from storage.log import Letter

# What is asked anew with a slot because it was answered for the slot's old value.
RESTING = {"field": ("value",), "entry": ("field", "value", "verdict")}


def press(talk: Talk, data: str) -> Turn:
    """What follows from a pressed button; data that fits nothing open is told so."""
    if data.startswith("/"):
        return command_line(talk, data)
    number, _, what = data[1:].partition(":")
    if not data or data[0] not in "=!" or not _is_number(number):
        return talk.says("stale", help_row())
    if data[0] == "!":
        return _card(talk, int(number), what)
    open_ = talk.state.chat.asked
    if open_ is None or open_[0] != int(number) or not _is_number(what) or int(what) >= len(open_[1].choices):
        return talk.says("stale", help_row())
    return answer(talk, open_[1], open_[1].choices[int(what)])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _card(talk: Talk, number: int, what: str) -> Turn:
    chat = talk.state.chat
    card = chat.cards.get(number)
    if card is None or number in chat.settled:
        return talk.says("card.used", help_row())
    command, given = BY_NAME[card.command], dict(card.given)
    if what == "no":
        return replace(talk.says("cancelled", help_row()), chat=(b.Settled(number, "cancelled", talk.now),))
    if talk.now - card.at > CARD_LIFE:
        return _anew(talk, number, "card.expired", run(talk, command, given, numbered_after=1))
    if what.startswith("~"):
        asked_anew = (what[1:], *RESTING.get(what[1:], ()))
        kept = {slot: value for slot, value in given.items() if slot not in asked_anew and value != SAVE}
        turn = run(talk, command, kept, numbered_after=1)
        return replace(turn, chat=(b.Settled(number, "edited", talk.now), *turn.chat))
    return _confirm(talk, number, card, command, given) if what == "yes" else talk.says("stale", help_row())


def _anew(talk: Talk, number: int, why: str, again: Turn) -> Turn:
    """Nothing is recorded; the card is closed and what holds now is shown."""
    turn = again.after(talk.letters(Reply((say(why),)), close=talk.closing))
    return replace(turn, chat=(b.Settled(number, "changed", talk.now), *again.chat))


def _confirm(talk: Talk, number: int, card: b.Carded, command: Command, given: dict[str, str]) -> Turn:
    """Decide again at the press; record only what the card showed."""
    ask = talk.ask(given)
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action), close=talk.closing))
    outcome = command.run(ask)
    if not (outcome.events or outcome.crowd) or digest(cards.lines(ask, command, outcome)) != card.digest:
        again = present(talk, command, given, outcome, numbered_after=1)
        return _anew(talk, number, "card.changed", again)
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
