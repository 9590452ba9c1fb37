"""The entries of protocol.yaml as frozen objects, one class for each kind of entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from rules.expressions import Expression

# What an assumption can be about, for the words that rest on it.
ABOUT = (
    "leaving", "window", "assessment", "late_dlt", "spacing", "late_toxicity", "target", "signature",
    "over_enrolment",
)  # fmt: skip
ACTIONS = ("enrol", "wait", "assess", "expand", "escalate", "reduce", "declare_mtd", "hold", "refer")
STAGES = ("consent", "screening", "eligibility", "slot", "apheresis", "lymphodepletion", "infusion")
NEEDS = (*STAGES, "all_criteria_met", "place_free", "level_open")
TABLES = ("guards", "clauses", "after_closing")


@dataclass(frozen=True)
class Said:
    """The same sentence in the languages of the file; `en` is always there."""

    by_language: tuple[tuple[str, str], ...]

    def in_(self, language: str) -> str:
        """The sentence in `language`, or in English where the file has no other."""
        words = dict(self.by_language)
        return words.get(language) or words["en"]

    @property
    def en(self) -> str:
        """The English sentence."""
        return self.in_("en")


@dataclass(frozen=True)
class Level:
    """One dose level; `cells` is a fixed total, never per kg."""

    number: int
    cells: float
    source: str


@dataclass(frozen=True)
class Fact:
    """Something asked at screening: a number with a unit, a judgement (yes/no), or a choice.

    `score` names the score whose verdict answers it too, or is empty.
    """

    id: str
    asks: Said
    type: str
    unit: str
    low: float
    high: float
    choices: tuple[tuple[str, Said], ...]
    valid_days: int
    ask_first: int
    source: str
    line: int
    score: str = ""

    @property
    def kind(self) -> str:
        """Its kind in an expression: number | truth | word."""
        return {"number": "number", "judgement": "truth", "choice": "word"}[self.type]


@dataclass(frozen=True)
class Criterion:
    """One inclusion or exclusion criterion over facts; `combine` is all or any of `tests`."""

    id: str
    kind: str
    says: Said
    combine: str
    tests: tuple[Expression, ...]
    source: str
    line: int

    @property
    def facts(self) -> frozenset[str]:
        """The facts that it asks about."""
        return frozenset[str]().union(*(test.names for test in self.tests))


@dataclass(frozen=True)
class Clause:
    """One rule of escalation: when it speaks, what follows, and which readings it rests on."""

    id: str
    table: str
    under: tuple[tuple[str, str], ...]
    says: Said
    when: Expression
    then: str
    at: str
    source: str
    line: int


@dataclass(frozen=True)
class Reading:
    """One way to read what the registration leaves open."""

    name: str
    says: Said
    sets: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Assumption:
    """A point where the registration is silent: the reading chosen, and the others; what it is `about`."""

    id: str
    situation: Said
    chosen: str
    readings: tuple[Reading, ...]
    bears_when: Expression | None
    source: str
    line: int
    about: str = ""

    @property
    def reading(self) -> Reading:
        """The reading that is in force."""
        return next(reading for reading in self.readings if reading.name == self.chosen)


@dataclass(frozen=True)
class Stage:
    """One step of a subject's course and what must be true before it."""

    id: str
    says: Said
    needs: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class CohortRules:
    """Places of a first and a later opening, the largest number at a level, spacing, days a slot is held.

    `fills` is True where a later opening fills the level to `maximum`; `more` is then at most this.
    """

    size: int
    more: int
    maximum: int
    spacing_after_first_days: int
    spacing_between_days: int
    slot_hold_days: int
    source: str
    fills: bool = False


@dataclass(frozen=True)
class Reminders:
    """When people are reminded; `quiet` is local time, from..to."""

    before_window_end_days: tuple[int, ...]
    overdue_every_days: int
    slot_expiry_days: int
    value_stale_days: int
    snooze_hours: int
    quiet: tuple[time, time]
    source: str


@dataclass(frozen=True)
class Assay:
    """How CAR-T cells in blood are measured: the unit, the lower limit of quantification in it (0: none)."""

    unit: str
    lloq: float
    source: str


@dataclass(frozen=True)
class Identity:
    """Which trial this is."""

    id: str
    sponsor_id: str
    version: str
    title: Said
    sponsor: str
    site: str
    zone: str
    started: date
    target_subjects: int
    source: str
