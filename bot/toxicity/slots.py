"""Typed scanners of the slots that say what became of an adverse event."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.ask import Ask
from bot.messages import say
from bot.one_of import one_of
from bot.times import NotRead, read_when
from bot.toxicity import terms
from rules.toxicity.events import ACTIONS, OUTCOMES, RELATED, SERIOUS, VISITS

# The slots of a follow-up in the order in which they are asked, and the field of the event that each fills.
DETAILS = ("serious", "related", "became", "treated", "grade")
FIELD = {"related": "related", "became": "outcome", "treated": "action"}
OPTIONS = {"related": RELATED, "became": OUTCOMES, "treated": ACTIONS}
ALL, SKIP, DONE, NOT_SERIOUS, KEEP = "all", "skip", "done", "no", "keep"


def _about(typed: str, ask: Ask) -> str:
    """`#137`, an adverse event: with the sign, as a bare number is a subject."""
    number = typed.strip()[1:]
    events = {n for subject in ask.trial.subjects.values() for n in subject.adverse_events}
    if not re.fullmatch(r"#[0-9]{1,9}", typed.strip()) or int(number) not in events:
        raise NotRead(say("slot.about.shape"))
    return str(int(number))


def _unlisted(typed: str, _ask: Ask) -> str:
    """A term of CTCAE v5.0, or that the words of one's own are kept."""
    name = KEEP if typed.strip() == KEEP else terms.known(typed)
    if name is None:
        raise NotRead(say("slot.word.shape"))
    return name


def _when(typed: str, ask: Ask) -> str:
    return read_when(typed, ask.now, ask.protocol.zone).isoformat()


OF_EVENTS: Mapping[str, Callable[[str, Ask], str]] = {
    "about": _about,
    "visit": one_of("visit", VISITS),
    "unlisted": _unlisted,
    "aware": _when,
    "detail": one_of("detail", (ALL, *DETAILS)),
    "serious": one_of("serious", (NOT_SERIOUS, *SERIOUS, SKIP)),
    "serious_more": one_of("serious", (*SERIOUS, DONE)),
    "related": one_of("related", (*RELATED, SKIP)),
    "became": one_of("became", (*OUTCOMES, SKIP)),
    "treated": one_of("treated", (*ACTIONS, SKIP)),
}
