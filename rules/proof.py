"""The proof that the clauses hold together: every reachable state is walked, one clause speaks in each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.escalation import Decision, judge
from rules.load import load
from rules.notation import write_outcomes
from rules.protocol import Clause, Protocol
from rules.reading import Mistake
from rules.situation import History, Tally, situation
from rules.units import check_units

MAX_STATES = 400_000


@dataclass(frozen=True)
class Proof:
    """How many states were walked, and what was found wrong in them."""

    states: int
    mistakes: tuple[Mistake, ...]


def load_proved(data: bytes) -> tuple[Protocol | None, list[Mistake], int]:
    """Load, check units and walk every state: (protocol, [], states) or (None, all mistakes, states)."""
    protocol, mistakes = load(data)
    if protocol is None:
        return None, mistakes, 0
    proof = prove(protocol)
    mistakes = sorted({*check_units(protocol), *proof.mistakes})
    return (None if mistakes else protocol), mistakes, proof.states


def prove(protocol: Protocol) -> Proof:
    """Walk every state that legal play can reach, partial cohorts and pending subjects included."""
    start: History = (Tally(1, protocol.cohort.size),)
    seen, queue, found = {start}, deque([start]), dict[tuple[str, ...], Mistake]()
    while queue:
        history = queue.popleft()
        decision = judge(protocol, history)
        if decision.action in ("refer", "hold") and not _meant(protocol, decision):
            problem = _problem(protocol, history, decision)
            found.setdefault((problem.where, problem.problem.split(";")[0]), problem)
            continue
        for after in _next(history, decision, protocol):
            if after not in seen:
                seen.add(after)
                queue.append(after)
        if len(seen) > MAX_STATES:
            fix = "Let each path end: reduce, stop or declare"
            found["walk",] = Mistake(1, "escalation", f"more than {MAX_STATES:,} states can be reached", fix)
            break
    return Proof(len(seen), tuple(found.values()))


def _meant(protocol: Protocol, decision: Decision) -> bool:
    """True when exactly one chain of clauses says refer or hold itself."""
    clause = protocol.clause(decision.clauses[-1]) if decision.clauses else None
    return clause is not None and clause.then == decision.action and clause.table != "guards"


def _problem(protocol: Protocol, history: History, decision: Decision) -> Mistake:
    path = write_outcomes(history) or "the empty trial"
    values = situation(history, len(protocol.levels), protocol.trial.target_subjects)
    spoke = [c for c in protocol.tables["clauses"] if c.when.holds(values) is True]
    if len(spoke) == 1 and spoke[0].then == "close":
        spoke = [c for c in protocol.tables["after_closing"] if c.when.holds(values) is True] or spoke
        if len(spoke) == 1:
            return Mistake(
                spoke[0].line, f"clause {spoke[0].id}", f"nothing speaks after it closes; at {path}", ADD
            )
    if len(spoke) == 1:
        return Mistake(
            spoke[0].line, f"clause {spoke[0].id}", f"it contradicts an earlier step; at {path}", SAME
        )
    if not spoke:
        return Mistake(_first_line(protocol), "escalation.clauses", f"no clause speaks; at {path}", ADD)
    ids = ", ".join(sorted(c.id for c in spoke))
    return Mistake(spoke[-1].line, f"clause {spoke[-1].id}", f"clauses {ids} all speak; at {path}", ONE)


ADD = "Add a clause for this state or widen one"
ONE = "Narrow them so that exactly one speaks"
SAME = "Let the clauses of the earlier level still give the step that was taken"


def _first_line(protocol: Protocol) -> int:
    lines = [clause.line for clause in protocol.clauses]
    return min(lines, default=1)


def _next(history: History, decision: Decision, protocol: Protocol) -> Iterator[History]:
    """Every state one happening away: an outcome, a window passing, a subject leaving, a signed step."""
    last = history[-1]
    if decision.action == "enrol":
        yield (*history[:-1], replace(last, pending=last.pending + 1))
    elif decision.action in ("escalate", "expand", "reduce"):
        yield (*history, Tally(decision.level, decision.slots))
    counted = _counts_leavers(protocol.tables["clauses"])
    for at, tally in enumerate(history):
        for after in _outcomes(tally, counted):
            yield (*history[:at], after, *history[at + 1 :])


def _counts_leavers(clauses: tuple[Clause, ...]) -> bool:
    return any(c.when.names & {"not_evaluable", "enrolled", "left_with_dlt"} for c in clauses)


def _outcomes(tally: Tally, counted: bool) -> Iterator[Tally]:
    if tally.pending > tally.unassessed:
        fewer = replace(tally, pending=tally.pending - 1)
        yield replace(fewer, evaluable=tally.evaluable + 1)
        yield replace(fewer, evaluable=tally.evaluable + 1, dlts=tally.dlts + 1)
        yield replace(fewer, not_evaluable=min(1, tally.not_evaluable + 1)) if counted else fewer
        yield replace(tally, unassessed=tally.unassessed + 1)
    if tally.unassessed:
        fewer = replace(tally, pending=tally.pending - 1, unassessed=tally.unassessed - 1)
        yield replace(fewer, evaluable=tally.evaluable + 1)
        yield replace(fewer, evaluable=tally.evaluable + 1, dlts=tally.dlts + 1)
