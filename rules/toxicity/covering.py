"""Which adverse event covers a CRS or ICANS score, and which rulings no longer answer for what they are on.

A ruling answers for what it could know: what comes later, and may be a DLT, is ruled on anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules import events as e
from rules.protocol import Protocol
from rules.subject import (
    OVER,
    REPORTED_AS,
    Subject,
    dlt_onset,
    in_window,
    is_ruled,
    levels_of,
    rises,
    worst_grade,
)
from rules.toxicity.course import Known
from rules.toxicity.events import UNKNOWN_GRADE
from rules.window import local_day

# The adverse events that can be about what a scale measures; CTCAE v5.0 has no term ICANS.
COVERED_BY: Mapping[str, tuple[str, ...]] = {
    "crs": (REPORTED_AS["crs"],),
    "icans": (REPORTED_AS["icans"], "Encephalopathy"),
}
# What grade 2 of a scale (oxygen, fluids for hypotension) has at least by CTCAE.
LEAST_UNGRADED = 2


def scale_of(term: str) -> str:
    """The scale that an adverse event of this term can be about, or nothing."""
    mine = (scale for scale, terms in COVERED_BY.items() if term.lower() in map(str.lower, terms))
    return next(mine, "")


def grade_of(score: e.Scored) -> int:
    """The worse of the grade on the scale and of CTCAE's own beside it."""
    return max(score.score, score.beside)


def least_grade(score: e.Scored) -> int:
    """The grade of an adverse event that covers a score: CTCAE's own beside it, else that of the scale.

    Where CTCAE's own grade is not known, whoever reports the event grades it: 2 or more, from 2 of the scale.
    """
    return max(1, min(score.score, LEAST_UNGRADED)) if score.beside == UNKNOWN_GRADE else _as_graded(score)


def is_ungraded(protocol: Protocol, score: e.Scored) -> bool:
    """True for a score below the file's grade that may be one by CTCAE: its own grade is not known."""
    below = 0 < grade_of(score) < protocol.adjudicate_from_grade
    return below and score.beside == UNKNOWN_GRADE


def window_scores(protocol: Protocol, subject: Subject) -> tuple[e.Scored, ...]:
    """CRS and ICANS as they were scored inside the window."""
    return tuple(_in_window(protocol, subject).values())


def uncovered(protocol: Protocol, subject: Subject) -> tuple[e.Scored, ...]:
    """CRS and ICANS inside the window, of the file's grade or perhaps of it, that no adverse event covers.

    One covers a score that fits it and waits for a ruling, or has one that knew the score; a score that is
    only not graded by CTCAE also by a grade that was given after it was entered.
    """
    bad = _bad(protocol, _in_window(protocol, subject))
    events = subject.adverse_events
    return tuple(x for i, x in bad.items() if not any(_covers(protocol, subject, n, i) for n in events))


def fitting(protocol: Protocol, subject: Subject, score: e.Scored) -> tuple[int, ...]:
    """The adverse events whose term, grade and course fit a score, the one that began last first."""
    found = [n for n in subject.adverse_events if _fits(protocol, subject, n, score)]
    return tuple(sorted(found, key=lambda n: (subject.adverse_events[n].at, n), reverse=True))


def worst_score(protocol: Protocol, subject: Subject, number: int) -> e.Scored | None:
    """The worst score of its term during an adverse event's course, one above its grade first; or None."""
    mine = (x for x in subject.course.scores if _holds(protocol, subject, number, x))
    grade = worst_grade(subject, number)
    return max(mine, key=lambda x: (least_grade(x) > grade, grade_of(x), x.score, x.at), default=None)


def ruled_from(protocol: Protocol, subject: Subject, number: int) -> datetime:
    """When what is ruled on of an adverse event came to be: in the window, where any of it lies there."""
    at, onset = subject.adverse_events[number].at, dlt_onset(protocol, subject, number)
    if onset is not None or in_window(protocol, subject, at):
        return onset or at
    bad = _bad(protocol, _in_window(protocol, subject)).values()
    return min((x.at for x in bad if _holds(protocol, subject, number, x)), default=at)


def overtaken(protocol: Protocol, before: Subject, after: Subject, event: e.Event) -> tuple[str, ...]:
    """The signatures that one more entry of toxicity makes void, as `voided` names them.

    A grade worse than any before does; in the window a rise to the file's grade that a ruling as no DLT
    did not know, and a score of that grade that it did not know and that nothing else covers.
    """
    found = [f"ruling:{n}" for x in uncovered(protocol, after) for n in fitting(protocol, after, x)]
    if isinstance(event, e.AdverseEventFollowed) and event.about in before.adverse_events:
        worse = event.reached > worst_grade(before, event.about)
        new = set(rises(protocol, after, event.about)) - set(rises(protocol, before, event.about))
        if worse or (new and not _is_dlt(before, event.about)):
            found.append(f"ruling:{event.about}")
    return (*found, "assessment") if found else ()


def _in_window(protocol: Protocol, subject: Subject) -> dict[int, e.Scored]:
    scores = ((i, x) for i, x in subject.course.scored_in.items() if x.scale in REPORTED_AS)
    return {i: x for i, x in scores if in_window(protocol, subject, x.at)}


def _bad(protocol: Protocol, scores: Mapping[int, e.Scored]) -> dict[int, e.Scored]:
    least = protocol.adjudicate_from_grade
    return {i: x for i, x in scores.items() if grade_of(x) >= least or is_ungraded(protocol, x)}


def _as_graded(score: e.Scored) -> int:
    """CTCAE's own grade of a score, else that of the scale."""
    return max(score.score if score.beside < 0 else score.beside, 1)


def _covers(protocol: Protocol, subject: Subject, number: int, entry: int) -> bool:
    score = subject.course.scored_in[entry]
    if not _fits(protocol, subject, number, score):
        return False
    if is_ungraded(protocol, score) and _graded_since(protocol, subject, number, entry):
        return True
    if is_ruled(subject, number):
        return _is_dlt(subject, number) or _knew(protocol, subject, number, entry)
    return dlt_onset(protocol, subject, number) is not None


def _graded_since(protocol: Protocol, subject: Subject, number: int, entry: int) -> bool:
    """True for an event of which a grade that covers a score was entered after the score reads as it does."""
    since, score = subject.course.reads_since(entry), subject.course.scored_in[entry]
    told = _told_from(protocol, subject, number, score.at)
    return any(x.entry > since and x.grade >= least_grade(score) for x in told)


def _is_dlt(subject: Subject, number: int) -> bool:
    """True for an event that was ruled a DLT: nothing worse can be said of it."""
    return isinstance(subject.adjudicated.get(number), e.DltConfirmed)


def _knew(protocol: Protocol, subject: Subject, number: int, entry: int) -> bool:
    """True where the ruling came after a score, or after one as bad from which it had not come down."""
    ruling, course = subject.signed[f"ruling:{number}"], subject.course
    score = course.scored_in[entry]
    known = {i: x for i, x in _in_window(protocol, subject).items() if course.reads_since(i) < ruling}
    return entry in known or any(
        x.score >= score.score
        and _as_graded(x) >= _as_graded(score)
        and _holds(protocol, subject, number, x)
        and not _came_down(protocol, subject, number, (x, score))
        for x in known.values()
    )


def _came_down(protocol: Protocol, subject: Subject, number: int, scores: tuple[e.Scored, e.Scored]) -> bool:
    """True where between two scores the event, or another score, was below what is asked about."""
    begin, end = sorted(x.at for x in scores)
    least = min(protocol.adjudicate_from_grade, *(_as_graded(x) for x in scores))
    between = (x for x in subject.course.scored(scores[0].scale) if begin <= x.at <= end)
    return any(grade_of(x) < protocol.adjudicate_from_grade for x in between) or any(
        begin < at <= end and grade < least for at, grade in levels_of(subject, number)
    )


def _fits(protocol: Protocol, subject: Subject, number: int, score: e.Scored) -> bool:
    mine = _holds(protocol, subject, number, score)
    return mine and _grade_from(protocol, subject, number, score.at) >= least_grade(score)


def _grade_from(protocol: Protocol, subject: Subject, number: int, at: datetime) -> int:
    """The worst grade of an event on a day or later: what it had come down from before counts no more."""
    return max(known.grade for known in _told_from(protocol, subject, number, at))


def _told_from(protocol: Protocol, subject: Subject, number: int, at: datetime) -> list[Known]:
    """The grades of an event that it had on a day or later, the onset first."""
    day, told = local_day(protocol, at), (known for known in subject.known if known.about == number)
    by_time = sorted(told, key=lambda x: (x.entry != number, x.at, x.grade))
    then = [x for x in by_time if local_day(protocol, x.at) < day][-1:]
    return [*then, *(x for x in by_time if local_day(protocol, x.at) >= day)]


def _holds(protocol: Protocol, subject: Subject, number: int, score: e.Scored) -> bool:
    """True for a score of the event's term from the day of its onset on, until the event is over."""
    event = subject.adverse_events[number]
    if scale_of(event.term) != score.scale:
        return False
    told = [f for f in subject.course.followed.get(number, ()) if f.outcome and f.at < score.at]
    last = sorted(told, key=lambda f: f.at)[-1:]  # of one instant what was said last
    over = bool(last) and last[0].outcome in OVER
    return not over and local_day(protocol, event.at) <= local_day(protocol, score.at)
