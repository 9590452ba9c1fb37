"""One person's conversation: a fold of their stream. The log is the only memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import events as b

CARD_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Chat:
    """What is open: `asked` the newest question, or `pin` for a PIN, `cards` by number, the rest.

    `chosen` is the number of the choice by which the person last turned to this study, 0 for none.
    """

    language: str = ""
    zone: str = ""
    asked: tuple[int, b.Asked] | None = None
    pin: b.PinAsked | None = None
    cards: Mapping[int, b.Carded] = field(default_factory=dict)
    settled: Mapping[int, str] = field(default_factory=dict)
    drafts: Mapping[str, b.Asked] = field(default_factory=dict)
    reminded: frozenset[str] = frozenset()
    snoozed: Mapping[str, datetime] = field(default_factory=dict)
    looked: b.Looked | None = None
    length: int = 0
    chosen: int = 0


def fold_chat(events: Iterable[Any], chat: Chat | None = None) -> Chat:
    """The conversation as the stream has it; event numbers count from 1. `chat` is what went before."""
    chat = chat or Chat()
    for number, event in enumerate(events, chat.length + 1):
        chat = replace(_apply(chat, number, event), length=number)
    return chat


def draft_key(command: str, given: b.Given) -> str:
    """Which draft an interview belongs to: its command and subject."""
    return f"{command}:{dict(given).get('subject', '')}"


def _apply(chat: Chat, number: int, event: Any) -> Chat:
    match event:
        case b.LanguageChosen():
            return replace(chat, language=event.language)
        case b.ZoneChosen():
            return replace(chat, zone=event.zone)
        case b.StudyChosen():
            # What was asked before is not what somebody who comes back means to answer.
            return replace(chat, chosen=event.number, asked=None, pin=None)
        case b.Asked():
            drafts = {**chat.drafts, draft_key(event.command, event.given): event}
            return replace(chat, asked=(number, event), pin=None, drafts=drafts)
        case b.PinAsked():
            return replace(chat, asked=None, pin=event)
        case b.Carded():
            return replace(chat, asked=None, pin=None, cards={**chat.cards, number: event})
        case b.Settled():
            drafts = dict(chat.drafts)
            card = chat.cards.get(event.card)
            if card and event.outcome == "recorded":
                drafts.pop(draft_key(card.command, card.given), None)
            settled = {**chat.settled, event.card: event.outcome}
            return replace(chat, asked=None, pin=None, settled=settled, drafts=drafts)
        case b.Looked():
            return replace(chat, looked=event)
        case b.Reminded():
            return replace(chat, reminded=chat.reminded | set(event.keys))
        case b.Snoozed():
            again = frozenset(k for k in chat.reminded if not set(k.split(":")) & set(event.keys))
            snoozed = {**chat.snoozed, **dict.fromkeys(event.keys, event.until)}
            return replace(chat, snoozed=snoozed, reminded=again)
    return chat
