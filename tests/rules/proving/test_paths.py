"""Paths and exact odds: published counts and figures, and an independent enumeration by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.notation import read_outcomes
from rules.protocol import Protocol
from rules.proving.cohorts import TooManyPaths, graph, graph_from
from rules.proving.odds import binomial, characteristics, weights
from rules.proving.paths import count, largest_enrolment, walk, written
from rules.proving.report import usual_rates, with_levels
from rules.situation import Tally, stand
from tests.bench.plain_enumeration import Enumeration
from tests.rules.files import in_entry, protocol_of, switched, without_clause

RATES = (0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("levels", "paths"), [(1, 10), (2, 46), (3, 154), (4, 442), (5, 1162), (6, 2890)], ids=str
)
def test_a_trial_has_as_many_paths_as_published(protocol: Protocol, levels: int, paths: int) -> None:
    assert count(graph(with_levels(protocol, levels))) == (paths, 0)


def test_the_paths_are_those_written_by_hand(protocol: Protocol) -> None:
    for levels in (1, 2, 3, 4):
        found = graph(with_levels(protocol, levels))
        walked = [
            tuple((found.cohorts[place].level, branch.dlts) for place, branch in zip(*path, strict=True))
            for path in walk(found)
        ]
        assert sorted(walked) == sorted(Enumeration(usual_rates(levels)).paths)


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_the_odds_are_those_enumerated_by_hand(rates: list[float]) -> None:
    exact = characteristics(graph(with_levels(protocol_of(), len(rates))), rates)
    hand = Enumeration(rates)
    assert [exact.mtd[level] for level in range(len(rates) + 1)] == pytest.approx(hand.mtd, abs=1e-12)
    assert sum(exact.subjects) == pytest.approx(hand.subjects, rel=1e-12)
    assert sum(exact.dlts) == pytest.approx(hand.dlts, rel=1e-9, abs=1e-12)
    assert exact.unresolved == 0


def test_the_odds_at_10_20_30_are_those_published(protocol: Protocol) -> None:
    exact = characteristics(graph(protocol), RATES)
    assert list(exact.mtd.values()) == pytest.approx([0.100431, 0.285443, 0.344331, 0.269796], abs=5e-7)
    assert sum(exact.subjects) == pytest.approx(12.439679, abs=5e-7)
    assert sum(exact.dlts) == pytest.approx(2.388210, abs=5e-7)


def test_many_vectors_at_once_are_each_as_alone(protocol: Protocol) -> None:
    import numpy

    vectors = numpy.random.default_rng(7).uniform(0, 1, (3, 50))
    every = characteristics(graph(protocol), list(vectors))
    for at in range(50):
        alone = characteristics(graph(protocol), [float(rate) for rate in vectors[:, at]])
        assert [every.mtd[level][at] for level in range(4)] == pytest.approx(list(alone.mtd.values()))
        assert every.subjects[2][at] == pytest.approx(alone.subjects[2])


def test_the_odds_of_a_cohort_add_up() -> None:
    assert binomial(0.3, 3) == pytest.approx([0.343, 0.441, 0.189, 0.027])
    assert binomial(0.0, 2) == [1, 0, 0]


def test_the_first_unstated_point_is_two_in_six_then_two_in_three_then_the_top(protocol: Protocol) -> None:
    found = {w.assumption: (w.first, w.ever) for w in weights(protocol, graph(protocol), RATES)}
    assert list(found)[:3] == ["A3", "A2", "A8"]
    assert [round(100 * found[name][0], 1) for name in ("A3", "A2", "A8")] == [31.8, 26.1, 22.0]
    assert all(first <= ever + 1e-12 for first, ever in found.values())


def test_an_assumption_weighs_what_the_paths_that_rest_on_it_weigh(protocol: Protocol) -> None:
    found = graph(protocol)
    total = 0.0
    for places, branches in walk(found):
        names = {a for b in branches for r in b.rulings for c in r.clauses for a, _ in c.under}
        odds = 1.0
        for place, branch in zip(places, branches, strict=True):
            cohort = found.cohorts[place]
            odds *= binomial(RATES[cohort.level - 1], cohort.size)[branch.dlts]
        total += odds * ("A5" in names)
    assert {w.assumption: w.ever for w in weights(protocol, found, RATES)}["A5"] == pytest.approx(total)


def test_a_path_is_written_in_the_notation_and_reads_back_to_its_end(protocol: Protocol) -> None:
    found = graph(protocol)
    for places, branches in walk(found):
        path = written(found, list(zip(places, branches, strict=True)))
        history = read_outcomes(path, protocol)
        assert sum(t.evaluable for t in history) == sum(found.cohorts[place].size for place in places)


def test_the_largest_enrolment_is_18(protocol: Protocol) -> None:
    assert largest_enrolment(graph(protocol)) == 18


def test_paths_go_on_from_where_a_trial_stands(protocol: Protocol) -> None:
    at_two = stand((Tally(1, 3, 3, 0), Tally(2, 3, 3, 1)))
    assert 0 < count(graph_from(protocol, at_two))[0] < 154
    over = stand((Tally(1, 3, 3, 2),))
    assert (graph_from(protocol, over).cohorts, count(graph_from(protocol, over))) == ((), (0, 0))
    assert largest_enrolment(graph_from(protocol, over)) == 0


def test_a_path_without_a_clause_is_unresolved() -> None:
    hole = protocol_of(without_clause("one-in-six"))
    paths, unresolved = count(graph(hole))
    assert 0 < unresolved < paths
    assert characteristics(graph(hole), RATES).unresolved > 0


def test_levels_opened_for_ever_are_an_error_and_not_a_hang() -> None:
    on = in_entry("clause: three-more", "opened == 6", "opened >= 6")
    on = in_entry(
        "clause: one-in-six", "opened == 6 and evaluable == 6", "opened >= 6 and evaluable == opened", on
    )
    on = in_entry("clause: one-in-six", "then: escalate", "then: expand", on)
    with pytest.raises(TooManyPaths, match="again and again"):
        graph(protocol_of(on))
    with pytest.raises(TooManyPaths, match="too long"):
        graph(with_levels(protocol_of(), 2_000))


def test_more_cohorts_than_can_be_kept_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.proving.cohorts.MOST_COHORTS", 9)
    with pytest.raises(TooManyPaths, match="more than 9 cohorts"):
        graph(protocol_of())


def test_a_full_cohort_that_is_to_be_filled_is_an_error_and_not_a_hang() -> None:
    text = in_entry("clause: one-in-three", "then: expand", "then: enrol")
    with pytest.raises(TooManyPaths, match="too long"):
        graph(protocol_of(text))


@pytest.mark.parametrize(("reading", "paths"), [("mtd", 127), ("above-mtd", 154)])
def test_another_reading_changes_the_paths(reading: str, paths: int) -> None:
    assert count(graph(protocol_of(switched("A3", reading))))[0] == paths
