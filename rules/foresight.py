"""What could become of a trial: an outcome supposed, whether those pending matter, odds of what is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import prod

from rules import events as e
from rules.assessment import reopened
from rules.clauses import Decision
from rules.counting import history_of
from rules.escalation import judge
from rules.protocol import Protocol
from rules.proving.odds import Rate, binomial
from rules.proving.walk import settlements
from rules.situation import History
from rules.spacing import earliest_infusion
from rules.subject import PENDING, Subject, status, unadjudicated
from rules.toxicity.deaths import died_in_window
from rules.trial import Trial, continued
from rules.window import aware, window_end

OUTCOMES = ("dlt", "no_dlt", "leaves")
TICK = timedelta(microseconds=1)


def waiting(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Subject, ...]:
    """Those pending: with a place, and an outcome that is not known yet."""
    return tuple(s for s in trial.subjects.values() if status(protocol, s, now) in PENDING)


def suppose(protocol: Protocol, trial: Trial, code: str, outcome: str, now: datetime) -> Trial | None:
    """The trial if that subject had this outcome, one of OUTCOMES; None for one who never had a place.

    dlt: onset now, or in the last instant of a window that is over. no_dlt: the window passes and is
    assessed when it ends; a DLT that is confirmed is retracted. leaves: now, or by a death in the window.
    One who only holds a place is infused first, as early as spacing (A15) allows.
    """
    now, subject = aware(now), trial.subject(code)
    if subject is None or status(protocol, subject, now) == "none":
        return None
    happened = _leaving if outcome == "leaves" else _outcome
    number = len(trial.log)
    made = enumerate(happened(protocol, trial, subject, outcome, now), number + 1)
    return continued(protocol, trial, [e.Entry(at, event) for at, event in made])


def _leaving(
    protocol: Protocol, _trial: Trial, subject: Subject, _outcome: str, now: datetime
) -> Iterator[e.Event]:
    death = died_in_window(protocol, subject)
    if status(protocol, subject, now) in PENDING and death is not None:
        yield e.Withdrawn(subject.code, "died", death.at)
    elif status(protocol, subject, now) in PENDING:
        yield e.Withdrawn(subject.code, "withdrew" if subject.infusion else "before_dose", now)


def _outcome(
    protocol: Protocol, trial: Trial, subject: Subject, outcome: str, now: datetime
) -> Iterator[e.Event]:
    code, given = subject.code, subject.infusion
    if given is None:
        at = max(now, earliest_infusion(protocol, trial, subject) or now)
        given = e.Infused(code, subject.level, protocol.level(subject.level).cells, True, at)
        yield given
    end = window_end(protocol, given.at)
    if outcome == "dlt":
        yield e.DltConfirmed(code, 0, min(max(now, given.at), end - TICK))
        return
    for about, ruling in subject.adjudicated.items():
        if isinstance(ruling, e.DltConfirmed):
            yield e.DltRefuted(code, max(about, 0), ruling.at)
    for number in unadjudicated(protocol, subject):
        yield e.DltRefuted(code, number, subject.adverse_events[number].at)
    yield e.WindowAssessed(code, max(now, end))


def determined(protocol: Protocol, trial: Trial, now: datetime) -> bool:
    """True when some are pending, and nothing that can become of them changes the action or its level.

    An outcome that is open again, with something unsettled in its window, determines nothing.
    """
    history = history_of(protocol, trial, now)
    if trial.mtd is not None or not any(tally.pending for tally in history):
        return False
    if reopened(protocol, trial, now):
        return False
    key = judge(protocol, history).key
    return all(judge(protocol, later).key == key for later in settlements(history, protocol))


def outcomes(history: History) -> Iterator[tuple[History, tuple[int, ...]]]:
    """Every way in which all those pending get a DLT or none: the history then, and DLTs by opening."""
    for dlts in product(*(range(tally.pending + 1) for tally in history)):
        yield (
            tuple(
                tally._replace(
                    evaluable=tally.evaluable + tally.pending, dlts=tally.dlts + more, pending=0, unassessed=0
                )
                for tally, more in zip(history, dlts, strict=True)
            ),
            dlts,
        )


@dataclass(frozen=True)
class Chance:
    """A next action (its decision), all clauses that can lead to it, and its probability."""

    decision: Decision
    clauses: tuple[str, ...]
    odds: Rate


def chances(protocol: Protocol, history: History, rate: Rate) -> tuple[Chance, ...]:
    """The exact odds of each action once all those pending have an outcome, the likeliest first.

    Each of them has a DLT with probability `rate`, independently; nobody leaves.
    """
    found: dict[tuple[str, int], Chance] = {}
    odds = [binomial(rate, tally.pending) for tally in history]
    for later, dlts in outcomes(history):
        said = judge(protocol, later)
        before = found.get(said.key, Chance(said, (), 0))
        clauses = tuple(dict.fromkeys((*before.clauses, *said.clauses)))
        chance = prod(row[number] for row, number in zip(odds, dlts, strict=True))
        found[said.key] = Chance(before.decision, clauses, before.odds + chance)
    return tuple(sorted(found.values(), key=lambda chance: (-chance.odds, chance.decision.key)))
