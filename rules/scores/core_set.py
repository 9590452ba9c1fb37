"""The five core measures of systemic sclerosis at baseline and follow-up, and CRISS's first step."""

from __future__ import annotations

from decimal import Decimal

from rules.expressions import UNKNOWN, Truth, both, either
from rules.scores.given import Field, Given, Missing

ONE_YEAR = 330
MEASURES = {"mrss": 51, "fvc": 200, "patient_global": 10, "physician_global": 10, "haq_di": 3}
WORDS = {
    "mrss": "modified Rodnan skin score, 0 to 51",
    "fvc": "FVC in % of predicted",
    "patient_global": "patient's global assessment, 0 to 10",
    "physician_global": "physician's global assessment, 0 to 10",
    "haq_di": "HAQ-DI, 0 to 3",
}
EVENTS = {
    "renal_crisis": "new scleroderma renal crisis",
    "lv_failure": "new left ventricular failure from systemic sclerosis, LVEF 45 % or less, treated",
    "pah": "new pulmonary arterial hypertension on right-heart catheter, treated: mean pressure at rest "
    "25 mmHg or more, wedge 15 mmHg or less, resistance above 3 Wood units",
}
LUNG = ("fvc_fall_confirmed", "ild_on_hrct")


def measure(name: str, when: str = "") -> Field:
    """One measure at one visit; without `when`, at whichever it is."""
    kind, full = "whole" if name == "mrss" else "number", f"{name}_{when}" if when else name
    at = f", at {when.replace('_', '-')}" if when else ""
    return Field(full, kind, f"{WORDS[name]}{at}", high=MEASURES[name])


FIELDS = (
    *(measure(name, when) for name in MEASURES for when in ("baseline", "follow_up")),
    *(Field(name, "yes-no", says) for name, says in EVENTS.items()),
    Field(
        "fvc_fall_confirmed", "yes-no", "the relative FVC fall of 15 % or more was confirmed within one month"
    ),
    Field("ild_on_hrct", "yes-no", "interstitial lung disease on HRCT"),
    Field("day", "number", "days from baseline to follow-up", high=3650),
)


def pair(given: Given, name: str) -> tuple[Decimal, Decimal]:
    """Baseline and follow-up of one measure."""
    return given.number(f"{name}_baseline"), given.number(f"{name}_follow_up")


def need_measures(given: Given) -> None:
    """Raise Missing with every measure that is not there."""
    given.need(f"{name}_{when}" for name in MEASURES for when in ("baseline", "follow_up"))


def failed_step_1(given: Given) -> str:
    """The worsening that ends the score at step 1, or ""; Missing when neither is known."""
    truths: dict[str, Truth] = {name: given.values.get(name, UNKNOWN) for name in EVENTS}
    truths["lung"] = _lung(given)
    if either(list(truths.values())) is True:
        named = next(name for name, truth in truths.items() if truth is True)
        return EVENTS.get(
            named, "FVC fell by 15 % or more to below 80 % predicted, confirmed, with ILD on HRCT"
        )
    gone = [name for name in EVENTS if truths[name] is UNKNOWN]
    if truths["lung"] is UNKNOWN:
        gone += [name for name in ("fvc_baseline", "fvc_follow_up", *LUNG) if name not in given.values]
    if gone:
        raise Missing(*gone)
    return ""


def _lung(given: Given) -> Truth:
    flags: list[Truth] = [given.values.get(name, UNKNOWN) for name in LUNG]
    fell: Truth = UNKNOWN
    if "fvc_baseline" in given.values and "fvc_follow_up" in given.values:
        before, after = pair(given, "fvc")
        fell = (before - after) * 100 >= 15 * before > 0 and after < 80
    return both([fell, *flags])


def standing(given: Given) -> str:
    """Whether the score stands where it was developed: at about one year in early diffuse disease."""
    if "day" not in given.values:
        return "developed for one year of early diffuse disease; the day of follow-up is not given"
    day = given.number("day")
    return (
        "as developed, at about one year"
        if day >= ONE_YEAR
        else f"exploratory: day {day}, developed for one year"
    )
