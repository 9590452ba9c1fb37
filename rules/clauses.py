"""What the clauses say of one opening: rule_on(protocol, history) -> Decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from rules.estimate import estimated_mtd
from rules.expressions import Value
from rules.protocol import Clause, Protocol
from rules.situation import History, Standing, look, situation, stand

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


class Ruling(NamedTuple):
    """What follows from where a trial stands: action, level (of the MTD: 0 is none), places, clauses."""

    action: str
    level: int
    slots: int
    clauses: tuple[Clause, ...]


@lru_cache(maxsize=65_536)
def rule_on(protocol: Protocol, history: History) -> Decision:
    """What the clauses say of the last opening, earlier steps taken as given."""
    standing = stand(history)
    action, level, slots, spoke = rule(protocol, standing)
    values = situation(standing, len(protocol.levels), protocol.trial.target_subjects)
    return decision(protocol, spoke, (action, level, slots), values)


def rule(protocol: Protocol, standing: Standing) -> Ruling:
    """What the clauses say of where a trial stands.

    It is `refer` unless exactly one chain of clauses speaks, and leads to a level of the file.
    """
    view = look(standing, len(protocol.levels), protocol.trial.target_subjects)
    spoke, last = _chain(protocol, tuple([sight(view) for sight in protocol.sights]))
    if last is None:
        return Ruling("refer", view.level, 0, spoke)
    level = _leads_to(protocol, last, standing)
    if last.then in ("escalate", "reduce") and not 1 <= level <= len(protocol.levels):
        return Ruling("refer", view.level, 0, spoke)
    return Ruling(last.then, level, _slots(protocol, last, view.here.free), spoke)


@lru_cache(maxsize=65_536)
def _chain(protocol: Protocol, counts: tuple[Value, ...]) -> tuple[tuple[Clause, ...], Clause | None]:
    """The clauses that speak of these counts, and the one that says what follows, if it is just one."""
    values = dict(zip(protocol.symbols["ruling"], counts, strict=True))
    spoke = speaking(protocol, "clauses", values)
    closing = len(spoke) == 1 and spoke[0].then == "close"
    last = speaking(protocol, "after_closing", values) if closing else spoke
    chain = (*spoke, *last) if closing else tuple(spoke)
    return chain, last[0] if len(last) == 1 else None


def speaking(protocol: Protocol, table: str, values: Mapping[str, Value]) -> list[Clause]:
    """The clauses of a table that hold."""
    clauses = protocol.tables[table]
    return [clauses[at] for at in protocol.speaks[table](*[values[n] for n in protocol.symbols[table]])]


def _bearing(protocol: Protocol, values: Mapping[str, Value]) -> frozenset[str]:
    """Assumptions that bear on these counts whichever clause speaks; remembered likewise."""
    return _borne(protocol, tuple(values[name] for name in protocol.symbols["assumptions"]))


@lru_cache(maxsize=65_536)
def _borne(protocol: Protocol, counts: tuple[Value, ...]) -> frozenset[str]:
    values = dict(zip(protocol.symbols["assumptions"], counts, strict=True))
    return frozenset(
        a.id for a in protocol.assumptions if a.bears_when and a.bears_when.holds(values) is True
    )


def _leads_to(protocol: Protocol, clause: Clause, standing: Standing) -> int:
    """The level that a clause leads to; for the MTD 0 is none."""
    if clause.at == "estimate" and protocol.estimate:
        return estimated_mtd(protocol.estimate, standing.levels)
    down = clause.then == "reduce" or clause.at == "below"
    return standing.level + (1 if clause.then == "escalate" else -1 if down else 0)


def _slots(protocol: Protocol, clause: Clause, free: int) -> int:
    more = protocol.cohort.more
    opened = {"enrol": free, "escalate": protocol.cohort.size, "expand": more, "reduce": more}
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
        escalation="stopped" if action in ENDING or _over(protocol, values) else "open",
        clauses=tuple(clause.id for clause in spoke),
        assumptions=tuple(sorted(under | _bearing(protocol, values), key=natural)),
        because={name: values[name] for name in REASONS},
    )


def _over(protocol: Protocol, values: Mapping[str, Value]) -> bool:
    """True once the dose was reduced, unless the clauses may raise it again."""
    return bool(values["reduced"]) and not protocol.rises_again


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which A2 stands before A10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", text)]
