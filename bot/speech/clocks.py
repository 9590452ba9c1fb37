"""The grammar of times of day, of spans ago, and of whole instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from bot.speech.days import EARLIEST
from bot.speech.plain import ENGLISH, numeral
from bot.speech.tokens import Made, Moment, Scanner

HALVES = {
    "morning": (4, 12), "afternoon": (12, 19), "evening": (17, 24), "night": (18, 24),
    "am": (0, 12), "pm": (12, 24),
    "凌晨": (0, 6), "清晨": (4, 9),
    "早上": (4, 12), "早晨": (4, 12), "上午": (4, 12), "中午": (11, 14), "下午": (12, 19),
    "傍晚": (16, 20), "晚上": (18, 24), "夜里": (20, 24), "早": (4, 12), "晚": (18, 24),
}  # fmt: skip
HALF_ZH = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里"
HAN_HOUR = r"\d{1,2}|[零一二两三四五六七八九十]{1,3}"
HOUR_WORD = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
COLON = re.compile(
    rf"(?P<zh>{HALF_ZH})?\s?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})\s?(?:(?P<en>[ap])\.?m(?![a-z])\.?|hrs|hours|h)?"
)
HOURS_EN = re.compile(
    rf"(?:(?:at|@)\s?)?(?P<hour>\d{{1,2}}|(?:{HOUR_WORD})\b)\s?(?P<en>[ap])\.?m(?![a-z])\.?|(?:at"
    rf"|@)\s?(?P<bare>\d{{1,2}})(?! ?[ap]\.?m|\d)(?: ?o'?clock)?|(?:at )?(?P<clock>{HOUR_WORD}) o'?clock"
    r"|(?P<h>\d{1,2}) ?h(?P<m>\d{2})?"
)
SPOKEN = re.compile(
    rf"(?:at )?(?:a )?(?P<what>half|quarter) (?P<to>past|to) (?P<hour>\d{{1,2}}|(?:{HOUR_WORD})\b)(?!\d)"
    r"(?:\s?(?P<en>[ap])\.?m(?![a-z])\.?| ?o'?clock)?"
)
MILITARY = re.compile(
    r"(?:at )?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d) ?(?:h|hrs|hours)|at (?P<hour2>[01]\d"
    r"|2[0-3])(?P<minute2>[0-5]\d)"
)
# `yesterday 1430`: four digits are a time only beside their day, and never before what is counted.
DIGITS = re.compile(
    r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)"
    r"(?! ?(?:cells?|car|[个万亿千百例]|m[gl]|million|mio|[x×*]|年))"
)
DAY_BEFORE = re.compile(
    r"(?:today|yesterday|(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?|morning|afternoon"
    r"|evening|\d(?:st|nd|rd|th)|[a-z]{3,9}\.? 20\d\d|20\d\d-\d{1,2}-\d{1,2}|20\d\d/\d{1,2}/\d{1,2}"
    r"|\d日|[昨今前][天日]|(?:周|星期|礼拜)[一二三四五六日天]|ago|天前)[,;]? ?$"
)
DAY_BEHIND = re.compile(r" (?:today|yesterday)\b")
HOURS_ZH = re.compile(
    rf"(?P<zh>{HALF_ZH})?\s?(?P<hour>{HAN_HOUR})[点點时時]"
    r"(?P<rest>整|半|一刻|三刻|钟|(?P<minute>\d{1,2}|[零〇]\d|[零〇一二三四五六七八九十]{1,3})分"
    r"|(?P<short>\d{2}|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?)(?![\d级度級例个号月日天次年.:xe×*]))?(?!间|前|后)"
)
ISO = re.compile(
    r"(?P<d>\d{4}-\d{1,2}-\d{1,2})(?:t| )(?P<t>\d{1,2}:\d{2}(?::\d{2})?)\s?(?P<z>z|[+-]\d{2}:?\d{2}(?!\d))"
)
HALF = re.compile(rf"(?:in the )?(morning|afternoon|evening)|at (night)|(night)|({HALF_ZH})")


def _bare(hour: int) -> bool:
    """Hours of which nobody can say whether they are of the night or of the day."""
    return 1 <= hour <= 6 or hour == 12


def _clock(hour: int, minute: int, half: str | None, bare: bool) -> Made:
    return (("clock", (hour, minute, half, bare)),)


def _colon(found: re.Match[str], _: Moment) -> Made:
    half = f"{found['en']}m" if found["en"] else found["zh"]
    hour = int(found["hour"])
    return _clock(hour, int(found["minute"]), half, half is None and len(found["hour"]) == 1 and _bare(hour))


def _hours(found: re.Match[str], _: Moment) -> Made:
    if found["en"]:
        return _clock(ENGLISH.get(found["hour"]) or int(found["hour"]), 0, f"{found['en']}m", False)
    if found["h"]:
        hour = int(found["h"])
        return _clock(hour, int(found["m"] or 0), None, len(found["h"]) == 1 and hour <= 6)
    hour = ENGLISH[found["clock"]] if found["clock"] else int(found["bare"])
    return _clock(hour, 0, None, _bare(hour))


def _spoken(found: re.Match[str], _: Moment) -> Made:
    """`half past eight`, `quarter to three pm`; `half to` is nothing."""
    said = ENGLISH.get(found["hour"]) or int(found["hour"])
    to, half = found["to"] == "to", f"{found['en']}m" if found["en"] else None
    if not 1 <= said <= 12 or (to and (found["what"] == "half" or said == 12)):
        return None
    hour, minute = ((said - 1) or 12, 45) if to else (said, 30 if found["what"] == "half" else 15)
    return _clock(hour, minute, half, half is None and (_bare(said) or _bare(hour)))


def _military(found: re.Match[str], _: Moment) -> Made:
    hour, minute = found["hour"] or found["hour2"], found["minute"] or found["minute2"]
    return _clock(int(hour), int(minute), None, False)


def _digits(found: re.Match[str], _: Moment) -> Made:
    before = found.string[max(0, found.start() - 24) : found.start()]
    if not DAY_BEFORE.search(before) and not DAY_BEHIND.match(found.string, found.end()):
        return None
    return _clock(int(found["hour"]), int(found["minute"]), None, False)


def _hours_zh(found: re.Match[str], _: Moment) -> Made:
    hour, rest = numeral(found["hour"]), found["rest"] or ""
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(rest)
    if minute is None:
        said = found["minute"] or found["short"]
        minute = int(numeral(said.lstrip("零〇") or "0") or 0) if said else 0
    if hour is None:
        return None
    return _clock(int(hour), minute, found["zh"], found["zh"] is None and _bare(int(hour)))


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


SCANNERS: tuple[Scanner, ...] = (
    (ISO, _iso, "d"),
    (COLON, _colon, "dh"),
    (HOURS_EN, _hours, "dlo"),
    (SPOKEN, _spoken, "l"),
    (MILITARY, _military, "dl"),
    (DIGITS, _digits, "d"),
    (HOURS_ZH, _hours_zh, "dh"),
    (re.compile("noon|12 noon|midday|正午"), lambda _, __: (("clock", (12, 0, "中午", False)),), "dlh"),
    (HALF, lambda found, _: (("half", next(part for part in found.groups() if part)),), "lh"),
    (re.compile("just now|刚刚|刚才"), lambda _, __: (("no time", "needs_time"),), "lh"),
    (re.compile("right now|now|现在"), lambda _, moment: (("now", moment.now),), "lh"),
)
