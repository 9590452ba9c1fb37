"""The DLT window on the calendar of the site."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.protocol import Protocol


class NaiveTime(ValueError):
    """A datetime without a zone reached the core."""


def aware(at: datetime) -> datetime:
    """The instant in UTC, where hours are never skipped or repeated; NaiveTime if it has no zone."""
    if at.utcoffset() is None:
        raise NaiveTime("a datetime needs a zone")
    return at.astimezone(UTC)


def day_of(protocol: Protocol, infused: datetime, at: datetime) -> int:
    """The study day of `at`: 0 on the calendar day of the infusion, in the site's zone."""
    return (local_day(protocol, at) - local_day(protocol, infused)).days


def local_day(protocol: Protocol, at: datetime) -> date:
    """The calendar day of an instant at the site."""
    return aware(at).astimezone(protocol.zone).date()


def last_day(protocol: Protocol, infused: datetime) -> date:
    """The last calendar day of the window (A12): infusion is day 0. An amendment changes no window begun."""
    file = protocol.at(infused)
    return local_day(protocol, infused) + timedelta(days=file.window_days + file.window_extra_days)


def window_end(protocol: Protocol, infused: datetime) -> datetime:
    """The first instant after the window: midnight at the end of its last day at the site."""
    file = protocol.at(infused)
    return _end(protocol.zone, aware(infused), file.window_days + file.window_extra_days)


@lru_cache(4096)
def _end(zone: ZoneInfo, infused: datetime, days: int) -> datetime:
    """Asked for each subject in each count, and the slowest part of it."""
    return _begins(zone, infused.astimezone(zone).date() + timedelta(days=days + 1))


def midnight(protocol: Protocol, day: date) -> datetime:
    """The instant at which `day` begins at the site, also where clocks skip or repeat midnight."""
    return _begins(protocol.zone, day)


def _begins(zone: ZoneInfo, day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
