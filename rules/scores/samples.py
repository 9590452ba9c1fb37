"""Samples of a concentration over days: read with every mistake at once, and made into a curve."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.scores.areas import Point
from rules.scores.given import BadRecord, read_number, said

BLQ_RULES = ("default", "zero", "half", "dropped")
MOST_SAMPLES, LONGEST, HIGHEST = 1_000, 10_000, 10**15


@dataclass(frozen=True)
class Sample:
    """One sample: day after infusion (0: predose), value (None: not drawn), whether below the limit."""

    day: Decimal
    value: Decimal | None
    below: bool = False


def read_samples(rows: Any, lloq: Decimal | None) -> list[Sample]:
    """The samples in order of time; BadRecord names every row that is wrong."""
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_SAMPLES:
        raise BadRecord(f'samples: write 1 to {MOST_SAMPLES:,} rows like {{"day": 7, "value": 1234.5}}')
    samples: list[Sample] = []
    mistakes = []
    for number, row in enumerate(rows, 1):
        try:
            sample = _sample(row, lloq)
            if samples and sample.day <= samples[-1].day:
                raise BadRecord(f"day {sample.day} does not come after day {samples[-1].day}")
            samples.append(sample)
        except BadRecord as error:
            mistakes.append(f"sample {number}: {error}")
    if mistakes:
        raise BadRecord("; ".join(mistakes[:10]))
    return samples


def _sample(row: Any, lloq: Decimal | None) -> Sample:
    if not isinstance(row, dict) or set(row) != {"day", "value"}:
        raise BadRecord(f'`{said(row)}` is no row like {{"day": 7, "value": 1234.5}}')
    day = read_number(row["day"], 0, LONGEST)
    if row["value"] is None or row["value"] == "BLQ":
        return Sample(day, None, row["value"] is not None)
    value = read_number(row["value"], 0, HIGHEST)
    return Sample(day, value, value == 0 or (lloq is not None and value < lloq))


def read_areas(rows: Any) -> list[tuple[Decimal, Decimal]]:
    """The bounds of the partial areas, in days."""
    if not isinstance(rows, list) or not 0 < len(rows) <= 20:
        raise BadRecord("areas: write 1 to 20 pairs of days like [[0, 28]]")
    made = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 2:
            raise BadRecord(f"areas: `{said(row)}` is no pair of days like [0, 28]")
        start, end = (read_number(day, 0, LONGEST) for day in row)
        if start >= end:
            raise BadRecord(f"areas: [{start}, {end}] ends before it starts")
        made.append((start, end))
    return made


def curve(samples: list[Sample], blq: str, lloq: Decimal, from_zero: bool) -> list[Point]:
    """The points to integrate: samples below the limit by the rule, those not drawn left out."""
    seen = [at for at, sample in enumerate(samples) if sample.value is not None and not sample.below]
    points: list[Point] = []
    for at, sample in enumerate(samples):
        if sample.below:
            between = bool(seen) and seen[0] < at < seen[-1]
            if blq == "dropped" or (blq == "default" and between):
                continue
            points.append((float(sample.day), float(lloq / 2) if blq == "half" else 0.0))
        elif sample.value is not None:
            points.append((float(sample.day), float(sample.value)))
    if from_zero and points and points[0][0] > 0:
        points.insert(0, (0.0, 0.0))
    return points
