"""The proof: exactly one clause speaks in every state that can be reached, and late news finds a guard."""

from __future__ import annotations

import time

import pytest

from rules.protocol import Protocol
from rules.proving.proof import load_proved, prove
from tests.rules.files import TEXT, changed, in_entry, protocol_of, switched, with_levels, without_clause

OTHERS = {
    "A2": "stop",
    "A3": "mtd",
    "A4": "finish",
    "A5": "more",
    "A7": "amendment",
    "A8": "declare",
    "A12": "through-day-29",
    "A15": "after-first",
}
# Clauses that speak in an undisturbed trial of two levels under the shipped readings, and the guards.
ROUTINE = """
    late-news over-enrolled unforeseen-step first-three three-more top-three-more fill-after-reduction
    window-open assessment-due none-in-three top-none-in-three one-in-three one-in-six top-cleared
    cleared-after-reduction two-in-three second-before-six two-in-six more-than-one-of-three-more
    two-after-reduction nothing-below six-below one-dose-lower
"""


def faults(text: str, whole: bool = False) -> list[tuple[str, str]]:
    """Where and what the proof finds wrong."""
    return [(m.where, m.problem) for m in prove(protocol_of(text), whole).mistakes]


def test_the_shipped_file_is_proved_in_a_moment() -> None:
    started = time.process_time()
    protocol, mistakes, proof = load_proved(TEXT.encode())
    assert time.process_time() - started < 60
    assert protocol is not None
    assert (mistakes, proof.states, proof.silent) == ([], 910, ())


@pytest.mark.parametrize(("assumption", "reading"), OTHERS.items())
def test_each_other_reading_is_proved_as_well(assumption: str, reading: str) -> None:
    assert faults(switched(assumption, reading)) == []


def test_readings_can_be_switched_together() -> None:
    text = TEXT
    for assumption, reading in OTHERS.items():
        text = switched(assumption, reading, text)
    assert faults(text) == []
    assert faults(switched("A4", "finish", switched("A3", "mtd"))) == []


@pytest.mark.parametrize("levels", [1, 4])
def test_fewer_and_more_levels_are_proved(levels: int) -> None:
    assert faults(with_levels(levels)) == []


def test_walking_each_state_on_its_own_finds_nothing_more() -> None:
    proof = prove(protocol_of(with_levels(2)), whole=True)
    assert (proof.mistakes, proof.states) == ((), 1155)


@pytest.mark.parametrize("clause", ROUTINE.split())
def test_each_clause_is_needed(clause: str) -> None:
    assert faults(without_clause(clause, with_levels(2)))


@pytest.mark.parametrize("clause", ["late-news", "window-open", "one-in-six", "two-in-six", "nothing-below"])
def test_the_quick_walk_sees_what_the_whole_walk_sees(clause: str) -> None:
    text = without_clause(clause, with_levels(2))
    assert {where for where, _ in faults(text)} == {where for where, _ in faults(text, whole=True)}


# -------------------------------------------------------------------- what is wrong is shown by a path
CLOSES = "clause two-in-three", "nothing speaks after it closes; "
TOO_MANY = "clauses {} all speak; at {}".format
BROKEN = [
    (without_clause("first-three"), "escalation", "no clause speaks; at the empty trial"),
    (without_clause("one-in-three"), "escalation", "no clause speaks; at 1NNT"),
    (without_clause("one-in-six"), "escalation", "no clause speaks; at 1NNT 1NNN"),
    (without_clause("window-open"), "escalation", "no clause speaks; at 1PPP"),
    (without_clause("two-after-reduction"), "escalation", "no clause speaks; at 1NNN 2TT 1TT"),
    (without_clause("nothing-below"), CLOSES[0], CLOSES[1] + "at 1TT"),
    (without_clause("six-below"), CLOSES[0], CLOSES[1] + "at 1NNT 1NNN 2TT"),
    (without_clause("late-news"), "escalation", "no guard speaks when a DLT is learnt late; at 1NNT"),
    (without_clause("over-enrolled"), "escalation", "no guard speaks when there is one subject too many"),
    (without_clause("unforeseen-step"), "escalation", "no guard speaks when places are opened out of turn"),
    (
        in_entry("clause: first-three", "and free > 0 ", ""),
        "clause window-open",
        TOO_MANY("first-three, window-open", "1PPP"),
    ),
    (
        in_entry("clause: two-in-three", "dlts >= 2", "dlts >= 1"),
        "clause two-in-three",
        TOO_MANY("first-three, two-in-three", "1T"),
    ),
    (
        in_entry("clause: one-dose-lower", " and evaluable_below < 6", ""),
        "clause one-dose-lower",
        TOO_MANY("two-in-three, six-below, one-dose-lower", "1NNT 1NNN 2TT"),
    ),
    (
        in_entry("clause: second-before-six", "A3: above-mtd, ", "", switched("A3", "mtd")),
        "clause six-for-mtd-places",
        TOO_MANY("second-before-six, six-for-mtd-places", "1NNT 1T"),
    ),
    (
        in_entry("clause: late-news", "contradicted and dlts_at_step > 0", "dlts > 0"),
        "clause late-news",
        "this guard speaks although nothing is wrong; at 1T",
    ),
    (
        in_entry("clause: late-news", " and dlts_at_step > 0", ""),
        "clause unforeseen-step",
        "guards late-news, unforeseen-step all speak when places are opened out of turn; at the empty trial",
    ),
    (
        in_entry("clause: nothing-below", "then: declare_mtd\n      at: below", "then: reduce"),
        "clause nothing-below",
        "it leads to a level that is not in the file; at 1TT",
    ),
    (
        in_entry("clause: top-cleared", "then: declare_mtd\n      at: here", "then: escalate"),
        "clause top-cleared",
        "it leads to a level that is not in the file; at 1NNN 2NNN 3NNN 3NNN",
    ),
    (
        in_entry("clause: window-open", "then: wait", "then: enrol"),
        "clause window-open",
        "it opens no place; at 1PPP",
    ),
]


@pytest.mark.parametrize(("text", "where", "problem"), BROKEN, ids=[f"{row[1]}: {row[2]}" for row in BROKEN])
def test_a_broken_table_is_shown_by_a_path_in_the_notation(text: str, where: str, problem: str) -> None:
    found = faults(text)
    assert [at for at, what in found if at == where and what.startswith(problem)], found


def test_an_escalation_that_a_pending_subject_can_take_back_is_a_mistake() -> None:
    text = in_entry("clause: none-in-three", "evaluable == 3 and pending == 0", "evaluable >= 2")
    text = in_entry("clause: first-three", "free > 0", "free > 0 and evaluable < 2", text)
    text = in_entry("clause: window-open", "dlts <= 1", "dlts <= 1 and (evaluable < 2 or highest)", text)
    said = " ".join(problem for _, problem in faults(text))
    assert "it takes back `escalate`; allowed at 1NNP, not at 1NNT" in said


def test_a_mistake_of_the_proof_has_the_line_of_its_clause_and_a_fix() -> None:
    text = without_clause("nothing-below")
    _, mistakes, _ = load_proved(text.encode())
    mistake = next(m for m in mistakes if m.where == "clause two-in-three")
    assert text.splitlines()[mistake.line - 1] == "    - clause: two-in-three"
    assert mistake.fix == "Add a clause for this state or widen one"


def test_clauses_that_count_all_who_were_enrolled_or_left_are_walked_state_by_state() -> None:
    text = in_entry("clause: window-open", "free == 0", "free == 0 and enrolled < 99", with_levels(1))
    proof = prove(protocol_of(text))
    assert proof.mistakes == ()
    assert proof.states > prove(protocol_of(with_levels(1)), whole=True).states


def test_clauses_that_escalate_again_after_a_reduction_are_walked_with_every_level_in_sight() -> None:
    text = in_entry(
        "clause: cleared-after-reduction",
        "then: declare_mtd\n      at: here",
        "then: escalate",
        with_levels(2),
    )
    quick, whole = prove(protocol_of(text)), prove(protocol_of(text), whole=True)
    assert quick.mistakes == whole.mistakes == ()
    assert quick.states < whole.states == 1205


def test_a_table_without_end_is_given_up_and_said_so(protocol: Protocol) -> None:
    proof = prove(protocol, limit=100)
    assert proof.mistakes[-1].problem == "more than 100 states can be reached"
    assert proof.mistakes[-1].fix == "Let each path end: reduce, stop or declare"


def test_a_level_that_is_expanded_for_ever_is_shown_by_its_path() -> None:
    text = in_entry(
        "clause: one-in-six", "opened == 6 and evaluable == 6", "opened >= 6 and evaluable == opened"
    )
    text = in_entry("clause: one-in-six", "then: escalate", "then: expand", text)
    text = in_entry("clause: three-more", "opened == 6", "opened >= 6", text)
    said = [what for where, what in faults(text) if where == "clause three-more"]
    assert said == ["a path does not end; at 1NNN 2NNT 2NNN 2NNN 2NNN 2NNN 2NNN 2NNN ..."]


def test_no_clauses_at_all_is_a_state_with_none() -> None:
    start, end = TEXT.index("escalation:\n"), TEXT.index("# ------", TEXT.index("escalation:\n"))
    text = TEXT[:start] + "escalation: {guards: [], clauses: [], after_closing: []}\n" + TEXT[end:]
    assert faults(text) == [("escalation", "no clause speaks; at the empty trial")]


def test_a_team_can_take_another_size_of_cohort_with_its_own_clauses() -> None:
    assert faults(changed(("  size: 3\n", "  size: 4\n"))) != []
