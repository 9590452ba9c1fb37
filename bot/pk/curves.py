"""The curves of exposure as data for pictures: of one subject, and of everybody by dose level."""

from __future__ import annotations

from typing import Any

from bot.ask import Ask
from bot.describe import planned
from bot.messages import Picture, Text, say
from bot.pk.exposure import treated_by_level
from rules.pk.concentration import ACCEPTED
from rules.pk.exposure import Curve, curves, lloq
from rules.trial import Subject

MOST_PANELS = 6
UNITS = tuple(ACCEPTED)
Unit = tuple[str, dict[int, list[Curve]]]


def subject_picture(ask: Ask, subject: Subject) -> Picture | None:
    """The subject's curves, one panel a unit."""
    found = curves(ask.protocol, subject) if subject.infusion else ()
    panels = [_panel(ask, curve.unit, [curve]) for curve in found]
    titles = tuple(say("picture.pk.unit", unit=curve.unit) for curve in found)
    return _picture(say("picture.pk", subject=subject.code), panels, titles) if panels else None


def levels_picture(ask: Ask) -> Picture | None:
    """A panel a unit and dose level, the unit that most subjects were measured in first."""
    panels, titles = [], []
    for unit, by_level in _shown(ask)[0]:
        for level, mine in by_level.items():
            panels.append(_panel(ask, unit, mine))
            titles.append(say("picture.pk.level", level=level, dose=planned(ask.protocol, level), unit=unit))
    return _picture(say("picture.pk.levels"), panels, tuple(titles)) if panels else None


def not_drawn(ask: Ask) -> tuple[Text, ...]:
    """Whose curves of which unit the picture by dose level has no room for."""
    left = _shown(ask)[1]
    return tuple(
        say("pk.not_drawn", unit=unit, subjects=tuple(c.subject for mine in by_level.values() for c in mine))
        for unit, by_level in left
    )


def _shown(ask: Ask) -> tuple[list[Unit], list[Unit]]:
    """The units that fit into one picture, and those that do not, each with its curves by dose level."""
    found: dict[str, dict[int, list[Curve]]] = {}
    for level, subjects in treated_by_level(ask).items():
        for curve in (curve for s in subjects for curve in curves(ask.protocol, s)):
            found.setdefault(curve.unit, {}).setdefault(level, []).append(curve)
    ranked = sorted(found.items(), key=lambda unit: (-sum(map(len, unit[1].values())), UNITS.index(unit[0])))
    shown, left, panels = list[Unit](), list[Unit](), 0
    for unit in ranked:
        fits = not shown or panels + len(unit[1]) <= MOST_PANELS
        (shown if fits else left).append(unit)
        panels += len(unit[1]) if fits else 0
    return shown, left


def _panel(ask: Ask, unit: str, found: list[Curve]) -> dict[str, Any]:
    limit = lloq(ask.protocol, unit)
    return {
        "unit": unit,
        "curves": [_plain(curve) for curve in found],
        "limit": float(limit) if limit else 0.0,
    }


def _plain(curve: Curve) -> dict[str, Any]:
    seen = [[float(p.day), float(p.value)] for p in curve.points if p.value is not None and not p.below]
    low = [float(point.day) for point in curve.points if point.below]
    return {"label": curve.subject, "seen": seen, "below": low}


def _picture(title: Text, panels: list[dict[str, Any]], titles: tuple[Text, ...]) -> Picture:
    names = {"days": "picture.days", "days_bent": "picture.days.bent"}
    names |= {"below": "picture.pk.below", "limit": "picture.pk.limit"}
    words = {name: say(key) for name, key in names.items()}
    return Picture("pk", {"panels": panels}, {"title": title, "panels": titles, **words})
