"""Criteria of the file that propose a DLT: what they say of an event, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.expressions import UNKNOWN
from rules.file.load import load
from rules.toxicity.dlt import Proposal, Toxicity, propose
from tests.rules.files import EXAMPLES, TEXT, changed, line_of, protocol_of

CRITERIA = protocol_of(EXAMPLES["five-levels"]).dlt_criteria
CRS = Toxicity(term="Cytokine release syndrome", grade=3, in_window=True, day=4, related=True)
CYTOPENIA = Toxicity(
    term="Neutrophil count decreased", organ_class="Investigations", scale="CTCAE v5.0", grade=4, day=1,
    in_window=True, related=True, days_at_grade=22,
)  # fmt: skip


def _said(toxicity: Toxicity) -> dict[str, Proposal]:
    return {proposal.criterion.id: proposal for proposal in propose(CRITERIA, toxicity)}


def _proposed(toxicity: Toxicity) -> list[str]:
    return [id_ for id_, proposal in _said(toxicity).items() if proposal.proposes is True]


def test_the_shipped_file_has_no_criterion_and_proposes_nothing() -> None:
    assert protocol_of().dlt_criteria == ()
    assert propose(protocol_of().dlt_criteria, CRS) == ()


def test_the_commented_example_of_the_shipped_file_is_right() -> None:
    start = TEXT.index("  criteria: []\n")
    lines = TEXT[start:].split("\n\n")[0].splitlines()[1:]
    shown = "\n".join(line.replace("#", " ", 1)[1:] for line in lines)
    text = changed(("  criteria: []\n", f"  criteria:\n{shown}\n"))
    [criterion] = protocol_of(text).dlt_criteria
    [proposal] = propose([criterion], replace(CRS, grade=4))
    assert (criterion.id, proposal.proposes) == ("crs-4", True)
    assert propose([criterion], CRS)[0].proposes is False


@pytest.mark.parametrize(
    ("toxicity", "proposed"),
    [
        (replace(CRS, grade=4, days_at_grade=1.0), ["crs-4"]),
        (replace(CRS, days_at_grade=3.0), []),
        (replace(CRS, days_at_grade=3.5), ["crs-3-lasting"]),
        (replace(CRS, days_at_grade=3.5, in_window=False), []),
        (replace(CRS, grade=5, days_at_grade=0.0), ["death"]),
        (replace(CRS, term="ICANS", grade=3, days_at_grade=0.0), ["icans-3"]),
        (CYTOPENIA, ["cytopenia-lasting"]),
        (replace(CYTOPENIA, term="Platelet count decreased"), ["cytopenia-lasting"]),
        (replace(CYTOPENIA, days_at_grade=21.0), []),
        (replace(CYTOPENIA, related=False), []),
        (replace(CYTOPENIA, term="Heart failure", organ_class="Cardiac disorders"), ["organ-3-lasting"]),
    ],
)
def test_a_criterion_proposes_where_all_of_it_holds(toxicity: Toxicity, proposed: list[str]) -> None:
    assert _proposed(toxicity) == proposed


def test_what_is_not_known_leaves_a_criterion_open_and_is_named() -> None:
    lasting = _said(CRS)["crs-3-lasting"]
    assert (lasting.proposes, lasting.missing) == (UNKNOWN, ("days_at_grade",))
    assert dict(lasting.used) == {"grade": 3, "in_window": True, "term": "Cytokine release syndrome"}
    assert _said(CRS)["crs-4"].proposes is False
    assert _said(CRS)["crs-4"].missing == ()
    assert _said(replace(CRS, grade=4))["crs-3-lasting"].missing == ()
    assert _said(Toxicity())["death"].missing == ("grade", "in_window", "related")


def test_an_event_that_goes_on_is_settled_only_by_what_no_further_day_can_change() -> None:
    early, late = (replace(CRS, days_at_grade=days, ongoing=True) for days in (2.0, 4.0))
    said = _said(early)["crs-3-lasting"]
    assert (said.proposes, said.missing) == (UNKNOWN, ("days_at_grade",))
    assert _said(late)["crs-3-lasting"].proposes is True
    assert _said(replace(early, ongoing=False))["crs-3-lasting"].proposes is False
    assert _said(replace(CRS, ongoing=True))["crs-3-lasting"].proposes is UNKNOWN


def test_any_of_several_tests_can_propose() -> None:
    text = changed(
        (
            "  criteria: []\n",
            "  criteria:\n    - {criterion: a, says: A., any: [grade == 5, days_at_grade > 7], source: s}\n"
            "    - {criterion: b, says: B., when: grade >= 4, source: s}\n",
        )
    )
    a, b = propose(protocol_of(text).dlt_criteria, Toxicity(grade=5))
    assert (a.proposes, b.proposes) == (True, True)
    a, b = propose(protocol_of(text).dlt_criteria, Toxicity(grade=3))
    assert (a.proposes, a.missing, b.proposes) == (UNKNOWN, ("days_at_grade",), False)


ENTRY = "    - criterion: a\n      says: A.\n      source: s\n"


@pytest.mark.parametrize(
    ("written", "near", "problem", "fix"),
    [
        ("      when: grade >= 3 or severity > 2\n", "when", "`severity` is not a known name", "Mend"),
        ("      when: 1 == 1\n", "when", "the expression asks about nothing", "Ask about: term, organ_class"),
        ("      when: term >= 3\n", "when", "`term >= 3` does not fit", "Mend"),
        (
            "      when: term == 'Cytokine release'\n",
            "when",
            "`Cytokine release` is not in CTCAE v5.0",
            "Write the term",
        ),
        (
            "      when: organ_class == 'Heart'\n",
            "when",
            "`Heart` is not in CTCAE v5.0",
            "system organ class",
        ),
        ("      when: 5\n", "when", "expected an expression", "Write one comparison"),
        ("      all: []\n", "- criterion: a", "a criterion has one of", "Write one `when: grade >= 4`"),
        (
            "      when: grade > 1\n      any: [grade > 2]\n",
            "- criterion: a",
            "a criterion has one of",
            "Write one",
        ),
        ("", "- criterion: a", "a criterion has one of", "Write one"),
        (
            "      when: grade > 1\n      then: stop\n",
            "then",
            "`then` is not a field here",
            "Did you mean `when`",
        ),
        (
            f"      when: grade > 1\n{ENTRY}      when: grade > 1\n",
            "",
            "`a` is already the criterion of line",
            "own id",
        ),
    ],
)
def test_a_mistake_in_a_criterion_has_its_line_and_what_to_do(
    written: str, near: str, problem: str, fix: str
) -> None:
    text = changed(("  criteria: []\n", f"  criteria:\n{ENTRY}{written}"))
    protocol, [mistake] = load(text.encode())
    assert protocol is None
    assert problem in mistake.problem
    assert fix in mistake.fix
    if near:
        assert mistake.line == line_of(text, near, after="- criterion: a\n")


def test_a_scale_may_be_asked_for_by_name() -> None:
    text = changed(
        ("  criteria: []\n", f"  criteria:\n{ENTRY}      all: ['scale == \"ASTCT 2019\"', grade >= 3]\n")
    )
    [criterion] = protocol_of(text).dlt_criteria
    assert propose([criterion], Toxicity(scale="ASTCT 2019", grade=3))[0].proposes is True


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 60), st.floats(0, 60), st.integers(1, 5), st.booleans())
def test_more_days_never_take_a_proposal_back(a: float, b: float, grade: int, ongoing: bool) -> None:
    few, many = sorted((a, b))
    at = [replace(CYTOPENIA, grade=grade, days_at_grade=days, ongoing=ongoing) for days in (few, many)]
    before, after = (_proposed(toxicity) for toxicity in at)
    assert set(before) <= set(after)
