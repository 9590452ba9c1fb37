"""Reads a transcript: who types or presses what, and what the reply must say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Step:
    """One line of a person and the lines that the reply holds."""

    role: str
    says: str
    reply: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Script:
    """A transcript: where its clock begins, its language, its steps."""

    name: str
    start: str
    language: str
    steps: tuple[Step, ...]


def scripts() -> list[Script]:
    """Every transcript of this folder."""
    return [read(path) for path in sorted(HERE.glob("*.txt"))]


def read(path: Path) -> Script:
    """A transcript; a line that is none fails here."""
    header: dict[str, str] = {}
    steps: list[Step] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("  "):
            last = steps[-1]
            steps[-1] = Step(last.role, last.says, (*last.reply, line.strip()), last.line)
        elif line.startswith(("start ", "language ")):
            key, _, value = line.partition(" ")
            header[key] = value
        elif line and not line.startswith("#"):
            role, _, says = line.partition(": ")
            steps.append(Step(role, says, (), number))
    return Script(path.stem, header["start"], header["language"], tuple(steps))
