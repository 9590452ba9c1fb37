"""Exposure in words and as pictures: one subject's parameters and conventions, and everybody by level."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.ask import Ask
from bot.describe import planned
from bot.messages import Picture, Text, say
from rules.exposure import Curve, Exposure, curves, exposure, lloq
from rules.scores.areas import LINEAR, LOG_DOWN
from rules.scores.given import BadRecord
from rules.trial import Subject

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def pictured(ask: Ask) -> list[str]:
    """The subjects who have samples."""
    return [subject.code for subject in ask.trial.subjects.values() if subject.samples]


def amount(number: float | Decimal) -> str:
    """A number with six digits, as people write it: 61234.5, 1.23457×10⁷."""
    value = float(number)
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.6g}"
    head, power = f"{value:.5e}".split("e")
    return f"{Decimal(head).normalize():f}×10{str(int(power)).translate(RAISED)}"


def day_words(day: Decimal) -> str:
    """A day after the infusion, without zeros that say nothing."""
    return f"{day.normalize():f}"


# ------------------------------------------------------------------ one subject
def subject_lines(ask: Ask, subject: Subject) -> tuple[Text, ...]:
    """Cmax, Tmax and the areas by both rules, unit by unit, and the conventions that they rest on."""
    lines: list[Text] = []
    if subject.infusion is None:
        return (say("pk.wrong.no_infusion", subject=subject.code),)
    for curve in curves(ask.protocol, subject):
        low = sum(point.below for point in curve.points)
        words = {"unit": curve.unit, "number": len(curve.points), "below": low}
        span = {"first": day_words(curve.points[0].day), "last": day_words(curve.points[-1].day)}
        lines.append(say("pk.head", subject=subject.code, level=subject.level, **words, **span))
        lines += _parameters(curve)
        if curve.earlier:
            lines.append(say("pk.earlier", number=curve.earlier))
        limit = lloq(ask.protocol, curve.unit)
        if limit is not None:
            lines.append(say("pk.lloq", limit=amount(limit), unit=curve.unit))
    if not lines:
        return (say("pk.none", subject=subject.code), say("pk.how"))
    return (*lines, say("pk.conventions"))


def _parameters(curve: Curve) -> list[Text]:
    found = _exposure(curve)
    if isinstance(found, Text):
        return [found]
    unit = {"unit": curve.unit}
    lines = [say("pk.cmax", value=amount(found.cmax), day=day_words(found.tmax), **unit)]
    area_unit = _area_unit(curve.unit)
    for (start, end), by_method in found.areas.items():
        linear, log = by_method[LINEAR], by_method[LOG_DOWN]
        name = f"AUC{start}-{end}d"
        if linear is None or log is None:
            lines.append(say("pk.auc.ends", name=name, day=day_words(found.last_day)))
        else:
            lines.append(say("pk.auc", name=name, log=amount(log), linear=amount(linear), unit=area_unit))
    both = {"log": amount(found.auc_last[LOG_DOWN]), "linear": amount(found.auc_last[LINEAR])}
    return [*lines, say("pk.auc.last", day=day_words(found.tlast), unit=area_unit, **both)]


def _exposure(curve: Curve) -> Exposure | Text:
    """The parameters, or why there are none."""
    try:
        found = exposure(curve)
    except BadRecord:  # two samples that came to stand on the same time
        return say("pk.unclear", unit=curve.unit)
    return found or say("pk.all_below")


def _area_unit(unit: str) -> str:
    what, per = unit.split("/")
    return f"{what}·d/{per}"


def subject_picture(ask: Ask, subject: Subject) -> Picture | None:
    """The subject's curves, one panel a unit."""
    found = curves(ask.protocol, subject) if subject.infusion else ()
    panels = [_panel(ask, curve.unit, [curve]) for curve in found]
    titles = tuple(say("picture.pk.unit", unit=curve.unit) for curve in found)
    units = [curve.unit for curve in found]
    return _picture(say("picture.pk", subject=subject.code), panels, titles, units) if panels else None


# ------------------------------------------------------------------ by level
def level_lines(ask: Ask) -> tuple[Text, ...]:
    """Everybody's Cmax, Tmax and areas, by dose level."""
    lines: list[Text] = []
    for level, subjects in _by_level(ask).items():
        dose = planned(ask.protocol, level)
        lines.append(say("pk.level", level=level, dose=dose, number=len(subjects)))
        lines += [_short(curve) for subject in subjects for curve in curves(ask.protocol, subject)]
    if not lines:
        return (say("pk.nobody"), say("pk.how"))
    return (*lines, say("pk.by_log_down"), say("pk.conventions"))


def _short(curve: Curve) -> Text:
    found = _exposure(curve)
    words = {"subject": curve.subject, "unit": curve.unit}
    if isinstance(found, Text):
        return say("pk.line.none", why=found, **words)
    areas = tuple(_area(f"AUC{a}-{b}d", by[LOG_DOWN], found) for (a, b), by in found.areas.items())
    return say("pk.line", cmax=amount(found.cmax), day=day_words(found.tmax), areas=areas, **words)


def _area(name: str, value: float | None, found: Exposure) -> Text:
    if value is None:
        return say("pk.line.ends", name=name, day=day_words(found.last_day))
    return say("pk.line.area", name=name, value=amount(value))


def _by_level(ask: Ask) -> dict[int, list[Subject]]:
    """Subjects with samples by the level of their dose, the lowest first."""
    found = [s for s in ask.trial.subjects.values() if s.samples and s.infusion]
    return {n: mine for n in sorted({s.level for s in found}) if (mine := [s for s in found if s.level == n])}


def levels_picture(ask: Ask) -> Picture | None:
    """One panel a dose level, of the unit that most subjects were measured in."""
    every = [curve for s in ask.trial.subjects.values() if s.infusion for curve in curves(ask.protocol, s)]
    if not every:
        return None
    counts = [curve.unit for curve in every]
    unit = max(dict.fromkeys(counts), key=counts.count)
    panels, titles = [], []
    for level, subjects in _by_level(ask).items():
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
