"""What inside a subject's DLT window is unsettled: any of it may be a DLT, or the end of the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rules import events as e
from rules.protocol import Protocol
from rules.subject import Subject, dlt_onset, unadjudicated
from rules.toxicity.covering import fitting, grade_of, ruled_from, uncovered
from rules.toxicity.deaths import fatal_events, undated, undated_death, unruled_death
from rules.toxicity.weighing import Asked, asked


@dataclass(frozen=True)
class Unsettled:
    """One thing: `what` is unadjudicated | death_unruled | death_undated | unreported, `at` since when.

    `entry` is the adverse event to rule on, or whose day of death is lacking; `score` the score that no
    adverse event reports, or that only a ruling on one below the file's grade covers. `criteria` of the file
    are why, where nothing else is: they propose a DLT (`proposed`), or cannot say yet.
    """

    what: str
    at: datetime
    entry: int = 0
    score: e.Scored | None = None
    criteria: tuple[str, ...] = ()
    proposed: bool = False


def unsettled(protocol: Protocol, subject: Subject, now: datetime) -> tuple[Unsettled, ...]:
    """All of it: events without a ruling, a death that none is about or without a day, scores without an
    event, and events of which a criterion of the file says `now` what no ruling could know.

    An outcome stands, a window passes, a leaving counts and a level opens only where this is empty.
    """
    open_, found = unadjudicated(protocol, subject), list[Unsettled]()
    for number in open_:
        onset = dlt_onset(protocol, subject, number)
        found.append(Unsettled("unadjudicated", onset or subject.adverse_events[number].at, number))
    found += _death(protocol, subject, open_)
    found += _scored(protocol, subject)
    told = {x.entry for x in found}
    new = (x for x in asked(protocol, subject, now) if x.entry not in told)
    return (*found, *(_by_criteria(protocol, subject, x) for x in new))


def _death(protocol: Protocol, subject: Subject, open_: tuple[int, ...]) -> Iterator[Unsettled]:
    """A death whose day is not known of anybody infused, and one in the window that no ruling is about."""
    unknown, death = undated_death(subject), unruled_death(protocol, subject)
    if unknown is not None:
        yield Unsettled("death_undated", unknown.at, unknown.entry)
    elif death is not None and not set(open_) & set(fatal_events(subject)):
        number = next(iter(undated(subject)), 0)
        yield Unsettled("death_undated" if number else "death_unruled", death.at, number)


def _by_criteria(protocol: Protocol, subject: Subject, found: Asked) -> Unsettled:
    at = ruled_from(protocol, subject, found.entry)
    return Unsettled("unadjudicated", at, found.entry, None, found.criteria, found.proposed)


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
