"""The field's notation for outcomes: "1NNN 2NNT" (R package escalation), with P and X added."""

from __future__ import annotations

import re

from rules.clauses import rule_on
from rules.protocol import Protocol
from rules.situation import History, Tally

LETTERS = {"N": "no DLT", "T": "DLT", "P": "still in the window", "X": "not evaluable"}
GROUP = re.compile(r"([0-9]{1,4})([NTPX]+)")
MAX_LENGTH = 600


class BadNotation(ValueError):
    """A string that is not in the notation; str() is one clear line."""


def read_outcomes(text: str, protocol: Protocol) -> History:
    """A history of openings from "1NNT 1NP": subjects in order of enrolment, groups of a level add up.

    A level beyond its first places gets its further places only where the clauses open them;
    otherwise the history is over-enrolled, which escalation.judge refers.
    """
    history: History = (Tally(1, protocol.cohort.size),)
    if len(text) > MAX_LENGTH:
        raise BadNotation(
            f"{len(text):,} characters are no outcomes of a trial; at most {MAX_LENGTH:,} are read"
        )
    for word in text.split():
        found = GROUP.fullmatch(word)
        if not found:
            raise BadNotation(
                f"`{word[:40]}` is no group: write a level and letters of N, T, P, X, for example 1NNT"
            )
        level = int(found.group(1))
        if not 1 <= level <= len(protocol.levels):
            raise BadNotation(f"`{word[:40]}`: this protocol has levels 1 to {len(protocol.levels)}")
        if level != history[-1].level:
            history = (*history, Tally(level, _places(history, level, protocol)))
        for letter in found.group(2):
            history = _add(history, letter, protocol)
    return history


def _add(history: History, letter: str, protocol: Protocol) -> History:
    last = history[-1]
    if last.places == last.evaluable + last.pending:
        ruled = rule_on(protocol, history)
        if ruled.key == ("expand", last.level):
            last = Tally(last.level, ruled.slots)
            history = (*history, last)
    changed = {
        "N": last._replace(evaluable=last.evaluable + 1),
        "T": last._replace(evaluable=last.evaluable + 1, dlts=last.dlts + 1),
        "P": last._replace(pending=last.pending + 1),
        "X": last._replace(not_evaluable=last.not_evaluable + 1),
    }[letter]
    return (*history[:-1], changed)


def _places(history: History, level: int, protocol: Protocol) -> int:
    """The places of a step to another level: those that the clauses give, or as many as such a step opens."""
    ruled = rule_on(protocol, history)
    if ruled.action in ("escalate", "reduce") and ruled.level == level:
        return ruled.slots
    return protocol.cohort.size if level > history[-1].level else protocol.cohort.more


def write_outcomes(history: History) -> str:
    """The notation of a history, one group an opening; openings without a subject are left out."""
    groups = []
    for tally in history:
        letters = (
            "N" * (tally.evaluable - tally.dlts)
            + "T" * tally.dlts
            + "P" * tally.pending
            + "X" * tally.not_evaluable
        )
        if letters:
            groups.append(f"{tally.level}{letters}")
    return " ".join(groups)
