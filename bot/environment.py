"""What the environment says, and the protocol files that it names, each proved."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rules.protocol import Protocol
from rules.report import prove_all

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

    @property
    def desk(self) -> str:
        """The name of the bot's inbox and outbox: its own number, which is no secret."""
        number = re.match(r"\d+(?=:)", self.token)
        return f"bot:{number.group()}" if number else "desk"


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read BOT_TOKEN, BOT_API_URL, DATABASE_URL, PROTOCOL (several paths as in PATH)."""
    named = environment.get("PROTOCOL", str(SHIPPED))
    return Settings(
        token=environment.get("BOT_TOKEN", ""),
        api_url=environment.get("BOT_API_URL", "https://api.telegram.org").rstrip("/"),
        database=environment.get("DATABASE_URL", ""),
        protocols=tuple(Path(path) for path in named.split(os.pathsep) if path),
    )


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
