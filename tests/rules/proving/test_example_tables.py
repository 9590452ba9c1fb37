"""The decision tables of BOIN, i3+3 and the rolling six, written from their papers and not from the files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import log

import pytest

from rules.clauses import rule_on
from rules.notation import read_outcomes
from rules.proving.odds import binomial, characteristics
from rules.proving.paths import graph
from rules.situation import Tally
from tests.rules.files import EXAMPLES, protocol_of

RATES = (0.1, 0.2, 0.3)


# -------------------------------------------------------------------- BOIN and i3+3
def boin(x: int, n: int) -> str:
    """Escalate, stay or de-escalate, by the formula of Liu and Yuan 2015 for .30, .18 and .42."""
    e = log((1 - 0.18) / (1 - 0.30)) / log(0.30 * (1 - 0.18) / (0.18 * (1 - 0.30)))
    d = log((1 - 0.30) / (1 - 0.42)) / log(0.42 * (1 - 0.30) / (0.30 * (1 - 0.42)))
    assert (round(e, 4), round(d, 4)) == (0.2365, 0.3585)
    return "E" if x / n <= e else "D" if x / n >= d else "S"


def i3plus3(x: int, n: int) -> str:
    """The same by Liu, Wang and Ji 2020, in twentieths so that nothing is rounded."""
    low, high = 5 * n, 7 * n
    if low <= 20 * x <= high:
        return "S"
    return "E" if 20 * x < low else "S" if 20 * (x - 1) < low else "D"


STEP = {"E": ("escalate", 3), "S": ("expand", 2), "D": ("reduce", 1)}


@pytest.mark.parametrize(("name", "table"), [("boin", boin), ("i3plus3", i3plus3)])
@pytest.mark.parametrize(("n", "x"), [(n, x) for n in (3, 6, 9, 12) for x in range(n + 1)])
def test_the_middle_level_does_what_the_formula_says(
    name: str, table: Callable[[int, int], str], n: int, x: int
) -> None:
    protocol = protocol_of(EXAMPLES[name])
    for below in (3, 12):
        decision = rule_on(protocol, (Tally(1, below, below), Tally(2, n, n, x)))
        full = n == 12 if table(x, n) == "S" else below == 12 and table(x, n) == "D"
        assert (decision.action if full else decision.key) == ("declare_mtd" if full else STEP[table(x, n)])


@pytest.mark.parametrize("x", range(4))
@pytest.mark.parametrize("outcomes", ["1NNN 2NNN 3TTT", "1NNN 2NNN 3NTT"])
def test_an_eliminated_level_is_never_opened_again(outcomes: str, x: int) -> None:
    protocol = protocol_of(EXAMPLES["boin"])
    text = f"{outcomes} 2{'N' * (3 - x)}{'T' * x}"
    action, level = rule_on(protocol, read_outcomes(text, protocol)).key
    assert level <= 2 if "TTT" in outcomes else (action == "escalate") == (x < 2)


@cache
def chances(level: int, ns: tuple[int, ...], xs: tuple[int, ...]) -> tuple[float, ...]:
    """P(MTD = 0..3), E(subjects), E(DLTs) from here on: BOIN again, written from its paper."""
    total = [0.0] * 6
    for dlts, odds in enumerate(binomial(RATES[level], 3)):
        n, x = list(ns), list(xs)
        n[level], x[level] = n[level] + 3, x[level] + dlts
        step = {"E": 1, "S": 0, "D": -1}[boin(x[level], n[level])]
        to = min(max(level + step, 0), 2)
        to = level if to > level and out(x[to], n[to]) else to
        if n[to] >= 12 or out(x[0], n[0]):
            rest: tuple[float, ...] = (*(float(selected(n, x) == mtd) for mtd in range(4)), 0.0, 0.0)
        else:
            rest = chances(to, tuple(n), tuple(x))
        for at, value in enumerate(rest):
            total[at] += odds * (value + (0, 0, 0, 0, 3, dlts)[at])
    return tuple(total)


def out(x: int, n: int) -> bool:
    return n >= 3 and x >= {3: 3, 6: 4, 9: 5, 12: 7}[n]


def selected(n: list[int], x: list[int]) -> int:
    """The isotonic estimate by the max-min formula over the levels that were tried and are not out."""
    last = next((at for at in range(3) if n[at] == 0 or out(x[at], n[at])), 3)
    a = [x[at] + 0.05 for at in range(last)]
    size = [n[at] + 0.1 for at in range(last)]
    w = [s**2 * (s + 1) / (y * (s - y)) for y, s in zip(a, size, strict=True)]

    def mean(i: int, j: int) -> float:
        return sum(w[k] * a[k] / size[k] for k in range(i, j)) / sum(w[i:j])

    rates = [
        max(min(mean(i, j) for j in range(k + 1, last + 1)) for i in range(k + 1)) + k * 1e-10
        for k in range(last)
    ]
    return min(range(last), key=lambda k: abs(rates[k] - 0.30)) + 1 if last else 0


@pytest.mark.parametrize("name", ["boin", "i3plus3"])
def test_the_odds_agree_with_an_enumeration_of_its_own(name: str) -> None:
    """The two designs agree on cohorts of three up to twelve subjects a level."""
    found = characteristics(graph(protocol_of(EXAMPLES[name])), RATES)
    told = (*found.mtd.values(), sum(found.subjects), sum(found.dlts))
    assert told == pytest.approx(chances(0, (0, 0, 0), (0, 0, 0)), abs=1e-9)


# -------------------------------------------------------------------- rolling six
SAME, HOLD, UP, DOWN = ("enrol", 2), ("wait", 2), ("escalate", 3), ("declare_mtd", 1)
# Rows of Frankel et al. 2020, table 2, column "Rolling 6": on the level, evaluable, DLTs.
ROWS = [
    *((n, 0, 0, SAME) for n in range(6)), (6, 0, 0, HOLD),
    *((n, 1, 0, SAME) for n in range(1, 6)), (6, 1, 0, HOLD),
    *((n, 2, 0, SAME) for n in range(2, 6)), (6, 2, 0, HOLD),
    (3, 3, 0, UP), (4, 3, 0, SAME), (5, 3, 0, SAME), (6, 3, 0, HOLD),
    (4, 4, 0, UP), (5, 4, 0, SAME), (6, 4, 0, HOLD), (5, 5, 0, UP), (6, 5, 0, UP), (6, 6, 0, UP),
    *((n, e, 1, SAME) for n in range(1, 6) for e in range(1, n + 1)),
    *((6, e, 1, HOLD) for e in range(1, 6)), (6, 6, 1, UP),
    *((n, e, 2, DOWN) for n in range(2, 7) for e in range(2, n + 1)),
    *((n, e, 3, DOWN) for n in range(3, 7) for e in range(3, n + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("total", "evaluable", "dlts", "wanted"), ROWS)
def test_the_rolling_six_follows_its_table(
    total: int, evaluable: int, dlts: int, wanted: tuple[str, int]
) -> None:
    level = Tally(2, 6, evaluable, dlts, total - evaluable)
    decision = rule_on(protocol_of(EXAMPLES["rolling-six"]), (Tally(1, 6, 6), level))
    assert decision.key == wanted
    assert decision.slots == {"enrol": 6 - total, "escalate": 6}.get(decision.action, 0)


@pytest.mark.parametrize(
    ("outcomes", "key", "slots"),
    [
        ("1NNNPPP", ("wait", 1), 0),
        ("1NNN 2TT", ("reduce", 1), 3),  # the three places that were never used lapse; three open
        ("1NNNN 2TT", ("reduce", 1), 2),
        ("1NNN 2TT 1P", ("enrol", 1), 2),
        ("1NNN 2TT 1NNT", ("declare_mtd", 1), 0),
        ("1NNN 2TT 1NN", ("declare_mtd", 1), 0),
        ("1NNN 2TT 1TT", ("declare_mtd", 0), 0),
        ("1NNNNN 2TT", ("declare_mtd", 1), 0),
        ("1NNN 2NNN 3NNN", ("enrol", 3), 3),  # the highest level is filled
        ("1NNN 2NNN 3NNNNT", ("enrol", 3), 1),
        ("1NNN 2NNN 3NNNNTN", ("declare_mtd", 3), 0),
    ],
)
def test_the_rolling_six_fills_a_level_before_it_is_the_mtd(
    outcomes: str, key: tuple[str, int], slots: int
) -> None:
    protocol = protocol_of(EXAMPLES["rolling-six"])
    decision = rule_on(protocol, read_outcomes(outcomes, protocol))
    assert (decision.key, decision.slots) == (key, slots)
