"""Exposure in words: one subject's parameters with their conventions, and everybody by dose level."""

from __future__ import annotations

from decimal import Decimal

from bot.ask import Ask
from bot.describe import planned
from bot.messages import Text, say
from bot.pk.words import how
from rules.pk.exposure import Curve, Exposure, curves, exposure, lloq
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
        none = say("pk.wrong.no_infusion", subject=subject.code)
        return (none, say("pk.no_day0", number=len(subject.samples))) if subject.samples else (none,)
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
        return (say("pk.none", subject=subject.code), how(ask.protocol))
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
            notes = _notes(found, (start, end))
            lines += [say("pk.auc.noted", name=name, notes=notes)] if notes else []
    both = {"log": amount(found.auc_last[LOG_DOWN]), "linear": amount(found.auc_last[LINEAR])}
    return [*lines, say("pk.auc.last", day=day_words(found.tlast), unit=area_unit, **both)]


def _notes(found: Exposure, bounds: tuple[int, int]) -> tuple[Text, ...]:
    """Where an area stops, and what of it is interpolated over a gap: the words of rules/scores/nca.py."""
    names = ("day", "first", "last")
    return tuple(
        Text(f"pk.note.{what}", dict(zip(names, (f"{day:g}" for day in days), strict=False)))
        for what, days in found.notes[bounds]
    )


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


# ------------------------------------------------------------------ by level
def level_lines(ask: Ask) -> tuple[Text, ...]:
    """Everybody's Cmax, Tmax and areas, by dose level."""
    lines: list[Text] = []
    for level, subjects in treated_by_level(ask).items():
        dose = planned(ask.protocol, level)
        lines.append(say("pk.level", level=level, dose=dose, number=len(subjects)))
        lines += [_short(curve) for subject in subjects for curve in curves(ask.protocol, subject)]
    if not lines:
        return (say("pk.nobody"), how(ask.protocol))
    return (*lines, say("pk.by_log_down"), say("pk.conventions"))


def _short(curve: Curve) -> Text:
    found = _exposure(curve)
    words = {"subject": curve.subject, "unit": curve.unit}
    if isinstance(found, Text):
        return say("pk.line.none", why=found, **words)
    areas = tuple(_area(bounds, by[LOG_DOWN], found) for bounds, by in found.areas.items())
    return say("pk.line", cmax=amount(found.cmax), day=day_words(found.tmax), areas=areas, **words)


def _area(bounds: tuple[int, int], value: float | None, found: Exposure) -> Text:
    name, notes = f"AUC{bounds[0]}-{bounds[1]}d", _notes(found, bounds)
    if value is None:
        return say("pk.line.ends", name=name, day=day_words(found.last_day))
    if notes:
        return say("pk.line.noted", name=name, value=amount(value), notes=notes)
    return say("pk.line.area", name=name, value=amount(value))


def treated_by_level(ask: Ask) -> dict[int, list[Subject]]:
    """Subjects with samples by the level of their dose, the lowest first."""
    found = [s for s in ask.trial.subjects.values() if s.samples and s.infusion]
    return {n: mine for n in sorted({s.level for s in found}) if (mine := [s for s in found if s.level == n])}
