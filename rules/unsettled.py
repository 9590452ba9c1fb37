"""What inside a subject's DLT window is unsettled: any of it may be a DLT, or the end of the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules import events as e
from rules.deaths import fatal_events, unruled_death
from rules.protocol import Protocol
from rules.subject import REPORTED_AS, Subject, dlt_onset, grades_of, in_window, is_ruled, unadjudicated
from rules.window import local_day

# Outcomes after which a scale can no longer be about the same event.
OVER = ("recovered", "sequelae")


@dataclass(frozen=True)
class Unsettled:
    """One thing: `what` is unadjudicated | death_unruled | unreported, `at` when it came to be one.

    `entry` is the adverse event without a ruling, `score` the score that no adverse event reports.
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
    found += [Unsettled("unreported", x.at, score=x) for x in unreported(protocol, subject)]
    return tuple(found)


def unreported(protocol: Protocol, subject: Subject) -> tuple[e.Scored, ...]:
    """CRS and ICANS of the file's grade or more inside the window that no adverse event covers.

    One covers a score that was graded no lower, is adjudicated or waits for it, and whose course holds it.
    """
    least = protocol.adjudicate_from_grade
    bad = (x for x in window_scores(protocol, subject) if grade_of(x) >= least)
    return tuple(x for x in bad if not any(_covers(protocol, subject, n, x) for n in subject.adverse_events))


def _covers(protocol: Protocol, subject: Subject, number: int, score: e.Scored) -> bool:
    asked = is_ruled(subject, number) or dlt_onset(protocol, subject, number) is not None
    high = _grade_from(protocol, subject, number, score.at) >= grade_of(score)
    return asked and high and _holds(protocol, subject, number, score)


def _grade_from(protocol: Protocol, subject: Subject, number: int, at: datetime) -> int:
    """The worst grade of an event on a day or later: what it had come down from before counts no more."""
    day, told = local_day(protocol, at), grades_of(subject, number)
    then = [grade for since, grade in told if local_day(protocol, since) < day][-1:]
    return max([*then, *(grade for since, grade in told if local_day(protocol, since) >= day)])


def grade_of(score: e.Scored) -> int:
    """The worse of the grade on the scale and of CTCAE's own beside it."""
    return max(score.score, score.beside)


def window_scores(protocol: Protocol, subject: Subject) -> tuple[e.Scored, ...]:
    """CRS and ICANS as they were scored inside the window."""
    scores = (x for x in subject.course.scores if x.scale in REPORTED_AS)
    return tuple(score for score in scores if in_window(protocol, subject, score.at))


def worst_score(protocol: Protocol, subject: Subject, number: int) -> e.Scored | None:
    """The worst score of an adverse event's own term during its course; None without one."""
    mine = (x for x in subject.course.scores if _holds(protocol, subject, number, x))
    return max(mine, key=lambda x: (grade_of(x), x.score, x.at), default=None)


def _holds(protocol: Protocol, subject: Subject, number: int, score: e.Scored) -> bool:
    """True for a score of the event's term from the day of its onset on, until the event is over."""
    event = subject.adverse_events[number]
    if event.term.lower() != REPORTED_AS.get(score.scale, "").lower():
        return False
    told = [f for f in subject.course.followed.get(number, ()) if f.outcome and f.at < score.at]
    over = max(told, key=lambda f: f.at).outcome in OVER if told else False
    return not over and local_day(protocol, event.at) <= local_day(protocol, score.at)
