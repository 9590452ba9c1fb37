"""What hangs on the day of an infusion, and what becomes of it when the infusion is void or moves."""

from __future__ import annotations

from bot.messages import Text, say
from rules import events as e
from rules.subject import REPORTED_AS, Subject


def hanging(subject: Subject | None, was: e.Event, after: e.Event | None) -> tuple[Text, ...]:
    """One line where an infusion that becomes `after` (None: void) leaves records without their day 0."""
    if subject is None or not isinstance(was, e.Infused):
        return ()
    if after is None:
        found = _counted(subject, was)
        return (say("note.hangs", what=found),) if found else ()
    return counted_anew(subject) if after.at != was.at else ()


def counted_anew(subject: Subject) -> tuple[Text, ...]:
    """One line where samples on record count from an infusion that is dated now."""
    nominal = sum(bool(sample.day) for sample in subject.samples.values())
    timed = len(subject.samples) - nominal
    return (say("note.counted_anew", nominal=nominal, timed=timed),) if subject.samples else ()


def _counted(subject: Subject, infusion: e.Infused) -> tuple[Text, ...]:
    numbers = {
        "samples": len(subject.samples),
        "scores": sum(x.scale in REPORTED_AS and x.at >= infusion.at for x in subject.course.scores),
        "events": sum(x.at >= infusion.at for x in subject.adverse_events.values()),
    }
    return tuple(Text(f"hangs.{name}", {"number": n}) for name, n in numbers.items() if n)
