"""CRS by ASTCT 2019, the worse of hypotension and hypoxia, with CTCAE v5.0's own grade beside it.

Lee DW et al. 2019, as read in PMC9327779, table 2. Organ toxicities do not move the grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from rules.scores.given import BadRecord, Field, Given, Missing, Score

SOURCE = (
    "ASTCT 2019: Lee DW et al., Biol Blood Marrow Transplant 2019;25:625-638 (CRS); "
    "CTCAE v5.0, NCI 2017 (Cytokine release syndrome)"
)
SCALE = "ASTCT 2019"
OXYGEN = {
    "none": 0, "low_flow": 2, "blow_by": 2, "high_flow": 3, "face_mask": 3, "non_rebreather": 3, "venturi": 3,
    "cpap": 4, "bipap": 4, "intubation": 4,
}  # fmt: skip
FEVER = 38
SEVERAL = "CTCAE v5.0 names one pressor in grade 3; several that are not called life-threatening count as it"
FIELDS = (
    Field("temperature", "number", "highest temperature, in degrees Celsius", low=25, high=45),
    Field("fever_explained", "yes-no", "the fever has another cause"),
    Field("fever_treated", "yes-no", "there was fever, then antipyretics, anticytokine drugs or steroids"),
    Field("hypotension", "yes-no", "hypotension not explained otherwise, vasopressors or not"),
    Field("pressors", "whole", "how many vasopressors run at once, vasopressin not counted", high=10),
    Field("vasopressin", "yes-no", "vasopressin runs"),
    Field(
        "oxygen", "choice",
        "low_flow: nasal cannula up to 6 L/min; high_flow: nasal cannula above 6 L/min; none: no hypoxia",
        tuple(OXYGEN),
    ),
    Field("oxygen_percent", "number", "inspired oxygen in %, for CTCAE's grade", low=21, high=100),
    Field("life_threatening", "yes-no", "life-threatening, urgent intervention; for CTCAE's grade"),
    Field("death", "yes-no", "death from it"),
)  # fmt: skip
POSSIBLE: Mapping[str, tuple[Any, ...]] = {
    "hypotension": (False, True),
    "pressors": (0, 1, 2),
    "vasopressin": (False, True),
    "oxygen": tuple(OXYGEN),
}
STATE = tuple(POSSIBLE)


def compute(given: Given) -> Score:
    """{"grade": 0-5, "scale", "ctcae": {"grade", "scale"}, "differs"}; 0 is no CRS."""
    given.need(["death"])
    _hold_together(given)
    known = _implied(given)
    grade, rule = astct(known)
    try:
        other: Any = ctcae(known)
    except Missing as why:
        other = f"cannot be computed: {why}"
    if other == 3 and known.values.get("pressors", 0) + known.values.get("vasopressin", False) > 1:
        rule += f"; {SEVERAL}"
    beside = {"scale": "CTCAE v5.0", "grade": other}
    differs = other != grade if isinstance(other, int) else None
    result = {"grade": grade, "scale": SCALE, "ctcae": beside, "differs": differs}
    return Score(result, given.values, rule, SOURCE)


def _hold_together(given: Given) -> None:
    """BadRecord for a vasopressor that runs without hypotension, which it is given for."""
    running = given.values.get("pressors", 0) > 0 or given.values.get("vasopressin", False)
    if given.values.get("hypotension") is False and running:
        raise BadRecord("hypotension: no, but a vasopressor runs; hypotension is yes, vasopressors or not")


def _implied(given: Given) -> Given:
    """Without hypotension no vasopressor runs for it."""
    none = {"pressors": 0, "vasopressin": False} if given.values.get("hypotension") is False else {}
    return Given({**none, **given.values})


def astct(given: Given) -> tuple[int, str]:
    """The grade by ASTCT 2019 and why."""
    if given.yes("death"):
        return 5, "grade 5: death from CRS"
    given.need(["fever_explained"])
    if given.yes("fever_explained"):
        return 0, "no CRS: the fever has another cause"
    if not _fever(given):
        return 0, "no CRS: no fever of 38.0 degrees Celsius or more"
    grades = {_by_state(known) for known in _completed(given)}
    if len(grades) > 1:
        given.need(STATE)
    grade = max(grades)
    if grade == 1:
        return 1, "grade 1: fever without hypotension and hypoxia"
    pressure = _one({_pressure(known) for known in _completed(given)})
    oxygen = _one({OXYGEN[known.word("oxygen")] for known in _completed(given)})
    return grade, f"grade {grade}: fever; worse of hypotension ({pressure}) and hypoxia ({oxygen})"


def _by_state(given: Given) -> int:
    return max(1, _pressure(given), OXYGEN[given.word("oxygen")])


def _one(grades: set[int]) -> str:
    """The grade of one finding: - for none, ? where what is not known leaves it open."""
    return "?" if len(grades) > 1 else str(max(grades) or "-")


def _completed(given: Given) -> list[Given]:
    """The record with every way in which what is not known of STATE could be."""
    open_ = {name: values for name, values in POSSIBLE.items() if name not in given.values}
    ways = product(*open_.values())
    return [Given({**given.values, **dict(zip(open_, way, strict=True))}) for way in ways]


def ctcae(given: Given) -> int:
    """The grade by CTCAE v5.0, which has no fever in its grades 2 and up; 0: the fever has another cause."""
    if given.yes("death"):
        return 5
    if given.values.get("fever_explained"):
        return 0
    given.need(["life_threatening"])
    if given.yes("life_threatening"):
        return 4
    given.need(STATE)
    pressure = _pressure(given)
    if pressure > 2:
        return 3
    if given.word("oxygen") != "none":
        return 3 if given.number("oxygen_percent") >= 40 else 2
    return 2 if pressure else int(_fever(given))


def ctcae_needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What is missing for CTCAE's own grade of a record; empty where nothing is."""
    try:
        ctcae(Given(values))
    except Missing as why:
        return tuple(why.names)
    return ()


def _fever(given: Given) -> bool:
    """Fever now, or earlier and treated since."""
    if given.values.get("temperature", 0) >= FEVER or given.values.get("fever_treated"):
        return True
    given.need(["temperature", "fever_treated"])
    return False


def _pressure(given: Given) -> int:
    """The grade of hypotension alone, 0 when there is none."""
    pressors = given.number("pressors")
    if pressors > 1:
        return 4
    if pressors == 1 or given.yes("vasopressin"):
        return 3
    return 2 if given.yes("hypotension") else 0
