"""`python -m tests.channels.buggy`: the real bot with a bug in /why, whose message holds what was typed."""

from __future__ import annotations

import sys
from dataclasses import replace

from bot import __main__ as program
from bot.ask import Ask, Outcome
from bot.commands import BY_NAME


def why(ask: Ask) -> Outcome:
    """A bug of the usual kind: its message quotes the input."""
    raise ValueError(f"cannot read {ask.given!r}")


if __name__ == "__main__":
    BY_NAME["why"] = replace(BY_NAME["why"], run=why)  # type: ignore[index]
    sys.exit(program.main(sys.argv[1:]))
