"""python -m rules check | next | screen: one JSON object on standard output, errors on standard error, exit 2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rules.load import load
from rules.protocol import Protocol

SHIPPED = Path(__file__).resolve().parent.parent / "protocol.yaml"


class Refused(Exception):
    """What was asked cannot be answered; str() is what the person reads."""


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rules", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check").add_argument("protocol", nargs="?", type=Path, default=SHIPPED)
    for verb, argument in (("next", "outcomes"), ("screen", "answers")):
        added = verbs.add_parser(verb)
        added.add_argument(argument)
        added.add_argument("--protocol", type=Path, default=SHIPPED)
    asked = parser.parse_args(words)
    run: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "check": _check,
        "next": _next,
        "screen": _screen,
    }
    try:
        answer = run[asked.verb](asked)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}. Name a file that can be read.") from error


def _protocol(path: Path) -> Protocol:
    protocol, mistakes = load(_read(path))
    if protocol is None:
        raise Refused("\n".join(str(mistake) for mistake in mistakes))
    return protocol


def _check(asked: argparse.Namespace) -> dict[str, Any]:
    from rules.proof import load_proved

    protocol, mistakes, states = load_proved(_read(asked.protocol))
    if protocol is None:
        raise Refused("\n".join(str(mistake) for mistake in mistakes))
    return {
        "ok": True,
        "trial": protocol.trial.id,
        "version": protocol.trial.version,
        "sha256": protocol.sha256,
        "states": states,
        "clauses": len(protocol.clauses),
        "criteria": len(protocol.criteria),
        "assumptions": {a.id: a.chosen for a in protocol.assumptions},
    }


def _next(asked: argparse.Namespace) -> dict[str, Any]:
    from rules.escalation import judge
    from rules.notation import BadNotation, read_outcomes

    protocol = _protocol(asked.protocol)
    try:
        decision = judge(protocol, read_outcomes(asked.outcomes, protocol))
    except BadNotation as error:
        raise Refused(str(error)) from error
    names = ("action", "level", "slots", "escalation", "clauses", "assumptions", "because")
    return {name: getattr(decision, name) for name in names}


def _screen(asked: argparse.Namespace) -> dict[str, Any]:
    from rules.screening_file import BadAnswers, screen

    protocol = _protocol(asked.protocol)
    try:
        return screen(protocol, _read(Path(asked.answers)), datetime.now(UTC))
    except BadAnswers as error:
        raise Refused(str(error)) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
