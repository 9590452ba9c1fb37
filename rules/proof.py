"""The proof that the clauses hold together: every reachable state is walked, one clause speaks in each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from rules.clauses import Decision, rule_on
from rules.escalation import disturbed, judge
from rules.load import read
from rules.notation import write_outcomes
from rules.protocol import Clause, Protocol
from rules.reading import Mistake
from rules.situation import History, Tally, overfilled_level
from rules.units import check_units
from rules.walk import STEPS, after, disturbances, settlements, view

MAX_STATES = 50_000
MAX_OPENINGS = 4  # of a level
ADD = "Add a clause for this state or widen one"
ONE = "Narrow them so that exactly one speaks"
END = "Let each path end: reduce, stop or declare"
SAME = "Let the clauses give the same step, whatever becomes of those still pending"


@dataclass(frozen=True)
class Proof:
    """How many states were walked, and what was found wrong in them."""

    states: int
    mistakes: tuple[Mistake, ...]


def load_proved(data: bytes) -> tuple[Protocol | None, list[Mistake], int]:
    """Load, check units and walk every state: (protocol, [], states) or (None, all mistakes, states).

    The states are walked once nothing else is wrong.
    """
    protocol, mistakes = read(data)
    if protocol is None:
        return None, mistakes, 0
    mistakes = sorted([*mistakes, *check_units(protocol.facts)])
    if mistakes:
        return None, mistakes, 0
    proof = prove(protocol)
    return (None if proof.mistakes else protocol), sorted(proof.mistakes), proof.states


def prove(protocol: Protocol, whole: bool = False, limit: int = MAX_STATES) -> Proof:
    """Walk every state that legal play can reach, partial cohorts and pending subjects included.

    States that no clause can tell apart are walked once: where clauses count all who were enrolled,
    or escalate again after a reduction, every state is its own (`whole`).
    """
    whole = whole or "enrolled" in protocol.symbols["clauses"]
    start: History = (Tally(1, protocol.cohort.size),)
    seen, queue, found = {view(start)}, deque([start]), dict[tuple[str, str], Mistake]()
    while queue and len(seen) <= limit:
        history = queue.popleft()
        decision = judge(protocol, history)
        if decision.action == "escalate" and decision.escalation == "stopped" and not whole:
            return prove(protocol, True, limit)
        faults = [*_fault(protocol, history, decision), *_endless(protocol, history, decision)]
        for mistake in faults or _unguarded(protocol, history, decision):
            found.setdefault((mistake.where, mistake.problem.split(";")[0]), mistake)
        for fresh in () if faults else after(history, decision, protocol):
            key = fresh if whole else view(fresh)
            if key not in seen:
                seen.add(key)
                queue.append(fresh)
    if queue:
        problem = f"more than {limit:,} states can be reached"
        found["", problem] = _at(protocol, (), problem, END)
    return Proof(len(seen), tuple(found.values()))


def _fault(protocol: Protocol, history: History, decision: Decision) -> Iterator[Mistake]:
    """The mistake that a state shows, with the path to it, if it shows one."""
    clauses = [clause for id_ in decision.clauses if (clause := protocol.clause(id_))]
    wrong = _wrong(clauses, decision)
    if wrong:
        path = write_outcomes(history) or "the empty trial"
        yield _at(protocol, decision.clauses, f"{wrong[0]}; at {path}", wrong[1])
    elif decision.action in STEPS:
        for later in settlements(history, protocol):
            ruled = rule_on(protocol, later)
            if ruled.key != decision.key:
                paths = f"allowed at {write_outcomes(history)}, not at {write_outcomes(later)}"
                problem = f"it takes back `{decision.action}`; {paths}"
                yield _at(protocol, ruled.clauses, problem, SAME)
                return


def _endless(protocol: Protocol, history: History, decision: Decision) -> Iterator[Mistake]:
    """A mistake where levels are opened again and again."""
    if len(history) > MAX_OPENINGS * len(protocol.levels):
        problem = f"a path does not end; at {write_outcomes(history[: 2 * MAX_OPENINGS])} ..."
        yield _at(protocol, decision.clauses, problem, END)


def _wrong(clauses: list[Clause], decision: Decision) -> tuple[str, str] | None:
    """What is wrong with the clauses that spoke, and what to do; None when one chain says what follows."""
    if not clauses:
        return "no clause speaks", ADD
    if len({clause.table for clause in clauses}) < len(clauses):
        return f"clauses {', '.join(decision.clauses)} all speak", ONE
    last = clauses[-1]
    if last.table == "guards":
        return "this guard speaks although nothing is wrong", "Ask for `contradicted` or `overfilled`"
    if last.then == "close":
        return "nothing speaks after it closes", ADD
    if last.then in ("escalate", "reduce") and decision.action == "refer":
        return "it leads to a level that is not in the file", "Add `not highest` or `not lowest`"
    if decision.action in ("enrol", "escalate", "expand", "reduce") and decision.slots < 1:
        return "it opens no place", "Ask for `free > 0`, or see `cohort`"
    return None


def _unguarded(protocol: Protocol, history: History, decision: Decision) -> Iterator[Mistake]:
    """A mistake where late news, a crowd or a wrong step finds no guard, or several."""
    declared = decision.level if decision.action == "declare_mtd" else None
    for what, later in disturbances(history):
        said = disturbed(protocol, later, declared)
        spoke = said.clauses if said else ()
        calm = said is None and overfilled_level(later) is None
        path = write_outcomes(later) or "the empty trial"
        if len(spoke) > 1:
            problem = f"guards {', '.join(spoke)} all speak when {what}; at {path}"
            yield _at(protocol, spoke, problem, ONE)
        elif not spoke and not calm:
            yield _at(protocol, (), f"no guard speaks when {what}; at {path}", ADD)


def _at(protocol: Protocol, ids: tuple[str, ...], problem: str, fix: str) -> Mistake:
    """A mistake at the last of the clauses, or where the clauses begin."""
    clause = protocol.clause(ids[-1]) if ids else None
    if clause is None:
        return Mistake(min((c.line for c in protocol.clauses), default=1), "escalation", problem, fix)
    return Mistake(clause.line, f"clause {clause.id}", problem, fix)
