"""What the environment says, and the protocol files that it names, each proved."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rules.protocol import Protocol
from rules.proving.report import prove_all

API, LISTEN = "https://api.telegram.org", "127.0.0.1:8080"
SHIPPED = Path(__file__).resolve().parent.parent / "protocol.yaml"


class CannotStart(Exception):
    """The bot does not start; str() says why and what to do, and never holds a secret."""


@dataclass(frozen=True)
class Settings:
    """What the environment says. `protocols` are files or folders of files."""

    token: str
    api_url: str
    database: str
    protocols: tuple[Path, ...]
    webhook: str = ""
    listen: str = LISTEN
    measures: str = ""

    @property
    def desk(self) -> str:
        """The name of the bot's inbox and outbox: its own number, which is no secret."""
        number = re.match(r"\d+(?=:)", self.token)
        return f"bot:{number.group()}" if number else "desk"


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read BOT_TOKEN, BOT_API_URL, DATABASE_URL, PROTOCOL (several paths as in PATH), and for the webhook
    WEBHOOK_URL, WEBHOOK_LISTEN, PROMETHEUS_MULTIPROC_DIR (set for workers by their parent).
    """
    named = environment.get("PROTOCOL", str(SHIPPED))
    return Settings(
        token=environment.get("BOT_TOKEN", ""),
        api_url=environment.get("BOT_API_URL", API).rstrip("/"),
        database=environment.get("DATABASE_URL", ""),
        protocols=tuple(Path(path) for path in named.split(os.pathsep) if path),
        webhook=environment.get("WEBHOOK_URL", ""),
        listen=environment.get("WEBHOOK_LISTEN", LISTEN),
        measures=environment.get("PROMETHEUS_MULTIPROC_DIR", ""),
    )


def address(settings: Settings) -> str:
    """WEBHOOK_URL; CannotStart where Telegram would not take it."""
    parts = urlsplit(settings.webhook)
    own = settings.api_url != API  # a Bot API server of one's own takes http, too
    if parts.scheme not in (("https", "http") if own else ("https",)) or not parts.hostname:
        raise CannotStart("WEBHOOK_URL: set the https address at which Telegram reaches this bot")
    return settings.webhook


def of_workers(measures: str) -> dict[str, str]:
    """The environment of worker processes, which count together in the folder `measures`."""
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": measures}


def listening(settings: Settings) -> socket.socket:
    """The socket at WEBHOOK_LISTEN; CannotStart."""
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdecimal():
        raise CannotStart(f"WEBHOOK_LISTEN `{settings.listen}`: write HOST:PORT, for example {LISTEN}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With IPPROTO_TCP asyncio switches Nagle off; without, answers wait for an ACK.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host.strip("[]"), int(port)))
        made.listen(1024)
        return made
    except (OSError, OverflowError) as error:
        made.close()
        raise CannotStart(f"cannot listen at {settings.listen}: {error}. Set WEBHOOK_LISTEN.") from error


def read_protocols(paths: Sequence[Path]) -> tuple[Protocol, ...]:
    """The protocols of files and folders, each proved; CannotStart lists every mistake of every file."""
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise CannotStart("PROTOCOL names no file: name one, several, or a folder that holds .yaml files")
    proved, refused = {}, []
    for file in files:
        try:
            proved[file] = read_protocol(file)
        except CannotStart as error:
            refused += [f"{file}: {line}" if len(files) > 1 else line for line in str(error).splitlines()]
    if refused:
        raise CannotStart("\n".join(refused))
    owner: dict[str, Path] = {}
    for file, protocol in proved.items():
        other = owner.setdefault(protocol.trial.id, file)
        if other is not file:
            raise CannotStart(f"{other} and {file} are both of {protocol.trial.id}. Name one file a trial.")
    return tuple(proved.values())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
    return [path]


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
