"""Whose outcome waits for nothing but the record that the subject left: who died before its window passed."""

from __future__ import annotations

from datetime import datetime

from rules import events as e
from rules.protocol import Protocol
from rules.subject import AWAITED, PENDING, Subject, status
from rules.toxicity.deaths import death_of, died_in_window
from rules.toxicity.unsettled import unsettled
from rules.trial import Trial, continued


def only_to_leave(protocol: Protocol, trial: Trial, level: int, now: datetime) -> tuple[str, ...]:
    """The subjects of a level whose windows are over, where each died in it and only its leaving is missing.

    Empty where anybody of them is to be assessed, or a death is still to be reported or ruled on.
    """
    over = [
        x for x in trial.subjects.values() if x.level == level and status(protocol, x, now) == "unassessed"
    ]
    dead = [x for x in over if died_in_window(protocol, x) is not None and not unsettled(protocol, x, now)]
    return tuple(x.code for x in dead) if len(dead) == len(over) else ()


def as_left(protocol: Protocol, trial: Trial, now: datetime) -> Trial:
    """The trial as it is once those left who died before their window passed, of whom nothing else is open.

    A look ahead takes them so: no window of theirs passes.
    """
    found = [_leaving(protocol, subject, now) for subject in trial.subjects.values()]
    number = len(trial.log)
    made = [e.Entry(at, event) for at, event in enumerate((x for x in found if x), number + 1)]
    return continued(protocol, trial, made) if made else trial


def death_open(protocol: Protocol, trial: Trial, now: datetime) -> tuple[str, ...]:
    """Who died in a window that is still to be counted, while something in it is unsettled."""
    people = (s for s in trial.subjects.values() if status(protocol, s, now) in AWAITED)
    dead = (s for s in people if died_in_window(protocol, s) is not None)
    return tuple(s.code for s in dead if unsettled(protocol, s, now))


def _leaving(protocol: Protocol, subject: Subject, now: datetime) -> e.Withdrawn | None:
    """The leaving that is still to be recorded of who died; None for anybody else."""
    state = status(protocol, subject, now)
    counted = state == "no_dlt" and subject.void_since("assessment") > 0
    death = death_of(subject) if state == "held" else died_in_window(protocol, subject)
    if death is None or not (counted or state in PENDING):
        return None
    return None if unsettled(protocol, subject, now) else e.Withdrawn(subject.code, "died", death.at)
