"""The composition root: puts the parts together as the environment says."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from bot.access import ROLES
from bot.commands import COMMANDS
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.environment import SHIPPED, CannotStart, Settings, read_protocol, read_protocols, settings
from bot.memory import PEOPLE
from bot.people import INVITATION_DAYS, hash_code
from bot.tags import tag_of
from bot.versions.amending import BUSY, TRIES, adopt_file, propose
from bot.words import LANGUAGES, texts
from rules import events as e
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Protocol
from storage.chain import studies
from storage.codec import Codec
from storage.database import connect, migrate
from storage.desks import adopt
from storage.queues import Queues

__all__ = [
    "SHIPPED", "App", "CannotStart", "Settings", "amend", "invite", "menus", "opened", "practice_clock",
    "read_protocol", "read_protocols", "settings",
]  # fmt: skip

PRACTICE = "practice:"
TRIAL_KINDS = (
    e.Consented, e.Answered, e.EligibilityConfirmed, e.SlotHeld, e.ApheresisDone, e.LymphodepletionStarted,
    e.Infused, e.AdverseEventReported, e.DltConfirmed, e.DltRefuted, e.WindowAssessed, e.Withdrawn,
    e.LevelOpened, e.MtdDeclared, e.Corrected, e.AmendmentSigned, ConcentrationMeasured,
    e.AdverseEventFollowed, e.SeriousnessJudged, e.SponsorInformed, e.Scored, e.CoreSetMeasured,
)  # fmt: skip


@dataclass(frozen=True)
class App:
    """The parts, put together."""

    engine: AsyncEngine
    desk: Desk
    queues: Queues

    @property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of the first study: the only one where the bot serves one."""
        return self.desk.first


def practice_clock(start: str | None) -> Callable[[], datetime]:
    """The base of a practice study's clock: the wall clock, or an instant that stands still."""
    if start is None:
        return lambda: datetime.now(UTC)
    try:
        begin = datetime.fromisoformat(start)
    except ValueError:
        begin = datetime.min  # noqa: DTZ901 - it has no zone, which is refused below
    if begin.utcoffset() is None:
        raise CannotStart(f"--start `{start}`: write a time with its zone, 2026-03-02T09:00+08:00")
    return lambda: begin


@asynccontextmanager
async def opened(
    database: str,
    protocols: Protocol | Sequence[Protocol],
    practice: bool = False,
    clock: Callable[[], datetime] | None = None,
    desk: str = "desk",
) -> AsyncIterator[App]:
    """The parts on a migrated database; practice studies and real ones never share a database."""
    if not database:
        raise CannotStart("DATABASE_URL is not set: name the database, for example sqlite:///trial.sqlite")
    served = (protocols,) if isinstance(protocols, Protocol) else tuple(protocols)
    named = {f"{PRACTICE if practice else ''}{protocol.trial.id}": protocol for protocol in served}
    engine = connect(database)
    try:
        await migrate(engine)
        there = await studies(engine)
        strangers = [s for s in there if s.startswith(PRACTICE) is not practice]
        if strangers:
            kind = "a real study" if practice else "a practice study"
            raise CannotStart(f"this database holds {kind} ({strangers[0]}). Name another database.")
        codec, clock = Codec((*TRIAL_KINDS, *b.KINDS)), clock or (lambda: datetime.now(UTC))
        several = len({*there, *named}) > 1
        await adopt(engine, desk, list(named))
        made = Desk(engine, desk, named, codec=codec, clock=clock, practice=practice, several=several)
        for study in named:
            await adopt_file(made.fresh(study))
        yield App(engine, made, Queues(engine, desk))
    finally:
        await engine.dispose()


async def invite(app: App, role: str, study: str = "") -> str:
    """Make an invitation; returns the code, of which only the hash is kept. `study` is a trial's id."""
    if role not in ROLES:
        raise CannotStart(f"`{role}` is no role: choose one of {', '.join(ROLES)}")
    dispatcher = _of(app, study)
    await dispatcher.people()
    code = f"{tag_of(dispatcher.log.study)[1:]}{secrets.token_urlsafe(18)}"
    now = dispatcher.now()
    event = b.Invited(hash_code(code), role, now, now + INVITATION_DAYS)
    for _ in range(TRIES):
        await dispatcher.people()
        if await dispatcher.note(PEOPLE, event, dispatcher.protocol):
            return code
    raise CannotStart(BUSY)


async def amend(app: App, file: Path) -> dict[str, Any]:
    """Propose a file, which is proved first, as the new version of its trial; returns what changes."""
    new = read_protocol(file)
    return await propose(_of(app, new.trial.id), new)


def _of(app: App, trial: str) -> Dispatcher:
    """The dispatcher of a trial by its id; without one, of the only study."""
    ids = {protocol.trial.id: study for study, protocol in app.desk.studies.items()}
    if trial in ids or (not trial and len(ids) == 1):
        return app.desk.dispatcher(ids[trial] if trial else next(iter(ids.values())))
    known = ", ".join(ids)
    raise CannotStart(
        f"`{trial}` is no study of this bot: name one of {known}"
        if trial
        else f"this bot serves several studies: add --study with one of {known}"
    )


def menus() -> dict[str, list[tuple[str, str]]]:
    """The client's menu, by language."""
    shown = [command.name for command in COMMANDS if command.group != "hidden"]
    return {language: [(name, texts(language)[f"menu.{name}"]) for name in shown] for language in LANGUAGES}
