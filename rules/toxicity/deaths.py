"""Who died: the one place that says so, when, and by which record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rules.protocol import Protocol
from rules.subject import REPORTED_AS, Subject, in_window, is_ruled, worst_grade
from rules.toxicity.events import FATAL

# How well each record dates a death: the leaving names the day; of the scales the first score is the best.
RANK = {"left": 0, "event": 1, **dict.fromkeys(REPORTED_AS, 2), "onset": 3}


@dataclass(frozen=True)
class Death:
    """One record of a death; `by` is left | event | onset | crs | icans, `entry` its adverse event or 0.

    Of an event that was reported as fatal only the onset is known: the subject died then or later.
    """

    at: datetime
    by: str
    entry: int = 0


def death_of(subject: Subject) -> Death | None:
    """The record that dates the subject's death best; None while nothing says that it died.

    The leaving names the day; after it the course of an event, then a scale, then the onset of an event.
    """
    return next(iter(deaths(subject)), None)


def known_death(subject: Subject) -> datetime | None:
    """When the subject died, where that is known; an onset is no such knowledge."""
    death = death_of(subject)
    return death.at if death is not None and death.by != "onset" else None


def deaths(subject: Subject) -> tuple[Death, ...]:
    """Every record of the subject's death, the best first; an onset only where nothing else dates it."""
    found = sorted(_records(subject), key=lambda death: (RANK[death.by], death.at))
    return tuple(death for death in found if death.by != "onset" or found[0].by == "onset")


def _records(subject: Subject) -> Iterator[Death]:
    left, course = subject.withdrawn, subject.course
    if left is not None and left.reason == "died":
        yield Death(left.at, "left")
    for number, event in subject.adverse_events.items():
        told = [f.at for f in course.followed.get(number, ()) if f.reached == FATAL]
        yield from (Death(at, "event", number) for at in told)
        if event.grade == FATAL and not told:
            yield Death(event.at, "onset", number)
    yield from (Death(x.at, x.scale) for x in course.scores if x.scale in REPORTED_AS and x.score == FATAL)


def fatal_events(subject: Subject) -> tuple[int, ...]:
    """The adverse events that were fatal, by entry."""
    return tuple(n for n in subject.adverse_events if worst_grade(subject, n) == FATAL)


def undated(subject: Subject) -> tuple[int, ...]:
    """Fatal adverse events from before the dose, whose course does not say when the subject died of them."""
    given, course = subject.infusion, subject.course
    return tuple(
        number
        for number, event in subject.adverse_events.items()
        if given is not None and event.grade == FATAL and event.at < given.at
        if all(f.reached != FATAL for f in course.followed.get(number, ()))
    )


def undated_death(subject: Subject) -> Death | None:
    """The death of somebody infused that only onsets before the dose date: inside the window or after it."""
    given, found = subject.infusion, deaths(subject)
    if given is None or not found or found[0].by != "onset" or found[-1].at >= given.at:
        return None
    return found[0]


def died_in_window(protocol: Protocol, subject: Subject) -> Death | None:
    """A record of the death inside the DLT window; None without one."""
    return next((death for death in deaths(subject) if in_window(protocol, subject, death.at)), None)


def unruled_death(protocol: Protocol, subject: Subject) -> Death | None:
    """A death inside the window while no ruling stands on a fatal adverse event: DLT or not is not known.

    A ruling on an event from before the dose could not know of a death in the window.
    """
    dated = set(fatal_events(subject)) - set(undated(subject))
    ruled = any(is_ruled(subject, number) for number in dated)
    return None if ruled else died_in_window(protocol, subject)
