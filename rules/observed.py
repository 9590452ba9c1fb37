"""What forbids the date of something that is observed of a subject."""

from __future__ import annotations

from rules import events as e
from rules.deaths import death_before
from rules.lacks import Lack
from rules.subject import Subject
from rules.toxicity_events import ENDED, FATAL, CoreSetMeasured


def after_infusion(event: object, subject: Subject) -> Lack | None:
    """What forbids core measures as a baseline: they were taken after the infusion."""
    given = subject.infusion.at if subject.infusion else None
    late = isinstance(event, CoreSetMeasured) and event.visit == "baseline" and given and event.at > given
    return Lack("baseline_after", {"at": given}) if late else None


def after_death(event: e.Event, subject: Subject) -> Lack | None:
    """What forbids the date of something that is observed: the subject had died before it."""
    if isinstance(event, e.AdverseEventFollowed):
        seen = event.reached != FATAL and (event.grade > 0 or event.outcome in ENDED)
    else:
        seen = isinstance(event, (e.AdverseEventReported, e.Scored, e.CoreSetMeasured))
    death = death_before(subject, event.at) if seen else None
    return Lack("after_death", {"at": death.at}) if death else None
