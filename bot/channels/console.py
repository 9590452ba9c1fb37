"""The terminal chat: a practice study, whose role and clock you choose."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from prompt_toolkit import HTML, PromptSession, print_formatted_text
from prompt_toolkit.completion import WordCompleter

from bot import events as b
from bot import main as root
from bot.access import ROLES
from bot.commands import COMMANDS
from bot.dispatcher import Dispatcher
from bot.memory import PEOPLE, chat_stream
from bot.messages import Message, say
from bot.pictures.draw import draw
from bot.pk.bounds import MOST_BYTES, NoTable
from bot.pk.files import FILE, names_a_person
from bot.privacy import MARKER
from bot.reminders import tick
from bot.words import Reader, plain
from rules.protocol import Protocol
from storage.log import Batch, Record
from storage.queues import Ended

FILES, MANY = Path("practice-files"), 50

SENT = re.compile(r"/(?:pk|sample) file (?P<path>.+)", re.IGNORECASE)


@dataclass
class Terminal:
    """One terminal: who speaks, what each can press, how to show it."""

    app: root.App
    role: str
    language: str
    shown: dict[int, tuple[list[list[str]], bool]] = field(default_factory=dict)
    show: Callable[[str], None] = print

    @property
    def user(self) -> int:
        """The practice user id of the role that speaks."""
        return ROLES.index(self.role) + 1

    @property
    def buttons(self) -> list[list[str]]:
        """The buttons of the last reply to the role that speaks."""
        return self.shown.get(self.user, ([], False))[0]

    @property
    def number(self) -> bool:
        """True when the role that speaks was asked for a number."""
        return self.shown.get(self.user, ([], False))[1]

    def reader(self) -> Reader:
        """How the terminal's own lines read."""
        return Reader(self.language, self.app.dispatcher.protocol.zone)


async def run(database: str, protocol: Protocol, start: str | None, role: str, language: str) -> int:
    """Chat until the input ends."""
    if role not in ROLES:
        raise root.CannotStart(f"`{role}` is no role: choose one of {', '.join(ROLES)}")
    clock = root.practice_clock(start)
    async with root.opened(database, protocol, practice=True, clock=clock) as app:
        await _join(app.dispatcher, language)
        terminal = Terminal(app, role, language, show=_printer())
        _greet(terminal)
        async for line in _lines(terminal):
            if line in ("/quit", "/exit"):
                break
            await _take(terminal, line)
    return 0


async def _join(dispatcher: Dispatcher, language: str) -> None:
    """The practice study has one person in each role."""
    if (await dispatcher.people()).present:
        return
    now = dispatcher.clock()
    joined = [b.Joined(f"P{n}", n, role, "", now) for n, role in enumerate(ROLES, 1)]
    batches = [Batch(PEOPLE, 0, tuple(Record(event, now, now) for event in joined))]
    batches += [
        Batch(chat_stream(event.user), 0, (Record(b.LanguageChosen(language, now), now, now),))
        for event in joined
    ]
    await dispatcher.log.append(batches, [], now)


def _printer() -> Callable[[str], None]:
    if not sys.stdout.isatty():
        return lambda marked: print(plain(marked), flush=True)

    def show(marked: str) -> None:
        print_formatted_text(HTML(marked.replace("<code>", "<ansicyan>").replace("</code>", "</ansicyan>")))

    return show


def _greet(terminal: Terminal) -> None:
    trial = terminal.app.dispatcher.protocol.trial
    reader = terminal.reader()
    terminal.show(reader.html(say("console.hello", trial=trial.id, title=trial.title)))
    terminal.show(reader.html(say("console.try")))
    terminal.show(reader.html(say("console.role", role=say(f"role.{terminal.role}"))))
    terminal.show(reader.html(say("practice.clock", at=terminal.app.dispatcher.now())))


async def _lines(terminal: Terminal) -> AsyncIterator[str]:
    """What is typed, a line at a time, without empty ones."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            if line.strip():
                terminal.show(f"\n» {_escaped(line.strip())}")
                yield line.strip()
        return
    words = [f"/{command.name}" for command in COMMANDS] + [f"/as {role}" for role in ROLES]
    session: PromptSession[str] = PromptSession(completer=WordCompleter(words, sentence=True))
    while True:
        try:
            line = await session.prompt_async(f"{terminal.role.replace('_', ' ')} » ")
        except (EOFError, KeyboardInterrupt):
            return
        if line.strip():
            yield line.strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def _take(terminal: Terminal, line: str) -> None:
    dispatcher, reader = terminal.app.dispatcher, terminal.reader()
    if line == "/as" or line.startswith("/as "):
        wanted = line[3:].strip().replace(" ", "_")
        found = [role for role in ROLES if wanted and (role.startswith(wanted) or wanted == initials(role))]
        if found:
            terminal.role = found[0]
            terminal.show(reader.html(say("console.role", role=say(f"role.{terminal.role}"))))
        else:
            terminal.show(reader.html(say("console.roles", roles=tuple(ROLES))))
    else:
        await dispatcher.handle(_message(terminal, line))
    await tick(dispatcher)
    await _deliver(terminal)


def initials(role: str) -> str:
    """A short name of a role: pi for principal_investigator."""
    return "".join(word[0] for word in role.split("_"))


def _message(terminal: Terminal, line: str) -> Message:
    """A typed line as a message; a button's number or label presses it; `/pk file PATH` sends a file."""
    if sent := SENT.fullmatch(line):
        path = Path(sent["path"].strip("'\" "))
        words, fetch = MARKER if names_a_person(path.name) else "", partial(_content, path)
        user, language = terminal.user, terminal.language
        return Message(user, user, words, kind=FILE, language=language, file="local", fetch=fetch)
    mark = line.removeprefix("#")
    numbered = mark.isdigit() and (not terminal.number or line.startswith("#"))
    labels = [label.casefold() for label, _ in terminal.buttons]
    press = ""
    if line.casefold() in labels:
        press = terminal.buttons[labels.index(line.casefold())][1]
    elif numbered and 0 < int(mark[:4]) <= len(terminal.buttons):
        press = terminal.buttons[int(mark) - 1][1]
    kind = "press" if press else "text"
    return Message(
        terminal.user, terminal.user, "" if press else line, press, kind=kind, language=terminal.language
    )


async def _content(path: Path) -> bytes:
    """A file of this computer; NoTable when there is none, or one that is too large."""
    return await asyncio.to_thread(_read, path)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NoTable(say("file.size", most=MOST_BYTES // 1024))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise NoTable(say("file.gone")) from error


async def _deliver(terminal: Terminal) -> None:
    """Show what waits in the outbox; what is for another role is marked so."""
    queues, now = terminal.app.queues, terminal.app.dispatcher.clock()
    shown: list[Ended] = []
    while waiting := await queues.turn(shown, now, MANY):
        for letter in waiting:
            _show(terminal, letter.chat, letter.payload)
        shown = [Ended(letter.id, letter.chat) for letter in waiting]


def _show(terminal: Terminal, chat: int, payload: dict[str, Any]) -> None:
    if payload.get("delete"):
        return  # what stands in a terminal cannot be taken away
    own = chat == terminal.user
    role = ROLES[chat - 1] if 0 < chat <= len(ROLES) else str(chat)
    terminal.show(payload["html"] if own else f"→ {role.replace('_', ' ')}: {payload['html']}")
    if "document" in payload:
        FILES.mkdir(exist_ok=True)
        path = FILES / Path(payload["document"]["name"]).name
        path.write_text(payload["document"]["content"], "utf-8")
        terminal.show(f"[{path}]")
    if "picture" in payload:
        FILES.mkdir(exist_ok=True)
        path = FILES / f"{payload['picture']['kind']}.png"
        path.write_bytes(draw(payload["picture"]))
        terminal.show(f"[{path}]")
    number = payload.get("expects") == "number"
    terminal.shown[chat] = ([button for row in payload["buttons"] for button in row], number)
    if not own:
        return
    sign = "#" if number else ""
    at = 0
    for row in payload["buttons"]:
        shown = []
        for label, _ in row:
            at += 1
            shown.append(f"[{sign}{at}] {_escaped(label)}")
        terminal.show("   ".join(shown))
