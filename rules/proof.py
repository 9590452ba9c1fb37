"""The proof that the clauses hold together: every reachable state is walked, one clause speaks in each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from rules.clauses import Ruling, rule
from rules.escalation import disturbed
from rules.load import read
from rules.notation import write_outcomes
from rules.protocol import Clause, Protocol
from rules.reading import Mistake
from rules.situation import History, Tally, overfilled_level, stand
from rules.units import check_units
from rules.walk import STEPS, after, disturbances, settlements, view, view_of_all

MAX_STATES = 50_000
MAX_OPENINGS = 4  # of a level
MANY_DLTS = 301  # more than any cohort has, see load_course
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

    States that no clause can tell apart are walked once, or each on its own (`whole`).
    """
    apart = _apart(protocol, whole)
    guarded = _guards_hold(protocol)
    start: History = (Tally(1, protocol.cohort.size),)
    seen, queue, found = {apart(start)}, deque([start]), dict[tuple[str, str], Mistake]()
    while queue and len(seen) <= limit:
        history = queue.popleft()
        ruled = _ruled(protocol, history, guarded)
        faults = [*_fault(protocol, history, ruled), *_endless(protocol, history, ruled)]
        if not faults and not guarded:
            faults = [*_unguarded(protocol, history, ruled)]
        for mistake in faults:
            found.setdefault((mistake.where, mistake.problem.split(";")[0]), mistake)
        for fresh in () if faults else after(history, ruled, protocol):
            key = apart(fresh)
            if key not in seen:
                seen.add(key)
                queue.append(fresh)
    if queue:
        problem = f"more than {limit:,} states can be reached"
        found["", problem] = _at(protocol, (), problem, END)
    return Proof(len(seen), tuple(found.values()))


def _apart(protocol: Protocol, whole: bool) -> Callable[[History], Hashable]:
    """What of a history tells two states apart."""
    if whole:
        return lambda history: history
    return view if protocol.near_sighted else view_of_all


def _guards_hold(protocol: Protocol) -> bool:
    """True when guards look at nothing but what went wrong, and one speaks just when something did.

    Then they need not be tried state by state: in legal play nothing is wrong, and no step is taken back.
    """
    asked = protocol.symbols["guards"]
    if not set(asked) <= {"contradicted", "overfilled", "dlts_at_step"}:
        return False
    wrongs = [(True, dlts, crowd) for dlts in range(MANY_DLTS) for crowd in (True, False)]
    for contradicted, dlts, crowd in [(False, 0, False), (False, 0, True), *wrongs]:
        values = {"contradicted": contradicted, "dlts_at_step": dlts, "overfilled": crowd}
        if len(protocol.speaks["guards"](*[values[name] for name in asked])) != (contradicted or crowd):
            return False
    return True


def _ruled(protocol: Protocol, history: History, guarded: bool) -> Ruling:
    """What is said of a history: by the guards where they are not yet known to hold, else by the clauses."""
    said = None if guarded else disturbed(protocol, history)
    if said is None:
        return rule(protocol, stand(history))
    return Ruling(said.action, said.level, said.slots, _clauses(protocol, said.clauses))


def _fault(protocol: Protocol, history: History, ruled: Ruling) -> Iterator[Mistake]:
    """The mistake that a state shows, with the path to it, if it shows one."""
    wrong = _wrong(ruled)
    if wrong:
        path = write_outcomes(history) or "the empty trial"
        yield _at(protocol, ruled.clauses, f"{wrong[0]}; at {path}", wrong[1])
    elif ruled.action in STEPS and any(tally.pending for tally in history):
        for later in settlements(history, protocol):
            then = rule(protocol, stand(later))
            if then[:2] != ruled[:2]:
                paths = f"allowed at {write_outcomes(history)}, not at {write_outcomes(later)}"
                problem = f"it takes back `{ruled.action}`; {paths}"
                yield _at(protocol, then.clauses, problem, SAME)
                return


def _endless(protocol: Protocol, history: History, ruled: Ruling) -> Iterator[Mistake]:
    """A mistake where levels are opened again and again."""
    if len(history) > MAX_OPENINGS * len(protocol.levels):
        problem = f"a path does not end; at {write_outcomes(history[: 2 * MAX_OPENINGS])} ..."
        yield _at(protocol, ruled.clauses, problem, END)


def _wrong(ruled: Ruling) -> tuple[str, str] | None:
    """What is wrong with the clauses that spoke, and what to do; None when one chain says what follows."""
    clauses = ruled.clauses
    if not clauses:
        return "no clause speaks", ADD
    if len({clause.table for clause in clauses}) < len(clauses):
        return f"clauses {', '.join(clause.id for clause in clauses)} all speak", ONE
    last = clauses[-1]
    if last.table == "guards":
        return "this guard speaks although nothing is wrong", "Ask for `contradicted` or `overfilled`"
    if last.then == "close":
        return "nothing speaks after it closes", ADD
    if last.then in ("escalate", "reduce") and ruled.action == "refer":
        return "it leads to a level that is not in the file", "Add `not highest` or `not lowest`"
    if ruled.action in ("enrol", *STEPS) and ruled.slots < 1:
        return "it opens no place", "Ask for `free > 0`, or see `cohort`"
    return None


def _unguarded(protocol: Protocol, history: History, ruled: Ruling) -> Iterator[Mistake]:
    """A mistake where late news, a crowd or a wrong step finds no guard, or several."""
    declared = ruled.level if ruled.action == "declare_mtd" else None
    for what, later in disturbances(history):
        said = disturbed(protocol, later, declared)
        spoke = said.clauses if said else ()
        calm = said is None and overfilled_level(later) is None
        path = write_outcomes(later) or "the empty trial"
        if len(spoke) > 1:
            problem = f"guards {', '.join(spoke)} all speak when {what}; at {path}"
            yield _at(protocol, _clauses(protocol, spoke), problem, ONE)
        elif not spoke and not calm:
            yield _at(protocol, (), f"no guard speaks when {what}; at {path}", ADD)


def _clauses(protocol: Protocol, ids: Iterable[str]) -> tuple[Clause, ...]:
    return tuple(clause for id_ in ids if (clause := protocol.clause(id_)))


def _at(protocol: Protocol, clauses: tuple[Clause, ...], problem: str, fix: str) -> Mistake:
    """A mistake at the last of the clauses, or where the clauses begin."""
    if not clauses:
        return Mistake(min((c.line for c in protocol.clauses), default=1), "escalation", problem, fix)
    return Mistake(clauses[-1].line, f"clause {clauses[-1].id}", problem, fix)
