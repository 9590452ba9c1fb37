"""Exposure to CAR-T cells: each subject's samples as curves, and their parameters by both trapezoids.

Conventions: the last sample before the infusion is day 0, without one the curve begins with 0 there; a sample
below the limit is 0 before the first and after the last quantifiable one and left out between; areas stop at
the last quantifiable sample and are never extrapolated beyond the last sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.pk import concentration as c
from rules.pk.sampling import day_of_sample
from rules.protocol import Protocol
from rules.scores import nca
from rules.scores.areas import METHODS
from rules.scores.given import read_record
from rules.trial import Subject

AREAS = ((0, 28), (0, 90))


@dataclass(frozen=True)
class Point:
    """A sample: days after the infusion, value in the curve's unit (of one `below`: the limit, or None)."""

    day: Decimal
    value: Decimal | None
    below: bool


@dataclass(frozen=True)
class Curve:
    """One subject's samples of one kind, in order; `earlier` are those before the last predose sample."""

    subject: str
    unit: str
    points: tuple[Point, ...]
    earlier: int = 0


@dataclass(frozen=True)
class Exposure:
    """The parameters of a curve: areas by method; an area that is None ends or begins outside of the data.

    `notes` say of an area where it `stops` [day, next sample] and what is `interpolated` [day, from, to].
    """

    cmax: Decimal
    tmax: Decimal
    tlast: Decimal
    last_day: Decimal
    auc_last: Mapping[str, float]
    areas: Mapping[tuple[int, int], Mapping[str, float | None]]
    notes: Mapping[tuple[int, int], tuple[tuple[str, tuple[float, ...]], ...]]


def curves(protocol: Protocol, subject: Subject) -> tuple[Curve, ...]:
    """The curves of a subject, one a unit, in the order of concentration.ACCEPTED; none without a day 0."""
    if subject.infusion is None:
        return ()
    made: dict[str, list[Point]] = {}
    for sample in subject.samples.values():
        unit, factor = c.read_unit(sample.unit)
        number = c.number_of(sample.amount)
        value = None if number is None else number * factor
        low = c.below(sample.amount) or value == 0 or _under(protocol, unit, value)
        made.setdefault(unit, []).append(Point(day_of_sample(subject, sample), value, low))
    return tuple(_curve(subject.code, unit, made[unit]) for unit in c.ACCEPTED if unit in made)


def lloq(protocol: Protocol, unit: str) -> Decimal | None:
    """The limit that the file gives, in a unit of ACCEPTED; None where it gives none for it."""
    assay = protocol.assay
    if assay is None or not assay.lloq:
        return None
    own, factor = c.read_unit(assay.unit)
    return Decimal(str(assay.lloq)) * factor if own == unit else None


def _under(protocol: Protocol, unit: str, value: Decimal | None) -> bool:
    limit = lloq(protocol, unit)
    return limit is not None and value is not None and value < limit


def _curve(subject: str, unit: str, points: list[Point]) -> Curve:
    """In order of time; of the samples before the infusion the last one is day 0."""
    ordered = sorted(points, key=lambda point: point.day)
    before = [point for point in ordered if point.day <= 0]
    after = [point for point in ordered if point.day > 0]
    predose = [Point(Decimal(0), point.value, point.below) for point in before[-1:]]
    return Curve(subject, unit, (*predose, *after), max(len(before) - 1, 0))


def exposure(curve: Curve) -> Exposure | None:
    """The parameters of a curve; None where nothing is quantifiable. BadRecord for a curve that is none."""
    if all(point.below for point in curve.points):
        return None
    results = {method: _result(curve, method) for method in METHODS}
    first = results[METHODS[0]]
    areas = {
        (start, end): {m: results[m]["areas"][f"AUC{start}-{end}d"]["value"] for m in METHODS}
        for start, end in AREAS
    }
    auc_last = {method: result["auc_last"] for method, result in results.items()}
    last = curve.points[-1].day
    notes = {(start, end): _notes(first["areas"][f"AUC{start}-{end}d"]) for start, end in AREAS}
    return Exposure(first["cmax"], first["tmax"], first["tlast"], last, auc_last, areas, notes)


def _notes(area: Mapping[str, Any]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    stops = [("stops", tuple(area["stops"]))] if "stops" in area else []
    return (*stops, *(("interpolated", tuple(gap)) for gap in area.get("interpolated", ())))


def _result(curve: Curve, method: str) -> Any:
    samples = [{"day": p.day, "value": "BLQ" if p.below else p.value} for p in curve.points]
    record = {"samples": samples, "method": method, "start": "zero", "areas": [list(area) for area in AREAS]}
    return nca.compute(read_record(nca.FIELDS, record)).result
