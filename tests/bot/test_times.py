"""When it happened: what is read, what is asked again, and that nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.times import NotRead, read_when
from bot.words import LANGUAGES, Reader
from tests.bot.study import SITE

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday at noon.
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=SITE)


def local(text: str, now: datetime = NOON, zone: ZoneInfo = SITE) -> str:
    return f"{read_when(text, now, zone).astimezone(zone):%Y-%m-%d %H:%M}"


def why_not(text: str, now: datetime = NOON, zone: ZoneInfo = SITE) -> str:
    with pytest.raises(NotRead) as refusal:
        made = read_when(text, now, zone)
        pytest.fail(f"{text!r} was read as {made.astimezone(zone):%a %Y-%m-%d %H:%M}")
    for language in LANGUAGES:
        assert Reader(language, zone).html(refusal.value.text)
    return refusal.value.text.key


READ = {
    "now": "2026-03-09 12:00",
    "Just now": "2026-03-09 12:00",
    "现在": "2026-03-09 12:00",
    "刚才": "2026-03-09 12:00",
    "08:30": "2026-03-09 08:30",
    "8:30": "2026-03-09 08:30",
    "0:05": "2026-03-09 00:05",
    "today 08:30": "2026-03-09 08:30",
    "yesterday 14:30": "2026-03-08 14:30",
    "Yesterday 14:30": "2026-03-08 14:30",
    "yesterday at 14:30": "2026-03-08 14:30",
    "14:30 yesterday": "2026-03-08 14:30",
    "yesterday 3:30 pm": "2026-03-08 15:30",
    "2026-03-05 14:30": "2026-03-05 14:30",
    "2026-3-5 8:05": "2026-03-05 08:05",
    "2026-03-05T14:30": "2026-03-05 14:30",
    "2026-03-05 14:30+08:00": "2026-03-05 14:30",
    "2026-03-05T06:30Z": "2026-03-05 14:30",
    "2026-03-05 06:30+0000": "2026-03-05 14:30",
    "2024-02-29 10:00": "2024-02-29 10:00",
    "5 March 2026 14:30": "2026-03-05 14:30",
    "March 5, 2026 14:30": "2026-03-05 14:30",
    "Mar 5 14:30": "2026-03-05 14:30",
    "3 days ago 10:00": "2026-03-06 10:00",
    "last friday 10:00": "2026-03-06 10:00",
    "昨天14:30": "2026-03-08 14:30",
    "昨天 14：30": "2026-03-08 14:30",
    "前天 9:15": "2026-03-07 09:15",
    "今天 08:30": "2026-03-09 08:30",
    "3月5日 14:30": "2026-03-05 14:30",
    "3月5号14:30": "2026-03-05 14:30",
    "2026年3月5日 14:30": "2026-03-05 14:30",
    "12月31日 10:00": "2025-12-31 10:00",
    "昨天下午3:30": "2026-03-08 15:30",
    "昨天晚上8:30": "2026-03-08 20:30",
    "昨天下午两点半": "2026-03-08 14:30",
    "昨晚八点": "2026-03-08 20:00",
    "三天前上午十点": "2026-03-06 10:00",
    "上周五下午4点": "2026-03-06 16:00",
    "两小时前": "2026-03-09 10:00",
    "24h ago": "2026-03-08 12:00",
    "yesterday 2pm": "2026-03-08 14:00",
    "last night at 8": "2026-03-08 20:00",
    "this morning at 9": "2026-03-09 09:00",
}


@pytest.mark.parametrize(("typed", "meant"), READ.items(), ids=READ)
def test_what_people_write_is_read(typed: str, meant: str) -> None:
    assert local(typed) == meant
    assert local(f"  {typed} ") == meant


# Each of these has one meaning; reading it is a courtesy, but another meaning is a wrong record.
ONE_MEANING = {
    "12:30 am": "2026-03-09 00:30",
    "12:00 am": "2026-03-09 00:00",
    "Monday 10:00": "2026-03-09 10:00",
    "2026/03/05 10:00": "2026-03-05 10:00",
    "20260305 10:00": "2026-03-05 10:00",
    "2026-03-05 14:30 +08:00": "2026-03-05 14:30",
    "today 0830": "2026-03-09 08:30",
    "yesterday 1430": "2026-03-08 14:30",
    "昨天下午两点半": "2026-03-08 14:30",
    "今天上午9点": "2026-03-09 09:00",
    "三天前 10:00": "2026-03-06 10:00",
    "上周五 10:00": "2026-03-06 10:00",
    "3月5日下午3:30": "2026-03-05 15:30",
    "10:00 UTC": "",
    "yesterday 10:00 UTC": "2026-03-08 18:00",
    "yesterday 10:00 EST": "2026-03-08 23:00",
    "yesterday 10:00 CET": "2026-03-08 17:00",
    "yesterday 10:00 GMT+2": "2026-03-08 16:00",
    "2026-03-05 10:00 pm": "2026-03-05 22:00",
    "noon": "2026-03-09 12:00",
    "下午3:30": "",
    "3:30 pm": "",
    "14:30": "",
}


@pytest.mark.parametrize(("typed", "meant"), ONE_MEANING.items(), ids=ONE_MEANING)
def test_what_has_one_meaning_is_read_so_or_asked_again(typed: str, meant: str) -> None:
    try:
        found = local(typed)
    except NotRead:
        return
    assert found == meant


ASKED_AGAIN = [
    # dateparser reads these as dates
    "1e8", "no", "ok", "G3", "12", "3", "a", "may", "1.5", "38.5", "+14", "2h", "1430h", "45 years", "0.25e8",
    "today", "yesterday", "2026-03-05", "Friday", "昨天", "三天前", "3月5日", "下午", "", " ", ":", "::", "0",
    # and with a time beside them still
    "1e8 10:00", "no 10:00", "ok 10:00", "G3 10:00", "12 10:00", "3 10:00", "2 10:00", "a 10:00", "may 10:00",
    "March 10:00", "1.5 10:00", "38.5 10:00", "+14 10:00", "2h 10:00", "2 weeks 10:00",
    # no such day or time
    "25:00", "today 25:00", "12:60", "24:00", "today 24:01", "2026-02-30 10:00", "2026-13-01 10:00",
    "2025-02-29 10:00", "2月30日 10:00", "2026-00-10 10:00", "0000-01-01 10:00", "14:305", "114:30",
    # day or month first?
    "3/5/2026 10:00", "5/3/2026 10:00", "13/3/2026 10:00", "3/13/2026 10:00", "5.3.2026 10:00", "5/3 10:00",
    "05-03-2026 10:00", "03-05-2026 10:00", "03-05-26 10:00", "03-05 10:00", "5 3 2026 10:00",
    # not once, not sure, not so
    "10:00 10:00", "10:00 or 11:00", "10:00-11:00", "not yesterday 10:00", "不是昨天 10:00",
    "before yesterday 10:00", "after 10:00", "yesterday or today 10:00",
    # out of the calendar
    "2026-03-05 14:30+99:99", "2026-03-05 14:30+24:00", "0001-01-01 00:30", "0001-01-01 00:30+14:00",
    "9999-12-31 23:59-14:00", "9999-12-31 23:59",
    "x" * 2000 + " 10:00",
]  # fmt: skip


@pytest.mark.parametrize("typed", ASKED_AGAIN, ids=[typed[:30] for typed in ASKED_AGAIN])
def test_what_is_ambiguous_or_no_time_is_asked_again(typed: str) -> None:
    assert why_not(typed).startswith("slot.when.")


@pytest.mark.parametrize("typed", ["2026-03-05", "yesterday", "昨天", "March 5", "1430h"])
def test_without_a_time_midnight_is_never_assumed(typed: str) -> None:
    assert why_not(typed) == "slot.when.needs_time"


@pytest.mark.parametrize(
    "typed",
    ["tomorrow 10:00", "明天 10:00", "14:30", "2026-03-09 12:01", "2027-01-01 10:00", "next friday 10:00",
     "in 2 days 10:00", "2026-03-09T04:01Z", "2026-03-09 12:30+08:00"],
)  # fmt: skip
def test_the_future_is_refused(typed: str) -> None:
    assert why_not(typed) in ("slot.when.future", "slot.when.not_read")


def test_this_very_minute_is_not_the_future() -> None:
    assert local("12:00") == "2026-03-09 12:00"


def test_a_clock_time_is_never_moved_to_another_day_to_make_it_fit() -> None:
    """`3:30 pm` said at noon is not yesterday's."""
    for typed in ("15:30", "3:30 pm", "3:30pm", "下午3:30", "下午 3:30", "晚上8:30"):
        assert why_not(typed) in ("slot.when.future", "slot.when.not_read")


def test_a_day_of_the_week_is_the_most_recent_one_with_today() -> None:
    for typed, meant in (("Friday 10:00", "2026-03-06 10:00"), ("Tuesday 10:00", "2026-03-03 10:00")):
        assert local(typed) == meant


# ------------------------------------------------------------------ changes of clocks
WINTER = datetime(2026, 11, 2, 12, 0, tzinfo=BERLIN)
SUMMER = datetime(2026, 3, 30, 12, 0, tzinfo=BERLIN)
SKIPPED = ["2026-03-29 02:30", "yesterday 02:30", "3月29日 02:30", "29 March 2026 02:30", "02:30 yesterday"]
REPEATED = ["2026-10-25 02:30", "10月25日 02:30", "25 October 2026 02:30"]


@pytest.mark.parametrize("typed", SKIPPED)
def test_an_hour_that_the_clocks_skip_is_asked_again(typed: str) -> None:
    assert why_not(typed, SUMMER, BERLIN) == "slot.when.clock_change"


@pytest.mark.parametrize("typed", REPEATED)
def test_an_hour_that_the_clocks_repeat_is_asked_again(typed: str) -> None:
    assert why_not(typed, WINTER, BERLIN) == "slot.when.clock_change"


def test_a_repeated_hour_with_its_offset_is_read() -> None:
    first = read_when("2026-10-25 02:30+02:00", WINTER, BERLIN)
    second = read_when("2026-10-25 02:30+01:00", WINTER, BERLIN)
    assert second - first == timedelta(hours=1)


def test_now_is_read_inside_a_repeated_hour_too() -> None:
    for fold in (0, 1):
        now = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold)
        assert read_when("now", now, BERLIN) == now


@pytest.mark.parametrize(("typed", "hours"), [("2026-03-29 01:59", 1), ("2026-03-29 03:00", 2)])
def test_the_minutes_beside_a_change_are_read(typed: str, hours: int) -> None:
    assert read_when(typed, SUMMER, BERLIN).astimezone(BERLIN).utcoffset() == timedelta(hours=hours)


def test_a_midnight_that_the_clocks_skip_is_asked_again() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    assert why_not("2026-04-24 00:30", datetime(2026, 5, 1, tzinfo=UTC), cairo) == "slot.when.clock_change"


# ------------------------------------------------------------------ the base
@pytest.mark.parametrize(
    "typed", ["today 00:30", "yesterday 23:30", "昨天 23:30", "23:30 yesterday", "1 day ago 23:30"]
)
def test_today_is_today_at_the_site_whatever_day_it_is_in_utc(typed: str) -> None:
    now = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)  # 01:00 on the 9th in Shanghai
    assert local(typed, now) == ("2026-03-09 00:30" if "today" in typed else "2026-03-08 23:30")


@pytest.mark.parametrize("zone", [UTC, SITE, BERLIN, ZoneInfo("America/New_York")])
@pytest.mark.parametrize("typed", ["yesterday 14:30", "3 days ago 10:00", "Mar 5 14:30", "昨天晚上8:30"])
def test_the_zone_that_now_is_written_in_changes_nothing(zone: ZoneInfo, typed: str) -> None:
    assert local(typed, NOON.astimezone(zone)) == READ[typed]


def test_what_is_read_is_aware_and_has_no_seconds() -> None:
    for typed in READ:
        made = read_when(typed, NOON, SITE)
        assert made.utcoffset() is not None
        assert (made.second, made.microsecond) == (0, 0)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 3, 9)))
def test_every_past_minute_written_in_full_comes_back(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    twice = at.replace(tzinfo=SITE).utcoffset() != at.replace(tzinfo=SITE, fold=1).utcoffset()
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y年%m月%d日 %H:%M"):
        assert twice or local(at.strftime(form)) == at.strftime("%Y-%m-%d %H:%M")


@given(st.text(st.sampled_from("0123456789:：-/. TZ+年月日今昨前天午ampm"), max_size=24))
def test_whatever_is_typed_is_a_past_instant_or_a_polite_line(typed: str) -> None:
    try:
        assert read_when(typed, NOON, SITE) <= NOON
    except NotRead as refusal:
        assert Reader("zh", SITE).html(refusal.text)
