"""The trial as frozen objects: what protocol.yaml says, ready to be asked. See load.py for the reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from zoneinfo import ZoneInfo

from rules.expressions import Expression

ACTIONS = ("enrol", "wait", "assess", "expand", "escalate", "reduce", "declare_mtd", "hold", "refer")
STAGES = ("consent", "screening", "eligibility", "slot", "apheresis", "lymphodepletion", "infusion")
NEEDS = (*STAGES, "all_criteria_met", "place_free", "level_open")


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
    """Something asked at screening: a number with a unit, a judgement (yes/no), or a choice."""

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
    """A point where the registration is silent: the reading chosen, and the others."""

    id: str
    situation: Said
    chosen: str
    readings: tuple[Reading, ...]
    bears_when: Expression | None
    source: str
    line: int

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
    """Places per opening, the file's largest number, spacing in days, days a slot is held."""

    size: int
    more: int
    maximum: int
    spacing_after_first_days: int
    spacing_between_days: int
    slot_hold_days: int
    source: str


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


@dataclass(frozen=True, eq=False)
class Protocol:
    """Everything about the trial. `sha256` is of the file's bytes."""

    trial: Identity
    sha256: str
    code: str
    levels: tuple[Level, ...]
    dose_unit: str
    tolerance_percent: float
    dose_source: str
    cohort: CohortRules
    window_days: int
    window_extra_days: int
    window_source: str
    adjudicate_from_grade: int
    dlt_scale: str
    dlt_source: str
    stages: tuple[Stage, ...]
    facts: tuple[Fact, ...]
    criteria: tuple[Criterion, ...]
    clauses: tuple[Clause, ...]
    assumptions: tuple[Assumption, ...]
    reminders: Reminders

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.trial.zone)

    @cached_property
    def tables(self) -> Mapping[str, tuple[Clause, ...]]:
        """The clauses in force, by table: guards, clauses, after_closing."""
        chosen = {a.id: a.chosen for a in self.assumptions}
        live = [c for c in self.clauses if all(chosen[a] == reading for a, reading in c.under)]
        names = ("guards", "clauses", "after_closing")
        return {name: tuple(c for c in live if c.table == name) for name in names}

    @cached_property
    def fact(self) -> Mapping[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def stage(self) -> Mapping[str, Stage]:
        """Stages by id."""
        return {stage.id: stage for stage in self.stages}

    def assumption(self, id_: str) -> Assumption | None:
        """The assumption of that id, or None."""
        return next((a for a in self.assumptions if a.id == id_), None)

    def clause(self, id_: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((c for c in self.clauses if c.id == id_), None)

    def level(self, number: int) -> Level:
        """The level of that number, 1 for the lowest."""
        return self.levels[number - 1]

    @cached_property
    def _code(self) -> tuple[str, int, re.Pattern[str]]:
        found = re.search(r"\{number:(\d)\}", self.code)
        digits = int(found.group(1)) if found else 3
        head, tail = re.split(r"\{number:\d\}", self.code, maxsplit=1) if found else (self.code, "")
        return head, digits, re.compile(re.escape(head) + rf"(\d{{{digits}}})" + re.escape(tail))

    def subject_code(self, number: int) -> str:
        """The code of the n-th subject, for example CD7-001."""
        return re.sub(r"\{number:\d\}", f"{number:0{self._code[1]}d}", self.code)

    def read_code(self, text: str) -> str | None:
        """A full code from `CD7-004`, `cd7-4`, `004` or `4`; None when it is none."""
        head, digits, pattern = self._code
        text = text.strip()
        if pattern.fullmatch(text):
            return text
        short = text[len(head) :] if text.upper().startswith(head.upper()) else text
        if short.isascii() and short.isdigit() and 0 < int(short) < 10**digits:
            return self.subject_code(int(short))
        return None
