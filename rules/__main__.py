"""python -m rules check | next | paths | oc | screen | score: JSON on standard output, refusals on error."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from rules import verbs

SHIPPED = Path(__file__).resolve().parent.parent / "protocol.yaml"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the words in one line, like every other refusal."""

    def error(self, message: str) -> NoReturn:
        """Refuse the words."""
        raise verbs.Refused(f"{message}. See `python -m rules --help`.")


def main(words: list[str]) -> int:
    """Run one verb; returns the exit code."""
    try:
        asked = _parser().parse_args(_joined(words))
        answer: Any = asked.run(asked)
    except verbs.Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))
    return 0


def _joined(words: list[str]) -> list[str]:
    """`--truth -0.1,...` as one word, so that the rates are refused and not taken for an option."""
    rates = [at for at in range(1, len(words)) if words[at - 1] == "--truth" and words[at].startswith("-")]
    return [
        f"--truth={word}" if at in rates else word for at, word in enumerate(words) if at + 1 not in rates
    ]


def _parser() -> Parser:
    parser = Parser(prog="python -m rules", description=__doc__)
    added_to = parser.add_subparsers(dest="verb", required=True)
    check = added_to.add_parser("check")
    check.add_argument("protocol", nargs="?", type=Path, default=SHIPPED)
    check.add_argument("--compare", type=Path, metavar="OTHER", help="what changes with another file")
    check.add_argument("--text", action="store_true", help="the report for people, instead of JSON")
    check.add_argument("--truth", help="true DLT rates to look at, 0.1,0.2,0.3")
    check.set_defaults(run=verbs.check)
    for verb, argument, run in (("next", "outcomes", verbs.next_step), ("screen", "answers", verbs.screen)):
        added = added_to.add_parser(verb)
        added.set_defaults(run=run)
        added.add_argument(argument)
        added.add_argument("--protocol", type=Path, default=SHIPPED)
    for verb, run in (("paths", verbs.paths), ("oc", verbs.oc)):
        added = added_to.add_parser(verb)
        added.set_defaults(run=run)
        added.add_argument("--levels", type=int, help="the same clauses on that many levels")
        added.add_argument("--protocol", type=Path, default=SHIPPED)
    added_to.choices["paths"].add_argument("--list", action="store_true", help="each path with its end")
    truth = "true DLT rates, one a level: 0.1,0.2,0.3; or @file with one such line a vector"
    added_to.choices["oc"].add_argument("--truth", required=True, help=truth)
    scored = added_to.add_parser("score")
    scored.set_defaults(run=verbs.score)
    scored.add_argument("name", help="ctcae, crs, icans, acr-eular, criss, rcriss or nca")
    scored.add_argument("input", nargs="?", type=Path, help="a JSON file: a record, or a list of records")
    scored.add_argument("--fields", action="store_true", help="the fields of a record, instead of an answer")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `... | head` ends it quietly
    sys.exit(main(sys.argv[1:]))
