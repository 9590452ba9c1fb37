"""Buttons: a command, an answer to the open question, or a card, which is decided again at the press."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import alerts, cards
from bot import events as b
from bot.access import may
from bot.ask import Ask, Command, Outcome
from bot.chat import CARD_LIFE
from bot.commands import BY_NAME
from bot.messages import Reply, say
from bot.present import digest, opened, present, run
from bot.refusals import not_allowed
from bot.signatures import signing
from bot.slots import SAVE
from bot.talk import Talk, Turn
from bot.typing import answer, command_line, help_row

# What is asked anew with a slot because it was answered for the slot's old value.
RESTING = {
    "field": ("value",), "entry": ("field", "value", "verdict"), "term": ("unlisted",), "grade": ("why",),
    "serious": ("serious_more", "aware"),
}  # fmt: skip
# A grade that was measured, and what it was measured by, belong to their term.
MEASURED = ("measure", "grade", "why")


def press(talk: Talk, data: str) -> Turn:
    """What follows from a pressed button; data that fits nothing open is told so."""
    if data.startswith("/"):
        return command_line(talk, data)
    mark, _, what = data[1:].partition(":")
    number = mark.partition(".")[0]
    if not data or data[0] not in "=!" or not _is_number(number):
        return talk.says("stale", help_row())
    if data[0] == "!":
        card = talk.state.chat.cards.get(int(number))
        if card is None or mark != opened(int(number), card):
            return talk.says("card.unknown", help_row())
        return pressed_card(talk, int(number), what)
    open_ = talk.state.chat.asked
    if open_ is None or mark != opened(*open_) or not _is_number(what) or int(what) >= len(open_[1].choices):
        return talk.says("stale", help_row())
    return answer(talk, open_[1], open_[1].choices[int(what)])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def pressed_card(talk: Talk, number: int, what: str, proven: bool = False) -> Turn:
    """A button of a card, or (`proven`) the right PIN for it: one's own, once, for ten minutes."""
    chat = talk.state.chat
    card = chat.cards.get(number)
    since = talk.person.since if talk.person else None
    if card is None or number in chat.settled or (since is not None and card.at < since):
        return talk.says("card.used", help_row())
    command, given = BY_NAME[card.command], dict(card.given)
    if what == "no":
        return replace(talk.says("cancelled", help_row()), chat=(b.Settled(number, "cancelled", talk.now),))
    if talk.now - card.at > CARD_LIFE:
        return _anew(talk, number, "card.expired", run(talk, command, given, numbered_after=1))
    if what.startswith("~"):
        kept = _kept(given, what[1:])
        turn = run(talk, command, kept, numbered_after=1)
        return replace(turn, chat=(b.Settled(number, "edited", talk.now), *turn.chat))
    if what != "yes":
        return talk.says("stale", help_row())
    return _confirm(talk, number, command, given, proven)


def _kept(given: dict[str, str], changed: str) -> dict[str, str]:
    """The slots that stay when one is asked anew."""
    gone = {changed, *RESTING.get(changed, ())}
    if changed == "term" and "measure" in given:
        gone |= {*MEASURED, *(slot for slot in given if slot.startswith("m:"))}
    return {slot: value for slot, value in given.items() if slot not in gone and value != SAVE}


def _anew(talk: Talk, number: int, why: str, again: Turn) -> Turn:
    """Nothing is recorded; the card is closed and what holds now is shown."""
    turn = again.after(talk.letters(Reply((say(why),)), close=talk.closing))
    return replace(turn, chat=(b.Settled(number, "changed", talk.now), *again.chat))


def _confirm(talk: Talk, number: int, command: Command, given: dict[str, str], proven: bool) -> Turn:
    """Decide again at the press, and again when the PIN arrives; record only what the card showed."""
    ask = talk.ask(given)
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action), close=talk.closing))
    outcome = command.run(ask)
    shown = talk.state.chat.cards[number].digest
    if not (outcome.events or outcome.crowd) or digest(cards.lines(ask, command, outcome)) != shown:
        again = present(talk, command, given, outcome, numbered_after=1)
        return _anew(talk, number, "card.changed", again)
    means = signing.meaning(ask, outcome)
    if means is None:
        return _recorded(talk, number, ask, outcome, None)
    if signing.by_pin(ask) and not proven:
        return _ask_pin(talk, number, ask)
    words = talk.reader().plain(means)
    own = signing.Signing(ask.person.id, ask.person.role, signing.printed_name(ask), words, talk.now)
    if signing.needs_second(ask, outcome):
        return _half_signed(talk, number, command, ask, own)
    first = ask.people.waiting.get(outcome.second)
    if first is not None:
        own = signing.Signing(first.person, first.role, first.name, first.meaning, first.at, own)
    return _recorded(talk, number, ask, outcome, own)


def _ask_pin(talk: Talk, number: int, ask: Ask) -> Turn:
    """The card stays open, and is decided again when the PIN arrives."""
    lack = signing.lacking(ask)
    if lack is not None:
        return Turn(talk.letters(lack))
    letters = talk.letters(Reply((say("pin.ask.sign"),)))
    letters[-1].payload["expects"] = "number"
    return Turn(letters, chat=(b.PinAsked("sign", number, "", talk.now),))


def _half_signed(talk: Talk, number: int, command: Command, ask: Ask, own: signing.Signing) -> Turn:
    """The first of two has signed: it waits, and whoever else may infuse is told."""
    card = talk.state.chat.cards[number]
    key = f"{ask.person.id}-{number}"
    given = tuple((slot, value) for slot, value in card.given if slot != "_typed")
    first = b.FirstSigned(
        key, own.person, own.role, command.name, given, card.digest, own.name, own.meaning, own.at
    )
    reply, told = cards.waiting(ask, command, first)
    others = [p for p in ask.people.present if p.id != ask.person.id and may(p.role, "infuse")]
    return Turn(
        letters=(*talk.letters(reply, close=talk.closing), *talk.tell(others, told)),
        people=(first,),
        chat=(b.Settled(number, "recorded", talk.now),),
        by=ask.person.id,
        role=ask.person.role,
    )


def _recorded(talk: Talk, number: int, ask: Ask, outcome: Outcome, signature: signing.Signing | None) -> Turn:
    own = talk.letters(cards.recorded(ask, outcome, signature), close=talk.closing)
    settled: tuple[Any, ...] = ()
    if outcome.second:
        settled = (b.FirstSettled(outcome.second, "signed", talk.now),)
    return Turn(
        letters=(*own, *_alerts(talk, ask, outcome)),
        trial=outcome.events,
        people=(*outcome.crowd, *settled),
        chat=(b.Settled(number, "recorded", talk.now),),
        typed=ask.given.get("_typed", ""),
        by=ask.person.id,
        role=ask.person.role,
        signature=signature,
    )


def _alerts(talk: Talk, ask: Ask, outcome: Outcome) -> tuple[Any, ...]:
    """A DLT, a hold or a change of the decision reaches the principal investigator and monitors at once.

    Whom a change of people touches is told too.
    """
    reply = alerts.alert(ask, outcome)
    touched = alerts.crowd_alert(ask, outcome)
    told = talk.tell(alerts.alerted(ask), reply) if reply else ()
    return (*told, *(letter for person, news in touched for letter in talk.tell((person,), news)))
