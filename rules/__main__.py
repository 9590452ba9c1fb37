"""python -m rules check | next | screen: JSON on standard output; what is wrong on standard error, exit 2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from rules.load import load
from rules.protocol import Protocol
from rules.reading import Mistake

SHIPPED = Path(__file__).resolve().parent.parent / "protocol.yaml"


class Refused(Exception):
    """What was asked cannot be answered; str() is what the person reads."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the words in one line, like every other refusal."""

    def error(self, message: str) -> NoReturn:
        """Refuse the words."""
        raise Refused(f"{message}. See `python -m rules --help`.")


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    try:
        asked = _parser().parse_args(words)
        answer: dict[str, Any] = asked.run(asked)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def _parser() -> Parser:
    parser = Parser(prog="python -m rules", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check")
    check.add_argument("protocol", nargs="?", type=Path, default=SHIPPED)
    check.set_defaults(run=_check)
    for verb, argument, run in (("next", "outcomes", _next), ("screen", "answers", _screen)):
        added = verbs.add_parser(verb)
        added.set_defaults(run=run)
        added.add_argument(argument)
        added.add_argument("--protocol", type=Path, default=SHIPPED)
    return parser


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}. Name a file that can be read.") from error


def _sound(protocol: Protocol | None, mistakes: Iterable[Mistake]) -> Protocol:
    said = "\n".join(str(mistake) for mistake in mistakes)
    if protocol is None or said:
        raise Refused(said)
    return protocol


def _check(asked: argparse.Namespace) -> dict[str, Any]:
    from rules.proof import load_proved

    protocol, mistakes, states = load_proved(_read(asked.protocol))
    protocol = _sound(protocol, mistakes)
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

    protocol = _sound(*load(_read(asked.protocol)))
    try:
        decision = judge(protocol, read_outcomes(asked.outcomes, protocol))
    except BadNotation as error:
        raise Refused(str(error)) from error
    names = ("action", "level", "slots", "escalation", "clauses", "assumptions", "because")
    return {name: getattr(decision, name) for name in names}


def _screen(asked: argparse.Namespace) -> dict[str, Any]:
    from rules.screening_file import BadAnswers, screen
    from rules.units import check_units

    protocol = _sound(*load(_read(asked.protocol)))
    _sound(protocol, check_units(protocol.facts))
    try:
        return screen(protocol, _read(Path(asked.answers)), datetime.now(UTC))
    except BadAnswers as error:
        raise Refused(str(error)) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
