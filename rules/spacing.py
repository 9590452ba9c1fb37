"""Spacing between the infusions of a cohort: the earliest instant that it allows for the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rules.protocol import Protocol
from rules.subject import Subject
from rules.trial import Trial
from rules.window import local_day, midnight


def spaced(protocol: Protocol, given: Sequence[datetime]) -> datetime | None:
    """The first instant at which one more may follow the infusions `given`; None when nothing binds it.

    Days count from midnight to midnight at the site: from the first infusion, and from the last.
    """
    cohort = protocol.cohort
    if not given:
        return None
    rests = ((min(given), cohort.spacing_after_first_days), (max(given), cohort.spacing_between_days))
    ends = [midnight(protocol, local_day(protocol, at) + timedelta(days=days)) for at, days in rests if days]
    return max(ends, default=None)


def earliest_infusion(protocol: Protocol, trial: Trial, subject: Subject) -> datetime | None:
    """The first instant at which spacing allows this subject's infusion; None when nothing binds it."""
    everyone = trial.subjects.values()
    given = [s.infusion.at for s in everyone if s.infusion is not None and s.opening == subject.opening]
    return spaced(protocol, given)


def infusions(
    protocol: Protocol, start: datetime, size: int, before: tuple[datetime, ...] = ()
) -> list[datetime]:
    """The earliest infusions of `size` subjects from `start` on, spaced after those `before`."""
    made = list(before)
    for _ in range(size):
        made.append(max(start, spaced(protocol, made) or start))
    return made[len(before) :]
