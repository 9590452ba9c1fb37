"""Terms: conditions that a file names once; and the settings that other designs needed."""

from __future__ import annotations

import pytest

from rules.clauses import rule_on
from rules.escalation import judge
from rules.expressions import compile_expression, rules_out
from rules.file.load import load
from rules.notation import read_outcomes
from rules.proving.cohorts import graph_from
from rules.proving.proof import prove
from rules.proving.walk import view_of_all
from rules.situation import SYMBOLS, Standing, Tally, stand
from tests.rules.files import EXAMPLES, TEXT, changed, in_entry, protocol_of, with_levels

STORER = EXAMPLES["storer"]


def problems(text: str) -> list[str]:
    """What is wrong with a file."""
    return [str(mistake) for mistake in load(text.encode())[1]]


def test_a_term_is_the_condition_behind_its_name_in_brackets() -> None:
    text = in_entry(
        "term: cleared", "opened == 3 or dlts == 1", "opened == 3 or dlts == 1 or level > 9", STORER
    )
    clause = protocol_of(text).clause("escalate")
    assert clause is not None
    assert clause.when.text == "complete and cleared and not highest"  # as it was written
    assert {"evaluable", "opened", "dlts", "level", "highest"} <= clause.when.names
    values = dict.fromkeys(SYMBOLS, 0) | {"evaluable": 3, "opened": 3, "highest": True}
    assert clause.when.holds(values) is False  # `or` in the term does not reach beyond it


def test_a_file_without_terms_needs_none() -> None:
    assert problems(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("term: cleared", "term: dlts", "`dlts` cannot name a term"),
        ("term: cleared", "term: and", "`and` cannot name a term"),
        ("term: cleared", "term: two words", "`two words` cannot name a term"),
        ("term: cleared", "term: complete", "`complete` is already the term of line"),
        ("when: evaluable == opened", "when: evaluable == opend", "`opend` is not a known name"),
        ("when: evaluable == opened", "when: evaluable + opened", "is not a yes/no expression"),
        ("and cleared and not highest", "and cleard and not highest", "`cleard` is not a known name"),
        ("and cleared and not highest", "and cleared > 2", "does not fit"),
        ("and cleared and not highest", f"and cleared and {'(' * 200}dlts{')' * 200} > 0", "at most 200"),
        ("when: complete and cleared and not highest", "when: [complete]", "expected an expression"),
        ("      source: Storer 1989\n    - term: cleared", "    - term: cleared", "`source` is missing"),
    ],
)
def test_what_is_wrong_with_a_term_is_said(old: str, new: str, problem: str) -> None:
    found = problems(changed((old, new), text=STORER))
    assert any(problem in said for said in found), found


@pytest.mark.parametrize(
    ("text", "ruled_out"),
    [
        ("not reduced", True),
        ("dlts == 0 and not reduced", True),
        ("dlts == 0 and not (highest or reduced)", True),
        ("not (not (dlts == 0 and not reduced))", True),
        ("dlts == 0", False),
        ("reduced and dlts == 0", False),
        ("dlts == 0 or not reduced", False),
        ("not (highest and reduced)", False),
        ("not highest", False),
    ],
)
def test_a_clause_that_says_not_reduced_never_raises_the_dose_again(text: str, ruled_out: bool) -> None:
    assert rules_out(compile_expression(text, SYMBOLS), "reduced") is ruled_out


def test_an_estimate_needs_its_target() -> None:
    text = in_entry("clause: top-cleared", "at: here", "at: estimate", STORER)
    assert any("`at: estimate` needs `escalation.estimate`" in said for said in problems(text))


def test_a_clause_may_compare_a_truth_with_true() -> None:
    text = in_entry("clause: escalate", "not highest", "highest == false", STORER)
    assert prove(protocol_of(text)) == prove(protocol_of(STORER))


# -------------------------------------------------------------------- places
def test_places_that_nobody_holds_lapse_when_the_level_is_left() -> None:
    left = (Tally(1, 6, 3), Tally(2, 6, 2, 2))
    assert stand(left).at(1).free == 0
    back = stand((*left, Tally(1, 3)))
    assert (back.at(1).places, back.at(1).free, back.at(2).free, back.reduced) == (6, 3, 0, True)
    assert stand((Tally(1, 3, 2), Tally(1, 3))).at(1).free == 4  # the level was not left
    assert stand((Tally(1, 3, 4), Tally(2, 3))).at(1).free == -1  # too many are still too many


def test_it_matters_in_which_opening_somebody_is_pending() -> None:
    early = (Tally(1, 3, 2, 0, 1), Tally(2, 3, 3, 2), Tally(1, 3, 3))
    late = (Tally(1, 3, 3), Tally(2, 3, 3, 2), Tally(1, 3, 2, 0, 1))
    assert stand(early) == stand(late)
    assert view_of_all(early) != view_of_all(late)  # a place is open again only in the opening that lasts


def test_places_lapse_on_the_paths_as_well() -> None:
    protocol = protocol_of(EXAMPLES["rolling-six"])
    found = graph_from(protocol, Standing(1, False, (Tally(1, 6, 3),)))
    fills = {
        cohort.size for cohort in found.cohorts if cohort.level == 1 and cohort.standing.at(1).evaluable == 3
    }
    assert fills == {3}


def test_a_later_opening_can_fill_the_level() -> None:
    text = changed(("  more: 3\n", "  more: fill\n"))
    protocol = protocol_of(text)
    assert (protocol.cohort.more, protocol.cohort.fills) == (6, True)
    assert rule_on(protocol, (Tally(1, 3, 3, 1),)).slots == 3
    assert rule_on(protocol, (Tally(1, 3, 3), Tally(2, 3, 2, 2))).slots == 3
    assert prove(protocol).mistakes == ()
    assert "Write a whole number from 0 to 100" in problems(changed(("  more: 3\n", "  more: full\n")))[0]


def test_the_notation_opens_as_many_places_as_the_clauses_give() -> None:
    protocol = protocol_of(EXAMPLES["rolling-six"])
    assert read_outcomes("1NNNN 2TT 1N", protocol)[-1].places == 2
    assert read_outcomes("1N 2N 1N", protocol)[-1].places == 6  # out of turn: as many as such a step opens


# -------------------------------------------------------------------- guards
def test_a_late_dlt_at_a_level_that_the_clauses_look_at_holds_the_trial() -> None:
    """2/3 at level 2, so that level 1 goes on and up again; then the third DLT at level 2 is learnt."""
    protocol = protocol_of(EXAMPLES["boin"])
    calm = (Tally(1, 3, 3), Tally(2, 3, 3, 2), Tally(1, 3, 3), Tally(2, 3))
    assert judge(protocol, calm).key == ("enrol", 2)
    late = (calm[0], calm[1]._replace(dlts=3), *calm[2:])
    assert judge(protocol, late).clauses == ("late-news",)


def test_guards_that_look_at_more_are_tried_state_by_state() -> None:
    text = in_entry(
        "clause: out-of-turn",
        "contradicted or overfilled",
        "overfilled or contradicted and level > 0",
        STORER,
    )
    assert prove(protocol_of(with_levels(2, text))).mistakes == ()
    text = in_entry("clause: late-news", "dlts_at_step > 0", "dlts_at_step > 1", STORER)
    said = [str(mistake) for mistake in prove(protocol_of(with_levels(2, text))).mistakes]
    assert any("no guard speaks when a DLT is learnt late" in problem for problem in said), said


def test_escalation_stays_open_where_the_dose_may_rise_again() -> None:
    up, down = (protocol_of(EXAMPLES[name]) for name in ("boin", "top-not-expanded"))
    history = (Tally(1, 3, 3), Tally(2, 3, 3, 2))
    assert rule_on(up, history).escalation == "open"
    assert rule_on(down, history).escalation == "stopped"
