"""One past instant from the time tokens of a message, or why it must be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.speech.clocks import HALVES
from bot.speech.tokens import Token

KINDS = frozenset(("day", "day?", "day of", "part", "half", "clock", "instant", "now", "no time"))


class Unclear(Exception):
    """No one past instant; str() is the end of the key of bot/texts that says what to write."""


def instant(tokens: Sequence[Token], now: datetime, zone: ZoneInfo, infused: date | None) -> datetime | None:
    """The instant that the tokens give, in the site's zone; None without any. Unclear says why not."""
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for token in tokens:
        for kind, value in token.meanings[:1]:
            if kind in KINDS and value not in found[kind]:
                found[kind].append(value)
    if not any(found.values()):
        return None
    if found["no time"]:
        raise Unclear(str(found["no time"][0]))
    at = (
        _exact(found) if found["instant"] or found["now"] else _composed(found, now.astimezone(zone), infused)
    )
    if at > now:
        raise Unclear("future")
    return at.astimezone(zone)


def _exact(found: Mapping[str, list[Any]]) -> datetime:
    exact: list[datetime] = [*found["instant"], *found["now"]]
    if len(exact) > 1 or any(found[kind] for kind in KINDS - {"instant", "now"}):
        raise Unclear("not_read")
    return exact[0]


def _composed(found: Mapping[str, list[Any]], now: datetime, infused: date | None) -> datetime:
    """A day, by default today, and a time of day, perhaps with its half."""
    days = [*found["day"], *(day for day, _ in found["part"])]
    days += [_of_month(number, now.date()) for number in found["day?"]]
    if found["day of"] and infused is None:
        raise Unclear("needs_time")
    days += [infused + timedelta(days=number) for number in found["day of"] if infused]
    halves = [*found["half"], *(half for _, half in found["part"])]
    if not found["clock"]:
        raise Unclear("needs_time")
    if len(set(days)) > 1 or len(found["clock"]) > 1 or len(set(halves)) > 1:
        raise Unclear("not_read")
    hour, minute, half, bare = found["clock"][0]
    if (
        half
        and halves
        and HALVES[half] != HALVES[halves[0]]
        and not (half in ("am", "pm") and _fits(half, halves[0]))
    ):
        raise Unclear("not_read")
    clock = _time(hour, minute, half or (halves[0] if halves else None), bare)
    return _placed(datetime.combine(days[0] if days else now.date(), clock), now.tzinfo)


def _fits(half: str, part: str) -> bool:
    """`this morning 9am`, `last night 8pm`: one says no more than the other."""
    _, end = HALVES[part]
    return (end <= 12) == (half == "am")


def _of_month(number: int, today: date) -> date:
    try:
        return today.replace(day=number)
    except ValueError as error:
        raise Unclear("no_such") from error


def _time(hour: int, minute: int, half: str | None, bare: bool) -> time:
    """The time of day; an hour that its half does not hold, and 12 at night, are asked."""
    if half is None and bare:
        raise Unclear("which_half")
    if half is not None:
        begin, end = HALVES[half]
        meant = (hour,) if hour > 12 else (hour % 12, hour % 12 + 12)
        fitting = [h for h in meant if begin <= h < end]
        if not fitting or (hour == 12 and half in ("am", "晚上", "night", "凌晨", "夜里", "晚")):
            raise Unclear("which_half")
        hour = fitting[0]
    try:
        return time(hour, minute)
    except ValueError as error:
        raise Unclear("no_such") from error


def _placed(local: datetime, zone: Any) -> datetime:
    """The instant of a local time; one that the clocks skip or repeat is asked."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise Unclear("clock_change")
    return first
