"""What inside a subject's DLT window is unsettled: any of it may be a DLT, or the end of the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rules import events as e
from rules.covering import fitting, grade_of, uncovered
from rules.deaths import fatal_events, unruled_death
from rules.protocol import Protocol
from rules.subject import Subject, dlt_onset, unadjudicated


@dataclass(frozen=True)
class Unsettled:
    """One thing: `what` is unadjudicated | death_unruled | unreported, `at` when it came to be one.

    `entry` is the adverse event to rule on, `score` the score that no adverse event reports, or that only
    a ruling on one below the file's grade covers.
    """

    what: str
    at: datetime
    entry: int = 0
    score: e.Scored | None = None


def unsettled(protocol: Protocol, subject: Subject) -> tuple[Unsettled, ...]:
    """All of it: events without a ruling, a death that none is about, and scores without an event.

    An outcome stands, a window passes, a leaving counts and a level opens only where this is empty.
    """
    open_, found = unadjudicated(protocol, subject), list[Unsettled]()
    for number in open_:
        onset = dlt_onset(protocol, subject, number)
        found.append(Unsettled("unadjudicated", onset or subject.adverse_events[number].at, number))
    death = unruled_death(protocol, subject)
    if death is not None and not set(open_) & set(fatal_events(subject)):
        found.append(Unsettled("death_unruled", death.at))
    return (*found, *_scored(protocol, subject))


def _scored(protocol: Protocol, subject: Subject) -> Iterator[Unsettled]:
    """Scores that nothing covers, the worst first; each event that a ruling would make cover one once."""
    asked = set[int]()
    for score in sorted(uncovered(protocol, subject), key=grade_of, reverse=True):
        number = next(iter(fitting(protocol, subject, score)), 0)
        if not number:
            yield Unsettled("unreported", score.at, score=score)
        elif number not in asked:
            asked.add(number)
            yield Unsettled("unadjudicated", score.at, number, score)
