"""Serious adverse events: since when one is, whether the sponsor was told, and what nobody judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.subject import Subject, grades_of, worst_grade
from rules.toxicity.deaths import fatal_events
from rules.toxicity.events import FATAL
from rules.toxicity.known import ELSEWHERE, first_known, known_since

# "Severe or medically significant" in CTCAE v5.0: whether it is serious is to be said.
SEVERE = 3


def criteria(subject: Subject, number: int) -> tuple[str, ...] | None:
    """Why an adverse event is serious; () for not serious, None when nobody said. A death is, by itself."""
    fatal = ("death",) if worst_grade(subject, number) == FATAL else None
    return subject.course.serious(number) or fatal or subject.course.serious(number)


def serious_since(subject: Subject, number: int) -> datetime | None:
    """When the clock of the report to the sponsor begins; None for an event that is not serious.

    As the site said when it judged the event. A death is serious by itself: where nobody judged it so, the
    clock begins at the entry that it was fatal; of the first one, at an earlier entry of the death elsewhere.
    """
    return subject.course.aware_since(number) or _death_known(subject, number)


def _death_known(subject: Subject, number: int) -> datetime | None:
    own, elsewhere = known_since(subject, number, FATAL), known_since(subject, ELSEWHERE, FATAL)
    first = min(known_since(subject, n, FATAL) or own for n in fatal_events(subject)) if own else None
    return min(own, elsewhere) if own and elsewhere and own == first else own


@dataclass(frozen=True)
class Owed:
    """A report to the sponsor that is not recorded: since when its clock runs; it is not from before `begin`.

    `aware`: the site said since when it was. `again`: the event was reported, and became fatal afterwards.
    """

    since: datetime
    begin: datetime
    aware: bool = False
    again: bool = False


def owed(subject: Subject, number: int) -> Owed | None:
    """The report that a serious event waits for; None for one that is not serious, or that was reported.

    A report counts from when the site was aware on. Of an event that became fatal afterwards a new one is
    due, entered once it was fatal and made since it was: the sponsor was not told of the death.
    """
    said, fatal = subject.course.aware_since(number), _fatal_since(subject, number)
    begin, since = said or fatal, serious_since(subject, number)
    if begin is None or since is None:
        return None
    reports = [report for report in subject.course.informed.get(number, ()) if report.at >= begin]
    if not reports:
        return Owed(since, begin, aware=said is not None)
    known = first_known(subject, number, FATAL)
    if fatal is None or known is None:
        return None
    told = any(report.entry > known.by and report.at >= fatal for report in reports)
    return None if told else Owed(_death_known(subject, number) or known.entered, fatal, again=True)


def _fatal_since(subject: Subject, number: int) -> datetime | None:
    return next((at for at, grade in grades_of(subject, number) if grade == FATAL), None)


def to_report(subject: Subject, number: int) -> datetime | None:
    """When the clock began of a serious event whose report to the sponsor is not recorded; None otherwise."""
    found = owed(subject, number)
    return found.since if found else None


def death_to_report(subject: Subject) -> datetime | None:
    """When a death was entered that a scale or the leaving says, and no adverse event; None otherwise."""
    return None if fatal_events(subject) else known_since(subject, ELSEWHERE, FATAL)


def unjudged(subject: Subject) -> tuple[int, ...]:
    """Adverse events of grade 3 or more of which nobody said whether they are serious; a death is one."""
    return tuple(
        number
        for number in subject.adverse_events
        if worst_grade(subject, number) >= SEVERE and criteria(subject, number) is None
    )
