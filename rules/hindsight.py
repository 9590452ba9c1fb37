"""Signed decisions in hindsight: what today's record of what had happened by then gives instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules import events as e
from rules.clauses import Decision
from rules.escalation import decide
from rules.protocol import Protocol
from rules.trial import Trial, replay

Signed = e.LevelOpened | e.MtdDeclared


@dataclass(frozen=True)
class Difference:
    """A signed decision that would have been another one: its entry, and what today's record gives.

    `void` says that a correction has voided the signature since; `file` is the one it was signed under.
    """

    entry: e.Entry
    signed: Signed
    gives: Decision
    void: bool
    file: Protocol


def differences(protocol: Protocol, trial: Trial) -> tuple[Difference, ...]:
    """Every signed opening and MTD that differs from the decision on today's record, in the log's order.

    Today's record is the log as corrected. Of it counts what had happened by the signature (the onset of
    a DLT, not when it was learnt), and the steps signed before it. Subjects whose place came with it or
    after it do not count. Once a step is contradicted, the guards speak at the later ones.
    """
    standing = {entry.number: entry for entry in trial.entries}
    signatures = [
        standing.get(entry.number, entry)
        for entry in trial.log
        if isinstance(entry.event, e.LevelOpened | e.MtdDeclared)
    ]
    found = (_difference(protocol, trial, entry, entry.number not in standing) for entry in signatures)
    return tuple(difference for difference in found if difference is not None)


def _difference(protocol: Protocol, trial: Trial, entry: e.Entry, void: bool) -> Difference | None:
    event = entry.event
    assert isinstance(event, e.LevelOpened | e.MtdDeclared)  # noqa: S101 - differences() chose it
    key = ("declare_mtd", event.level) if isinstance(event, e.MtdDeclared) else (event.action, event.level)
    file = protocol.under(entry.protocol)
    gives = decide(file, replay(file, _by_then(trial, entry)), event.at)
    return None if gives.key == key else Difference(entry, event, gives, void, file)


def _by_then(trial: Trial, signature: e.Entry) -> Iterator[e.Entry]:
    """Today's entries that had happened by a signature, without what rests on it or follows it."""
    openings = 1 + sum(
        isinstance(entry.event, e.LevelOpened) and entry.number < signature.number for entry in trial.entries
    )
    for entry in trial.entries:
        event = entry.event
        if isinstance(event, e.LevelOpened | e.MtdDeclared):
            if entry.number < signature.number:
                yield entry
        elif not isinstance(event, e.Corrected | e.AmendmentSigned) and event.at <= signature.event.at:
            subject = trial.subject(event.subject)
            if subject is not None and subject.opening < openings:
                yield entry


def as_signed(protocol: Protocol, trial: Trial, number: int) -> tuple[Protocol, Decision] | None:
    """The file under which entry `number` was signed, and the decision on the record as it stood then.

    None where that entry is no signed step.
    """
    entry = next((x for x in trial.log if x.number == number), None)
    if entry is None or not isinstance(entry.event, e.LevelOpened | e.MtdDeclared):
        return None
    file = protocol.under(entry.protocol)
    before = replay(file, (x for x in trial.log if x.number < number))
    return file, decide(file, before, entry.event.at)
