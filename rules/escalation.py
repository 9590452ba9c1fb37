"""What the design allows next, and why: decide(protocol, trial, now) -> Decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from rules.expressions import Value
from rules.protocol import Clause, Protocol
from rules.situation import History, overfilled_level, situation
from rules.trial import Trial, history_of

CLOSING = ("reduce", "declare_mtd", "hold", "refer")


@dataclass(frozen=True)
class Decision:
    """What the protocol allows next.

    `action` is one of protocol.ACTIONS; `level` is where it applies (0: no MTD); `slots` are places
    open now, or that the action opens once it is signed; `because` are the counts it rests on.
    """

    action: str
    level: int
    slots: int
    escalation: str
    clauses: tuple[str, ...]
    assumptions: tuple[str, ...]
    because: Mapping[str, Any] = field(compare=False)

    @property
    def key(self) -> tuple[str, int]:
        """Action and level: what a signature is about."""
        return self.action, self.level


def decide(protocol: Protocol, trial: Trial, now: datetime) -> Decision:
    """The decision on the record as it stands at `now` (aware)."""
    return judge(protocol, history_of(protocol, trial, now), trial.mtd)


def judge(protocol: Protocol, history: History, declared: int | None = None) -> Decision:
    """The decision on a history of openings; `declared` is an MTD already signed."""
    values = situation(history, len(protocol.levels), protocol.trial.target_subjects)
    broken = _broken_step(protocol, history, declared)
    if broken:
        values |= {"contradicted": True, "dlts_at_step": _dlts_at_step(history, broken[0])}
    spoke = _speaking(protocol, "guards", values)
    if not spoke and broken is None:
        return rule_on(protocol, history)
    level = history[broken[0]].level if broken else overfilled_level(history) or history[-1].level
    clause = spoke[0] if len(spoke) == 1 else None
    action = clause.then if clause else "refer"
    because = _because(values) | {"level": level}
    if broken:
        because["rederived"] = {"action": broken[1].action, "level": broken[1].level}
    return _decision(protocol, (clause,) if clause else (), action, level, 0, values, because)


@lru_cache(maxsize=65_536)
def rule_on(protocol: Protocol, history: History) -> Decision:
    """What the clauses say of the last opening, earlier steps taken as given. `refer` unless exactly one speaks."""
    values = situation(history, len(protocol.levels), protocol.trial.target_subjects)
    level = int(values["level"])
    chain = []
    for table in ("clauses", "after_closing"):
        spoke = _speaking(protocol, table, values)
        if len(spoke) != 1:
            return _decision(protocol, tuple(spoke), "refer", level, 0, values, _because(values))
        chain.append(spoke[0])
        if spoke[0].then != "close":
            break
    last = chain[-1]
    slots = {
        "enrol": int(values["free"]),
        "escalate": protocol.cohort.size,
        "expand": protocol.cohort.more,
        "reduce": protocol.cohort.more,
    }.get(last.then, 0)
    moved = {"escalate": 1, "reduce": -1}.get(
        last.then, -1 if last.then == "declare_mtd" and last.at == "below" else 0
    )
    return _decision(protocol, tuple(chain), last.then, level + moved, slots, values, _because(values))


def _speaking(protocol: Protocol, table: str, values: Mapping[str, Value]) -> list[Clause]:
    return [clause for clause in protocol.tables[table] if clause.when.holds(values) is True]


def _broken_step(protocol: Protocol, history: History, declared: int | None) -> tuple[int, Decision] | None:
    """The first step taken that today's outcomes do not give, and what they give instead."""
    for at, (before, after) in enumerate(zip(history, history[1:], strict=False)):
        taken = {0: "expand", 1: "escalate", -1: "reduce"}.get(after.level - before.level, "")
        ruled = rule_on(protocol, history[: at + 1])
        if ruled.key != (taken, after.level):
            return at, ruled
    if declared is not None:
        ruled = rule_on(protocol, history)
        if ruled.key != ("declare_mtd", declared):
            return len(history) - 1, ruled
    return None


def _dlts_at_step(history: History, at: int) -> int:
    """DLTs that can have come late: at the level left by the step, or 0 if no clause ever gives such a step."""
    level = history[at].level
    if at + 1 < len(history) and abs(history[at + 1].level - level) > 1:
        return 0
    return sum(t.dlts for t in history[: at + 1] if t.level == level)


def _because(values: Mapping[str, Value]) -> dict[str, Any]:
    names = (
        "level", "opened", "free", "evaluable", "dlts", "pending", "unassessed", "not_evaluable",
        "evaluable_below", "dlts_below", "enrolled",
    )  # fmt: skip
    return {name: values[name] for name in names}


def _decision(
    protocol: Protocol,
    clauses: tuple[Clause, ...],
    action: str,
    level: int,
    slots: int,
    values: Mapping[str, Value],
    because: Mapping[str, Any],
) -> Decision:
    under = {name for clause in clauses for name, _ in clause.under}
    bearing = {a.id for a in protocol.assumptions if a.bears_when and a.bears_when.holds(values) is True}
    closed = action in CLOSING or bool(values["reduced"])
    return Decision(
        action=action,
        level=level,
        slots=slots,
        escalation="stopped" if closed else "open",
        clauses=tuple(clause.id for clause in clauses),
        assumptions=tuple(sorted(under | bearing, key=natural)),
        because=because,
    )


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which A2 stands before A10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]
