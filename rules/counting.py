"""How the subjects of each opening count at an instant."""

from __future__ import annotations

from datetime import datetime

from rules.protocol import Protocol
from rules.situation import History, Tally
from rules.subject import PENDING, Subject, left_early, status
from rules.trial import UNPLACED, Opening, Trial


def history_of(
    protocol: Protocol, trial: Trial, now: datetime, as_dlt: frozenset[str] = frozenset()
) -> History:
    """The counts of each opening at `now`; a level entered but never opened is one without places.

    The subjects `as_dlt` are counted as if they had a DLT.
    """
    everyone = trial.subjects.values()
    groups = [(o, [s for s in everyone if s.opening == number]) for number, o in enumerate(trial.openings)]
    lost = [s for s in everyone if s.opening == UNPLACED and status(protocol, s, now) != "none"]
    for level in sorted({subject.level for subject in lost}):
        groups.append((Opening(level, 0, "none"), [s for s in lost if s.level == level]))
    return tuple(_tally(protocol, opening, subjects, now, as_dlt) for opening, subjects in groups)


def _tally(
    protocol: Protocol, opening: Opening, subjects: list[Subject], now: datetime, as_dlt: frozenset[str]
) -> Tally:
    statuses = [("dlt" if s.code in as_dlt else status(protocol, s, now), s) for s in subjects]
    names = [name for name, _ in statuses]
    return Tally(
        level=opening.level,
        places=opening.places,
        evaluable=names.count("no_dlt") + names.count("dlt"),
        dlts=names.count("dlt"),
        pending=sum(map(names.count, PENDING)),
        unassessed=names.count("unassessed"),
        not_evaluable=names.count("not_evaluable"),
        left_with_dlt=sum(name == "dlt" and left_early(protocol, subject) for name, subject in statuses),
    )
