"""Other designs as files: each is proved, needs all its clauses, and has its published figures."""

from __future__ import annotations

import re
from itertools import product

import pytest

from rules.clauses import Decision, rule_on
from rules.notation import read_outcomes
from rules.protocol import Protocol
from rules.proving.odds import characteristics
from rules.proving.paths import count, graph
from rules.proving.proof import prove
from rules.proving.report import prove_all
from tests.rules.files import EXAMPLES as FILES
from tests.rules.files import TEXT, in_entry, protocol_of, switched, with_levels, without_clause

CLAUSES = [(name, id_) for name, text in FILES.items() for id_ in re.findall(r"    - clause: (\S+)", text)]
RATES = (0.1, 0.2, 0.3)
OTHERS = {
    "A2": ("reduce", "stop"),
    "A3": ("above-mtd", "mtd"),
    "A4": ("close", "finish"),
    "A5": ("declare", "more"),
    "A7": ("stop", "amendment"),
    "A8": ("expand", "declare"),
}


def on(name: str, levels: int = 3) -> Protocol:
    """An example on that many levels."""
    return protocol_of(with_levels(levels, FILES[name]))


def said(name: str, outcomes: str) -> Decision:
    """What an example says of outcomes in the field's notation."""
    protocol = protocol_of(FILES[name])
    return rule_on(protocol, read_outcomes(outcomes, protocol))


@pytest.mark.parametrize("name", FILES)
def test_each_example_is_proved_and_speaks_chinese_too(name: str) -> None:
    protocol, mistakes, proof = prove_all(FILES[name].encode())
    assert protocol is not None, mistakes
    assert (proof.states > 300, proof.silent) == (True, ())
    assert all(clause.says.in_("zh") != clause.says.en for clause in protocol.clauses)
    assert count(graph(protocol))[1] == 0  # every path ends with an MTD or without one


@pytest.mark.parametrize(("name", "clause"), CLAUSES)
def test_each_clause_of_an_example_is_needed(name: str, clause: str) -> None:
    levels = 3 if clause == "full-above" else 2
    assert prove(protocol_of(without_clause(clause, with_levels(levels, FILES[name])))).mistakes


def test_a_cohort_that_is_walked_once_for_many_hides_nothing() -> None:
    assert prove(on("boin", 4)).mistakes == ()
    small, whole = prove(on("boin", 2)), prove(on("boin", 2), whole=True)
    assert small.mistakes == whole.mistakes == ()
    assert small.states < whole.states


def test_the_highest_level_is_no_other_level_though_no_clause_asks_for_it() -> None:
    text = in_entry("clause: escalate", " and not highest", "", FILES["storer"])
    text = in_entry("clause: top-cleared", "and highest", "and opened > 99", text)
    problems = [mistake.problem for mistake in prove(protocol_of(text)).mistakes]
    assert problems == ["it leads to a level that is not in the file; at 1NNN 2NNN 3NNN"]


@pytest.mark.parametrize(("a2", "a3"), [*product(OTHERS["A2"], OTHERS["A3"])])
def test_every_combination_of_readings_of_the_shipped_file_is_proved(a2: str, a3: str) -> None:
    for rest in product(OTHERS["A4"], OTHERS["A5"], OTHERS["A7"], OTHERS["A8"]):
        text = TEXT
        for assumption, reading in zip(OTHERS, (a2, a3, *rest), strict=True):
            text = switched(assumption, reading, text)
        assert prove_all(text.encode())[1] == [], (a2, a3, rest)


# -------------------------------------------------------------------- published counts and odds
@pytest.mark.parametrize(
    ("name", "counts", "mtd", "subjects", "dlts"),
    [
        ("storer", [7, 19, 43, 91, 187], [0.093853, 0.264044, 0.324735, 0.317368], 10.267134, 1.958108),
        (
            "top-not-expanded",
            [7, 34, 118, 346, 922],
            [0.100351, 0.281948, 0.300333, 0.317368],
            11.667209,
            2.168506,
        ),
    ],
)
def test_paths_and_odds_are_those_published(
    name: str, counts: list[int], mtd: list[float], subjects: float, dlts: float
) -> None:
    assert [count(graph(on(name, levels)))[0] for levels in range(1, 6)] == counts
    found = characteristics(graph(on(name)), RATES)
    assert list(found.mtd.values()) == pytest.approx(mtd, abs=5e-7)
    assert (sum(found.subjects), sum(found.dlts)) == pytest.approx((subjects, dlts), abs=5e-7)


def test_the_top_that_is_not_expanded_is_the_shipped_file_with_one_word_changed() -> None:
    shipped = graph(protocol_of(switched("A8", "declare")))
    assert characteristics(graph(on("top-not-expanded")), RATES) == characteristics(shipped, RATES)


# -------------------------------------------------------------------- five levels, cohorts of four
@pytest.mark.parametrize(
    ("outcomes", "key", "slots"),
    [
        ("1NNN", ("enrol", 1), 1),
        ("1NNNP", ("wait", 1), 0),
        ("1NNNN", ("escalate", 2), 4),
        ("1NNNT", ("expand", 1), 4),
        ("1NNNT 1NNNT", ("escalate", 2), 4),
        ("1NNNT 1NTTP", ("declare_mtd", 0), 0),
        ("1NNNN 2TTP", ("reduce", 1), 4),
        ("1NNNN 2TTP 1NNTT", ("declare_mtd", 1), 0),
        ("1NNNT 1NNNT 2TT", ("declare_mtd", 1), 0),
        ("1NNNN 2NNNN 3NNNN 4NNNN 5NNNN", ("expand", 5), 4),
        ("1NNNN 2NNNN 3NNNN 4NNNN 5NNNN 5NNTT", ("declare_mtd", 5), 0),
    ],
)
def test_the_trial_that_was_made_up_from_the_guide(outcomes: str, key: tuple[str, int], slots: int) -> None:
    decision = said("five-levels", outcomes)
    assert (decision.key, decision.slots) == (key, slots)


def test_the_trial_that_was_made_up_from_the_guide_has_the_window_that_was_asked_for() -> None:
    protocol = protocol_of(FILES["five-levels"])
    assert (len(protocol.levels), protocol.cohort.size, protocol.window_days) == (5, 4, 21)
