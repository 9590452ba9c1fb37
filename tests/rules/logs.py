"""Logs for tests: a trial played from the field's notation, event by event, on a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rules import events as e
from rules.escalation import Decision, decide
from rules.protocol import Protocol
from rules.trial import Subject, Trial, replay
from rules.window import window_end

START = datetime(2025, 4, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Record:
    """A log that grows; `now` moves when a window has to pass."""

    def __init__(self, protocol: Protocol, now: datetime = START) -> None:
        self.protocol, self.now = protocol, now
        self.entries: list[e.Entry] = []
        self.subjects = 0

    def add(self, event: e.Event) -> int:
        """Append an event; returns its number."""
        self.entries.append(e.Entry(len(self.entries) + 1, event, "Dr Li", "investigator", self.now))
        return len(self.entries)

    @property
    def trial(self) -> Trial:
        return replay(self.protocol, self.entries)

    def subject(self, code: str) -> Subject:
        return self.trial.subjects[code]

    @property
    def decision(self) -> Decision:
        return decide(self.protocol, self.trial, self.now)

    def holds(self, level: int, at: datetime | None = None) -> str:
        """The next subject takes a place; returns the code."""
        self.subjects += 1
        code = self.protocol.subject_code(self.subjects)
        self.add(e.Consented(code, self.now))
        self.add(e.SlotHeld(code, level, at or self.now))
        return code

    def doses(self, level: int, full: bool = True, at: datetime | None = None) -> str:
        """The next subject takes a place and is infused; returns the code."""
        code = self.holds(level, at)
        self.add(e.Infused(code, level, self.protocol.level(level).cells, full, at or self.now))
        return code

    def dlt(self, code: str, days: float = 5) -> int:
        """A DLT with onset that long after the infusion."""
        return self.add(e.DltConfirmed(code, 0, self._given(code) + days * DAY))

    def clears(self, code: str) -> None:
        """The window passes and is assessed."""
        end = window_end(self.protocol, self._given(code))
        self.now = max(self.now, end)
        self.add(e.WindowAssessed(code, self.now))

    def leaves(self, code: str, days: float = 3, reason: str = "withdrew") -> int:
        return self.add(e.Withdrawn(code, reason, self._given(code) + days * DAY))

    def opens(self) -> int:
        """The principal investigator signs the step that the clauses give."""
        step = self.decision
        return self.add(e.LevelOpened(step.level, step.slots, step.action, self.now))

    def _given(self, code: str) -> datetime:
        infusion = self.subject(code).infusion
        assert infusion is not None
        return infusion.at


def played(protocol: Protocol, outcomes: str) -> Record:
    """The record of "1NNT 1NNN 2NP": each group after the first is an opening that was signed."""
    record = Record(protocol)
    for at, group in enumerate(outcomes.split()):
        level = int(group[0])
        if at:
            record.opens()
        settled = [(record.doses(level), letter) for letter in group[1:] if letter != "P"]
        outcome: dict[str, Callable[[str], object]] = {
            "T": record.dlt,
            "X": record.leaves,
            "N": record.clears,
        }
        for code, letter in sorted(settled, key=lambda pair: "TXN".index(pair[1])):
            outcome[letter](code)
        record.now += DAY
        for _ in range(group.count("P")):
            record.doses(level)
    return record
