"""ACR-CRISS, the original probability of improvement, with step 1.

Khanna D et al. 2016 (PMC4818571, table 11).
"""

from __future__ import annotations

import math
from decimal import Decimal

from rules.scores.core_set import FIELDS, failed_step_1, need_measures, pair, standing
from rules.scores.given import Given, Score

__all__ = ["FIELDS", "IMPROVED", "SOURCE", "compute"]

SOURCE = "ACR-CRISS: Khanna D et al. 2016 (PMC4818571), table 11"
IMPROVED = 0.60
CONSTANT = Decimal("-5.54")
WEIGHTS = {
    "mrss": Decimal("-0.81"),
    "fvc": Decimal("0.21"),
    "patient_global": Decimal("-0.40"),
    "physician_global": Decimal("-0.44"),
    "haq_di": Decimal("-3.41"),
}


def compute(given: Given) -> Score:
    """{"probability": 0-1, "improved", "changes", "log_odds", "standing"}."""
    if worsened := failed_step_1(given):
        result = {"probability": 0.0, "improved": False, "step_1": worsened, "standing": standing(given)}
        return Score(result, given.values, f"step 1: {worsened}; the probability is 0", SOURCE)
    need_measures(given)
    changes = {name: after - before for name in WEIGHTS for before, after in [pair(given, name)]}
    log_odds = CONSTANT + sum(weight * changes[name] for name, weight in WEIGHTS.items())
    probability = 1 / (1 + math.exp(-float(log_odds)))
    terms = " ".join(f"{'-' if w < 0 else '+'} {abs(w)} x ({changes[name]})" for name, w in WEIGHTS.items())
    names = ", ".join(WEIGHTS)
    rule = (
        f"step 2: p = 1 / (1 + exp(-L)), L = {CONSTANT} {terms} = {log_odds} (changes of {names}, follow-up "
        f"minus baseline); improved from {IMPROVED:.2f}"
    )
    result = {
        "probability": probability, "improved": probability >= IMPROVED, "log_odds": log_odds,
        "changes": changes, "standing": standing(given),
    }  # fmt: skip
    return Score(result, given.values, rule, SOURCE)
