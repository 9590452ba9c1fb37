"""The curves of exposure as data for pictures: of one subject, and of everybody by dose level."""

from __future__ import annotations

from typing import Any

from bot.ask import Ask
from bot.describe import planned
from bot.messages import Picture, Text, say
from bot.pk.exposure import treated_by_level
from rules.exposure import Curve, curves, lloq
from rules.trial import Subject


def subject_picture(ask: Ask, subject: Subject) -> Picture | None:
    """The subject's curves, one panel a unit."""
    found = curves(ask.protocol, subject) if subject.infusion else ()
    panels = [_panel(ask, curve.unit, [curve]) for curve in found]
    titles = tuple(say("picture.pk.unit", unit=curve.unit) for curve in found)
    units = [curve.unit for curve in found]
    return _picture(say("picture.pk", subject=subject.code), panels, titles, units) if panels else None


def levels_picture(ask: Ask) -> Picture | None:
    """One panel a dose level, of the unit that most subjects were measured in."""
    every = [curve for s in ask.trial.subjects.values() if s.infusion for curve in curves(ask.protocol, s)]
    if not every:
        return None
    counts = [curve.unit for curve in every]
    unit = max(dict.fromkeys(counts), key=counts.count)
    panels, titles = [], []
    for level, subjects in treated_by_level(ask).items():
        mine = [curve for s in subjects for curve in curves(ask.protocol, s) if curve.unit == unit]
        if mine:
            panels.append(_panel(ask, unit, mine))
            titles.append(say("picture.pk.level", level=level, dose=planned(ask.protocol, level), unit=unit))
    return _picture(say("picture.pk.levels"), panels, tuple(titles), [unit])


def _panel(ask: Ask, unit: str, found: list[Curve]) -> dict[str, Any]:
    limit = lloq(ask.protocol, unit)
    return {"curves": [_plain(curve) for curve in found], "limit": float(limit) if limit else 0.0}


def _plain(curve: Curve) -> dict[str, Any]:
    seen = [[float(p.day), float(p.value)] for p in curve.points if p.value is not None and not p.below]
    low = [float(point.day) for point in curve.points if point.below]
    return {"label": curve.subject, "seen": seen, "below": low}


def _picture(
    title: Text, panels: list[dict[str, Any]], titles: tuple[Text, ...], units: list[str]
) -> Picture:
    words = {
        "title": title, "panels": titles, "days": say("picture.pk.days"), "below": say("picture.pk.below"),
        "limit": say("picture.pk.limit"),
    }  # fmt: skip
    return Picture("pk", {"panels": panels, "shared": len({*units}) == 1}, words)
