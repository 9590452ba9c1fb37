"""Whose outcome waits for nothing but the record that the subject left: who died inside the window."""

from __future__ import annotations

from datetime import datetime

from rules.deaths import died_in_window
from rules.protocol import Protocol
from rules.subject import status
from rules.trial import Trial
from rules.unsettled import unsettled


def only_to_leave(protocol: Protocol, trial: Trial, level: int, now: datetime) -> tuple[str, ...]:
    """The subjects of a level whose windows are over, where each died in it and only its leaving is missing.

    Empty where anybody of them is to be assessed, or a death is still to be reported or ruled on.
    """
    over = [
        x for x in trial.subjects.values() if x.level == level and status(protocol, x, now) == "unassessed"
    ]
    dead = [x for x in over if died_in_window(protocol, x) is not None and not unsettled(protocol, x)]
    return tuple(x.code for x in dead) if len(dead) == len(over) else ()
