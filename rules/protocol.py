"""The trial as one frozen object: what protocol.yaml says, ready to be asked. See load.py for the reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from rules.codes import read_code, write_code
from rules.entries import (
    ACTIONS,
    NEEDS,
    STAGES,
    TABLES,
    Assumption,
    Clause,
    CohortRules,
    Criterion,
    Fact,
    Identity,
    Level,
    Reading,
    Reminders,
    Said,
    Stage,
)
from rules.estimate import Estimate
from rules.expressions import Value, compiled_table
from rules.situation import SIGHTS, View

__all__ = [
    "ACTIONS", "NEEDS", "STAGES", "TABLES", "Assumption", "Clause", "CohortRules", "Criterion", "Fact",
    "Identity", "Level", "Protocol", "Reading", "Reminders", "Said", "Stage",
]  # fmt: skip


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
    estimate: Estimate | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.trial.zone)

    @cached_property
    def tables(self) -> Mapping[str, tuple[Clause, ...]]:
        """The clauses in force under the chosen readings, by table."""
        chosen = {a.id: a.chosen for a in self.assumptions}
        live = [c for c in self.clauses if all(chosen[a] == reading for a, reading in c.under)]
        return {name: tuple(c for c in live if c.table == name) for name in TABLES}

    @cached_property
    def symbols(self) -> Mapping[str, tuple[str, ...]]:
        """The counts that are asked about, by table of clauses in force, and by the `assumptions`."""
        asked = {table: [clause.when for clause in clauses] for table, clauses in self.tables.items()}
        asked["ruling"] = asked["clauses"] + asked["after_closing"]
        asked["assumptions"] = [a.bears_when for a in self.assumptions if a.bears_when]
        return {name: tuple(sorted({n for when in all_ for n in when.names})) for name, all_ in asked.items()}

    @cached_property
    def speaks(self) -> Mapping[str, Callable[..., list[int]]]:
        """Which clauses of a table hold, as one function of its `symbols`."""
        return {
            table: compiled_table([clause.when for clause in clauses], self.symbols[table])
            for table, clauses in self.tables.items()
        }

    @cached_property
    def sights(self) -> tuple[Callable[[View], Value], ...]:
        """How to see what the clauses ask about, in the order of symbols["ruling"]."""
        return tuple(SIGHTS[name] for name in self.symbols["ruling"])

    @cached_property
    def near_sighted(self) -> bool:
        """True when no clause looks above the open level once the dose was reduced."""
        far = {"enrolled", "overfilled", "evaluable_above", "dlts_above"}
        return not (far & set(self.symbols["ruling"]) or self.rises_again or self.estimate)

    @cached_property
    def rises_again(self) -> bool:
        """True when a clause can escalate after a reduction."""
        return any(c.then == "escalate" and "reduced" not in c.when.names for c in self.tables["clauses"])

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

    def subject_code(self, number: int) -> str:
        """The code of the n-th subject, for example CD7-001."""
        return write_code(self.code, number)

    def read_code(self, text: str) -> str | None:
        """A full code from `CD7-004`, `cd7-4`, `004` or `4`; None when it is none."""
        return read_code(self.code, text)
