"""The composition root: the only reader of the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import events as b
from bot.access import ROLES
from bot.commands import COMMANDS
from bot.dispatcher import Dispatcher
from bot.memory import PEOPLE
from bot.people import INVITATION_DAYS, hash_code
from bot.words import LANGUAGES, texts
from rules import events as e
from rules.protocol import Protocol
from rules.report import prove_all
from storage.chain import studies
from storage.codec import Codec
from storage.database import connect, migrate
from storage.log import Batch, Log, LogMoved, Record
from storage.queues import Queues

SHIPPED = Path(__file__).resolve().parent.parent / "protocol.yaml"
PRACTICE = "practice:"
TRIAL_KINDS = (
    e.Consented, e.Answered, e.EligibilityConfirmed, e.SlotHeld, e.ApheresisDone, e.LymphodepletionStarted,
    e.Infused, e.AdverseEventReported, e.DltConfirmed, e.DltRefuted, e.WindowAssessed, e.Withdrawn,
    e.LevelOpened, e.MtdDeclared, e.Corrected,
)  # fmt: skip


class CannotStart(Exception):
    """The bot does not start; str() says why and what to do, and never holds a secret."""


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    token: str
    api_url: str
    database: str
    protocol: Path


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read BOT_TOKEN, BOT_API_URL, DATABASE_URL, PROTOCOL."""
    return Settings(
        token=environment.get("BOT_TOKEN", ""),
        api_url=environment.get("BOT_API_URL", "https://api.telegram.org").rstrip("/"),
        database=environment.get("DATABASE_URL", ""),
        protocol=Path(environment.get("PROTOCOL", str(SHIPPED))),
    )


@dataclass(frozen=True)
class App:
    """The parts, put together."""

    engine: AsyncEngine
    dispatcher: Dispatcher
    queues: Queues


def read_protocol(path: Path) -> Protocol:
    """The protocol, proved; CannotStart lists every mistake."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotStart(f"{path}: {error.strerror}. Set PROTOCOL to a file that can be read.") from error
    protocol, mistakes, _ = prove_all(data)
    if protocol is None:
        raise CannotStart("\n".join(str(mistake) for mistake in mistakes))
    return protocol


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
    database: str, protocol: Protocol, practice: bool = False, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[App]:
    """The parts on a migrated database; a practice study and a real one never share a database."""
    if not database:
        raise CannotStart("DATABASE_URL is not set: name the database, for example sqlite:///trial.sqlite")
    engine = connect(database)
    try:
        await migrate(engine)
        strangers = [s for s in await studies(engine) if s.startswith(PRACTICE) is not practice]
        if strangers:
            kind = "a real study" if practice else "a practice study"
            raise CannotStart(f"this database holds {kind} ({strangers[0]}). Name another database.")
        study = f"{PRACTICE if practice else ''}{protocol.trial.id}"
        log = Log(engine, study, Codec((*TRIAL_KINDS, *b.KINDS)))
        dispatcher = Dispatcher(log, protocol, clock or (lambda: datetime.now(UTC)), practice)
        yield App(engine, dispatcher, Queues(engine, study))
    finally:
        await engine.dispose()


async def invite(app: App, role: str) -> str:
    """Make an invitation; returns the code, of which only the hash is kept."""
    if role not in ROLES:
        raise CannotStart(f"`{role}` is no role: choose one of {', '.join(ROLES)}")
    await app.dispatcher.people()
    code, now = secrets.token_urlsafe(18), app.dispatcher.now()
    event = b.Invited(hash_code(code), role, now, now + INVITATION_DAYS)
    file = app.dispatcher.protocol
    record = Record(event, now, now, "server", "", "", file.trial.version, file.sha256)
    for _ in range(20):
        await app.dispatcher.people()
        head = app.dispatcher.memory.heads.get(PEOPLE, 0)
        try:
            await app.dispatcher.log.append([Batch(PEOPLE, head, (record,))], [], now)
        except LogMoved:
            continue
        return code
    raise CannotStart("the database is busy; try again")


def menus() -> dict[str, list[tuple[str, str]]]:
    """The client's menu, by language."""
    shown = [command.name for command in COMMANDS if command.group != "hidden"]
    return {language: [(name, texts(language)[f"menu.{name}"]) for name in shown] for language in LANGUAGES}
