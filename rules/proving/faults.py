"""What can be wrong with the clauses in one state of a trial, each as a mistake with the path to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.clauses import Ruling, clash, rule
from rules.escalation import disturbed
from rules.file.reading import Mistake
from rules.notation import write_outcomes
from rules.protocol import Clause, Protocol
from rules.proving.walk import STEPS, disturbances, settlements
from rules.situation import History, overfilled_level, stand

MAX_OPENINGS = 4  # of a level
MANY_DLTS = 301  # more than any cohort has, see load_course
ADD = "Add a clause for this state or widen one"
ONE = "Narrow them so that exactly one speaks"
END = "Let each path end: reduce, stop or declare"
SAME = "Let the clauses give the same step, whatever becomes of those still pending"


def guards_hold(protocol: Protocol) -> bool:
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


def ruled_in(protocol: Protocol, history: History, guarded: bool) -> Ruling:
    """What is said of a history: by the guards where they are not yet known to hold, else by the clauses."""
    said = None if guarded else disturbed(protocol, history)
    if said is None:
        return rule(protocol, stand(history))
    return Ruling(said.action, said.level, said.slots, _clauses(protocol, said.clauses))


def faults(protocol: Protocol, history: History, ruled: Ruling, guarded: bool) -> list[Mistake]:
    """The mistakes that a state shows, with the path to it."""
    found = [*_fault(protocol, history, ruled), *_endless(protocol, history, ruled)]
    return found if found or guarded else [*_unguarded(protocol, history, ruled)]


def _fault(protocol: Protocol, history: History, ruled: Ruling) -> Iterator[Mistake]:
    wrong = _wrong(ruled) or _idle(history, ruled)
    if wrong:
        path = write_outcomes(history) or "the empty trial"
        yield at_clause(protocol, ruled.clauses, f"{wrong[0]}; at {path}", wrong[1])
    elif ruled.action in STEPS and any(tally.pending for tally in history):
        for later in settlements(history, protocol):
            then = rule(protocol, stand(later))
            if then[:2] != ruled[:2]:
                paths = f"allowed at {write_outcomes(history)}, not at {write_outcomes(later)}"
                problem = f"it takes back `{ruled.action}`; {paths}"
                yield at_clause(protocol, then.clauses, problem, SAME)
                return


def _endless(protocol: Protocol, history: History, ruled: Ruling) -> Iterator[Mistake]:
    """A mistake where levels are opened again and again."""
    if len(history) > MAX_OPENINGS * len(protocol.levels):
        problem = f"a path does not end; at {write_outcomes(history[: 2 * MAX_OPENINGS])} ..."
        yield at_clause(protocol, ruled.clauses, problem, END)


def _wrong(ruled: Ruling) -> tuple[str, str] | None:
    """What is wrong with the clauses that spoke, and what to do; None when one chain says what follows."""
    clauses = ruled.clauses
    if not clauses:
        return "no clause speaks", ADD
    if clash(clauses):
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


def _idle(history: History, ruled: Ruling) -> tuple[str, str] | None:
    """What is wrong where a trial would stand still for good: it waits, and nobody's outcome is to come."""
    if ruled.action == "wait" and not any(tally.pending for tally in history):
        return "it waits, and nobody is pending: the path does not end", "Ask for `pending > 0`"
    if ruled.action == "assess" and not any(tally.unassessed for tally in history):
        return "it asks for an assessment, and nobody is to be assessed", "Ask for `unassessed > 0`"
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
            yield at_clause(protocol, _clauses(protocol, spoke), problem, ONE)
        elif not spoke and not calm:
            yield at_clause(protocol, (), f"no guard speaks when {what}; at {path}", ADD)


def _clauses(protocol: Protocol, ids: Iterable[str]) -> tuple[Clause, ...]:
    return tuple(clause for id_ in ids if (clause := protocol.clause(id_)))


def at_clause(protocol: Protocol, clauses: tuple[Clause, ...], problem: str, fix: str) -> Mistake:
    """A mistake at the last of the clauses, or where the clauses begin."""
    if not clauses:
        return Mistake(min((c.line for c in protocol.clauses), default=1), "escalation", problem, fix)
    return Mistake(clauses[-1].line, f"clause {clauses[-1].id}", problem, fix)
