"""replay(entries) -> Trial: the state of the trial is a fold of its log, one `case` per event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from rules import events as e
from rules.corrections import BadCorrection, amended, corrected
from rules.happened import happened, observed
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Protocol
from rules.signed import resting_on, root_of, signed, voided
from rules.subject import Answer, Subject, has_dlt, holds_slot, slot_expires, status
from rules.toxicity.covering import overtaken
from rules.toxicity.known import known_anew, known_by
from rules.toxicity.unsettled import unsettled
from rules.toxicity.weighing import asked, in_doubt, weighed
from rules.window import aware

__all__ = [
    "Answer", "BadCorrection", "Opening", "Subject", "Trial", "amended", "continued", "corrected", "has_dlt",
    "holds_slot", "replay", "slot_expires", "status",
]  # fmt: skip


# Where a subject stands who has a slot or a dose at a level that was never opened.
UNPLACED = -2


@dataclass(frozen=True)
class Opening:
    """A signed opening of places at a level; `at` is None for the first, which the protocol opens.

    `file` is the sha256 of the file under which it was signed.
    """

    level: int
    places: int
    action: str
    at: datetime | None = None
    file: str = ""


@dataclass(frozen=True)
class Trial:
    """The whole state: subjects by code, openings in order, the MTD signed.

    `entries` are as corrected, `log` as written.
    """

    subjects: Mapping[str, Subject]
    openings: tuple[Opening, ...]
    mtd: int | None
    entries: tuple[e.Entry, ...]
    log: tuple[e.Entry, ...]

    @cached_property
    def amended(self) -> frozenset[int]:
        """Numbers of entries that a correction changed or voided."""
        return frozenset(entry.event.target for entry in self.log if isinstance(entry.event, e.Corrected))

    def subject(self, code: str) -> Subject | None:
        """The subject of that code, or None."""
        return self.subjects.get(code)


def replay(protocol: Protocol, entries: Iterable[e.Entry]) -> Trial:
    """Fold a log into its state; corrections are applied to their targets first.

    NaiveTime for an instant without a zone, BadCorrection for a correction that cannot be applied.
    """
    log = tuple(_in_utc(entry) for entry in entries)
    standing = corrected(log)
    begun = Trial({}, (Opening(1, protocol.first.cohort.size, "start"),), None, standing, log)
    return _fold(protocol, begun, standing)


def continued(protocol: Protocol, trial: Trial, entries: Iterable[e.Entry]) -> Trial:
    """The state once more entries follow: what replaying the whole log gives, for the cost of the new ones.

    Only a correction reaches back to what was folded before; then everything is replayed. Raises as replay.
    """
    more = tuple(_in_utc(entry) for entry in entries)
    if any(isinstance(entry.event, e.Corrected) for entry in more):
        return replay(protocol, (*trial.log, *more))
    longer = replace(trial, entries=(*trial.entries, *more), log=(*trial.log, *more))
    return _fold(protocol, longer, more)


def _fold(protocol: Protocol, trial: Trial, entries: Iterable[e.Entry]) -> Trial:
    for entry in entries:
        trial = _apply(protocol, trial, entry)
    return trial


def _in_utc(entry: e.Entry) -> e.Entry:
    entered = aware(entry.entered_at) if entry.entered_at else None
    return replace(entry, event=replace(entry.event, at=aware(entry.event.at)), entered_at=entered)


def _apply(protocol: Protocol, trial: Trial, entry: e.Entry) -> Trial:
    event = entry.event
    match event:
        case e.Corrected():
            return _corrected(protocol.under(entry.protocol), trial, entry)
        case e.LevelOpened():
            opening = Opening(event.level, event.places, event.action, event.at, entry.protocol)
            return replace(trial, openings=(*trial.openings, opening))
        case e.MtdDeclared():
            return replace(trial, mtd=event.level)
        case e.AmendmentSigned():
            return trial
        case ConcentrationMeasured():
            return _sampled(trial, entry.number, event)
        case _:
            subject = trial.subjects.get(event.subject, Subject(event.subject))
            known = known_by(entry)
            told = replace(subject, known=(*subject.known, known)) if known else subject
            if isinstance(event, e.ToxicityEvent):
                after = observed(protocol.under(entry.protocol), told, entry.number, event)
            else:
                latest = _opening_of(trial, getattr(event, "level", 0))
                after = signed(happened(told, entry.number, event, latest), entry.number, event)
                after = weighed(protocol.under(entry.protocol), after, entry)
            after = _learnt(protocol.under(entry.protocol), subject, after, entry)
            return replace(trial, subjects={**trial.subjects, event.subject: after})


def _learnt(protocol: Protocol, before: Subject, after: Subject, entry: e.Entry) -> Subject:
    """What is learnt of a window after its assessment, and may be a DLT, voids the assessment."""
    if before.assessed is None or after.assessed != before.assessed:
        return after
    now = entry.entered_at or entry.event.at
    found = unsettled(protocol, after, now)
    new = set(found) - set(unsettled(protocol, before, now)) if found else ()
    return voided(after, ("assessment",), entry.number) if new else after


def _sampled(trial: Trial, number: int, event: ConcentrationMeasured) -> Trial:
    subject = trial.subjects.get(event.subject, Subject(event.subject))
    more = replace(subject, samples={**subject.samples, number: event})
    return replace(trial, subjects={**trial.subjects, event.subject: more})


def _corrected(protocol: Protocol, trial: Trial, entry: e.Entry) -> Trial:
    """A correction voids what was signed on the value that it changes."""
    root = root_of(trial.log, entry)
    subject = trial.subjects.get(getattr(root.event, "subject", ""))
    if subject is None:
        return trial
    stands = next((x.event for x in trial.entries if x.number == root.number), root.event)
    left = voided(known_anew(subject, root, entry), resting_on(root, stands), entry.number)
    left = in_doubt(left, root.event)
    if any(asked(protocol, left, entry.entered_at or entry.event.at)):
        left = voided(left, ("assessment",), entry.number)
    if isinstance(root.event, e.Scored):
        course = left.course
        left = replace(left, course=replace(course, amended={**course.amended, root.number: entry.number}))
        left = voided(left, overtaken(protocol, subject, left, root.event), entry.number)
    return trial if left is subject else replace(trial, subjects={**trial.subjects, subject.code: left})


def _opening_of(trial: Trial, level: int) -> int:
    """The latest opening of a level, or UNPLACED when it was never opened."""
    return max((at for at, opening in enumerate(trial.openings) if opening.level == level), default=UNPLACED)
