"""Adopting a file at the first start, and proposing a new version of it: what an operator does."""

from __future__ import annotations

from typing import Any

from bot import events as b
from bot.access import who_may
from bot.dispatcher import Dispatcher
from bot.environment import CannotStart
from bot.memory import PROTOCOL
from bot.messages import Choice, Reply, say
from bot.render import payloads
from bot.tags import tagged
from bot.versions.amendments import lack_words
from bot.versions.versions import Versions
from bot.words import Reader
from rules.file.amendments import changes, obstacles, plain
from rules.protocol import Protocol
from rules.proving.report import compared, usual_rates
from storage.log import Letter

TRIES = 20
BUSY = "the database is busy; try again"


async def adopt_file(dispatcher: Dispatcher) -> None:
    """Hold the file that the bot was started with to the one in force; a study that begins adopts it."""
    start = dispatcher.memory.start
    for _ in range(TRIES):
        known = Versions().and_then(r.event for r in await dispatcher.log.read(PROTOCOL))
        if known.adopted and known.adopted[-1].sha256 == start.sha256 and not known.proposed:
            return
        trial = await dispatcher.trial()
        current = dispatcher.protocol
        if not dispatcher.memory.versions.adopted and trial.log and trial.log[-1].protocol != start.sha256:
            version = (await dispatcher.log.read("trial"))[-1].protocol_version
            _refuse(dispatcher, version, trial.log[-1].protocol)
        if dispatcher.memory.versions.adopted:
            if current.sha256 == start.sha256:
                return
            if trial.log and not dispatcher.practice:
                _refuse(dispatcher, current.trial.version, current.sha256)
        now = dispatcher.now()
        event = b.ProtocolAdopted(start.trial.version, start.sha256, start.text, now, len(trial.log))
        if await dispatcher.note(PROTOCOL, event, start):
            return
    raise CannotStart(BUSY)


def _refuse(dispatcher: Dispatcher, version: str, sha256: str) -> None:
    start = dispatcher.memory.start
    if dispatcher.practice:
        return
    raise CannotStart(
        f"{start.trial.id} runs under version {version} (sha256 {sha256[:12]}), and PROTOCOL names version "
        f"{start.trial.version} ({start.sha256[:12]}). Start with the file in force, and propose the other "
        "with `python -m bot amend FILE`."
    )


async def propose(dispatcher: Dispatcher, new: Protocol) -> dict[str, Any]:
    """Store a proved new version as proposed and tell who signs it; returns what changes, as plain data."""
    for _ in range(TRIES):
        trial = await dispatcher.trial()
        old = dispatcher.protocol
        reader = Reader("en", old.zone)
        lacks = obstacles(old, new, trial)
        if lacks:
            raise CannotStart("\n".join(reader.plain(lack_words(lack)) for lack in lacks))
        known = dispatcher.memory.proposed
        event = b.AmendmentProposed(new.trial.version, new.sha256, new.text, dispatcher.now())
        letters = () if known and known.sha256 == new.sha256 else await _news(dispatcher, new)
        if not letters and known and known.sha256 == new.sha256:
            return _told(old, new)
        if await dispatcher.note(PROTOCOL, event, old, letters):
            return _told(old, new)
    raise CannotStart(BUSY)


async def _news(dispatcher: Dispatcher, new: Protocol) -> tuple[Letter, ...]:
    """Those who sign amendments are told of it."""
    people = dispatcher.memory.people.in_roles(*who_may("sign_amendment"))
    await dispatcher.memory.refresh(*(person.user for person in people))
    row = (Choice(say("choice.amendments"), "/amendments"),)
    made = []
    for person in people:
        language = dispatcher.memory.chat(person.user).language or "en"
        reply = Reply((say("amend.news", version=new.trial.version),), (row,))
        reader = Reader(language, new.zone)
        made += [Letter(person.user, p) for p in payloads(reply, reader, head=dispatcher.head(language))]
    return tagged(made, dispatcher.tag)


def _told(old: Protocol, new: Protocol) -> dict[str, Any]:
    found = [
        {
            "section": x.section,
            "entry": x.entry,
            "field": x.field,
            "was": plain(x.was),
            "becomes": plain(x.becomes),
        }
        for x in changes(old, new)
    ]
    return {
        "trial": new.trial.id,
        "version": new.trial.version,
        "sha256": new.sha256,
        "changes": found,
        "compared": compared(old, new, usual_rates(len(old.levels))),
    }
