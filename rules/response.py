"""The response of systemic sclerosis at each follow-up: ACR-CRISS and revised CRISS, and the file's own word.

The file may say what counts as its response (`response.when`); where it is silent that is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rules.expressions import UNKNOWN, Truth
from rules.file.response_rule import ResponseRule
from rules.protocol import Protocol
from rules.scores import criss, rcriss
from rules.scores.core_set import EVENTS, LUNG, MEASURES
from rules.scores.given import Missing, Score, read_record
from rules.subject import Subject
from rules.toxicity.events import CoreSetMeasured
from rules.window import local_day

# What the file's own definition can ask about a follow-up.
ASKS: Mapping[str, str] = {
    "probability": "number", "improved": "truth", "day": "number",
    **{f"responder_{percent}": "truth" for percent in rcriss.PERCENTS},
    **{f"{name}_change": "number" for name in MEASURES},
}  # fmt: skip


@dataclass(frozen=True)
class Response:
    """One follow-up: its day from baseline or None, each score or what is missing, the file's word."""

    follow_up: CoreSetMeasured
    day: int | None
    criss: Score | tuple[str, ...]
    rcriss: Score | tuple[str, ...]
    by_file: Truth


def responses(protocol: Protocol, subject: Subject) -> tuple[Response, ...]:
    """Every follow-up against the newest baseline before it, in order of time."""
    sets = sorted(subject.course.core_sets, key=lambda x: x.at)
    return tuple(_response(protocol, baseline_of(subject, x.at), x) for x in sets if x.visit == "follow_up")


def baseline_of(subject: Subject, at: datetime) -> CoreSetMeasured | None:
    """The newest baseline until `at`; what was measured after the infusion is none."""
    last = min(at, subject.infusion.at) if subject.infusion else at
    before = [x for x in subject.course.core_sets if x.visit == "baseline" and x.at <= last]
    return max(before, key=lambda x: x.at, default=None)


def _response(protocol: Protocol, baseline: CoreSetMeasured | None, follow_up: CoreSetMeasured) -> Response:
    day = (local_day(protocol, follow_up.at) - local_day(protocol, baseline.at)).days if baseline else None
    record = _record(baseline, follow_up, day)
    scores = {name: _score(module, record) for name, module in (("criss", criss), ("rcriss", rcriss))}
    return Response(
        follow_up, day, scores["criss"], scores["rcriss"], _by_file(protocol.response, scores, day)
    )


def _record(baseline: CoreSetMeasured | None, follow_up: CoreSetMeasured, day: int | None) -> dict[str, Any]:
    record: dict[str, Any] = {} if day is None else {"day": Decimal(day)}
    for name, visit in (("baseline", baseline), ("follow_up", follow_up)):
        values = dict(visit.values) if visit else {}
        record |= {f"{m}_{name}": Decimal(values[m]) for m in MEASURES if m in values}
    flags = dict(follow_up.values)
    record |= {name: flags[name] for name in (*EVENTS, *LUNG) if name in flags}
    fvc = [record.get(f"fvc_{name}") for name in ("baseline", "follow_up")]
    if None not in fvc and not (fvc[0] - fvc[1]) * 100 >= 15 * fvc[0]:  # type: ignore[operator]
        record |= {name: "no" for name in LUNG if name not in record}  # without the fall neither can matter
    return record


def _score(module: Any, record: Mapping[str, Any]) -> Score | tuple[str, ...]:
    try:
        found: Score = module.compute(read_record(module.FIELDS, record))
    except Missing as why:
        every = (f"{name}_{visit}" for name in MEASURES for visit in ("baseline", "follow_up"))
        return tuple(dict.fromkeys([*(name for name in every if name not in record), *why.names]))
    return found


def _by_file(rule: ResponseRule | None, scores: Mapping[str, Any], day: int | None) -> Truth:
    """What the file's definition says; UNKNOWN where it has none or something is missing."""
    values: dict[str, Any] = {} if day is None else {"day": day}
    if isinstance(scores["criss"], Score):
        result = scores["criss"].result
        values |= {"probability": float(result["probability"]), "improved": result["improved"]}
        values |= {f"{name}_change": float(change) for name, change in result.get("changes", {}).items()}
    if isinstance(scores["rcriss"], Score):
        values |= {f"responder_{name}": yes for name, yes in scores["rcriss"].result["responder"].items()}
    return rule.when.holds(values) if rule and rule.when else UNKNOWN
