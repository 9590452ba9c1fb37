"""ICANS of the adult by ASTCT 2019: the worst of ICE, consciousness, seizure, motor findings and oedema.

Lee DW et al. 2019, as read in PMC8403007, table 4; intracranial haemorrhage and tremor are
graded by CTCAE and do not move the grade.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.scores.given import BadRecord, Field, Given, Score

SOURCE = "ASTCT 2019: Lee DW et al., Biol Blood Marrow Transplant 2019;25:625-638 (ICE and ICANS, adults)"
SCALE = "ASTCT 2019"
PARTS = {"ice_orientation": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 1, "ice_counting": 1}
CONSCIOUSNESS = {"alert": 0, "spontaneous": 1, "voice": 2, "touch": 3, "unarousable": 4}
SEIZURE = {"none": 0, "resolved": 3, "prolonged": 4}
MOTOR = {"none": 0, "deep_focal_weakness": 4}
OEDEMA = {
    "none": 0, "focal": 3, "diffuse": 4, "posturing": 4, "sixth_nerve_palsy": 4, "papilloedema": 4,
    "cushing": 4,
}  # fmt: skip
DOMAINS: Mapping[str, Mapping[str, int]] = {
    "consciousness": CONSCIOUSNESS,
    "seizure": SEIZURE,
    "motor": MOTOR,
    "oedema": OEDEMA,
}
FIELDS = (
    Field("ice", "whole", "ICE score, 0 to 10, or its five parts below", high=10),
    Field("ice_orientation", "whole", "oriented to year, month, city, hospital: one point each", high=4),
    Field("ice_naming", "whole", "names three objects: one point each", high=3),
    Field("ice_command", "whole", "follows a simple command", high=1),
    Field("ice_writing", "whole", "writes a standard sentence", high=1),
    Field("ice_counting", "whole", "counts back from 100 by tens", high=1),
    Field(
        "consciousness", "choice",
        "alert; depressed, and wakes: spontaneous, to voice, to touch only; unarousable: or only by vigorous "
        "or repeated touch, stupor, coma",
        tuple(CONSCIOUSNESS),
    ),
    Field(
        "seizure", "choice",
        "resolved: any that resolves rapidly, or non-convulsive and ended by treatment; prolonged: over "
        "5 minutes, or repeated without return to baseline",
        tuple(SEIZURE),
    ),
    Field("motor", "choice", "deep focal weakness such as hemiparesis or paraparesis", tuple(MOTOR)),
    Field("oedema", "choice", "raised pressure or oedema on imaging, or one of its signs", tuple(OEDEMA)),
    Field("death", "yes-no", "death from it"),
)  # fmt: skip


def compute(given: Given) -> Score:
    """{"grade": 0-5, "scale", "ice", "domains"}; 0 is no ICANS.

    What cannot change the grade may be missing.
    """
    given.need(["death"])
    if given.yes("death"):
        return Score({"grade": 5, "scale": SCALE}, given.values, "grade 5: death from ICANS", SOURCE)
    asleep = given.values.get("consciousness") == "unarousable"
    known = {name: grades[given.word(name)] for name, grades in DOMAINS.items() if name in given.values}
    has_ice = "ice" in given.values or all(part in given.values for part in PARTS)
    given.need(_open(given, max(known.values(), default=0), has_ice))
    points = ice(given) if has_ice else 0
    domains = ({"ice": _by_ice(points, asleep)} if has_ice or asleep else {}) | known
    grade = max(domains.values())
    worst = [
        f"{name} {points if name == 'ice' else given.word(name)}"
        for name in domains
        if domains[name] == grade
    ]
    why = f"the worst domain decides: {', '.join(worst)}" if grade else "no domain is affected"
    result = {"grade": grade, "scale": SCALE, "ice": points if has_ice else None, "domains": domains}
    return Score(result, given.values, f"grade {grade}: {why}", SOURCE)


def _open(given: Given, worst: int, has_ice: bool) -> list[str]:
    """The inputs that could make the grade worse than `worst`: ICE alone up to 3, the others up to 4."""
    parts = list(PARTS) if any(part in given.values for part in PARTS) else ["ice"]
    return [*(parts if worst < 3 and not has_ice else []), *(DOMAINS if worst < 4 else [])]


def ice(given: Given) -> int:
    """The ICE score: the total, or the sum of the five parts; both, and different, is a mistake."""
    if "ice" in given.values and not any(part in given.values for part in PARTS):
        return int(given.number("ice"))
    given.need(PARTS)
    total = int(sum(given.number(part) for part in PARTS))
    if "ice" in given.values and given.number("ice") != total:
        raise BadRecord(f"ice: {given.number('ice')} is not the sum of its parts, {total}")
    return total


def _by_ice(points: int, asleep: bool) -> int:
    """The grade of an ICE score; 0 is grade 4 only when the patient cannot be aroused to do it."""
    if points == 0 and asleep:
        return 4
    return 3 if points <= 2 else 2 if points <= 6 else 1 if points <= 9 else 0
