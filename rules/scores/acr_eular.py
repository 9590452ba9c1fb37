"""The 2013 ACR/EULAR classification of systemic sclerosis: weights, one maximum a category, threshold 9.

van den Hoogen F et al., Ann Rheum Dis 2013;72:1747, table 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.scores.given import Field, Given, Missing, Score

SOURCE = "ACR/EULAR 2013: van den Hoogen F et al., Ann Rheum Dis 2013;72:1747-1755, table 1"
DEFINITE = 9
# Category -> weight of each item. Only the highest item of a category counts.
CATEGORIES: Mapping[str, Mapping[str, int]] = {
    "skin proximal to the MCP joints": {"skin_proximal": 9},
    "skin of the fingers": {"puffy_fingers": 2, "sclerodactyly": 4},
    "fingertip lesions": {"tip_ulcers": 2, "pitting_scars": 3},
    "telangiectasia": {"telangiectasia": 2},
    "nailfold capillaries": {"capillaries": 2},
    "lung": {"pah": 2, "ild": 2},
    "Raynaud": {"raynaud": 3},
    "antibodies": {"anticentromere": 3, "anti_topoisomerase": 3, "anti_rnap3": 3},
}
ITEMS = {item: category for category, items in CATEGORIES.items() for item in items}
FIELDS = (
    Field("better_explained", "yes-no", "a scleroderma-like disorder explains the findings better"),
    Field("spares_fingers", "yes-no", "there is skin thickening and it spares the fingers"),
    Field(
        "skin_proximal",
        "yes-no",
        "skin thickening of the fingers of both hands, to proximal of the MCP joints",
    ),
    Field("puffy_fingers", "yes-no", "puffy fingers, ever"),
    Field("sclerodactyly", "yes-no", "sclerodactyly (distal to MCP, proximal to PIP joints), ever"),
    Field("tip_ulcers", "yes-no", "digital tip ulcers, ever"),
    Field("pitting_scars", "yes-no", "fingertip pitting scars, ever"),
    Field("telangiectasia", "yes-no", "telangiectasia, ever"),
    Field("capillaries", "yes-no", "abnormal nailfold capillaries, ever"),
    Field("pah", "yes-no", "pulmonary arterial hypertension (right-heart catheter), ever"),
    Field("ild", "yes-no", "interstitial lung disease (HRCT or chest film), ever"),
    Field("raynaud", "yes-no", "Raynaud's phenomenon, ever"),
    Field("anticentromere", "yes-no", "anticentromere antibody"),
    Field("anti_topoisomerase", "yes-no", "anti-topoisomerase I antibody (Scl-70)"),
    Field("anti_rnap3", "yes-no", "anti-RNA polymerase III antibody"),
)


def compute(given: Given) -> Score:
    """{"definite", "total", "domains"}; with open items only where they cannot change the verdict."""
    for exclusion, why in (
        ("better_explained", "a scleroderma-like disorder explains the findings better"),
        ("spares_fingers", "skin thickening that spares the fingers"),
    ):
        if given.values.get(exclusion):
            return _score({"definite": False, "not_applicable": why}, given, f"does not apply: {why}")
    # Thickening of the fingers themselves answers whether they are spared.
    implied = [name for name in ("skin_proximal", "sclerodactyly", "puffy_fingers") if given.values.get(name)]
    given.need(["better_explained"] if implied else ["better_explained", "spares_fingers"])
    unanswered = [name for name in ITEMS if name not in given.values]
    least = domains(given.values)
    most = domains({**given.values, **dict.fromkeys(unanswered, True)})
    low, high = sum(least.values()), sum(most.values())
    if low < DEFINITE <= high:
        raise Missing(*unanswered)
    total = {"total": low} if low == high else {"total_at_least": low, "total_at_most": high}
    open_items = {"unanswered": unanswered} if unanswered else {}
    shown = " + ".join(f"{points} ({name})" for name, points in least.items() if points) or "0"
    rule = f"{shown} = {low}; definite from {DEFINITE}; each category counts its highest item"
    return _score({"definite": low >= DEFINITE, **total, "domains": least, **open_items}, given, rule)


def domains(answers: Mapping[str, bool]) -> dict[str, int]:
    """The points of each category: its highest item that is present, or 0."""
    return {
        category: max((weight for item, weight in items.items() if answers.get(item)), default=0)
        for category, items in CATEGORIES.items()
    }


def _score(result: object, given: Given, rule: str) -> Score:
    return Score(result, given.values, rule, SOURCE)
