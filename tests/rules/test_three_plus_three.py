"""The clauses against a plain table of the 3+3, on legal trials, and against published counts."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.escalation import Decision, judge
from rules.notation import read_outcomes
from rules.protocol import Protocol
from rules.situation import History, Tally
from tests.rules.files import protocol_of, with_levels
from tests.rules.plain import Openings, plain


def tallied(openings: Openings) -> History:
    return tuple(
        Tally(level, 3, n.count("N") + n.count("T"), n.count("T"), n.count("P"), not_evaluable=n.count("X"))
        for level, n in openings
    )


def said(decision: Decision) -> tuple[str, int, int, str]:
    return decision.action, decision.level, decision.slots, decision.escalation


def happens(data: st.DataObject, openings: Openings, top: int) -> bool:
    """One thing that may legally happen next; False when nothing can."""
    action, level, _, _ = plain(openings, top)
    pending = [at for at, (_, letters) in enumerate(openings) if "P" in letters]
    ways = ["outcome"] * bool(pending) + [action] * (action not in ("wait", "declare_mtd"))
    if not ways:
        return False
    way = data.draw(st.sampled_from(ways))
    if way == "outcome":
        at = data.draw(st.sampled_from(pending))
        letter = data.draw(st.sampled_from("NNTX"))
        openings[at] = (openings[at][0], openings[at][1].replace("P", letter, 1))
    elif way == "enrol":
        openings[-1] = (level, openings[-1][1] + data.draw(st.sampled_from("NNNTPPX")))
    else:
        openings.append((level, ""))
    return True


@settings(max_examples=250, deadline=None)
@given(st.data(), st.integers(1, 4))
def test_the_clauses_agree_with_the_plain_table_at_every_moment_of_a_legal_trial(
    data: st.DataObject, top: int
) -> None:
    protocol = protocol_of(with_levels(top))
    openings: Openings = [(1, "")]
    for _ in range(60):
        decision = judge(protocol, tallied(openings))
        assert said(decision) == plain(openings, top), openings
        if openings[-1][1]:
            outcomes = " ".join(f"{level}{letters}" for level, letters in openings if letters)
            assert judge(protocol, read_outcomes(outcomes, protocol)) == decision, outcomes
        if not happens(data, openings, top):
            break


TALLY = st.builds(
    Tally,
    st.integers(1, 3),
    st.sampled_from([0, 3, 6]),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 2),
)


@settings(max_examples=300)
@given(st.lists(TALLY, min_size=1, max_size=5).map(tuple), st.none() | st.integers(0, 3))
def test_no_history_however_odd_raises(history: History, declared: int | None) -> None:
    decision = judge(protocol_of(), history, declared)
    assert decision.slots >= 0
    assert 0 <= decision.level <= 3


# -------------------------------------------------------------------- published numbers
Path = tuple[tuple[int, int], ...]


def paths(protocol: Protocol, history: History, walked: Path = ()) -> Iterator[Path]:
    """Every path of the trial: a sequence of (level, DLTs in that cohort of three)."""
    last = history[-1]
    for dlts in range(4):
        now = (*history[:-1], Tally(last.level, 3, 3, dlts))
        path = (*walked, (last.level, dlts))
        decision = judge(protocol, now)
        if decision.action == "declare_mtd":
            yield path
        else:
            assert decision.slots == 3, (path, decision)
            yield from paths(protocol, (*now, Tally(decision.level, 3)), path)


@pytest.mark.parametrize(("levels", "count"), [(1, 10), (2, 46), (3, 154), (4, 442)])
def test_a_trial_has_as_many_paths_as_published(levels: int, count: int) -> None:
    protocol = protocol_of(with_levels(levels))
    walked = list(paths(protocol, (Tally(1, 3),)))
    assert len(set(walked)) == len(walked) == count == 9 * (levels - 1) * 2**levels + 10
    assert max(len(path) for path in walked) <= 2 * levels


def test_the_odds_of_each_mtd_are_those_published(protocol: Protocol) -> None:
    rates = (0.1, 0.2, 0.3)
    mtd, subjects, dlts = [0.0] * 4, 0.0, 0.0
    for path in paths(protocol, (Tally(1, 3),)):
        odds = prod(comb(3, d) * rates[at - 1] ** d * (1 - rates[at - 1]) ** (3 - d) for at, d in path)
        history = tuple(Tally(at, 3, 3, d) for at, d in path)
        mtd[judge(protocol, history).level] += odds
        subjects += 3 * len(path) * odds
        dlts += sum(d for _, d in path) * odds
    assert mtd == pytest.approx([0.100431, 0.285443, 0.344331, 0.269796], abs=5e-7)
    assert (subjects, dlts) == pytest.approx((12.439679, 2.388210), abs=5e-7)


def test_the_shipped_levels_have_154_paths(protocol: Protocol) -> None:
    assert len(list(paths(protocol, (Tally(1, 3),)))) == 154
