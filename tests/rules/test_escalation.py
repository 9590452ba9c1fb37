"""What the design allows next: every example of the issue, each step with its clauses and assumptions."""

from __future__ import annotations

import json

import pytest

from rules.escalation import judge
from rules.notation import read_outcomes
from rules.protocol import Protocol
from tests.rules.files import in_entry, protocol_of, switched, with_levels, without_clause
from tests.rules.processes import run

OPEN, STOPPED = "open", "stopped"
NEXT = [
    ("", "enrol", 1, 3, OPEN, "first-three", ""),
    ("1N", "enrol", 1, 2, OPEN, "first-three", ""),
    ("1NN", "enrol", 1, 1, OPEN, "first-three", ""),
    ("1NNP", "wait", 1, 0, OPEN, "window-open", ""),
    ("1NTP", "wait", 1, 0, OPEN, "window-open", ""),
    ("1NNX", "enrol", 1, 1, OPEN, "first-three", "A10"),
    ("1NNN", "escalate", 2, 3, OPEN, "none-in-three", "A1"),
    ("1NNT", "expand", 1, 3, OPEN, "one-in-three", ""),
    ("1NNT 1NP", "enrol", 1, 1, OPEN, "three-more", ""),
    ("1NNT 1NNP", "wait", 1, 0, OPEN, "window-open", ""),
    ("1NNT 1NNN", "escalate", 2, 3, OPEN, "one-in-six", ""),
    ("1TT", "declare_mtd", 0, 0, STOPPED, "two-in-three nothing-below", "A2 A7"),
    ("1NNT 1T", "declare_mtd", 0, 0, STOPPED, "second-before-six nothing-below", "A3 A4 A7"),
    ("1NNN 2TT", "reduce", 1, 3, STOPPED, "two-in-three one-dose-lower", "A2"),
    ("1NNN 2TTP", "reduce", 1, 3, STOPPED, "two-in-three one-dose-lower", "A2"),
    ("1NNN 2TTP 1NP", "enrol", 1, 1, STOPPED, "fill-after-reduction", "A6"),
    ("1NNN 2TT 1NNP", "wait", 1, 0, STOPPED, "window-open", ""),
    ("1NNN 2TT 1NNT", "declare_mtd", 1, 0, STOPPED, "cleared-after-reduction", "A6"),
    ("1NNN 2TT 1TT", "declare_mtd", 0, 0, STOPPED, "two-after-reduction nothing-below", "A6 A7"),
    ("1NNN 2NNT 2TP", "reduce", 1, 3, STOPPED, "second-before-six one-dose-lower", "A3 A4"),
    ("1NNN 2NNT 2NNT", "reduce", 1, 3, STOPPED, "two-in-six one-dose-lower", "A3"),
    ("1NNN 2NNT 2NTT", "reduce", 1, 3, STOPPED, "more-than-one-of-three-more one-dose-lower", ""),
    ("1NNT 1NNN 2NNT 2NNT", "declare_mtd", 1, 0, STOPPED, "two-in-six six-below", "A3 A5"),
    ("1NNN 2NNN 3NNN", "expand", 3, 3, OPEN, "top-none-in-three", "A8"),
    ("1NNN 2NNN 3NNN 3N", "enrol", 3, 2, OPEN, "top-three-more", "A8"),
    ("1NNN 2NNN 3NNN 3NNT", "declare_mtd", 3, 0, STOPPED, "top-cleared", "A9"),
    ("1NNN 2NNN 3NNT 3NNN", "declare_mtd", 3, 0, STOPPED, "top-cleared", "A9"),
    ("1NNN 2NNN 3TT 2TT", "reduce", 1, 3, STOPPED, "two-after-reduction one-dose-lower", "A6"),
    ("1NTT 2NNN", "hold", 1, 0, STOPPED, "late-news", "A14"),
    ("1NNN 2NNN 1NNN", "refer", 2, 0, STOPPED, "unforeseen-step", ""),
    ("1NNN 3NNN", "refer", 1, 0, STOPPED, "unforeseen-step", ""),
    ("1NNT 1NNN 3NNN", "refer", 1, 0, STOPPED, "unforeseen-step", ""),
    ("2NNN", "refer", 1, 0, STOPPED, "unforeseen-step", ""),
    ("1NNNN", "refer", 1, 0, STOPPED, "over-enrolled", "A19"),
    ("1NNPP", "refer", 1, 0, STOPPED, "over-enrolled", "A19"),
    ("1NNNN 2N", "refer", 1, 0, STOPPED, "over-enrolled", "A19"),
    ("1NNN 2TT 1NNN 2N", "refer", 1, 0, STOPPED, "unforeseen-step", ""),
    ("1NNN 2TT 1NNT 2N", "hold", 1, 0, STOPPED, "late-news", "A14"),
]


@pytest.mark.parametrize("row", NEXT, ids=[row[0] or "nothing yet" for row in NEXT])
def test_the_next_step_its_clauses_and_its_assumptions(
    protocol: Protocol, row: tuple[str, str, int, int, str, str, str]
) -> None:
    outcomes, action, level, slots, escalation, clauses, assumptions = row
    decision = judge(protocol, read_outcomes(outcomes, protocol))
    assert (decision.key, decision.slots) == ((action, level), slots)
    assert decision.escalation == escalation
    assert decision.clauses == tuple(clauses.split())
    assert decision.assumptions == tuple(assumptions.split())


def test_because_are_the_counts_of_the_level(protocol: Protocol) -> None:
    decision = judge(protocol, read_outcomes("1NNN 2NNT 2TPX", protocol))
    assert decision.because == {
        "level": 2,
        "opened": 6,
        "free": 1,
        "evaluable": 4,
        "dlts": 2,
        "pending": 1,
        "unassessed": 0,
        "not_evaluable": 1,
        "evaluable_below": 3,
        "dlts_below": 0,
        "enrolled": 9,
    }


def test_a_hold_shows_the_decision_derived_again(protocol: Protocol) -> None:
    decision = judge(protocol, read_outcomes("1NTT 2NNN", protocol))
    assert decision.because["rederived"] == {"action": "declare_mtd", "level": 0}
    assert (decision.because["level"], decision.key) == (1, ("hold", 1))


def test_the_target_of_18_warns_and_replacements_count_to_it(protocol: Protocol) -> None:
    reached = judge(protocol, read_outcomes("1NNT 1NNN 2NNT 2NNN 3NNT 3NNX", protocol))
    assert (reached.action, reached.assumptions) == ("enrol", ("A10", "A17"))


@pytest.mark.parametrize(
    ("assumption", "reading", "outcomes", "key", "slots"),
    [
        ("A2", "stop", "1NNN 2TT", ("declare_mtd", 1), 0),
        ("A2", "stop", "1TTP", ("declare_mtd", 0), 0),
        ("A3", "mtd", "1NNN 2NNT 2NNT", ("declare_mtd", 2), 0),
        ("A3", "mtd", "1NNN 2NNT 2NT", ("enrol", 2), 1),
        ("A3", "mtd", "1NNN 2NNT 2NTP", ("wait", 2), 0),
        ("A3", "mtd", "1NNN 2NNT 2NTT", ("reduce", 1), 3),
        ("A4", "finish", "1NNN 2NNT 2T", ("enrol", 2), 2),
        ("A4", "finish", "1NNN 2NNT 2TPP", ("wait", 2), 0),
        ("A4", "finish", "1NNN 2NNT 2TTP", ("reduce", 1), 3),
        ("A5", "more", "1NNT 1NNN 2TT", ("reduce", 1), 3),
        ("A5", "more", "1NNT 1NNN 2TT 1N", ("enrol", 1), 2),
        ("A5", "more", "1NNT 1NNN 2TT 1NNN", ("declare_mtd", 1), 0),
        ("A7", "amendment", "1TT", ("refer", 1), 0),
        ("A8", "declare", "1NNN 2NNN 3NNN", ("declare_mtd", 3), 0),
    ],
)
def test_another_reading_is_one_line_of_the_file(
    assumption: str, reading: str, outcomes: str, key: tuple[str, int], slots: int
) -> None:
    protocol = protocol_of(switched(assumption, reading))
    decision = judge(protocol, read_outcomes(outcomes, protocol))
    assert (decision.key, decision.slots) == (key, slots)


def test_a_state_without_a_clause_is_referred() -> None:
    protocol = protocol_of(without_clause("one-in-three"))
    decision = judge(protocol, read_outcomes("1NNT", protocol))
    assert (decision.key, decision.clauses) == (("refer", 1), ())


def test_a_state_with_two_clauses_is_referred_and_both_are_named() -> None:
    protocol = protocol_of(in_entry("clause: first-three", "free > 0 and ", ""))
    decision = judge(protocol, read_outcomes("1PPP", protocol))
    assert (decision.key, decision.clauses) == (("refer", 1), ("first-three", "window-open"))


def test_with_two_guards_it_is_referred_and_both_are_named() -> None:
    protocol = protocol_of(in_entry("clause: late-news", " and dlts_at_step > 0", ""))
    decision = judge(protocol, read_outcomes("1NNN 3NNN", protocol))
    assert (decision.key, decision.clauses) == (("refer", 1), ("late-news", "unforeseen-step"))


def test_without_guards_a_broken_step_is_referred_all_the_same() -> None:
    protocol = protocol_of(without_clause("late-news"))
    decision = judge(protocol, read_outcomes("1NTT 2NNN", protocol))
    assert (decision.action, decision.clauses) == ("refer", ())


def test_one_level_alone_is_a_trial(protocol: Protocol) -> None:
    single = protocol_of(with_levels(1))
    assert judge(single, read_outcomes("1NNN", single)).key == ("expand", 1)
    assert judge(single, read_outcomes("1NNN 1NNT", single)).key == ("declare_mtd", 1)


@pytest.mark.parametrize(
    "row", [NEXT[0], NEXT[11], NEXT[22], NEXT[28], NEXT[33]], ids=lambda row: row[0] or "-"
)
def test_the_process_prints_the_next_step(row: tuple[str, str, int, int, str, str, str]) -> None:
    code, out, err = run("next", row[0])
    said = json.loads(out)
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert list(said) == ["action", "level", "slots", "escalation", "clauses", "assumptions", "because"]
    assert (said["action"], said["level"], said["slots"], said["escalation"]) == row[1:5]
    assert (said["clauses"], said["assumptions"]) == (row[5].split(), row[6].split())


@pytest.mark.parametrize("outcomes", ["1NNQ", "NNN", "4NNN", "-1N", "1NNN;2"])
def test_the_process_refuses_a_malformed_string_in_one_line(outcomes: str) -> None:
    code, out, err = run("next", outcomes)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
