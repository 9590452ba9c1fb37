"""What the design allows next, and why: decide(protocol, trial, now) -> Decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from rules.assessment import pending_unsettled, reopened
from rules.clauses import Decision, decision, guarding, natural, rule_on
from rules.counting import history_of
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.situation import History, look, overfilled_level, situation, stand
from rules.toxicity.leaving import only_to_leave
from rules.trial import Trial

# While one of these is the answer, places and doses at its level are given.
RUNNING = ("enrol", "wait", "assess")

__all__ = ["Decision", "broken_step", "decide", "disturbed", "judge", "natural", "rule_on"]


def decide(protocol: Protocol, trial: Trial, now: datetime) -> Decision:
    """The decision on the record as it stands at `now` (aware)."""
    earlier = _earlier(protocol, trial, now)
    decided = judge(protocol, history_of(protocol, trial, now), trial.mtd, earlier)
    open_ = (*reopened(protocol, trial, now), *_closing(protocol, trial, now, decided, earlier))
    assess = decided.action == "assess"
    leaving = only_to_leave(protocol, trial, decided.level, now) if assess else ()
    return replace(decided, unsettled=open_, leaving=leaving)


def _closing(
    protocol: Protocol, trial: Trial, now: datetime, decided: Decision, earlier: Earlier
) -> tuple[tuple[str, Lack], ...]:
    """What is unsettled of those pending, where the open level would be closed were all of it DLTs."""
    open_ = pending_unsettled(protocol, trial, now) if decided.action in RUNNING else ()
    if not open_:
        return ()
    worst = history_of(protocol, trial, now, frozenset(code for code, _ in open_))
    then = judge(protocol, worst, trial.mtd, earlier)
    return () if then.action in RUNNING and then.level == decided.level else open_


@dataclass(frozen=True)
class Earlier:
    """Steps signed under former files: how many, and the first that today's outcomes do not give."""

    steps: int = 0
    broken: tuple[int, Decision] | None = None


def _earlier(protocol: Protocol, trial: Trial, now: datetime) -> Earlier:
    """The steps signed under former files, each held to its own file."""
    found = Earlier()
    for at, opening in enumerate(trial.openings[1:], 1):
        file = protocol.under(opening.file)
        if file is protocol:
            break
        before = history_of(file, trial, now)[:at]
        step = _step(file, before, opening.level)
        found = Earlier(at, found.broken or step)
    return found


def judge(
    protocol: Protocol, history: History, declared: int | None = None, earlier: Earlier | None = None
) -> Decision:
    """The decision on a history of openings; `declared` is an MTD already signed."""
    return disturbed(protocol, history, declared, earlier) or rule_on(protocol, history)


def disturbed(
    protocol: Protocol, history: History, declared: int | None = None, earlier: Earlier | None = None
) -> Decision | None:
    """What the guards say of a trial that left its path; None while no guard speaks and no step is broken."""
    view = look(stand(history), len(protocol.levels), protocol.trial.target_subjects)
    broken = broken_step(protocol, history, declared, earlier)
    if broken:
        view = view._replace(contradicted=True, dlts_at_step=_dlts_at_step(protocol, history, broken[0]))
    spoke = guarding(protocol, view)
    if not spoke and broken is None:
        return None
    level = history[broken[0]].level if broken else overfilled_level(history) or history[-1].level
    action = spoke[0].then if len(spoke) == 1 else "refer"
    here = look(stand(history)._replace(level=level), len(protocol.levels), protocol.trial.target_subjects)
    said = decision(protocol, spoke, (action, level, 0), situation(here))
    because = dict(said.because)
    if broken:
        because["rederived"] = {"action": broken[1].action, "level": broken[1].level}
    return replace(said, because=because)


def broken_step(
    protocol: Protocol, history: History, declared: int | None = None, earlier: Earlier | None = None
) -> tuple[int, Decision] | None:
    """The first step taken that today's outcomes do not give (its opening), and what they give instead."""
    kept = earlier or Earlier()
    broken = kept.broken or _broken(protocol, history[:-1], history[-1].level, kept.steps)
    if broken or declared is None:
        return broken
    ruled = rule_on(protocol, history)
    return None if ruled.key == ("declare_mtd", declared) else (len(history) - 1, ruled)


@lru_cache(maxsize=65_536)
def _broken(protocol: Protocol, before: History, level: int, steps: int = 0) -> tuple[int, Decision] | None:
    """The first broken step among these openings and the one from them to `level`, after so many `steps`."""
    if len(before) <= steps:
        return None
    here = _step(protocol, before, level)
    return _broken(protocol, before[:-1], before[-1].level, steps) or here


def _step(protocol: Protocol, before: History, level: int) -> tuple[int, Decision] | None:
    """The step from these openings to `level`, when they do not give it."""
    ruled = rule_on(protocol, before)
    taken = {0: "expand", 1: "escalate", -1: "reduce"}.get(level - before[-1].level, "")
    return None if ruled.key == (taken, level) else (len(before) - 1, ruled)


def _dlts_at_step(protocol: Protocol, history: History, at: int) -> int:
    """DLTs that can have come late: at the level left by the step, and beside it where clauses count them.

    0 if no clause ever gives such a step.
    """
    level = history[at].level
    if at + 1 < len(history) and abs(history[at + 1].level - level) > 1:
        return 0
    beside = {"dlts_below": level - 1, "dlts_above": level + 1}
    counted = {level, *(beside[name] for name in beside if name in protocol.symbols["ruling"])}
    return sum(t.dlts for t in history[: at + 1] if t.level in counted)
