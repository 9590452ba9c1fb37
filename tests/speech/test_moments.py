"""Times in a message: what each form says on Wednesday 2026-03-11 at 15:30, and what is asked."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.speech.lexicon import lexicon
from bot.speech.moments import SCANNERS
from bot.speech.plain import numeral, seen
from bot.speech.tokens import Moment, by_first_sign, tokens
from bot.speech.when import Unclear, instant
from tests.bot.study import shipped
from tests.speech.said import AT, ROSTER, SITE, parser

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = lexicon(shipped())


def said(text: str, at: datetime = AT, zone: ZoneInfo = SITE, infused: date | None = None) -> str:
    """The instant of a text in month-day hour:minute; why it is asked."""
    local = at.astimezone(zone)
    found = tokens(seen(text), by_first_sign(SCANNERS), WORDS, Moment(local))
    try:
        made = instant(found, at, zone, infused)
    except Unclear as why:
        return str(why)
    return "nothing" if made is None else f"{made.astimezone(zone):%m-%d %H:%M}"


ENGLISH = {
    "14:05": "03-11 14:05", "at 9:15": "03-11 09:15", "2pm": "03-11 14:00", "2 p.m.": "03-11 14:00",
    "2:15 pm": "03-11 14:15", "9am today": "03-11 09:00", "today at 08:30": "03-11 08:30",
    "noon": "03-11 12:00",
    "yesterday 14:30": "03-10 14:30", "14:30 yesterday": "03-10 14:30", "this morning at 9": "03-11 09:00",
    "this afternoon at 2": "03-11 14:00", "last night at 8": "03-10 20:00",
    "yesterday evening 7pm": "03-10 19:00",
    "yesterday afternoon at 3": "03-10 15:00", "Monday 08:00": "03-09 08:00", "Wed 10:00": "03-11 10:00",
    "last Friday at 16:45": "03-06 16:45", "the day before yesterday 10:00": "03-09 10:00",
    "3 days ago 10:00": "03-08 10:00", "two weeks ago at 10:00": "02-25 10:00", "24h ago": "03-10 15:30",
    "an hour ago": "03-11 14:30", "half an hour ago": "03-11 15:00", "30 min ago": "03-11 15:00",
    "1.5 hours ago": "03-11 14:00", "5 March 14:30": "03-05 14:30", "March 5, 2026 at 2:30 pm": "03-05 14:30",
    "5th of March 14:30": "03-05 14:30", "2026-03-05 14:30": "03-05 14:30", "2026-03-05T14:30": "03-05 14:30",
    "2026/3/5 14:30": "03-05 14:30", "2026-03-05T06:30Z": "03-05 14:30",
    "2026-03-05 06:30+00:00": "03-05 14:30",
    "at 1430": "03-11 14:30", "1430h": "03-11 14:30", "14h30": "03-11 14:30", "now": "03-11 15:30",
    "31 December 10:00": "12-31 10:00", "Mon 2026-03-09 08:00": "03-09 08:00",
}  # fmt: skip
CHINESE = {
    "14点": "03-11 14:00", "今天14:05": "03-11 14:05", "14时05分": "03-11 14:05", "今早9点": "03-11 09:00",
    "今天上午九点半": "03-11 09:30", "昨天下午两点": "03-10 14:00", "昨天下午2点半": "03-10 14:30",
    "昨天下午两点一刻": "03-10 14:15", "昨天下午三点零五分": "03-10 15:05", "昨晚八点": "03-10 20:00",
    "昨天晚上8点半": "03-10 20:30", "前天上午9:15": "03-09 09:15", "大前天10:00": "03-08 10:00",
    "三天前下午两点": "03-08 14:00", "一周前10:00": "03-04 10:00", "周一8点": "03-09 08:00",
    "星期二上午十点": "03-10 10:00", "上周五下午四点": "03-06 16:00", "本周一上午8点": "03-09 08:00",
    "周三10:00": "03-11 10:00", "3月5日14:30": "03-05 14:30", "3月5号下午3点": "03-05 15:00",
    "三月五日下午三点": "03-05 15:00", "2026年3月5日14:30": "03-05 14:30", "12月31日10:00": "12-31 10:00",
    "两小时前": "03-11 13:30", "半小时前": "03-11 15:00", "24小时前": "03-10 15:30",
    "20分钟前": "03-11 15:10",
    "两个半小时前": "03-11 13:00", "今天凌晨3点": "03-11 03:00", "今天中午12点": "03-11 12:00",
    "昨天十四点三十分": "03-10 14:30", "现在": "03-11 15:30", "今天下午1点整": "03-11 13:00",
}  # fmt: skip
ASKED = {
    "yesterday": "needs_time", "昨天": "needs_time", "this morning": "needs_time", "昨天下午": "needs_time",
    "Monday": "needs_time", "at 3": "which_half", "yesterday at 2": "which_half", "2:30": "which_half",
    "昨天3点": "which_half", "两点半": "which_half", "at 12": "which_half", "昨晚12点": "which_half",
    "昨晚1点": "which_half", "12am": "which_half", "today 18:00": "future", "tonight 20:00": "future",
    "2026-03-12 10:00": "future", "今晚8点": "future", "25:00": "no_such", "14:60": "no_such",
    "0001-01-01 00:30": "no_such", "0001-01-01T00:30+14:00": "no_such", "9999-12-31T23:59-14:00": "no_such",
    "20 March 10:00": "ambiguous", "3月12日10:00": "ambiguous", "2026-02-30 10:00": "no_such",
    "2月30日10:00": "no_such",
    "last Monday 10:00": "ambiguous",
    "yesterday today 10:00": "not_read", "10:00 11:00": "not_read", "this morning 2pm": "not_read",
    "24h ago 10:00": "not_read", "day 7 10:00": "needs_time", "刚刚": "needs_time", "just now": "needs_time",
    "3/5": "nothing", "tomorrow": "nothing",
}  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), {**ENGLISH, **CHINESE}.items())
def test_each_form_of_time_is_read(text: str, meant: str) -> None:
    assert said(text) == meant


@pytest.mark.parametrize(("text", "why"), ASKED.items())
def test_what_is_no_one_past_instant_is_asked(text: str, why: str) -> None:
    assert said(text) == why


def test_some_25_forms_are_known_in_each_language() -> None:
    assert len(ENGLISH) >= 25
    assert len(CHINESE) >= 25


def test_a_time_that_the_clocks_skip_or_repeat_is_asked() -> None:
    spring = datetime(2026, 3, 30, 12, 0, tzinfo=BERLIN)
    autumn = datetime(2026, 10, 26, 12, 0, tzinfo=BERLIN)
    assert said("yesterday 02:30", spring, BERLIN) == "clock_change"
    assert said("昨天凌晨两点半", spring, BERLIN) == "clock_change"
    assert said("yesterday 02:30", autumn, BERLIN) == "clock_change"


def test_a_span_ago_is_counted_across_a_change_of_clocks() -> None:
    spring = datetime(2026, 3, 29, 12, 0, tzinfo=BERLIN)
    assert said("24h ago", spring, BERLIN) == "03-28 11:00"


def test_a_day_of_the_subject_is_counted_from_the_infusion() -> None:
    assert said("day 7 10:00", infused=date(2026, 3, 1)) == "03-08 10:00"
    assert said("第7天10:00", infused=date(2026, 3, 1)) == "03-08 10:00"
    assert said("D+14 10:00", infused=date(2026, 3, 1)) == "future"


def test_what_was_before_the_trial_began_is_a_slip() -> None:
    found = parser().parse("003 dosed 1e8 2016-03-05 14:30", AT, ROSTER)
    assert found.doubts == ("when.before_trial",)


@pytest.mark.parametrize("roster", [frozenset(("CD7-003",)), ROSTER, None])
def test_a_number_with_hao_is_a_subject_or_a_day_by_the_roster(roster: frozenset[str] | None) -> None:
    found = parser().parse("003 5号上午10点回输1e8", AT, roster)
    only = roster is not None and len(roster) == 1
    assert found.kind == ("card" if only else "ask")
    assert found.slots.get("when", "").startswith("2026-03-05T10:00") is only


@pytest.mark.parametrize(
    ("text", "number"),
    {"十五": 15, "二十": 20, "二十三": 23, "一亿五千万": 1.5e8, "两千五百万": 2.5e7, "5千万": 5e7,
     "0.25亿": 0.25e8,
     "一万亿": 1e12, "三": 3, "一二": None, "五十十": None}.items(),
)  # fmt: skip
def test_numerals_are_read_or_none(text: str, number: float | None) -> None:
    assert numeral(text) == number
