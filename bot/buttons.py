"""A button whose words were typed instead: the button of the open question, of a command, or of a card."""

from __future__ import annotations

from bot import events as b
from bot.chat import CARD_LIFE
from bot.commands import BY_NAME
from bot.labels import CANCEL, CONFIRM, EDIT, bare, command_words, stands_on
from bot.talk import Talk
from bot.words import LANGUAGES

NAMES = frozenset(BY_NAME)


def meant(talk: Talk, text: str) -> str:
    """A command line, or an answer to the open question, where a button has these words; else nothing."""
    open_ = talk.state.chat.asked
    answer = _of_question(talk, open_[1], text) if open_ else ""
    if answer or stands_on(text, CANCEL):
        return answer or ("/cancel" if open_ or fresh(talk) else "")
    return command_words(text, NAMES) if open_ else ""


def _of_question(talk: Talk, asked: b.Asked, text: str) -> str:
    """What a button of the open question with these words, in any language, stands for; else nothing.

    The question is computed anew: the record keeps what its buttons stand for, not their words.
    """
    outcome = BY_NAME[asked.command].run(talk.ask(dict(asked.given)))
    if outcome.question is None or outcome.question.slot != asked.slot:
        return ""
    for language in LANGUAGES:
        reader = talk.reader(language)
        for choice in (choice for row in outcome.reply.choices for choice in row):
            if bare(reader.plain(choice.label)).casefold() == bare(text).casefold():
                return choice.value
    return ""


def of_card(talk: Talk, text: str) -> bool:
    """True for words of a card's button while a card stands; only the button says which card is meant."""
    return bool(fresh(talk)) and stands_on(text, *CONFIRM, EDIT)


def fresh(talk: Talk) -> tuple[int, ...]:
    """The cards that could still be pressed."""
    chat = talk.state.chat
    return tuple(
        n for n, card in chat.cards.items() if n not in chat.settled and talk.now - card.at <= CARD_LIFE
    )
