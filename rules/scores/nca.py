"""Non-compartmental parameters of CAR-T cells in blood: Cmax, Tmax and areas, with the conventions said.

Trapezoids and the handling of samples below the limit follow the R package PKNCA; checked against WinNonlin.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rules.scores.areas import LOG_DOWN, METHODS, Point, area, between
from rules.scores.given import Field, Given, NotDefined, Score
from rules.scores.samples import BLQ_RULES, Sample, curve, read_areas, read_samples

SOURCE = (
    "linear and linear-up/log-down trapezoids; Tmax first of ties, BLQ as in PKNCA; "
    "checked against outputs of WinNonlin on Theoph and Indometh"
)
STOPS = "stops at day {:g}, the last quantifiable sample; the next sample, on day {:g}, is below the limit"
INTERPOLATED = "day {:g} is interpolated between days {:g} and {:g}"
ENDS = ("last", "all")
STARTS = ("measured", "zero")
FIELDS = (
    Field(
        "samples", "samples",
        '[{"day": 0, "value": "BLQ"}, {"day": 7, "value": 1234.5}, ...] in order, '
        "predose as day 0; value null: not drawn",
    ),
    Field("lloq", "number", "lower limit of quantification, in the unit of the values"),
    Field("unit", "text", "unit of the values, for example copies/ug"),
    Field("method", "choice", "trapezoids; linear-up-log-down when not given", METHODS),
    Field(
        "blq", "choice",
        "below the limit; default: 0 before the first and after the last quantifiable, dropped between; "
        "zero, half (of lloq) or dropped: all of them",
        BLQ_RULES,
    ),
    Field(
        "end", "choice",
        "last: areas stop at the last quantifiable sample (the default); all: they go on to the end of data",
        ENDS,
    ),
    Field("start", "choice", "zero: 0 at day 0 when no sample stands there; measured when not given", STARTS),
    Field("areas", "areas", "[[0, 28], [0, 90]] when not given: days of each partial area"),
)  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """The conventions in force."""

    method: str
    blq: str
    end: str
    start: str


def compute(given: Given) -> Score:
    """{"cmax", "tmax", "clast", "tlast", "auc_last", "auc_all", "areas": {"AUC0-28d": {"value", ...}}}."""
    given.need(["samples"])
    chosen = Choices(*(given.values.get(n, d) for n, d in _DEFAULTS.items()))
    lloq = given.number("lloq") if "lloq" in given.values else None
    samples = read_samples(given.values["samples"], lloq)
    if chosen.blq == "half":
        given.need(["lloq"])
    whole = curve(samples, chosen.blq, lloq or Decimal(0), chosen.start == "zero")
    measured = [sample for sample in samples if sample.value is not None and not sample.below]
    if not measured:
        raise NotDefined("no sample is quantifiable")
    highest, last = max(measured, key=lambda s: s.value or 0), measured[-1]
    to_last = [point for point in whole if point[0] <= float(last.day)]
    result: dict[str, Any] = {
        "cmax": highest.value, "tmax": highest.day, "clast": last.value, "tlast": last.day,
        "auc_last": area(to_last, chosen.method), "auc_all": area(whole, chosen.method),
    }  # fmt: skip
    result["areas"] = {
        f"AUC{start}-{end}d": _partial(whole, to_last, (float(start), float(end)), chosen, result)
        for start, end in read_areas(given.values.get("areas", [[0, 28], [0, 90]]))
    }
    return Score(result, {**given.values, **chosen.__dict__}, _rule(chosen, samples), SOURCE)


_DEFAULTS = {"method": LOG_DOWN, "blq": "default", "end": "last", "start": "measured"}


def _partial(
    whole: list[Point],
    to_last: list[Point],
    bounds: tuple[float, float],
    chosen: Choices,
    result: dict[str, Any],
) -> dict[str, Any]:
    """{"value"} of one area, or {"value": None, "why", "auc_last", "tlast"} when it is not reportable."""
    start, end = bounds
    nothing = {"value": None, "auc_last": result["auc_last"], "tlast": result["tlast"]}
    if start < whole[0][0]:
        return {**nothing, "why": f"not reportable: the first sample is on day {whole[0][0]:g}"}
    if end > whole[-1][0]:
        return {**nothing, "why": f"not reportable: the last sample is on day {whole[-1][0]:g}"}
    points = whole if chosen.end == "all" else to_last
    stop = min(end, points[-1][0])
    value = between(points, start, stop, chosen.method)
    return {"value": value, **_noted(whole, points, (start, end), stop)}


def _noted(
    whole: list[Point], points: list[Point], bounds: tuple[float, float], stop: float
) -> dict[str, Any]:
    """{"note", "stops": [last day, day of the next sample], "interpolated": [[day, from, to], ...]}.

    An area stops at the last quantifiable sample; a bound inside the data may lie in a long gap.
    """
    found: dict[str, Any] = {}
    if stop < bounds[1]:
        found["stops"] = [stop, next(day for day, _ in whole if day > stop)]
    days = [day for day, _ in points]
    gaps = [[at, a, b] for at in bounds for a, b in pairwise(days) if a < at < b]
    found |= {"interpolated": gaps} if gaps else {}
    notes = [STOPS.format(*found["stops"])] if "stops" in found else []
    notes += [INTERPOLATED.format(*gap) for gap in gaps]
    return {"note": "; ".join(notes), **found} if notes else {}


def _rule(chosen: Choices, samples: list[Sample]) -> str:
    below = [f"{sample.day}" for sample in samples if sample.below]
    gone = [f"{sample.day}" for sample in samples if sample.value is None and not sample.below]
    return "; ".join(
        [
            f"{chosen.method} trapezoids, bounds inside the data interpolated by the same rule",
            f"below the limit: {chosen.blq} (days {', '.join(below) or 'none'})",
            f"not drawn: days {', '.join(gone) or 'none'}",
            f"end of data: {chosen.end}, never extrapolated",
            f"start: {chosen.start}",
            "Tmax is the first time of Cmax",
        ]
    )
