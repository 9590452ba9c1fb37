"""Serious adverse events: since when one is, whether the sponsor was told, and what nobody judged."""

from __future__ import annotations

from datetime import datetime

from rules.subject import Subject, grades_of, worst_grade
from rules.toxicity_events import FATAL

# "Severe or medically significant" in CTCAE v5.0: whether it is serious is to be said.
SEVERE = 3


def criteria(subject: Subject, number: int) -> tuple[str, ...] | None:
    """Why an adverse event is serious; () for not serious, None when nobody said. A death is, by itself."""
    fatal = ("death",) if worst_grade(subject, number) == FATAL else None
    return subject.course.serious(number) or fatal or subject.course.serious(number)


def serious_since(subject: Subject, number: int) -> datetime | None:
    """When the site became aware that an adverse event is serious; None when it is not.

    A death is serious by itself: where nobody judged it so, since the event came to grade 5.
    """
    fatal = (at for at, grade in grades_of(subject, number) if grade == FATAL)
    return subject.course.aware_since(number) or next(fatal, None)


def to_report(subject: Subject, number: int) -> datetime | None:
    """When a serious event became known whose report to the sponsor is not recorded; None otherwise."""
    since = serious_since(subject, number)
    told = [report for report in subject.course.informed.get(number, ()) if since and report.at >= since]
    return None if told else since


def unjudged(subject: Subject) -> tuple[int, ...]:
    """Adverse events of grade 3 or more of which nobody said whether they are serious; a death is one."""
    return tuple(
        number
        for number in subject.adverse_events
        if worst_grade(subject, number) >= SEVERE and criteria(subject, number) is None
    )
