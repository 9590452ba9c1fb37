"""When it happened: instants from what people write. Past only; what is ambiguous is asked, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dateparser

from bot.messages import Text, say

CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)")
DAY = (
    r"(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<year>\d{4})年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号]|(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]"
    r"|(?P<word>today|yesterday|今天|昨天|前天))"
)
FORM = re.compile(
    rf"(?:{DAY}[\sT]*)?(?P<hour>\d{{1,2}})[:：](?P<minute>\d{{2}})(?P<offset>Z|[+-]\d{{2}}:?\d{{2}})?", re.I
)
NOW = ("now", "just now", "现在", "刚才", "刚刚")
WORDS = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}
SLASHED = re.compile(r"\d{1,4}[/.]\d{1,2}([/.]\d{1,4})?")


class NotRead(ValueError):
    """Something typed that could not be read; `text` says what to write instead."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.key)
        self.text = text


def read_when(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """An instant in the past from what was typed, in the site's zone; NotRead says what to write."""
    typed = typed.strip()
    if typed.lower() in NOW:
        return now
    if len(typed) > 60 or not CLOCK.search(typed):
        raise NotRead(say("slot.when.needs_time"))
    found = FORM.fullmatch(typed)
    local = _own(found, now, zone) if found else _parsed(typed, now, zone)
    at = _placed(local, zone) if local.tzinfo is None else local.astimezone(UTC)
    if at > now:
        raise NotRead(say("slot.when.future", at=at))
    return at


def _own(found: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    part = found.groupdict()
    today = now.astimezone(zone).date()
    try:
        clock = time(int(part["hour"]), int(part["minute"]))
        day = _day(part, today)
    except ValueError as error:
        raise NotRead(say("slot.when.no_such")) from error
    if part["offset"]:
        offset = part["offset"].replace("Z", "+00:00").replace("z", "+00:00")
        return datetime.fromisoformat(f"{day.isoformat()}T{clock:%H:%M}{offset}")
    return datetime.combine(day, clock)


def _day(part: dict[str, str | None], today: date) -> date:
    if part["iso"]:
        year, month, day = (int(number) for number in part["iso"].split("-"))
        return date(year, month, day)
    if part["year"]:
        return date(int(part["year"]), int(part["m1"] or 0), int(part["d1"] or 0))
    if part["m2"]:
        made = date(today.year, int(part["m2"]), int(part["d2"] or 0))
        return made if made <= today else made.replace(year=today.year - 1)
    return today - timedelta(days=WORDS[(part["word"] or "today").lower()])


def _parsed(typed: str, now: datetime, zone: ZoneInfo) -> datetime:
    """dateparser for the rest, behind guards; its traps are in the house's pitfalls."""
    if SLASHED.search(CLOCK.sub("", typed)):
        raise NotRead(say("slot.when.ambiguous"))
    base = now.astimezone(zone).replace(tzinfo=None)
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past", "RETURN_AS_TIMEZONE_AWARE": False}
    made = dateparser.parse(typed, languages=["en", "zh"], settings=settings)
    clock = CLOCK.search(typed)
    hours = int(clock.group(1)) if clock else -1
    fits = clock and made and made.minute == int(clock.group(2)) and made.hour in (hours, hours + 12)
    if made is None or not fits or made.tzinfo is not None or len(CLOCK.findall(typed)) != 1:
        raise NotRead(say("slot.when.not_read"))
    return made.replace(second=0, microsecond=0)


def _placed(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time; a time that the clocks skip or repeat is asked again."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise NotRead(say("slot.when.clock_change"))
    return first
