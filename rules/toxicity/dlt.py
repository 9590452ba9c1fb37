"""Criteria of the file that propose a DLT: propose(criteria, toxicity). An investigator disposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rules.expressions import UNKNOWN, Expression, Truth, Value, both, either
from rules.file.entries import Said

# What a criterion can ask about an adverse event.
ASKS: Mapping[str, str] = {
    "term": "word",
    "organ_class": "word",
    "scale": "word",
    "grade": "number",
    "day": "number",
    "in_window": "truth",
    "related": "truth",
    "days_at_grade": "number",
}
ENDLESS = 1e9


@dataclass(frozen=True)
class DltCriterion:
    """One criterion: its tests are combined by `all` or `any`."""

    id: str
    says: Said
    combine: str
    tests: tuple[Expression, ...]
    source: str
    line: int

    @cached_property
    def asks(self) -> str:
        """What it asks, whatever it is called: a criterion of another file that asks the same is the same."""
        return f"{self.combine}: {'; '.join(test.text for test in self.tests)}"


@dataclass(frozen=True)
class Toxicity:
    """What is known of an adverse event; None is not known.

    `grade` is one on `scale` that it reached or passed; `day` counts from the infusion (day 0);
    `days_at_grade` is how long at most it was on end at that grade or above, so far where it is `ongoing`.
    """

    term: str | None = None
    organ_class: str | None = None
    scale: str | None = None
    grade: int | None = None
    day: float | None = None
    in_window: bool | None = None
    related: bool | None = None
    days_at_grade: float | None = None
    ongoing: bool = False


@dataclass(frozen=True)
class Proposal:
    """What one criterion says: it proposes a DLT, does not, or UNKNOWN until `missing` is known."""

    criterion: DltCriterion
    proposes: Truth
    used: tuple[tuple[str, Value], ...]
    missing: tuple[str, ...]


def propose(criteria: Iterable[DltCriterion], *readings: Toxicity) -> tuple[Proposal, ...]:
    """One answer a criterion, in the order of the file; never a decision.

    Of several readings of one event, each of its grades and scales, the first by which a criterion proposes
    speaks; without one the first by which it cannot say.
    """
    return tuple(_best([_asked(criterion, reading) for reading in readings]) for criterion in criteria)


def _best(found: list[Proposal]) -> Proposal:
    return min(found, key=lambda x: 0 if x.proposes is True else 1 if x.proposes is UNKNOWN else 2)


@lru_cache(maxsize=16_384)
def _asked(criterion: DltCriterion, toxicity: Toxicity) -> Proposal:
    known = {name: value for name in ASKS if (value := getattr(toxicity, name)) is not None}
    return _ask(criterion, known, toxicity.ongoing)


def _ask(criterion: DltCriterion, known: Mapping[str, Value], ongoing: bool) -> Proposal:
    truths = [_holds(test, known, ongoing) for test in criterion.tests]
    proposes = both(truths) if criterion.combine == "all" else either(truths)
    names = sorted({name for test in criterion.tests for name in test.names})
    open_ = {
        name
        for test, truth in zip(criterion.tests, truths, strict=True)
        if proposes is UNKNOWN and truth is UNKNOWN
        for name in test.names
        if name not in known or (name == "days_at_grade" and ongoing)
    }
    used = tuple((name, known[name]) for name in names if name in known)
    return Proposal(criterion, proposes, used, tuple(sorted(open_)))


def _holds(test: Expression, known: Mapping[str, Value], ongoing: bool) -> Truth:
    """What a test says; of an event that goes on, only what no further day can change."""
    now = test.holds(known)
    if ongoing and "days_at_grade" in test.names and "days_at_grade" in known:
        later = test.holds({**known, "days_at_grade": ENDLESS})
        return now if now == later else UNKNOWN
    return now
