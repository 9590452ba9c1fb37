"""The grammar of time: some 25 forms a language of days, times of day and spans ago."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from bot.speech.plain import ENGLISH, numeral
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
HALVES = {
    "morning": (4, 12), "afternoon": (12, 19), "evening": (17, 24), "night": (18, 24),
    "am": (0, 12), "pm": (12, 24),
    "凌晨": (0, 6), "清晨": (4, 9),
    "早上": (4, 12), "早晨": (4, 12), "上午": (4, 12), "中午": (11, 14), "下午": (12, 19),
    "傍晚": (16, 20), "晚上": (18, 24), "夜里": (20, 24), "早": (4, 12), "晚": (18, 24),
}  # fmt: skip
HALF_ZH = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里"
HAN_HOUR = r"\d{1,2}|[零一二两三四五六七八九十]{1,3}"
COLON = re.compile(
    rf"(?P<zh>{HALF_ZH})?\s?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})\s?(?:(?P<en>[ap])\.?m(?![a-z])\.?|hrs|hours|h)?"
)
HOURS_EN = re.compile(
    r"(?:(?:at|@)\s?)?(?P<hour>\d{1,2})\s?(?P<en>[ap])\.?m(?![a-z])\.?|(?:at"
    r"|@)\s?(?P<bare>\d{1,2})(?! ?[ap]\.?m|\d)(?: ?o'?clock)?|(?P<h>\d{1,2}) ?h(?P<m>\d{2})?"
)
MILITARY = re.compile(
    r"(?:at )?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d) ?(?:h|hrs|hours)|at (?P<hour2>[01]\d"
    r"|2[0-3])(?P<minute2>[0-5]\d)"
)
HOURS_ZH = re.compile(
    rf"(?P<zh>{HALF_ZH})?\s?(?P<hour>{HAN_HOUR})[点點时時]"
    r"(?P<rest>整|半|一刻|三刻|钟|(?P<minute>\d{1,2}|[零〇一二三四五六七八九十]{1,3})分"
    r"|(?P<short>\d{2}|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?)(?![\d级度級例个号月日天次年.:xe×*]))?(?!间|前|后)"
)
ISO = re.compile(
    r"(?P<d>\d{4}-\d{1,2}-\d{1,2})(?:t| )(?P<t>\d{1,2}:\d{2}(?::\d{2})?)\s?(?P<z>z|[+-]\d{2}:?\d{2}(?!\d))"
)
DATE = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?:t(?=\d))?"
    r"|(?:(?P<y2>\d{4})年)?(?P<m2>\d{1,2}|[一二三四五六七八九十]{1,2})月(?P<d2>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
)
NAMED = re.compile(
    rf"(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? (?P<y>\d{{4}}))?(?!\d)"
    rf"|{MONTH.replace('<month>', '<month2>')} (?P<d2>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?(?:,? (?P<y2>\d{{4}}))?(?![\d:])"
)
NUMBER_WORD = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
AGO = re.compile(
    rf"(?P<half>half an hour|half hour) ago|(?P<n>{NUMBER_WORD}|\d{{1,2}}\.5)\s?(?P<unit>hours?|hrs?"
    rf"|h|minutes?|mins?|min) ago"
    r"|(?P<half2>半个?小时|半个?钟头)(?:之?前|以前)|(?P<n2>\d{1,3}|[一二两三四五六七八九十]{1,3})(?P<more>个半|个)?(?P<unit2>小时|钟头|分钟)(?:之?前|以前)"
)
DAYS_AGO = re.compile(
    rf"(?P<n>{NUMBER_WORD}) (?P<unit>days?|weeks?) ago|(?P<n2>\d{{1,2}}"
    rf"|[一二两三四五六七八九十]{{1,3}})(?P<unit2>天|日|周|个?星期)(?:之?前|以前)"
)
DAYS = {
    "today": 0, "yesterday": 1, "the day before yesterday": 2, "day before yesterday": 2,
    "今天": 0, "今日": 0, "昨天": 1,
    "昨日": 1, "前天": 2, "前日": 2, "大前天": 3,
}  # fmt: skip
PARTS = {
    "this morning": (0, "morning"), "this afternoon": (0, "afternoon"), "this evening": (0, "evening"),
    "last night": (1, "night"), "last evening": (1, "evening"), "今早": (0, "早上"), "今晨": (0, "早上"),
    "今晚": (0, "晚上"), "昨晚": (1, "晚上"), "昨夜": (1, "晚上"),
    "前晚": (2, "晚上"), "昨早": (1, "早上"), "今午": (0, "中午"),
}  # fmt: skip
HALF = re.compile(rf"(?:in the )?(morning|afternoon|evening)|at (night)|(night)|({HALF_ZH})")
DAY_OF = re.compile(r"(?:on )?(?:day|d) ?\+? ?(?P<n>\d{1,3})|第(?P<n2>\d{1,3})天")


def _phrases(words: dict[str, object]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def _words(table: dict[str, int]) -> Callable[[re.Match[str], Moment], Made]:
    return lambda found, moment: (("day", moment.now.date() - timedelta(days=table[found[0]])),)


def _part(found: re.Match[str], moment: Moment) -> Made:
    days, half = PARTS[found[0]]
    return (("part", (moment.now.date() - timedelta(days=days), half)),)


def _colon(found: re.Match[str], _: Moment) -> Made:
    half = f"{found['en']}m" if found["en"] else found["zh"]
    bare = half is None and len(found["hour"]) == 1 and 1 <= int(found["hour"]) <= 6
    return (("clock", (int(found["hour"]), int(found["minute"]), half, bare)),)


def _hours(found: re.Match[str], _: Moment) -> Made:
    if found["en"]:
        return (("clock", (int(found["hour"]), 0, f"{found['en']}m", False)),)
    if found["h"]:
        return (
            (
                "clock",
                (int(found["h"]), int(found["m"] or 0), None, len(found["h"]) == 1 and int(found["h"]) <= 6),
            ),
        )
    return (("clock", (int(found["bare"]), 0, None, 1 <= int(found["bare"]) <= 6 or found["bare"] == "12")),)


def _military(found: re.Match[str], _: Moment) -> Made:
    hour, minute = found["hour"] or found["hour2"], found["minute"] or found["minute2"]
    return (("clock", (int(hour), int(minute), None, False)),)


def _hours_zh(found: re.Match[str], _: Moment) -> Made:
    hour, rest = numeral(found["hour"]), found["rest"] or ""
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(rest)
    if minute is None:
        said = found["minute"] or found["short"]
        minute = int(numeral(said.lstrip("零〇") or "0") or 0) if said else 0
    if hour is None:
        return None
    bare = found["zh"] is None and (1 <= hour <= 6 or hour == 12)
    return (("clock", (int(hour), minute, found["zh"], bare)),)


def _iso(found: re.Match[str], _: Moment) -> Made:
    year, month, day = (int(part) for part in found["d"].split("-"))
    if not EARLIEST <= year < date.max.year:
        return (("no time", "no_such"),)
    clock = found["t"] if len(found["t"]) > 4 and found["t"][1] != ":" else f"0{found['t']}"
    try:
        at = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{clock}{found['z'].upper()}")
        return (("instant", at.astimezone(UTC)),)
    except (ValueError, OverflowError):
        return (("no time", "no_such"),)


def _date(found: re.Match[str], moment: Moment) -> Made:
    year, month, day = found["y"] or found["y2"], found["m"] or found["m2"], found["d"] or found["d2"]
    return _made(int(year) if year else None, int(numeral(month) or 0), int(numeral(day) or 0), moment)


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


def _ago(found: re.Match[str], moment: Moment) -> Made:
    if found["half"] or found["half2"]:
        return (("instant", moment.now - timedelta(minutes=30)),)
    number = found["n"] or found["n2"]
    amount = float(ENGLISH.get(number) or numeral(number) or 0) + (0.5 if found["more"] == "个半" else 0)
    minutes = (found["unit"] or found["unit2"])[0] in "m分"
    span = timedelta(minutes=amount) if minutes else timedelta(hours=amount)
    return (("instant", moment.now.astimezone(UTC) - span),) if span <= timedelta(days=10) else None


def _days_ago(found: re.Match[str], moment: Moment) -> Made:
    number = found["n"] or found["n2"]
    amount = int(ENGLISH.get(number) or numeral(number) or 0)
    week = (found["unit"] or found["unit2"]).strip("个")[0] in "w周星"
    return (("day", moment.now.date() - timedelta(days=amount * (7 if week else 1))),)


SCANNERS: tuple[Scanner, ...] = (
    (ISO, _iso, "d"),
    (DATE, _date, "dh"),
    (NAMED, _named, "dl"),
    (COLON, _colon, "dh"),
    (HOURS_EN, _hours, "dlo"),
    (MILITARY, _military, "dl"),
    (HOURS_ZH, _hours_zh, "dh"),
    (re.compile("noon|12 noon|midday|正午"), lambda _, __: (("clock", (12, 0, "中午", False)),), "dlh"),
    (_phrases(dict(DAYS)), _words(DAYS), "lh"),
    (_phrases(dict(PARTS)), _part, "lh"),
    (HALF, lambda found, _: (("half", next(part for part in found.groups() if part)),), "lh"),
    (WEEKDAY, _weekday, "lh"),
    (AGO, _ago, "dlh"),
    (DAYS_AGO, _days_ago, "dlh"),
    (re.compile("right now|now|现在"), lambda _, moment: (("now", moment.now),), "lh"),
    (DAY_OF, lambda found, _: (("day of", int(found["n"] or found["n2"])),), "lh"),
)
