"""What the clauses say of one opening: rule_on(protocol, history) -> Decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from rules.estimate import estimated_mtd
from rules.expressions import Value
from rules.lacks import Lack
from rules.protocol import Clause, Protocol
from rules.situation import History, Standing, View, look, situation, stand

LEADING = ("escalate", "reduce")
ENDING = ("declare_mtd", "hold", "refer")
REASONS = (
    "level", "opened", "free", "evaluable", "dlts", "pending", "unassessed", "not_evaluable",
    "evaluable_below", "dlts_below", "enrolled",
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What the protocol allows next.

    `action` is one of protocol.ACTIONS; `level` is where it applies (0: no MTD); `slots` are places
    open now, or that the action opens once it is signed; `because` are the counts it rests on.
    `unsettled` are (subject, reason) of what is open in a window and, were it a DLT, could change the
    answer: nobody gets a place or a dose before it is settled. `leaving` are those for whom to assess is to
    record that they left.
    """

    action: str
    level: int
    slots: int
    escalation: str
    clauses: tuple[str, ...]
    assumptions: tuple[str, ...]
    because: Mapping[str, Any] = field(compare=False)
    unsettled: tuple[tuple[str, Lack], ...] = field(default=(), compare=False)
    leaving: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, int]:
        """Action and level: what a signature is about."""
        return self.action, self.level

    @property
    def whose(self) -> tuple[str, ...]:
        """The subjects of whom something is unsettled, each once."""
        return tuple(dict.fromkeys(code for code, _ in self.unsettled))

    @property
    def answer(self) -> tuple[str, int, int, tuple[tuple[str, Lack], ...], tuple[str, ...]]:
        """All that the answer says of what is next."""
        return self.action, self.level, self.slots, self.unsettled, self.leaving


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
    values = situation(look(standing, len(protocol.levels), protocol.trial.target_subjects))
    return decision(protocol, spoke, (action, level, slots), values)


def rule(protocol: Protocol, standing: Standing) -> Ruling:
    """What the clauses say of where a trial stands.

    It is `refer` unless exactly one chain of clauses speaks, and leads to a level of the file.
    """
    view = look(standing, len(protocol.levels), protocol.trial.target_subjects)
    return ruling(protocol, chain(protocol, protocol.see["ruling"](*view)), view)


Chain = tuple[tuple[Clause, ...], Clause | None]


def chain(protocol: Protocol, counts: Sequence[Value]) -> Chain:
    """The clauses that speak of these counts, and the one that says what follows, if it is just one."""
    clauses = protocol.tables["clauses"]
    spoke = last = [clauses[at] for at in protocol.speaks["clauses"](*counts)]
    if len(spoke) == 1 and spoke[0].then == "close":
        closing = protocol.tables["after_closing"]
        last = [closing[at] for at in protocol.speaks["after_closing"](*counts)]
        spoke = spoke + last
    return tuple(spoke), last[0] if len(last) == 1 else None


def clash(spoke: Sequence[Clause]) -> bool:
    """True where several clauses of one table speak at once."""
    return len({clause.table for clause in spoke}) < len(spoke)


def ruling(protocol: Protocol, found: Chain, view: View) -> Ruling:
    """What a chain of clauses means for what it looked at; all levels of the view are for an estimate."""
    spoke, last = found
    if last is None:
        return Ruling("refer", view.level, 0, spoke)
    then, level = last.then, view.level
    if then == "escalate":
        level += 1
    elif then == "reduce" or last.at == "below":
        level -= 1
    elif last.at == "estimate" and protocol.estimate:
        level = estimated_mtd(protocol.estimate, view.levels)
    if then in LEADING and not 1 <= level <= len(protocol.levels):
        return Ruling("refer", view.level, 0, spoke)
    return Ruling(then, level, _slots(protocol, then, view), spoke)


def _slots(protocol: Protocol, then: str, view: View) -> int:
    """Places open now, or that a step opens."""
    if then == "enrol":
        return view.here.free
    if protocol.cohort.fills and then in ("expand", "reduce"):
        level = view.here if then == "expand" else view.below
        return protocol.cohort.maximum - level.evaluable - level.pending
    return protocol.opens.get(then, 0)


def guarding(protocol: Protocol, view: View) -> tuple[Clause, ...]:
    """The guards that speak."""
    guards = protocol.tables["guards"]
    return tuple([guards[at] for at in protocol.speaks["guards"](*protocol.see["guards"](*view))])


def _bearing(protocol: Protocol, values: Mapping[str, Value]) -> frozenset[str]:
    """Assumptions that bear on these counts whichever clause speaks; remembered likewise."""
    return _borne(protocol, tuple(values[name] for name in protocol.symbols["assumptions"]))


@lru_cache(maxsize=65_536)
def _borne(protocol: Protocol, counts: tuple[Value, ...]) -> frozenset[str]:
    values = dict(zip(protocol.symbols["assumptions"], counts, strict=True))
    return frozenset(
        a.id for a in protocol.assumptions if a.bears_when and a.bears_when.holds(values) is True
    )


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
        escalation="stopped" if action in ENDING or _over(protocol, action, values) else "open",
        clauses=tuple(clause.id for clause in spoke),
        assumptions=tuple(sorted(under | _bearing(protocol, values), key=natural)),
        because={name: values[name] for name in REASONS},
    )


def _over(protocol: Protocol, action: str, values: Mapping[str, Value]) -> bool:
    """True once the dose is reduced, unless the clauses may raise it again."""
    return (action == "reduce" or bool(values["reduced"])) and not protocol.rises_again


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which A2 stands before A10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", text)]
