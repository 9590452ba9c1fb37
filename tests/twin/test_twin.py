"""The short form of `make twin`: some trials as planned, some disturbed, every record judged."""

from __future__ import annotations

import pytest

from tests.twin.agreement import agreement
from tests.twin.crowd import Job, conduct
from tests.twin.told import Next, next_in

RATES = (0.1, 0.2, 0.3)
STEEP = (0.2, 0.35, 0.5)
ENDS = {"mtd", "hold", "refer", "mtd, then hold", "mtd, then refer"}


def test_trials_as_planned_end_with_an_mtd_as_often_as_is_exact() -> None:
    made = conduct([Job(STEEP, False, number, 7) for number in range(3)])
    assert {result["end"] for result in made} == {"mtd"}
    assert agreement(STEEP, [result["mtd"] for result in made])["agrees"]


def test_disturbed_trials_break_no_law_and_end() -> None:
    made = conduct([Job(STEEP, True, number, 7) for number in range(1)])
    assert {result["end"] for result in made} <= ENDS
    assert any(result["counts"].get("screen failures") for result in made)


def test_a_trial_is_the_same_for_the_same_seed() -> None:
    first, again = (conduct([Job((0.6, 0.6, 0.6), False, 0, 7)])[0] for _ in range(2))
    assert first == again


def test_frequencies_that_are_wrong_do_not_agree() -> None:
    assert agreement(RATES, [0] * 100 + [1] * 285 + [2] * 345 + [3] * 270)["agrees"]
    assert not agreement(RATES, [0] * 100 + [1] * 385 + [2] * 245 + [3] * 270)["agrees"]


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
