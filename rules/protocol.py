"""The trial as one frozen object: what protocol.yaml says, ready to be asked. See load.py for the reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rules.estimate import Estimate
from rules.expressions import compiled_table, rules_out
from rules.file.codes import read_code, write_code
from rules.file.entries import (
    ACTIONS,
    NEEDS,
    STAGES,
    TABLES,
    Assay,
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
from rules.situation import Seeing, seeing

if TYPE_CHECKING:
    from rules.file.response_rule import ResponseRule
    from rules.toxicity.dlt import DltCriterion

__all__ = [
    "ACTIONS", "NEEDS", "STAGES", "TABLES", "Assumption", "Clause", "CohortRules", "Criterion", "Fact",
    "Former", "Identity", "Level", "Protocol", "Reading", "Reminders", "Said", "Stage",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Protocol:
    """Everything about the trial. `sha256` is of the file's bytes, `text` what they say.

    `sae_hours` after awareness a serious event is to be with the sponsor; 0 where the file is silent.
    `former` are the files that were in force before this one, oldest first.
    """

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
    dlt_criteria: tuple[DltCriterion, ...] = ()
    text: str = ""
    former: tuple[Former, ...] = ()
    infusion_second_person: bool = False
    assay: Assay | None = None
    sae_hours: int = 0
    safety_source: str = ""
    response: ResponseRule | None = None

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
        """The counts that are asked about: by `ruling` (all clauses but guards), `guards`, `assumptions`."""
        tables = self.tables
        asked = {
            "ruling": [clause.when for clause in (*tables["clauses"], *tables["after_closing"])],
            "guards": [clause.when for clause in tables["guards"]],
            "assumptions": [a.bears_when for a in self.assumptions if a.bears_when],
        }
        return {name: tuple(sorted({n for when in all_ for n in when.names})) for name, all_ in asked.items()}

    @cached_property
    def see(self) -> Mapping[str, Seeing]:
        """The values of `symbols` in a View, by the same names."""
        return {name: seeing(names) for name, names in self.symbols.items()}

    @cached_property
    def speaks(self) -> Mapping[str, Callable[..., list[int]]]:
        """Which clauses of a table hold, by their places, as one function of its symbols' values."""
        return {
            table: compiled_table(
                [clause.when for clause in clauses],
                self.symbols["guards" if table == "guards" else "ruling"],
            )
            for table, clauses in self.tables.items()
        }

    @cached_property
    def opens(self) -> Mapping[str, int]:
        """How many places each step opens."""
        return {"escalate": self.cohort.size, "expand": self.cohort.more, "reduce": self.cohort.more}

    @cached_property
    def near_sighted(self) -> bool:
        """True when no clause looks above the open level once the dose was reduced."""
        far = {"enrolled", "overfilled", "evaluable_above", "dlts_above"}
        return not (far & set(self.symbols["ruling"]) or self.rises_again or self.estimate)

    @cached_property
    def rises_again(self) -> bool:
        """True when a clause may escalate after a reduction: one that does not say `not reduced`."""
        return any(c.then == "escalate" and not rules_out(c.when, "reduced") for c in self.tables["clauses"])

    @cached_property
    def fact(self) -> Mapping[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def stage(self) -> Mapping[str, Stage]:
        """Stages by id."""
        return {stage.id: stage for stage in self.stages}

    def amended(self, new: Protocol, at: datetime) -> Protocol:
        """`new`, in force since `at`, after this file and those before it."""
        return replace(new, former=(*self.former, Former(self, at)))

    @property
    def first(self) -> Protocol:
        """The file that the trial began with."""
        return self.former[0].protocol if self.former else self

    def under(self, sha256: str) -> Protocol:
        """The file of that sha256 as it was in force; this one where it is none of the former ones."""
        return next((f.protocol for f in self.former if f.protocol.sha256 == sha256), self)

    def at(self, instant: datetime) -> Protocol:
        """The file that was in force at an instant."""
        return next((f.protocol for f in self.former if instant < f.until), self)

    def assumption(self, id_: str) -> Assumption | None:
        """The assumption of that id, or None."""
        return next((a for a in self.assumptions if a.id == id_), None)

    def assumed(self, *about: str) -> tuple[str, ...]:
        """The ids of the assumptions about these things, each one of entries.ABOUT."""
        return tuple(a.id for a in self.assumptions if a.about in about)

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


@dataclass(frozen=True)
class Former:
    """A file that was in force until an amendment was signed, with those before it."""

    protocol: Protocol
    until: datetime
