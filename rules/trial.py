"""replay(entries) -> Trial: the state of the trial is a fold of its log, one `case` per event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from rules import events as e
from rules.protocol import Protocol
from rules.situation import History, Tally
from rules.window import window_end


@dataclass(frozen=True)
class Answer:
    """A recorded answer and the instant it is true for."""

    value: str
    at: datetime


@dataclass(frozen=True)
class Subject:
    """One subject as the log has it. `opening` is which opening of a level the slot is in."""

    code: str
    consented: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    eligible: datetime | None = None
    slot: e.SlotHeld | None = None
    opening: int = -1
    apheresis: datetime | None = None
    lymphodepletion: datetime | None = None
    infusion: e.Infused | None = None
    adverse_events: Mapping[int, e.AdverseEventReported] = field(default_factory=dict)
    adjudicated: Mapping[int, e.DltConfirmed | e.DltRefuted] = field(default_factory=dict)
    assessed: datetime | None = None
    withdrawn: e.Withdrawn | None = None


@dataclass(frozen=True)
class Opening:
    """A signed opening of places at a level; `at` is None for the first, which the protocol opens."""

    level: int
    places: int
    action: str
    at: datetime | None = None


@dataclass(frozen=True)
class Trial:
    """The whole state: subjects by code, openings in order, the signed MTD, corrected entries in force."""

    subjects: Mapping[str, Subject]
    openings: tuple[Opening, ...]
    mtd: int | None
    entries: tuple[e.Entry, ...]
    length: int

    def subject(self, code: str) -> Subject | None:
        """The subject of that code, or None."""
        return self.subjects.get(code)


def replay(protocol: Protocol, entries: Iterable[e.Entry]) -> Trial:
    """Fold a log into its state; corrections are applied to their targets first."""
    log = tuple(entries)
    standing = corrected(log)
    trial = Trial({}, (Opening(1, protocol.cohort.size, "start"),), None, standing, len(log))
    for entry in standing:
        trial = _apply(trial, entry)
    return trial


def corrected(log: tuple[e.Entry, ...]) -> tuple[e.Entry, ...]:
    """The entries as they stand: voided ones dropped, corrected ones with their new values."""
    changes: dict[int, dict[str, str]] = {}
    void: set[int] = set()
    for entry in log:
        if isinstance(entry.event, e.Corrected):
            if entry.event.changes:
                changes.setdefault(entry.event.target, {}).update(entry.event.changes)
            else:
                void.add(entry.event.target)
    return tuple(
        replace(entry, event=amended(entry.event, changes[entry.number]))
        if entry.number in changes
        else entry
        for entry in log
        if entry.number not in void
    )


def amended(event: e.Event, changes: Mapping[str, str]) -> e.Event:
    """The event with fields replaced; each text is read as the field's own type."""
    kinds = {f.name: type(getattr(event, f.name)) for f in fields(event)}
    read: dict[type, Any] = {
        datetime: datetime.fromisoformat, int: int, float: float, str: str, bool: lambda text: text == "true"
    }  # fmt: skip
    return replace(event, **{name: read[kinds[name]](text) for name, text in changes.items()})


def _apply(trial: Trial, entry: e.Entry) -> Trial:
    event = entry.event
    match event:
        case e.Corrected():
            return trial
        case e.LevelOpened():
            opening = Opening(event.level, event.places, event.action, event.at)
            return replace(trial, openings=(*trial.openings, opening))
        case e.MtdDeclared():
            return replace(trial, mtd=event.level)
        case _:
            subject = trial.subjects.get(event.subject, Subject(event.subject))
            return replace(
                trial,
                subjects={**trial.subjects, event.subject: _happened(trial, subject, entry.number, event)},
            )


def _happened(
    trial: Trial,
    subject: Subject,
    number: int,
    event: e.Consented
    | e.Answered
    | e.EligibilityConfirmed
    | e.SlotHeld
    | e.ApheresisDone
    | e.LymphodepletionStarted
    | e.Infused
    | e.AdverseEventReported
    | e.DltConfirmed
    | e.DltRefuted
    | e.WindowAssessed
    | e.Withdrawn,
) -> Subject:
    match event:
        case e.Consented():
            return replace(subject, consented=event.at)
        case e.Answered():
            answers = {**subject.answers, event.fact: Answer(event.value, event.at)}
            return replace(subject, answers=answers)
        case e.EligibilityConfirmed():
            return replace(subject, eligible=event.at)
        case e.SlotHeld():
            return replace(subject, slot=event, opening=len(trial.openings) - 1)
        case e.ApheresisDone():
            return replace(subject, apheresis=event.at)
        case e.LymphodepletionStarted():
            return replace(subject, lymphodepletion=event.at)
        case e.Infused():
            opening = len(trial.openings) - 1 if event.deviation else subject.opening
            return replace(subject, infusion=event, opening=opening)
        case e.AdverseEventReported():
            return replace(subject, adverse_events={**subject.adverse_events, number: event})
        case e.DltConfirmed() | e.DltRefuted():
            return replace(subject, adjudicated={**subject.adjudicated, event.about: event})
        case e.WindowAssessed():
            return replace(subject, assessed=event.at)
        case e.Withdrawn():
            return replace(subject, withdrawn=event)
        case _:  # pragma: no cover
            assert_never(event)


# -------------------------------------------------------------------- what a subject counts as
def has_dlt(protocol: Protocol, subject: Subject) -> bool:
    """True when a DLT with onset inside the window is confirmed."""
    if subject.infusion is None:
        return False
    end = window_end(protocol, subject.infusion.at)
    return any(
        isinstance(ruling, e.DltConfirmed) and subject.infusion.at <= ruling.at < end
        for ruling in subject.adjudicated.values()
    )


def status(protocol: Protocol, subject: Subject, now: datetime) -> str:
    """none | held | in_window | unassessed | no_dlt | dlt | not_evaluable: how the subject counts at `now`."""
    if subject.infusion is None:
        return "held" if holds_slot(protocol, subject, now) else "none"
    if has_dlt(protocol, subject):
        return "dlt"
    if not subject.infusion.full:
        return "not_evaluable"
    end = window_end(protocol, subject.infusion.at)
    if subject.withdrawn is not None and subject.withdrawn.at < end:
        return "not_evaluable"
    if subject.assessed is not None:
        return "no_dlt"
    return "in_window" if now < end else "unassessed"


def slot_expires(protocol: Protocol, subject: Subject) -> datetime | None:
    """When an unused slot is given back; None without a slot, or once pretreatment has begun."""
    if subject.slot is None or subject.lymphodepletion is not None or subject.infusion is not None:
        return None
    return subject.slot.at + timedelta(days=protocol.cohort.slot_hold_days)


def holds_slot(protocol: Protocol, subject: Subject, now: datetime) -> bool:
    """True while the subject holds a place and was not infused."""
    if subject.slot is None or subject.withdrawn is not None or subject.infusion is not None:
        return False
    expires = slot_expires(protocol, subject)
    return expires is None or now < expires


def history_of(protocol: Protocol, trial: Trial, now: datetime) -> History:
    """The counts of each opening at `now`."""
    return tuple(
        _tally(protocol, opening, [s for s in trial.subjects.values() if s.opening == number], now)
        for number, opening in enumerate(trial.openings)
    )


def _tally(protocol: Protocol, opening: Opening, subjects: list[Subject], now: datetime) -> Tally:
    statuses = [(status(protocol, subject, now), subject) for subject in subjects]
    names = [name for name, _ in statuses]
    return Tally(
        level=opening.level,
        places=opening.places,
        evaluable=names.count("no_dlt") + names.count("dlt"),
        dlts=names.count("dlt"),
        pending=names.count("held") + names.count("in_window") + names.count("unassessed"),
        unassessed=names.count("unassessed"),
        not_evaluable=names.count("not_evaluable"),
        left_with_dlt=sum(1 for name, s in statuses if name == "dlt" and s.withdrawn is not None),
    )
