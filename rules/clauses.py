"""What the clauses say of one opening: rule_on(protocol, history) -> Decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rules.expressions import Value
from rules.protocol import Clause, Protocol
from rules.situation import History, situation

ENDING = ("reduce", "declare_mtd", "hold", "refer")
REASONS = (
    "level", "opened", "free", "evaluable", "dlts", "pending", "unassessed", "not_evaluable",
    "evaluable_below", "dlts_below", "enrolled",
)  # fmt: skip


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


@lru_cache(maxsize=65_536)
def rule_on(protocol: Protocol, history: History) -> Decision:
    """What the clauses say of the last opening, earlier steps taken as given.

    It is `refer` unless exactly one chain of clauses speaks, and leads to a level of the file.
    """
    values = situation(history, len(protocol.levels), protocol.trial.target_subjects)
    spoke = speaking(protocol, "clauses", values)
    closing = len(spoke) == 1 and spoke[0].then == "close"
    last = speaking(protocol, "after_closing", values) if closing else spoke
    chain = [*spoke, *last] if closing else spoke
    here = history[-1].level
    if len(last) != 1:
        return decision(protocol, chain, ("refer", here, 0), values)
    level = here + _moved(last[0])
    if last[0].then in ("escalate", "reduce") and not 1 <= level <= len(protocol.levels):
        return decision(protocol, chain, ("refer", here, 0), values)
    return decision(protocol, chain, (last[0].then, level, _slots(protocol, last[0], values)), values)


def speaking(protocol: Protocol, table: str, values: Mapping[str, Value]) -> list[Clause]:
    """The clauses of a table that hold; remembered by the counts that they ask about."""
    return list(_speaking(protocol, table, tuple(values[name] for name in protocol.symbols[table])))


def _bearing(protocol: Protocol, values: Mapping[str, Value]) -> frozenset[str]:
    """Assumptions that bear on these counts whichever clause speaks; remembered likewise."""
    return _borne(protocol, tuple(values[name] for name in protocol.symbols["assumptions"]))


@lru_cache(maxsize=65_536)
def _borne(protocol: Protocol, counts: tuple[Value, ...]) -> frozenset[str]:
    values = dict(zip(protocol.symbols["assumptions"], counts, strict=True))
    return frozenset(
        a.id for a in protocol.assumptions if a.bears_when and a.bears_when.holds(values) is True
    )


@lru_cache(maxsize=65_536)
def _speaking(protocol: Protocol, table: str, counts: tuple[Value, ...]) -> tuple[Clause, ...]:
    values = dict(zip(protocol.symbols[table], counts, strict=True))
    return tuple(clause for clause in protocol.tables[table] if clause.when.holds(values) is True)


def _moved(clause: Clause) -> int:
    down = clause.then == "declare_mtd" and clause.at == "below"
    return {"escalate": 1, "reduce": -1}.get(clause.then, -1 if down else 0)


def _slots(protocol: Protocol, clause: Clause, values: Mapping[str, Value]) -> int:
    more = protocol.cohort.more
    opened = {"enrol": int(values["free"]), "escalate": protocol.cohort.size, "expand": more, "reduce": more}
    return opened.get(clause.then, 0)


def decision(
    protocol: Protocol, spoke: Sequence[Clause], what: tuple[str, int, int], values: Mapping[str, Value]
) -> Decision:
    """The decision `what` (action, level, slots), with the clauses and assumptions that spoke."""
    under = {name for clause in spoke for name, _ in clause.under}
    action, level, slots = what
    return Decision(
        action=action,
        level=level,
        slots=slots,
        escalation="stopped" if action in ENDING or values["reduced"] else "open",
        clauses=tuple(clause.id for clause in spoke),
        assumptions=tuple(sorted(under | _bearing(protocol, values), key=natural)),
        because={name: values[name] for name in REASONS},
    )


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which A2 stands before A10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", text)]
