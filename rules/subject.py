"""One subject as the log has it, and how the subject counts at an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules import events as e
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Protocol
from rules.toxicity.course import Course, Known
from rules.toxicity.events import FATAL
from rules.window import aware, window_end

# The adverse event by which a scale of the bedside is reported.
REPORTED_AS = {"crs": "Cytokine release syndrome", "icans": "ICANS"}
# Outcomes after which an event is over.
OVER = ("recovered", "sequelae")
# How those count who were infused and have no outcome yet, and those who hold a place beside them.
AWAITED = ("in_window", "unassessed")
PENDING = ("held", *AWAITED)


@dataclass(frozen=True)
class Answer:
    """A recorded answer and the instant it is true for."""

    value: str
    at: datetime


@dataclass(frozen=True)
class Subject:
    """One subject as the log has it. `opening` is which opening of a level the slot is in.

    `signed` is the newest entry that signs each thing, `void` since which entry a signature is void;
    `weighed` is what criteria of the file proposed of an event ruled no DLT, by the entry of the ruling.
    """

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
    samples: Mapping[int, ConcentrationMeasured] = field(default_factory=dict)
    signed: Mapping[str, int] = field(default_factory=dict)
    void: Mapping[int, int] = field(default_factory=dict)
    course: Course = field(default_factory=Course)
    known: tuple[Known, ...] = ()
    weighed: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """The level of the dose, or of the slot before it; 0 without either."""
        placed = self.infusion or self.slot
        return placed.level if placed else 0

    def void_since(self, what: str) -> int:
        """The entry that changed a value under the signature on `what`; 0 while it stands, or is none."""
        return self.void.get(self.signed.get(what, 0), 0)


def grades_of(subject: Subject, number: int) -> tuple[tuple[datetime, int], ...]:
    """The grades of an adverse event over time: (from when, grade), the onset first."""
    event = subject.adverse_events[number]
    later = [(f.at, f.reached) for f in subject.course.followed.get(number, ()) if f.reached]
    return ((event.at, event.grade), *sorted(later))


def worst_grade(subject: Subject, number: int) -> int:
    """The worst grade that an adverse event reached."""
    return max(grade for _, grade in grades_of(subject, number))


def levels_of(subject: Subject, number: int) -> tuple[tuple[datetime, int], ...]:
    """Its grades over time, 0 where it is over; where an outcome says that it goes on, its former grade."""
    event = subject.adverse_events[number]
    found, grade = [(event.at, event.grade)], event.grade
    for told in sorted(subject.course.followed.get(number, ()), key=lambda f: (f.at, f.reached)):
        grade, over = told.reached or grade, told.outcome in OVER
        again = told.outcome != "" and not over and not found[-1][1]
        found += [(told.at, grade)] if told.reached or again else []
        found += [(told.at, 0)] if over else []
    return tuple(found)


def measured_at(
    subject: Subject, number: int, at: datetime
) -> e.AdverseEventReported | e.AdverseEventFollowed | None:
    """What was measured of an adverse event in the minute of `at`, the highest floor; None without."""
    minute = aware(at).replace(second=0, microsecond=0)
    told: tuple[e.AdverseEventReported | e.AdverseEventFollowed, ...]
    told = (subject.adverse_events[number], *subject.course.followed.get(number, ()))
    found = [x for x in told if x.measured and aware(x.at).replace(second=0, microsecond=0) == minute]
    return max(found, key=lambda x: x.floor, default=None)


def worsened(subject: Subject, number: int, grade: int) -> Iterator[tuple[datetime, bool]]:
    """When an adverse event came to this grade or more, or higher than ever; and whether from below it."""
    worst, before = 0, 0
    for at, had in levels_of(subject, number):
        if had >= grade and (had > worst or before < grade):
            yield at, before < grade
        worst, before = max(worst, had), had


def in_window(protocol: Protocol, subject: Subject, at: datetime) -> bool:
    """True for an instant inside the DLT window; never without an infusion."""
    given = subject.infusion
    return given is not None and given.at <= at < window_end(protocol, given.at)


def dlt_onset(protocol: Protocol, subject: Subject, number: int) -> datetime | None:
    """When an adverse event came to the file's grade inside the window; None when it did not."""
    return next((at for at, _ in rises(protocol, subject, number)), None)


def rises(protocol: Protocol, subject: Subject, number: int) -> tuple[tuple[datetime, bool], ...]:
    """When an adverse event came to the file's grade inside the window, as `worsened` says it.

    Of one reported as fatal before the dose, the death itself, where its course dates that in the window.
    """
    found = worsened(subject, number, protocol.adjudicate_from_grade)
    risen = tuple(rise for rise in found if in_window(protocol, subject, rise[0]))
    if risen or subject.adverse_events[number].grade != FATAL:
        return risen
    told = sorted(f.at for f in subject.course.followed.get(number, ()) if f.reached == FATAL)
    return tuple((at, False) for at in told if in_window(protocol, subject, at))[:1]


def dlt_onsets(protocol: Protocol, subject: Subject) -> list[datetime]:
    """Onsets of the confirmed DLTs inside the window."""
    return [ruling.at for ruling in dlts_in_window(protocol, subject)]


def dlts_in_window(protocol: Protocol, subject: Subject) -> list[e.DltConfirmed]:
    """The confirmed DLTs with onset inside the window."""
    confirmed = (x for x in subject.adjudicated.values() if isinstance(x, e.DltConfirmed))
    return [ruling for ruling in confirmed if in_window(protocol, subject, ruling.at)]


def has_dlt(protocol: Protocol, subject: Subject) -> bool:
    """True when a DLT with onset inside the window is confirmed."""
    return bool(dlt_onsets(protocol, subject))


def left_early(protocol: Protocol, subject: Subject) -> bool:
    """True when the subject left before the window ended; a dose not given in full is leaving too (A10)."""
    if subject.infusion is None:
        return subject.withdrawn is not None
    end = window_end(protocol, subject.infusion.at)
    return not subject.infusion.full or (subject.withdrawn is not None and subject.withdrawn.at < end)


def status(protocol: Protocol, subject: Subject, now: datetime) -> str:
    """How the subject counts: none | held | in_window | unassessed | no_dlt | dlt | not_evaluable.

    An assessment recorded before the window is over clears nobody: it counts as none.
    """
    now = aware(now)
    if subject.infusion is None:
        return "held" if holds_slot(protocol, subject, now) else "none"
    if has_dlt(protocol, subject):
        return "dlt"
    if left_early(protocol, subject):
        return "not_evaluable"
    end = window_end(protocol, subject.infusion.at)
    if subject.assessed is not None and subject.assessed >= end:
        return "no_dlt"
    return "in_window" if now < end else "unassessed"


def slot_expires(protocol: Protocol, subject: Subject) -> datetime | None:
    """When an unused slot is given back; None without a slot, or once pretreatment has begun."""
    if subject.slot is None or subject.lymphodepletion is not None or subject.infusion is not None:
        return None
    return aware(subject.slot.at) + timedelta(days=protocol.cohort.slot_hold_days)


def holds_slot(protocol: Protocol, subject: Subject, now: datetime) -> bool:
    """True while the subject holds a place and was not infused."""
    if subject.slot is None or subject.withdrawn is not None or subject.infusion is not None:
        return False
    expires = slot_expires(protocol, subject)
    return expires is None or aware(now) < expires


def unadjudicated(protocol: Protocol, subject: Subject) -> tuple[int, ...]:
    """Adverse events that came to the file's grade inside the window and have no ruling that stands."""
    return tuple(
        number
        for number in subject.adverse_events
        if dlt_onset(protocol, subject, number) is not None and not is_ruled(subject, number)
    )


def rose_after(protocol: Protocol, subject: Subject, number: int) -> tuple[int, datetime] | None:
    """The worst grade in the window of an event that began in it, and when it came to the file's grade after.

    None for any other: it came to that grade inside, never, or did not begin in the window.
    """
    onset = subject.adverse_events[number].at
    if not in_window(protocol, subject, onset) or dlt_onset(protocol, subject, number) is not None:
        return None
    later = next(worsened(subject, number, protocol.adjudicate_from_grade), None)
    inside = [grade for at, grade in grades_of(subject, number) if in_window(protocol, subject, at)]
    return (max(inside), later[0]) if later else None


def void_dlts(protocol: Protocol, subject: Subject) -> tuple[int, ...]:
    """Adverse events that count as a DLT by a ruling that is void, though their grade asks for none now."""
    open_ = unadjudicated(protocol, subject)
    return tuple(
        number
        for number, ruling in subject.adjudicated.items()
        if isinstance(ruling, e.DltConfirmed)
        and in_window(protocol, subject, ruling.at)
        and subject.void_since(f"ruling:{number}")
        and number not in open_
    )


def is_ruled(subject: Subject, number: int) -> bool:
    """True when an investigator's ruling on the adverse event stands."""
    return number in subject.adjudicated and not subject.void_since(f"ruling:{number}")
