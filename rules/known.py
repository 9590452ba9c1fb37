"""Since when the site knows of a grade: by the entry that said so, or by the correction that made it so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules import events as e
from rules.subject import REPORTED_AS, Subject
from rules.toxicity import Known
from rules.toxicity_events import FATAL
from rules.window import aware

# What a death is about that no adverse event reports: a scale, or the leaving.
ELSEWHERE = 0
TELLING = ("grade", "outcome", "reason")


def known_by(entry: e.Entry) -> Known | None:
    """The grade that an entry says, and when it was entered; without that, when it happened."""
    at = entry.entered_at or entry.event.at
    match entry.event:
        case e.AdverseEventReported(grade=grade):
            return Known(entry.number, entry.number, grade, at)
        case e.AdverseEventFollowed(about=about, reached=grade) if grade:
            return Known(entry.number, about, grade, at)
        case e.Scored(scale=scale, score=5) if scale in REPORTED_AS:
            return Known(entry.number, ELSEWHERE, FATAL, at)
        case e.Withdrawn(reason="died"):
            return Known(entry.number, ELSEWHERE, FATAL, at)
    return None


def known_anew(subject: Subject, root: int, correction: e.Entry) -> Subject:
    """What a correction of a grade, an outcome or a leaving says is known since the correction."""
    event, at = correction.event, correction.entered_at or aware(correction.event.at)
    changes = dict(event.changes) if isinstance(event, e.Corrected) else {}
    if not set(changes) & set(TELLING):
        return subject
    return replace(
        subject, known=tuple(replace(x, entered=at) if x.entry == root else x for x in subject.known)
    )


def known_since(subject: Subject, about: int, grade: int) -> datetime | None:
    """When it was first entered that an adverse event (or ELSEWHERE) is of this grade or worse; or None."""
    return min((x.entered for x in subject.known if x.about == about and x.grade >= grade), default=None)
