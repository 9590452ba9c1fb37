"""The short form of `make twin`: some trials as planned, some disturbed, every record judged."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.twin.agreement import agreement
from tests.twin.by_hand import by_hand
from tests.twin.conduct import name
from tests.twin.crowd import Job, conduct
from tests.twin.told import Next, next_in

RATES = (0.1, 0.2, 0.3)
STEEP = (0.2, 0.35, 0.5)
ENDS = {"mtd", "hold", "refer", "mtd, then hold", "mtd, then refer"}


def test_trials_as_planned_end_with_an_mtd() -> None:
    made = conduct([Job(STEEP, False, number, 7) for number in range(3)])
    assert {result["end"] for result in made} == {"mtd"}
    assert agreement(STEEP, made)["agrees"]  # three trials show little; make twin conducts thousands


def test_disturbed_trials_break_no_law_and_end() -> None:
    made = conduct([Job(STEEP, True, number, 7) for number in range(1)])
    assert {result["end"] for result in made} <= ENDS
    assert any(result["counts"].get("screen failures") for result in made)


def test_a_trial_is_the_same_for_the_same_seed() -> None:
    first, again = (conduct([Job((0.6, 0.6, 0.6), False, 0, 7)])[0] for _ in range(2))
    assert first == again


def crowd(trials: int) -> list[dict[str, Any]]:
    """What trials come to when all goes as planned."""
    made = []
    for number in range(trials):
        row: dict[str, Any] = {"seed": 7, "rates": RATES, "number": number, "end": "mtd"}
        mtd, dosed = by_hand(Random(f"{name(row)} truth"), RATES)
        made.append({**row, "mtd": mtd, "dosed": dosed})
    return made


def test_frequencies_that_are_wrong_do_not_agree() -> None:
    assert agreement(RATES, crowd(1000))["agrees"]
    less, more = ({"mtd": 2, "dosed": row["dosed"] - 3} for row in crowd(1)), {"dosed": 30}
    for wrong in (next(less), more, {"end": "cap"}, {"mtd": 2}):
        assert not agreement(RATES, [row | wrong for row in crowd(1000)])["agrees"], wrong
    one = crowd(1000)
    one[7]["mtd"] = (one[7]["mtd"] + 1) % 4
    assert not agreement(RATES, one)["agrees"]


@pytest.mark.parametrize(
    ("letter", "read"),
    [
        ("Next: <b>Enrol at level 1</b> (0.25×10⁸): 3 place(s) free.", Next("enrol", 1, 3)),
        ("<b>The MTD is level 2</b> (1×10⁸); it is signed and enrolment is closed.",
         Next("declare_mtd.signed", 2)),
    ],
)  # fmt: skip
def test_a_person_reads_the_next_step_from_the_letter(letter: str, read: Next) -> None:
    assert next_in(letter) == read
