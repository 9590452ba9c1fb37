"""The grammar of spans: hours, minutes, days and weeks ago."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

from bot.speech.plain import ENGLISH, NUMBER_WORD, numeral
from bot.speech.tokens import Made, Moment, Scanner

AGO = re.compile(
    rf"(?P<half>half an hour|half hour) ago|(?P<n>{NUMBER_WORD}|\d{{1,2}}\.5)\s?(?P<unit>hours?|hrs?"
    r"|h|minutes?|mins?|min)"
    r"(?:(?:,? and)? ?(?:(?P<and>a half)|(?P<m>[1-5]?\d) ?(?:minutes?|mins?|min|m)))? ago"
    rf"|(?P<n3>{NUMBER_WORD}) and a half hours ago"
    r"|(?P<half2>半个?小时|半个?钟头)(?:之?前|以前)|(?P<n2>\d{1,3}|[一二两三四五六七八九十]{1,3})(?P<more>个半|个)?(?P<unit2>小时|钟头|分钟)"
    r"(?:(?P<m2>[1-5]?\d|[一二三四五六七八九十]{1,3})分钟?)?(?:之?前|以前)"
)
DAYS_AGO = re.compile(
    rf"(?P<n>{NUMBER_WORD}) (?P<unit>days?|weeks?) ago|(?P<n2>\d{{1,2}}"
    rf"|[一二两三四五六七八九十]{{1,3}})(?P<unit2>天|日|周|个?星期)(?:之?前|以前)"
)


def _ago(found: re.Match[str], moment: Moment) -> Made:
    """Half an hour; so many hours, perhaps and a half or with minutes; so many minutes."""
    if found["half"] or found["half2"]:
        return (("instant", moment.now - timedelta(minutes=30)),)
    number = found["n"] or found["n2"] or found["n3"]
    amount = float(ENGLISH.get(number) or numeral(number) or 0)
    amount += 0.5 if found["more"] == "个半" or found["and"] or found["n3"] else 0
    minutes = (found["unit"] or found["unit2"] or "h")[0] in "m分"
    rest = found["m"] or found["m2"]
    if minutes and (rest or found["and"]):
        return None
    span = timedelta(minutes=amount * (1 if minutes else 60) + (numeral(rest or "0") or 0))
    return (("instant", moment.now.astimezone(UTC) - span),) if span <= timedelta(days=10) else None


def _days_ago(found: re.Match[str], moment: Moment) -> Made:
    number = found["n"] or found["n2"]
    amount = int(ENGLISH.get(number) or numeral(number) or 0)
    week = (found["unit"] or found["unit2"]).strip("个")[0] in "w周星"
    return (("day", moment.now.date() - timedelta(days=amount * (7 if week else 1))),)


SCANNERS: tuple[Scanner, ...] = ((AGO, _ago, "dlh"), (DAYS_AGO, _days_ago, "dlh"))
