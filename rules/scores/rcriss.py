"""Revised CRISS: three of five core measures improve by 20, 25, 30 or 50 %, FVC by 5 %.

Khanna D et al., Ann Rheum Dis 2021;80:641 (PMC10750249); step 1 is that of ACR-CRISS.
"""

from __future__ import annotations

from decimal import Decimal

from rules.scores.core_set import FIELDS, MEASURES, failed_step_1, need_measures, pair, standing
from rules.scores.given import Given, Score

__all__ = ["FIELDS", "SOURCE", "compute"]

SOURCE = "Revised CRISS: Khanna D et al., Ann Rheum Dis 2021;80:641-650 (PMC10750249)"
PERCENTS = (20, 25, 30, 50)
FVC_PERCENT = 5
ENOUGH = 3


def compute(given: Given) -> Score:
    """{"responder": {"20": bool, ...}, "improved": {"20": [measure, ...], ...}, "percent", "standing"}."""
    if worsened := failed_step_1(given):
        none = {str(percent): False for percent in PERCENTS}
        result = {"responder": none, "step_1": worsened, "standing": standing(given)}
        return Score(result, given.values, f"step 1: {worsened}; no responder", SOURCE)
    need_measures(given)
    gains = {name: _gain(given, name) for name in MEASURES}
    improved = {
        str(percent): [
            name
            for name, (gain, before) in gains.items()
            if before and gain * 100 >= (FVC_PERCENT if name == "fvc" else percent) * before
        ]
        for percent in PERCENTS
    }
    at_zero = [name for name, (_, before) in gains.items() if not before]
    rule = (
        f"step 2: at least {ENOUGH} of {', '.join(MEASURES)} improve by the percentage of baseline; "
        f"FVC always by {FVC_PERCENT} %"
    )
    if at_zero:
        rule += f"; counted as not improved, for no percentage exists at baseline 0: {', '.join(at_zero)}"
    result = {
        "responder": {percent: len(names) >= ENOUGH for percent, names in improved.items()},
        "improved": improved,
        "percent": {n: round(float(gain * 100 / b), 6) if b else None for n, (gain, b) in gains.items()},
        "standing": standing(given),
    }
    return Score(result, given.values, rule, SOURCE)


def _gain(given: Given, name: str) -> tuple[Decimal, Decimal]:
    """How far a measure improved (a fall, for FVC a rise), and its baseline."""
    before, after = pair(given, name)
    return (after - before if name == "fvc" else before - after), before
