"""python -m bot VERB ... (see --help): JSON on standard output, errors on standard error, exit 2."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot import main as root
from storage.database import settled
from storage.failures import why_not

SERVING = ("telegram", "webhook")
PRACTICE_FILE = Path(__file__).resolve().parent.parent / "practice.sqlite"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the words in one line, like every other refusal."""

    def error(self, message: str) -> NoReturn:
        """Refuse the words."""
        raise root.CannotStart(f"{message}. See `python -m bot --help`.")


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    parser = Parser(prog="python -m bot", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    chat = verbs.add_parser("chat", help="a practice study in this terminal")
    chat.add_argument("--database", default=f"sqlite:///{PRACTICE_FILE}")
    chat.add_argument(
        "--start", help="where the practice clock begins and stands still, 2026-03-02T09:00+08:00"
    )
    chat.add_argument("--role", default="principal_investigator")
    chat.add_argument("--language", default="en", choices=["en", "zh"])
    telegram = verbs.add_parser("telegram", help="serve Telegram by long polling")
    webhook = verbs.add_parser("webhook", help="serve Telegram by webhook (WEBHOOK_URL, WEBHOOK_LISTEN)")
    webhook.add_argument("--workers", type=int, default=1, help="processes that share the address")
    webhook.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    invite = verbs.add_parser("invite", help="make an invitation")
    invite.add_argument("role")
    invite.add_argument("--study", default="", help="the trial's id, where the bot serves several")
    parse = verbs.add_parser("parse", help="what a message says: card, answer or ask")
    parse.add_argument("text")
    parse.add_argument("--at", required=True, help="when it is said, with its zone: 2026-03-11T15:30+08:00")
    parse.add_argument("--roster", help="subject codes, CD7-001,CD7-002; without it every well-formed code")
    parse.add_argument("--language", choices=["en", "zh"], help="accepted; both are always read")
    unread = verbs.add_parser("unread", help="the shapes of messages that were not read")
    amend = verbs.add_parser("amend", help="propose a new version of a protocol file")
    amend.add_argument("file", type=Path)
    for verb in (telegram, webhook, invite, unread, amend):
        verb.add_argument("--practice", action="store_true", help="the practice study, for training")
        verb.add_argument("--start", help="as in chat")
    file = verbs.add_parser("file", help="the protocol file in force, from the record")
    file.add_argument("--study", default="", help="the trial's id, where the database holds several")
    file.add_argument("--text", action="store_true", help="the file itself, to be written to a file")
    permissions = verbs.add_parser("permissions", help="the table of action x role")
    permissions.add_argument("--text", action="store_true", help="as it stands in the README")
    try:
        asked = parser.parse_args(words)
        logs.start(logging.INFO if asked.verb in SERVING else logging.WARNING)
        return asyncio.run(_settling(RUN[asked.verb](asked)))
    except root.CannotStart as refusal:
        print(refusal, file=sys.stderr)
    except (SQLAlchemyError, OSError) as error:
        print(why_not(error), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 2


async def _settling(running: Coroutine[Any, Any, int]) -> int:
    logs.watch(asyncio.get_running_loop())
    try:
        return await running
    finally:
        await settled()


async def _chat(asked: argparse.Namespace) -> int:
    from bot.channels import console

    protocols = root.read_protocols(root.settings().protocols)
    if len(protocols) > 1:
        raise root.CannotStart("the practice chat takes one study: set PROTOCOL to one file")
    return await console.run(asked.database, protocols[0], asked.start, asked.role, asked.language)


async def _invite(asked: argparse.Namespace) -> int:
    settings = root.settings()
    async with _opened(asked, settings) as app:
        code = await root.invite(app, asked.role, asked.study)
    link = None
    if settings.token:
        from bot.channels import wire

        name = await wire.username(settings.token, settings.api_url)
        link = f"https://t.me/{name}?start={code}" if name else None
    print(json.dumps({"code": code, "link": link}))
    return 0


async def _amend(asked: argparse.Namespace) -> int:
    async with _opened(asked, root.settings()) as app:
        print(json.dumps(await root.amend(app, asked.file), ensure_ascii=False))
    return 0


async def _file(asked: argparse.Namespace) -> int:
    from bot.versions import kept_file

    found = await kept_file.in_force(root.settings().database, asked.study)
    text = found["text"] if asked.text else json.dumps(found, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode())
    return 0


async def _permissions(asked: argparse.Namespace) -> int:
    from bot.permissions import data, markdown

    print(markdown() if asked.text else json.dumps(data()))
    return 0


async def _parse(asked: argparse.Namespace) -> int:
    from bot.speech import command

    said = command.parse(asked.text, asked.at, asked.roster, root.settings().protocols[0])
    print(json.dumps(said, ensure_ascii=False))
    return 0


async def _unread(asked: argparse.Namespace) -> int:
    from bot.speech import command

    async with _opened(asked, root.settings()) as app:
        print(json.dumps(await command.unread(app), ensure_ascii=False))
    return 0


def _opened(asked: argparse.Namespace, settings: root.Settings) -> AbstractAsyncContextManager[root.App]:
    clock = root.practice_clock(asked.start) if asked.practice else None
    protocols = root.read_protocols(settings.protocols)
    return root.opened(settings.database, protocols, asked.practice, clock, settings.desk)


async def _telegram(asked: argparse.Namespace) -> int:
    from bot import serving

    settings = root.settings()
    return await serving.by_polling(settings, _opened(asked, settings))


async def _webhook(asked: argparse.Namespace) -> int:
    from bot import serving

    settings = root.settings()
    if asked.workers > 1:
        return await serving.by_workers(settings, asked.workers, sys.argv[1:])
    return await serving.by_webhook(settings, _opened(asked, settings), asked.socket)


RUN = {
    "chat": _chat, "telegram": _telegram, "webhook": _webhook, "invite": _invite,
    "permissions": _permissions, "parse": _parse, "unread": _unread, "amend": _amend, "file": _file,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
