"""A made-up trial that is hard to draw: 18 subjects over two years, three units, signs upon one another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.commands.pharmacokinetics import pk
from bot.commands.scores import scores
from bot.commands.summaries import safety, swimmer
from bot.render import payloads
from bot.words import Reader
from rules import events as e
from rules.pk.events import ConcentrationMeasured
from tests.bot.made_up import asked_of
from tests.bot.study import SITE, START, code, infused

DAY = timedelta(days=1)
UNITS = ("copies/ug", "copies/mL", "cells/uL")
TERMS = (
    "Activated partial thromboplastin time prolonged", "Electrocardiogram QT corrected interval prolonged",
    "Musculoskeletal and connective tissue disorders - Other, specify", "Cytokine release syndrome",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps) - Other, specify",
    "Epstein-Barr virus infection reactivation", "CD4 lymphocytes decreased", "Cardiac troponin I increased",
)  # fmt: skip
SUBJECTS = 18


def dosed(subjects: int = SUBJECTS) -> list[e.Event]:
    """Three levels, six subjects each, infused a day apart."""
    return [x for n in range(subjects) for x in infused(n + 1, START + n * DAY, n // 6 + 1)]


def at(number: int, day: float) -> Any:
    """A day after the infusion of a subject."""
    return START + (number - 1 + day) * DAY


def scored(number: int, scale: str, *told: tuple[float, int]) -> list[e.Event]:
    """Assessments (day, grade)."""
    standard = "ASTCT 2019"
    return [e.Scored(code(number), scale, standard, grade, (), at(number, day)) for day, grade in told]


def sampled(units: int, days: tuple[int, ...] = (1, 7, 14, 28, 90, 364, 700)) -> list[e.Event]:
    """Samples of everybody, in so many units."""
    return [
        ConcentrationMeasured(code(n), f"{10 ** (5 - k) * n}", UNITS[n % units], at(n, day), str(day))
        for n in range(1, SUBJECTS + 1)
        for k, day in enumerate(days)
    ]


def toxicity() -> list[e.Event]:
    """Signs at the same time and grade, at both ends of a bar, at the end of the window; long terms."""
    made = [x for scale in ("crs", "icans") for x in scored(1, scale, (1, 2), (3, 4), (4, 2), (6, 0))]
    made += [*scored(2, "crs", (26, 2)), *scored(2, "icans", (26.5, 3))]
    made += [*scored(3, "crs", (0.1, 4)), *scored(3, "icans", (0.4, 4), (400, 1))]
    terms = [e.AdverseEventReported(code(4), x, 1 + n % 4, at(4, 5)) for n, x in enumerate(TERMS)]
    fatal = e.AdverseEventReported(code(5), "Sepsis", 5, at(5, 30))
    return [*made, *terms, fatal]


def drawn(language: str) -> dict[str, dict[str, Any]]:
    """The data of each picture of that trial, by name."""
    made = [*dosed(), *toxicity()]
    ruled = len(made) - 5
    made += [e.DltConfirmed(code(4), ruled, at(4, 5)), *scored(4, "crs", (5, 3)), *scored(4, "icans", (5, 3))]
    late = asked_of([*made, *sampled(1)], language, days=740)
    early = asked_of([*made, *sampled(3, (1, 7, 14, 28))], language, days=60)
    one = asked_of([*made, *sampled(1)], language, {"subject": code(3)}, days=740)
    same = asked_of(made, language, {"subject": code(1)}, days=60)
    outcomes = {
        "late-pk": pk(late), "late-swimmer": swimmer(late), "late-safety": safety(late), "late-one": pk(one),
        "late-scores": scores(one), "early-pk": pk(early), "early-swimmer": swimmer(early),
        "same-scores": scores(same), "few": swimmer(asked_of([*dosed(5), *toxicity()[:14]], language)),
    }  # fmt: skip
    found = {name: payloads(x.reply, Reader(language, SITE))[-1]["picture"] for name, x in outcomes.items()}
    return found | {"long": _long_codes(found["late-swimmer"])}


def _long_codes(picture: dict[str, Any]) -> dict[str, Any]:
    """Three subjects with the longest codes that a file will have."""
    labels = [f"HEFEI-CD7-{n:04} · L1" for n in range(1, 4)]
    return picture | {"rows": picture["rows"][:3], "words": picture["words"] | {"labels": labels}}


def forty(language: str) -> dict[str, Any]:
    """A swimmer plot of 40 subjects, most with signs upon one another."""
    picture = drawn(language)["late-swimmer"]
    rows = [picture["rows"][n % 6] for n in range(40)]
    return picture | {"rows": rows, "words": picture["words"] | {"labels": [code(n) for n in range(40)]}}
