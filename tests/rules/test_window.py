"""The window on the calendar of the site: day 0 is the infusion, it closes at the end of day 28."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.protocol import Protocol
from rules.window import NaiveTime, aware, day_of, last_day, local_day, midnight, window_end
from tests.rules.files import changed, protocol_of, switched


def at_site(zone: str) -> Protocol:
    return protocol_of(changed(("zone: Asia/Shanghai", f"zone: {zone}")))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_window_closes_at_the_end_of_day_28_in_shanghai(protocol: Protocol) -> None:
    infused = datetime(2025, 4, 1, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert last_day(protocol, infused) == date(2025, 4, 29)
    assert window_end(protocol, infused) == utc("2025-04-29T16:00")


def test_the_day_of_the_site_counts_not_that_of_the_clock(protocol: Protocol) -> None:
    assert local_day(protocol, utc("2025-04-01T15:59")) == date(2025, 4, 1)
    assert local_day(protocol, utc("2025-04-01T16:00")) == date(2025, 4, 2)
    assert day_of(protocol, utc("2025-04-01T15:59"), utc("2025-04-01T16:00")) == 1


def test_the_other_reading_closes_a_day_later() -> None:
    assert window_end(protocol_of(switched("A12", "through-day-29")), utc("2025-04-01T01:00")) == utc(
        "2025-04-30T16:00"
    )


@pytest.mark.parametrize(
    ("zone", "infused", "end"),
    [
        # clocks go forward within the window, and back
        ("America/New_York", "2025-03-01T12:00", "2025-03-30T04:00"),
        ("America/New_York", "2025-10-10T12:00", "2025-11-08T05:00"),
        ("Europe/Berlin", "2025-03-10T12:00", "2025-04-07T22:00"),
        ("Europe/Berlin", "2025-10-10T12:00", "2025-11-07T23:00"),
        # the window ends on a midnight that does not exist: the day begins at 01:00
        ("America/Havana", "2025-02-08T12:00", "2025-03-09T05:00"),
        ("Asia/Beirut", "2025-03-01T12:00", "2025-03-29T22:00"),
        # the window ends on a midnight that comes twice: the first one counts
        ("America/Havana", "2025-10-04T12:00", "2025-11-02T04:00"),
        # half-hour zones and a day that was skipped
        ("Asia/Kolkata", "2025-04-01T12:00", "2025-04-29T18:30"),
        ("Pacific/Apia", "2011-12-01T12:00", "2011-12-30T10:00"),
    ],
)
def test_the_window_ends_where_the_next_day_begins_at_the_site(zone: str, infused: str, end: str) -> None:
    assert window_end(at_site(zone), utc(infused)) == utc(end)


ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
]
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(st.sampled_from(ZONES), INSTANTS)
def test_the_last_instant_is_on_day_28_and_the_next_on_day_29(zone: str, infused: datetime) -> None:
    protocol = at_site(zone)
    end = window_end(protocol, infused)
    assert day_of(protocol, infused, end) == 29
    assert day_of(protocol, infused, end - datetime.resolution) == 28


def test_an_hour_that_comes_twice_is_two_instants() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2025, 10, 26, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    assert (aware(second) - aware(first)).total_seconds() == 3600


def test_midnight_is_given_in_utc(protocol: Protocol) -> None:
    assert midnight(protocol, date(2025, 4, 1)) == utc("2025-03-31T16:00")


def test_a_naive_instant_is_refused(protocol: Protocol) -> None:
    with pytest.raises(NaiveTime):
        window_end(protocol, datetime(2025, 4, 1))
