"""Scales as they are asked at the bedside: the order of the questions, and what an answer makes needless.

Answers are as written (yes, no, a choice, a number); UNKNOWN is an answer too. An item that cannot change the
score is not asked: a second antibody, the milder of two findings of one category.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.scores import acr_eular, core_set, crs, icans
from rules.scores.given import Field, Score, read_record

UNKNOWN = "?"
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One question: its field, and when it is asked; `surely` says that not knowing is no answer."""

    field: Field
    asked: Callable[[Answers], bool]
    surely: bool = False


def _fever(a: Answers) -> bool:
    hot = a.get("temperature", UNKNOWN) != UNKNOWN and Decimal(a["temperature"]) >= crs.FEVER
    return hot or a.get("fever_treated") == "yes"


def _cool(a: Answers) -> bool:
    """No fever now, or not known: was there one that was treated?"""
    return "temperature" in a and not _fever({**a, "fever_treated": "no"})


def _crs_state(a: Answers) -> bool:
    return _fever(a) and a.get("fever_explained") != "yes"


def _is(name: str, *values: str) -> Callable[[Answers], bool]:
    return lambda a: a.get(name) in values


def _none(*names: str) -> Callable[[Answers], bool]:
    """While none of these is present, and nothing that suffices alone."""
    return lambda a: not any(a.get(name) == "yes" for name in (*names, "better_explained", "skin_proximal"))


def _awake(a: Answers) -> bool:
    return a.get("consciousness") not in ("unarousable", "death")


def _fell(a: Answers) -> bool:
    """A relative fall of FVC by 15 % or more to below 80 %; then step 1 asks whether it was confirmed."""
    before, after = a.get("fvc_baseline", UNKNOWN), a.get("fvc", UNKNOWN)
    if UNKNOWN in (before, after):
        return False
    return (Decimal(before) - Decimal(after)) * 100 >= 15 * Decimal(before) > 0 and Decimal(after) < 80


def _fields(module: Any) -> dict[str, Field]:
    return {field.name: field for field in module.FIELDS}


def _always(_answers: Answers) -> bool:
    return True


_CRS, _ICANS, _ACR = (_fields(module) for module in (crs, icans, acr_eular))
_COURSE = Field("course", "choice", "life-threatening, or death from it", ("no", "life_threatening", "death"))
_PRESSORS = Field("pressors", "choice", "vasopressors at once, vasopressin not counted", ("0", "1", "2"))
_MIND = Field("consciousness", "choice", "and death", (*icans.CONSCIOUSNESS, "death"))
_PARTS = tuple(Step(_ICANS[part], _awake, surely=True) for part in icans.PARTS)
_SIGNS = tuple(
    Step(_ICANS[sign], lambda a: a.get("consciousness") != "death") for sign in ("seizure", "motor", "oedema")
)
_FLAGS = tuple(Field(name, "yes-no", says) for name, says in core_set.EVENTS.items())
_AGAIN = _is("visit", "follow_up")

STEPS: Mapping[str, tuple[Step, ...]] = {
    "crs": (
        Step(_CRS["temperature"], _always),
        Step(_CRS["fever_treated"], _cool),
        Step(_CRS["fever_explained"], _fever),
        Step(_CRS["hypotension"], _crs_state),
        Step(_PRESSORS, lambda a: _crs_state(a) and a.get("hypotension") == "yes"),
        Step(_CRS["vasopressin"], lambda a: _crs_state(a) and a.get("hypotension") == "yes"),
        Step(_CRS["oxygen"], _crs_state),
        Step(_CRS["oxygen_percent"], lambda a: _crs_state(a) and a.get("oxygen") in [*crs.OXYGEN][1:]),
        Step(_COURSE, _always, surely=True),
    ),
    "icans": (Step(_MIND, _always, surely=True), *_PARTS, *_SIGNS),
    "acr_eular": (
        Step(_ACR["better_explained"], _always),
        Step(_ACR["skin_proximal"], lambda a: a.get("better_explained") != "yes"),
        Step(_ACR["sclerodactyly"], _none()),
        Step(_ACR["puffy_fingers"], _none("sclerodactyly")),
        Step(_ACR["spares_fingers"], _none("sclerodactyly", "puffy_fingers")),
        Step(_ACR["pitting_scars"], _none("spares_fingers")),
        Step(_ACR["tip_ulcers"], _none("spares_fingers", "pitting_scars")),
        Step(_ACR["telangiectasia"], _none("spares_fingers")),
        Step(_ACR["capillaries"], _none("spares_fingers")),
        Step(_ACR["pah"], _none("spares_fingers")),
        Step(_ACR["ild"], _none("spares_fingers", "pah")),
        Step(_ACR["raynaud"], _none("spares_fingers")),
        Step(_ACR["anticentromere"], _none("spares_fingers")),
        Step(_ACR["anti_topoisomerase"], _none("spares_fingers", "anticentromere")),
        Step(_ACR["anti_rnap3"], _none("spares_fingers", "anticentromere", "anti_topoisomerase")),
    ),
    "core_set": (
        *(Step(core_set.measure(name), _always) for name in core_set.MEASURES),
        *(Step(field, _AGAIN) for field in _FLAGS),
        *(Step(Field(name, "yes-no", name), lambda a: _AGAIN(a) and _fell(a)) for name in core_set.LUNG),
    ),
}  # fmt: skip


def asked(scale: str, answers: Answers) -> tuple[Step, ...]:
    """The questions that these answers leave to be asked or have answered, in order.

    An answer to a question that is not asked counts for no other.
    """
    names = {step.field.name for step in STEPS[scale]}
    live = {name: value for name, value in answers.items() if name not in names}
    found = []
    for step in STEPS[scale]:
        if step.asked(live):
            found.append(step)
            live |= {name: answers[name] for name in (step.field.name,) if name in answers}
    return tuple(found)


def given(scale: str, answers: Answers) -> dict[str, str]:
    """The answers that count, without those that are not known or have become needless."""
    names = [step.field.name for step in asked(scale, answers)]
    return {name: answers[name] for name in names if answers.get(name, UNKNOWN) != UNKNOWN}


def score(scale: str, answers: Answers) -> Score:
    """The score by crs, icans or acr_eular; Missing names what is not known and would decide."""
    kept = given(scale, answers)
    module: Any = {"crs": crs, "icans": icans, "acr_eular": acr_eular}[scale]
    fields = _fields(module)
    record: dict[str, Any] = {"crs": _of_crs, "icans": _of_icans}.get(scale, dict)(kept)
    numbers = {n: Decimal(v) for n, v in record.items() if fields[n].kind in ("number", "whole")}
    found: Score = module.compute(read_record(module.FIELDS, {**record, **numbers}))
    return found


def _of_crs(kept: dict[str, str]) -> dict[str, str]:
    """Without fever its cause is no matter; without hypotension no vasopressor runs for it."""
    record = {name: value for name, value in kept.items() if name != "course"}
    if not _fever(kept):
        record.setdefault("fever_explained", "no")
    if kept.get("hypotension") == "no":
        record |= {"pressors": "0", "vasopressin": "no"}
    course = kept["course"]
    record["death"] = "yes" if course == "death" else "no"
    return record | {"life_threatening": "no" if course == "no" else "yes"}


def _of_icans(kept: dict[str, str]) -> dict[str, str]:
    died = kept["consciousness"] == "death"
    return {"death": "yes"} if died else {**kept, "death": "no"}
