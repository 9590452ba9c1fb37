"""When it happened: instants from what people write. Past only; what is ambiguous is asked, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dateparser

from bot.messages import Text, say
from bot.speech.lexicon import Lexicon
from bot.speech.moments import SCANNERS
from bot.speech.plain import seen
from bot.speech.tokens import Moment, by_first_sign, tokens
from bot.speech.when import KINDS as TIMES
from bot.speech.when import Unclear, instant

NOW = ("now", "just now", "现在", "刚才", "刚刚")
HALVES = {
    "am": (0, 12), "pm": (12, 24), "凌晨": (0, 6), "早上": (4, 12), "上午": (0, 12), "中午": (11, 14),
    "下午": (12, 19), "晚上": (18, 24),
}  # fmt: skip
CLOCK = re.compile(
    r"(?P<zh>凌晨|早上|上午|中午|下午|晚上)?\s*(?<![\d:：.])(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?![\d:：])"
    r"(?:\s*(?P<en>am|pm)\b|\s*(?P<offset>Z\b|[+-]\d{2}:?\d{2}(?!\d)))?",
    re.IGNORECASE,
)
DATED = re.compile(
    r"(?P<year>\d{4})(?:-(?P<m>\d{1,2})-(?P<d>\d{1,2})t?|/(?P<m3>\d{1,2})/(?P<d3>\d{1,2}))"
    r"|(?:(?P<year2>\d{4})年)?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]"
)
WORDS = {"": 0, "today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = re.compile(
    r"(?P<last>last )?(?P<en>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?P<week>上)?(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])"
)
MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
FOR_DATEPARSER = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th)? {MONTH}(?:,? \d{{4}})?|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    r"|\d{1,2} days? ago"
)
DAY_OR_MONTH = re.compile(r"\d{1,4}[/.]\d{1,2}(?:[/.]\d{1,4})?|\d{1,2}-\d{1,2}(?:-\d{2,4})?")
MILITARY = re.compile(r"\d{3,}\s*(?:h|hrs|hours)", re.IGNORECASE)
EARLIEST = 1900
GRAMMAR, NO_WORDS = by_first_sign(SCANNERS), Lexicon({}, frozenset())


class NotRead(ValueError):
    """Something typed that could not be read; `text` says what to write instead."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.key)
        self.text = text


def read_when(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """An instant in the past from what was typed, in the site's zone; NotRead says what to write."""
    try:
        return _by_table(typed, now, zone)
    except NotRead:
        found = _by_grammar(typed, now, zone)
        if found is None:
            raise
        return found


def _by_grammar(typed: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The same forms as in free text, each kind once and nothing beside them; None for anything else."""
    found = tokens(seen(typed[:60]), GRAMMAR, NO_WORDS, Moment(now.astimezone(zone)))
    kinds = [kind for token in found for kind in token.kinds or {"?"}]
    if set(kinds) - TIMES or len(set(kinds)) < len(kinds) or MILITARY.search(typed) or len(typed) > 60:
        return None
    try:
        return instant(found, now, zone, None)
    except Unclear:
        return None


def _by_table(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    typed = " ".join(typed.lower().split())
    if typed in NOW:
        return now
    clock = CLOCK.search(typed) if len(typed) <= 60 else None
    if clock is None:
        raise NotRead(say("slot.when.needs_time"))
    rest = f"{typed[: clock.start()]} {typed[clock.end() :]}"
    day = _day(re.sub(r"\b(?:at|on)\b|,(?= |$)", " ", rest).strip(), now.astimezone(zone).date())
    local = datetime.combine(day, _time(clock))
    at = _with_offset(local, clock["offset"]) if clock["offset"] else placed(local, zone)
    if at > now:
        raise NotRead(say("slot.when.future", at=at))
    return at


def _time(clock: re.Match[str]) -> time:
    hour, half = int(clock["hour"]), clock["en"] or clock["zh"]
    if half:
        begin, end = HALVES[half]
        hour = next((h for h in _meant(hour) if begin <= h < end), 24)
    try:
        return time(hour, int(clock["minute"]))
    except ValueError as error:
        raise NotRead(say("slot.when.no_such")) from error


def _meant(hour: int) -> tuple[int, ...]:
    """The hours of the day that an hour said with its half can be; 12 am is midnight, 12 pm noon."""
    return (hour,) if hour > 12 else (hour % 12, hour % 12 + 12)


def _day(words: str, today: date) -> date:
    words = " ".join(words.split())
    if words in WORDS:
        return today - timedelta(days=WORDS[words])
    try:
        if dated := DATED.fullmatch(words):
            return _dated({name: int(part) for name, part in dated.groupdict().items() if part}, today)
    except ValueError as error:
        raise NotRead(say("slot.when.no_such")) from error
    if weekday := WEEKDAY.fullmatch(words):
        return _weekday(weekday, today)
    if FOR_DATEPARSER.fullmatch(words):
        return _by_dateparser(words, today)
    raise NotRead(say("slot.when.ambiguous" if DAY_OR_MONTH.fullmatch(words) else "slot.when.not_read"))


def _dated(part: dict[str, int], today: date) -> date:
    month, day = (part.get(f"{name}2") or part.get(f"{name}3") or part.get(name, 0) for name in "md")
    year = part.get("year", part.get("year2"))
    if year is not None:
        return date(year if year >= EARLIEST else 0, month, day)
    made = date(today.year, month, day)
    return made if made <= today else made.replace(year=today.year - 1)


def _weekday(found: re.Match[str], today: date) -> date:
    """The most recent one, today included; `上周五` is of the week before; `last` of this week is asked."""
    named = (
        WEEKDAYS.index(found["en"][:3])
        if found["en"]
        else "一二三四五六日".index(found["zh"].replace("天", "日"))
    )
    if found["week"]:
        return today - timedelta(days=today.weekday() + 7 - named)
    made = today - timedelta(days=(today.weekday() - named) % 7)
    if found["last"] and today - made <= timedelta(days=today.weekday()):
        raise NotRead(say("slot.when.ambiguous"))
    return made


def _by_dateparser(words: str, today: date) -> date:
    """Names of months and `days ago`; dateparser's traps are in the house's pitfalls."""
    base = datetime.combine(today, time(23, 59))
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past", "RETURN_AS_TIMEZONE_AWARE": False}
    made = dateparser.parse(words, languages=["en"], settings=settings)
    number = int(re.findall(r"(?<!\d)\d{1,2}(?!\d)", words)[0])
    if made is None or not ("ago" in words or made.day == number) or made.year < EARLIEST:
        raise NotRead(say("slot.when.not_read"))
    return made.date()


def _with_offset(local: datetime, offset: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{local.isoformat()}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotRead(say("slot.when.no_such")) from error


def placed(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time; a time that the clocks skip or repeat is asked again."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise NotRead(say("slot.when.clock_change"))
    return first
