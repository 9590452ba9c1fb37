"""Since when the site knows of a grade: by the entry that said so, or by the correction that made it so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules import events as e
from rules.subject import REPORTED_AS, Subject
from rules.toxicity.course import Known
from rules.toxicity.events import FATAL
from rules.window import aware

# What a death is about that no adverse event reports: a scale, or the leaving.
ELSEWHERE = 0
TELLING = ("grade", "outcome", "reason")


def known_by(entry: e.Entry) -> Known | None:
    """The grade that an entry says, since when, and when it was entered; without that, when it happened."""
    at = entry.event.at
    entered = entry.entered_at or at
    match entry.event:
        case e.AdverseEventReported(grade=grade):
            return Known(entry.number, entry.number, grade, at, entered, entry.number)
        case e.AdverseEventFollowed(about=about, reached=grade) if grade:
            return Known(entry.number, about, grade, at, entered, entry.number)
        case e.Scored(scale=scale, score=5) if scale in REPORTED_AS:
            return Known(entry.number, ELSEWHERE, FATAL, at, entered, entry.number)
        case e.Withdrawn(reason="died"):
            return Known(entry.number, ELSEWHERE, FATAL, at, entered, entry.number)
    return None


def known_anew(subject: Subject, root: e.Entry, correction: e.Entry) -> Subject:
    """What a correction of a grade, an outcome or a leaving says is known since the correction.

    A grade that the entry had when it was written is known since then, whatever was corrected meanwhile.
    """
    event, at = correction.event, correction.entered_at or aware(correction.event.at)
    changes, was = dict(event.changes) if isinstance(event, e.Corrected) else {}, known_by(root)
    if not set(changes) & set(TELLING):
        return subject

    def anew(known: Known) -> Known:
        told = known.entry != root.number or (was is not None and was.grade == known.grade)
        return known if told else replace(known, entered=at, by=correction.number)

    return replace(subject, known=tuple(anew(known) for known in subject.known))


def first_known(subject: Subject, about: int, grade: int) -> Known | None:
    """The first entry or correction by which an adverse event (or ELSEWHERE) is of this grade or worse."""
    found = (x for x in subject.known if x.about == about and x.grade >= grade)
    return min(found, key=lambda x: (x.entered, x.by), default=None)


def known_since(subject: Subject, about: int, grade: int) -> datetime | None:
    """When it was first entered that an adverse event (or ELSEWHERE) is of this grade or worse; or None."""
    known = first_known(subject, about, grade)
    return known.entered if known else None
