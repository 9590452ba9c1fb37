"""The grammar of days: dates, weekdays, days of the month, days ago, days of a subject's course."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.speech.plain import numeral
from bot.speech.tokens import Made, Moment, Scanner

EARLIEST = 1900
HALF_A_YEAR = timedelta(days=183)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = re.compile(
    r"(?P<last>last )?(?P<en>mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?P<week>上个?|本|这个?)?(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])"
)
DATE = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?:t(?=\d))?"
    r"|(?:(?P<y2>\d{4})年)?(?P<m2>\d{1,2}|[一二三四五六七八九十]{1,2})月(?P<d2>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
)
YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)")
NAMED = re.compile(
    rf"(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ /-]?{MONTH}(?:(?:,? |[/-])?(?P<y>\d{{4}}))?(?!\d)"
    rf"|{MONTH.replace('<month>', '<month2>')} (?P<d2>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?(?:,? (?P<y2>\d{{4}}))?(?![\d:])"
)
# `the 10th` and `10日` only where a time follows, or `on` stands before: not `the 1st dose`, `the 3rd at
# level 2`, `发热3日`.
CLOCK = (
    r"(?: ?(?:at|@))? ?(?:\d{1,2}(?::|h| ?[ap]\.?m)|noon|half|quarter)| at (?:\d{4}|\d{1,2})(?![\de.x×* ])"
    r"| in the (?:morning|afternoon|evening)"
)
OF_MONTH = re.compile(
    rf"on the (?P<d>\d{{1,2}})(?:st|nd|rd|th)(?= ?(?:$|[,.;]|with\b)|{CLOCK})"
    rf"|the (?P<d3>\d{{1,2}})(?:st|nd|rd|th)(?={CLOCK})"
    r"|(?:本月)?(?P<d2>\d{1,2}|[一二三四五六七八九十]{1,3})日"
    r"(?=凌晨|清晨|早|上午|中午|下午|傍晚|晚| ?(?:\d{1,2}|[一二三四五六七八九十两]{1,3})[:点时])"
)
DAYS = {
    "today": 0, "earlier today": 0, "yesterday": 1, "the day before yesterday": 2, "day before yesterday": 2,
    "今天": 0, "今日": 0, "昨天": 1,
    "昨日": 1, "前天": 2, "前日": 2, "大前天": 3,
}  # fmt: skip
PARTS = {
    "this morning": (0, "morning"), "early this morning": (0, "morning"),
    "earlier this morning": (0, "morning"), "this afternoon": (0, "afternoon"),
    "earlier this afternoon": (0, "afternoon"), "this evening": (0, "evening"),
    "last night": (1, "night"), "last evening": (1, "evening"), "今早": (0, "早上"), "今晨": (0, "早上"),
    "今晚": (0, "晚上"), "昨晚": (1, "晚上"), "昨夜": (1, "晚上"),
    "前晚": (2, "晚上"), "昨早": (1, "早上"), "今午": (0, "中午"),
}  # fmt: skip
DAY_OF = re.compile(r"(?:on )?(?:day|d) ?\+? ?(?P<n>\d{1,3})|第(?P<n2>\d{1,3})天")


def phrases(words: dict[str, object]) -> re.Pattern[str]:
    """One of the words, the longest first."""
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def _words(table: dict[str, int]) -> Callable[[re.Match[str], Moment], Made]:
    return lambda found, moment: (("day", moment.now.date() - timedelta(days=table[found[0]])),)


def _part(found: re.Match[str], moment: Moment) -> Made:
    days, half = PARTS[found[0]]
    return (("part", (moment.now.date() - timedelta(days=days), half)),)


def _date(found: re.Match[str], moment: Moment) -> Made:
    year, month, day = found["y"] or found["y2"], found["m"] or found["m2"], found["d"] or found["d2"]
    return _made(int(year) if year else None, int(numeral(month) or 0), int(numeral(day) or 0), moment)


def _year_last(found: re.Match[str], moment: Moment) -> Made:
    """`25/02/2026` and `02/25/2026` are one day, `04/03/2026` may be two and is asked."""
    first, second = int(found["a"]), int(found["b"])
    if first <= 12 and second <= 12 and first != second:
        return (("no time", "ambiguous"),)
    day, month = max(first, second), min(first, second)
    return _made(int(found["y"]), month, day, moment)


def _named(found: re.Match[str], moment: Moment) -> Made:
    month, year = found["month"] or found["month2"], found["y"] or found["y2"]
    return _made(
        int(year) if year else None, MONTHS.index(month[:3]) + 1, int(found["d"] or found["d2"]), moment
    )


def _made(year: int | None, month: int, day: int, moment: Moment) -> Made:
    """A date; without a year the last one, unless the next one is nearer: a slip or a plan."""
    today = moment.now.date()
    try:
        if year is not None:
            return (("day", date(year if year >= EARLIEST else 0, month, day)),)
        made = date(today.year, month, day)
        if made > today:
            made = made.replace(year=today.year - 1)
        return (("day", made),) if today - made <= HALF_A_YEAR else (("no time", "ambiguous"),)
    except ValueError:
        return (("no time", "no_such"),)


def _of_month(found: re.Match[str], moment: Moment) -> Made:
    """A day of this month that has come; one that has not is of last month or a slip, and is asked."""
    number = int(numeral(found["d"] or found["d2"] or found["d3"]) or 0)
    if not 1 <= number <= moment.now.day:
        return (("no time", "ambiguous"),)
    return (("day", moment.now.date().replace(day=number)),)


def _weekday(found: re.Match[str], moment: Moment) -> Made:
    """The most recent one, today included; `上周五` is of the week before; `last` of this week is asked."""
    today = moment.now.date()
    named = (
        WEEKDAYS.index(found["en"][:3])
        if found["en"]
        else "一二三四五六日".index(found["zh"].replace("天", "日"))
    )
    monday = today - timedelta(days=today.weekday())
    if found["week"]:
        return (("day", monday + timedelta(days=named - (7 if "上" in found["week"] else 0))),)
    made = today - timedelta(days=(today.weekday() - named) % 7)
    if found["last"] and made >= monday:
        return (("no time", "ambiguous"),)
    return (("day", made),)


SCANNERS: tuple[Scanner, ...] = (
    (DATE, _date, "dh"),
    (YEAR_LAST, _year_last, "d"),
    (NAMED, _named, "dl"),
    (OF_MONTH, _of_month, "dlh"),
    (phrases(dict(DAYS)), _words(DAYS), "lh"),
    (phrases(dict(PARTS)), _part, "lh"),
    (WEEKDAY, _weekday, "lh"),
    (DAY_OF, lambda found, _: (("day of", int(found["n"] or found["n2"])),), "lh"),
)
