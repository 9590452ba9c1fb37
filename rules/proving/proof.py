"""The proof that the clauses hold together: every reachable state is walked, one clause speaks in each."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from rules.file.load import read
from rules.file.reading import Mistake
from rules.file.units import check_units
from rules.protocol import Protocol
from rules.proving.faults import END, MAX_OPENINGS, at_clause, faults, guards_hold, ruled_in
from rules.proving.walk import after, view, view_of_all
from rules.situation import History, Tally, look, stand

# Five levels of a BOIN design with twelve subjects each, or four of the rolling six.
MAX_STATES = 250_000


End = tuple[Tally, int, int]  # the cohort, the levels that the step goes up, the places that it opens


@dataclass(frozen=True)
class Proof:
    """How many states were walked, what was found wrong in them, and clauses that speak in none."""

    states: int
    mistakes: tuple[Mistake, ...] = ()
    silent: tuple[str, ...] = ()


def load_proved(data: bytes) -> tuple[Protocol | None, list[Mistake], Proof]:
    """Load, check units and walk every state: (protocol, [], proof) or (None, all mistakes, proof).

    The states are walked once nothing else is wrong.
    """
    protocol, mistakes = read(data)
    if protocol is None:
        return None, mistakes, Proof(0)
    mistakes = sorted([*mistakes, *check_units(protocol.facts)])
    if mistakes:
        return None, mistakes, Proof(0)
    proof = prove(protocol)
    return (None if proof.mistakes else protocol), sorted(proof.mistakes), proof


def prove(protocol: Protocol, whole: bool = False, limit: int = MAX_STATES) -> Proof:
    """Walk every state that legal play can reach, partial cohorts and pending subjects included.

    States that no clause can tell apart are walked once, or each on its own (`whole`).
    """
    walker = Walker(protocol, whole, limit)
    walker.run([(Tally(1, protocol.cohort.size),)])
    if walker.states > limit:
        problem = f"more than {limit:,} states can be reached"
        walker.found["", problem] = at_clause(protocol, (), problem, END)
    tried = protocol.tables["clauses"] + protocol.tables["after_closing"]
    silent = tuple(clause.id for clause in tried if clause.id not in walker.spoke)
    return Proof(walker.states, tuple(walker.found.values()), silent)


class Walker:
    """Goes from state to state, each once; `states` are those reached, `found` the mistakes in them."""

    def __init__(self, protocol: Protocol, whole: bool, limit: int) -> None:
        self.protocol, self.whole, self.limit = protocol, whole, limit
        self.guarded = guards_hold(protocol)
        self.queue: deque[History] = deque()
        self.seen: set[Hashable] = set()
        self.found: dict[tuple[str, str], Mistake] = {}
        self.cohorts: dict[Hashable, list[End] | None] = {}
        self.states, self.spoke = 0, set[str]()

    def run(self, start: Iterable[History]) -> None:
        """Walk from these states until nothing new is reached, or too much."""
        self.reach(start)
        while self.queue and self.states <= self.limit:
            history = self.queue.popleft()
            self.reach(self.beyond(history) if self.opens_a_cohort(history) else self.follow(history))

    def reach(self, histories: Iterable[History]) -> None:
        """Line up the states that are new."""
        for history in histories:
            key = self.key(history)
            if key not in self.seen:
                self.seen.add(key)
                self.states += 1
                self.queue.append(history)

    def key(self, history: History) -> Hashable:
        """What of a history tells two states apart."""
        if self.whole:
            return history
        return view(history) if self.protocol.near_sighted else view_of_all(history)

    def follow(self, history: History) -> Iterator[History]:
        """Note what is wrong in a state; the states after it, if nothing is."""
        ruled = ruled_in(self.protocol, history, self.guarded)
        self.spoke.update(clause.id for clause in ruled.clauses)
        wrong = faults(self.protocol, history, ruled, self.guarded)
        for mistake in wrong:
            self.found.setdefault((mistake.where, mistake.problem.split(";")[0]), mistake)
        if not wrong:
            yield from after(history, ruled, self.protocol)

    def opens_a_cohort(self, history: History) -> bool:
        """True where a cohort begins and nobody is pending: from here the walk may repeat one known."""
        last = history[-1]
        alone = last == Tally(last.level, last.places) and not any(tally.pending for tally in history)
        known = self.guarded and not self.whole and not self.protocol.near_sighted
        return alone and known and len(history) <= MAX_OPENINGS * len(self.protocol.levels)

    def beyond(self, history: History) -> Iterator[History]:
        """The states after a whole cohort; one that looks the same to the clauses is walked once."""
        sight = self.sight(history)
        if sight not in self.cohorts:
            self.cohorts[sight] = self.cohort(history)
        ends, level = self.cohorts[sight], history[-1].level
        if ends is None:
            yield from self.follow(history)
        for last, step, slots in ends or ():
            yield (*history[:-1], last._replace(level=level), Tally(level + step, slots))

    def sight(self, history: History) -> Hashable:
        """All that the clauses and the places of a step rest on while the last cohort is open."""
        seen = look(stand(history), len(self.protocol.levels), self.protocol.trial.target_subjects)
        edges = seen.level == 1, seen.level == seen.highest
        return self.protocol.see["ruling"](*seen), *edges, seen.here[1:], seen.below.evaluable

    def cohort(self, history: History) -> list[End] | None:
        """How a cohort can end at a step; None where somebody is pending then."""
        before, seen, queue, ends = self.states, {history}, deque([history]), []
        while queue and self.states <= self.limit:
            for fresh in self.follow(queue.popleft()):
                if len(fresh) > len(history):
                    if fresh[-2].pending:
                        self.states = before
                        return None
                    ends.append((fresh[-2], fresh[-1].level - history[-1].level, fresh[-1].places))
                elif fresh not in seen:
                    seen.add(fresh)
                    queue.append(fresh)
                    self.states += 1
        return ends
