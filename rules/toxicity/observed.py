"""What forbids the date of something that is observed of a subject, and of a death."""

from __future__ import annotations

from rules import events as e
from rules.lacks import Lack
from rules.pk.events import ConcentrationMeasured
from rules.subject import REPORTED_AS, Subject
from rules.toxicity.deaths import known_death
from rules.toxicity.events import ENDED, FATAL, CoreSetMeasured
from rules.trial import Trial

# Events at whose instant a subject was alive, whatever they say.
ALIVE = (
    e.Consented, e.ApheresisDone, e.LymphodepletionStarted, e.Infused, e.AdverseEventReported,
    CoreSetMeasured, ConcentrationMeasured,
)  # fmt: skip


def after_infusion(event: object, subject: Subject) -> Lack | None:
    """What forbids core measures as a baseline: they were taken after the infusion."""
    given = subject.infusion.at if subject.infusion else None
    late = isinstance(event, CoreSetMeasured) and event.visit == "baseline" and given and event.at > given
    return Lack("baseline_after", {"at": given}) if late else None


def sees(event: e.Event) -> bool:
    """True for what says that a subject was alive at the event's instant."""
    if isinstance(event, e.AdverseEventFollowed):
        return event.reached != FATAL and (event.grade > 0 or event.outcome in ENDED)
    if isinstance(event, e.Scored):
        return event.score != FATAL or event.scale not in REPORTED_AS
    if isinstance(event, e.Withdrawn):
        return event.reason == "withdrew"
    return isinstance(event, ALIVE)


def _observes(event: e.Event) -> bool:
    """True for what sees a subject, and for a scale: even the score that is a death was taken of somebody."""
    return sees(event) or isinstance(event, e.Scored)


def after_death(event: e.Event, subject: Subject) -> Lack | None:
    """What forbids the date of something that is observed: the subject had died before it."""
    death = known_death(subject) if _observes(event) else None
    return Lack("after_death", {"at": death}) if death is not None and death < event.at else None


def outlived(before: Trial, after: Trial, code: str) -> Lack | None:
    """What forbids a record that leaves something observed of a subject after its death; None without that.

    The subject died before what is now dated (after_death), or was seen alive after what is now its death
    (seen_after, with the latest entry that says so). What the record said before, it may go on saying.
    """
    subject, former = after.subject(code), before.subject(code)
    death = known_death(subject) if subject else None
    if death is None:
        return None
    was = {x.number: x.event.at for x in _of(before, code)}
    late = [x for x in _of(after, code) if x.event.at > death]
    if any(was.get(x.number) != x.event.at for x in late):
        return Lack("after_death", {"at": death})
    alive = [x for x in late if sees(x.event)]
    if not alive or (former is not None and known_death(former) == death):
        return None
    latest = max(alive, key=lambda x: (x.event.at, x.number))
    return Lack("seen_after", {"entry": latest.number, "event": latest.event, "number": len(alive)})


def _of(trial: Trial, code: str) -> list[e.Entry]:
    """The entries that observe a subject."""
    return [x for x in trial.entries if getattr(x.event, "subject", "") == code and _observes(x.event)]
