"""Reading one of several words, in any language that we have."""

from __future__ import annotations

from collections.abc import Callable

from bot.ask import Ask
from bot.messages import say
from bot.times import NotRead
from bot.words import choice_of


def one_of(slot: str, options: tuple[str, ...]) -> Callable[[str, Ask], str]:
    """A reader of a slot whose words are texts `slot.option`."""

    def read(typed: str, _ask: Ask) -> str:
        chosen = choice_of(slot, options, typed)
        if chosen is None:
            raise NotRead(say("slot.choice.shape", choices=tuple(say(f"{slot}.{o}") for o in options)))
        return chosen

    return read
