"""Free text in the chat: a card by the command's own checks, a read, or what was not read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from bot import events as b
from bot.access import may
from bot.commands import BY_NAME
from bot.commands.records import next_number
from bot.messages import Reply
from bot.present import run
from bot.refusals import not_allowed
from bot.slots import read
from bot.speech import file_answers, unread
from bot.speech.commanding import COMMAND, given_for, slots_of
from bot.speech.parse import Parsed, Parser
from bot.talk import Talk, Turn
from bot.times import NotRead
from rules.protocol import Protocol

REMEMBERED = timedelta(minutes=10)
FORGIVEN = ("when.needs_time", "when.which_half")
RATED = {"oc": "rates", "chances": "rate"}
PLAIN_READS = ("next", "status", "subject", "due", "why", "whatif", "forecast", "screen", "check", "help")


@lru_cache(maxsize=8)
def parser_of(protocol: Protocol) -> Parser:
    """The grammar of a file."""
    return Parser(protocol)


def parsed_in(talk: Talk, text: str) -> Parsed:
    """A message parsed with this study's roster; a consent may name the next code."""
    state = talk.state
    parser, codes = parser_of(state.protocol), frozenset(state.trial.subjects)
    found = parser.parse(text, talk.now, codes, _infused(talk))
    if "unknown_subject" in found.doubts and found.intent == "consent":
        following = state.protocol.subject_code(next_number(talk.ask({})))
        found = parser.parse(text, talk.now, codes | {following})
    return found


def _infused(talk: Talk) -> dict[str, date]:
    zone = talk.state.protocol.zone
    dosed = [s for s in talk.state.trial.subjects.values() if s.infusion is not None]
    return {s.code: s.infusion.at.astimezone(zone).date() for s in dosed if s.infusion}


def spoken(talk: Talk, text: str, found: Parsed | None = None) -> Turn:
    """What follows from free text."""
    found = found or parsed_in(talk, text)
    if found.kind == "card":
        return _card(talk, text, found)
    if found.kind == "answer":
        return _answer(talk, text, found)
    return _ask(talk, text, found)


def _card(talk: Talk, text: str, found: Parsed) -> Turn:
    ask, command = talk.ask({}), BY_NAME[COMMAND[found.intent or ""]]
    if not may(ask.person.role, command.action):
        return Turn(talk.letters(not_allowed(ask.person.role, command.action)))
    given = given_for(ask, found)
    if isinstance(given, Reply):
        return Turn(talk.letters(given))
    return run(talk, command, {**given, "_typed": text})


def _ask(talk: Talk, text: str, found: Parsed) -> Turn:
    """Where only something is missing the command asks for it; else what was not read is said."""
    if not may(talk.ask({}).person.role, "read"):  # who may not look at subjects learns nothing of them
        found = replace(found, intent=None, slots={}, doubts=())
    kept = slots_of(found)
    open_ = found.intent in ("dose", "ae", "withdraw") and "subject" in kept and not found.unread
    if open_ and set(found.doubts) <= set(FORGIVEN):
        why = tuple(unread.doubt(talk.ask({}), name) for name in found.doubts)
        turn = run(talk, BY_NAME[COMMAND[found.intent or ""]], {**kept, "_typed": text})
        return turn.after(talk.letters(Reply(why))) if why else turn
    teaches = set(found.shape) - {"?", "punctuation"} and (found.unread or not found.intent)
    shape = (b.Unread(found.shape[:60], talk.now),) if teaches else ()
    return Turn(talk.letters(unread.reply(talk.ask({}), found)), chat=shape)


def _answer(talk: Talk, text: str, found: Parsed) -> Turn:
    if found.intent == "protocol":
        language = "zh" if re.search("[\u4e00-\u9fff]", text) else "en"
        return Turn(talk.letters(file_answers.answer(talk.ask({}), text, found), language=language))
    name, given = found.intent or "help", _given(found)
    if name in RATED:
        return run(talk, BY_NAME[name], _rates(talk, RATED[name], text))
    if found.details.get("follows"):
        name, given = _before(talk, given)
    turn = run(talk, BY_NAME[name], given)
    if "subject" not in given:
        return turn
    looked = b.Looked(name, tuple(sorted(given.items())), talk.now)
    return replace(turn, chat=(*turn.chat, looked))


def _given(found: Parsed) -> dict[str, str]:
    """What a read is given: the subject, and the outcome that is supposed."""
    wanted = found.intent in ("subject", "whatif", "screen", "pk", "scores")
    given = {"subject": str(found.slots["subject"])} if wanted and "subject" in found.slots else {}
    return {**given, **{name: value for name, value in found.details.items() if name == "outcome" and given}}


def _before(talk: Talk, given: dict[str, str]) -> tuple[str, dict[str, str]]:
    """`and 004?`: the question before, asked of this subject, for ten minutes."""
    looked = talk.state.chat.looked
    if looked is None or talk.now - looked.at > REMEMBERED:
        return "subject", given
    return looked.command, {**dict(looked.given), **given}


def _rates(talk: Talk, slot: str, text: str) -> dict[str, str]:
    """The DLT rates that are named, where they fit the slot."""
    found = re.findall(r"(?<![\d.])(?:0?\.\d+|\d{1,3} ?%)(?![0-9a-zA-Z])", text)
    try:
        return {slot: read(slot, " ".join(found), talk.ask({}))}
    except NotRead:
        return {}
