"""CTCAE v5.0 grades from numbers: laboratory values and vital signs.

NCI, Common Terminology Criteria for Adverse Events v5.0, 27 November 2017; limits in ctcae_numbers.yaml. A
computed grade is a floor: clinical findings can raise it, and an investigator says so. No MedDRA codes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from rules.expressions import UNKNOWN, Expression, Truth, both, compile_expression, either
from rules.scores.ctcae_bounds import Bounds, Swapped, bounds_of
from rules.scores.ctcae_terms import search, terms
from rules.scores.ctcae_units import in_unit_of, usual
from rules.scores.given import BadRecord, Field, Given, Missing, NotDefined, Score, plain, said

SOURCE = "CTCAE v5.0, National Cancer Institute, 27 November 2017"
SCALE = "CTCAE v5.0"
FLOOR = "a floor: clinical findings can raise it, and an investigator says so"
FIELDS = (
    Field("term", "text", "a term of CTCAE v5.0"),
    Field("value", "number", "the measured value"),
    Field(
        "unit", "text", "the unit of value, lln, uln, baseline and mi_cutoff; needless where ratios decide"
    ),
    Field("lln", "number", "lower limit of normal of the laboratory"),
    Field("uln", "number", "upper limit of normal of the laboratory"),
    Field("baseline", "number", "the value at baseline"),
    Field(
        "symptomatic",
        "yes-no",
        "signs or symptoms of it (hypokalemia: or an intervention; urate: consequences)",
    ),
    Field("anticoagulated", "yes-no", "on anticoagulation (INR)"),
    Field("albumin", "number", "albumin in g/L, to correct calcium", low=5, high=80),
    Field("corrected", "yes-no", "the calcium value is corrected for albumin already"),
    Field("temperature", "number", "temperature in degrees Celsius (febrile neutropenia)", low=25, high=45),
    Field("sustained", "yes-no", "38.0 degrees Celsius or more for over one hour (febrile neutropenia)"),
    Field("hours", "number", "how long above 40.0 degrees Celsius, in hours (fever)"),
    Field("state", "choice", "where the oxygen was measured (hypoxia)", ("rest", "exercise")),
    Field("diastolic", "number", "diastolic pressure in mmHg; the value is the systolic one", high=400),
    Field("mi_cutoff", "number", "the maker's limit for myocardial infarction (troponin)"),
)
AMOUNTS = ("value", "lln", "uln", "baseline", "mi_cutoff")
KINDS = {
    **dict.fromkeys((*AMOUNTS, "temperature", "hours", "diastolic"), "number"),
    **dict.fromkeys(("symptomatic", "anticoagulated", "sustained"), "truth"),
    "state": "word",
}
# Per unit of calcium: what each g/L of albumin below 40 adds (Payne RB et al., Br Med J 1973;4:643).
CALCIUM = {"mmol/L": Decimal("0.02"), "mg/dL": Decimal("0.08")}
Limits = Mapping[int, list[str]]


@dataclass(frozen=True)
class Rule:
    """The limits of one term, by unit and grade; none where v5.0 has no number. `units` are of ratios."""

    term: str
    in_list: str
    grades: Mapping[str, Limits]
    reads: str
    corrected: bool
    units: tuple[str, ...]
    also: Mapping[str, str]
    bounds: Bounds

    def accepted(self) -> tuple[str, ...]:
        """The units that people write a value of it in; none where it has none."""
        return (*usual(unit for unit in self.grades if unit), *self.also) or self.units


@cache
def rules() -> Mapping[str, Rule]:
    """Every term with a row in ctcae_numbers.yaml, by its name in small letters."""
    import yaml

    text = files("rules.scores").joinpath("ctcae_numbers.yaml").read_text(encoding="utf-8")
    made = [
        Rule(
            r["term"],
            r.get("in_list", r["term"]),
            r["grades"],
            r.get("reads", ""),
            r.get("corrected", False),
            tuple(r.get("units", ())),
            r.get("also", {}),
            bounds_of(r),
        )
        for r in yaml.load(text, Loader=yaml.CSafeLoader)
    ]
    return {rule.term.lower(): rule for rule in made}


def compute(given: Given) -> Score:
    """{"grade": 0-4, "term", "scale", "exists", "standing"}; 0 is below grade 1."""
    given.need(["term"])
    rule = find(given.word("term"))
    given.need(["value"])
    _hold_together(given)
    if "" not in rule.grades:
        given.need(["unit"])
    written = {name: given.number(name) for name in AMOUNTS if name in given.values}
    unit, amounts = graded_in(rule, given.values.get("unit", ""), written)
    values = {**given.values, **amounts}
    if "diastolic" in rule.bounds.asked and values["value"] <= values.get("diastolic", 0):
        raise Swapped(values["value"], values["diastolic"])
    reads = rule.reads
    if rule.corrected and not given.values.get("corrected"):
        added = CALCIUM[unit] * (40 - given.number("albumin"))
        reads = (
            f"corrected for albumin: {values['value']} + {CALCIUM[unit]} x (40 - {given.number('albumin')})"
        )
        values["value"] += added
    grade, why = _grade(rule.grades[unit], {name: values[name] for name in KINDS if name in values})
    exists = terms()[rule.in_list.lower()].grades
    result = {"grade": grade, "term": rule.term, "scale": SCALE, "exists": exists, "standing": FLOOR}
    used = f"value {plain(values['value'])} {unit}".strip()
    return Score(result, given.values, "; ".join(filter(None, (why, used, reads))), SOURCE)


def find(name: str) -> Rule:
    """The row of a term; NotDefined where no number of it is here, BadRecord with near names otherwise."""
    asked = " ".join(name.lower().split())
    variants = [rule for rule in rules().values() if rule.in_list.lower() == asked]
    rule = rules().get(asked) or (variants[0] if len(variants) == 1 else None)
    if len(variants) > 1:
        raise BadRecord(f"term: write {' or '.join(variant.term for variant in variants)}")
    if rule is None and asked not in terms():
        near = [term.name for term in search(asked, 3)]
        hint = f"did you mean {', '.join(near)}?" if near else "see the list of CTCAE v5.0"
        raise BadRecord(f"term: `{said(name)}` is no term of CTCAE v5.0; {hint}")
    if rule is None or not rule.grades:
        known = terms()[asked]
        grades = ", ".join(str(grade) for grade in known.grades)
        lacks = "CTCAE v5.0 has no number for" if rule else "this program has no rule for a number of"
        by = f"an investigator grades it by the text of CTCAE v5.0 ({grades})"
        raise NotDefined(f"{lacks} {known.name}; {by}")
    return rule


def _hold_together(given: Given) -> None:
    for low, high in (("lln", "uln"), ("uln", "mi_cutoff")):
        if given.values.get(low, 0) > given.values.get(high, Decimal("Infinity")):
            raise BadRecord(f"{low} {given.values[low]} is above {high} {given.values[high]}")


def graded_in(rule: Rule, unit: str, amounts: Mapping[str, Decimal]) -> tuple[str, Mapping[str, Decimal]]:
    """The unit of the limits that hold ("" for ratios), and the amounts in it.

    BadRecord for a unit that the term is not measured in, Implausible for an amount that cannot be.
    """
    if "" not in rule.grades:
        unit, amounts = in_unit_of(rule.grades, unit, amounts, rule.also)
        rule.bounds.hold((unit,), amounts)
        return unit, amounts
    rule.bounds.hold((_listed(rule, unit),) if unit else rule.units or ("",), amounts)
    return "", amounts


def _listed(rule: Rule, unit: str) -> str:
    """The unit as the row of a term graded by ratios writes it; BadRecord where it has none such."""
    for known in rule.units:
        if unit.replace("µ", "u").replace("μ", "u").lower() == known.lower():
            return known
    fits = f"accepted: {', '.join(rule.units)}" if rule.units else "the value has no unit"
    raise BadRecord(f"unit: `{said(unit)}` does not fit; {fits}")


def _grade(limits: Limits, values: Mapping[str, Decimal | bool | str]) -> tuple[int, str]:
    """The highest grade whose limits hold, and the line that says so; Missing when that is not known."""
    for grade in sorted(limits, reverse=True):
        lines = [[_compiled(part) for part in line.split(" and ")] for line in limits[grade]]
        truths = [_line(line, values) for line in lines]
        if either(truths) is True:
            return grade, f"grade {grade}: {limits[grade][truths.index(True)]}"
        if either(truths) is UNKNOWN:
            unknown = [
                part for line, truth in zip(lines, truths, strict=True) if truth is UNKNOWN for part in line
            ]
            names = dict.fromkeys(name for part in unknown for name in sorted(part.names))
            raise Missing(*(name for name in names if name not in values))
    lowest = min(limits)
    return 0, f"below grade {lowest}, which needs: {' or '.join(limits[lowest])}"


def _line(line: list[Expression], values: Mapping[str, Decimal | bool | str]) -> Truth:
    return both([part.holds(values) for part in line])  # type: ignore[arg-type]


@cache
def _compiled(text: str) -> Expression:
    return compile_expression(text, KINDS)
