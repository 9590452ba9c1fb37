"""Samples as they were read, held to the record: roster, course, calendar, what was recorded already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rules.pk import concentration as c
from rules.pk.events import ConcentrationMeasured
from rules.protocol import Protocol
from rules.toxicity.deaths import known_death
from rules.trial import Subject, Trial

DAY = timedelta(days=1)
# A nominal day and a time so near to it are one sample, entered in two ways.
NEAR = Decimal("0.5")


@dataclass(frozen=True)
class Draft:
    """One sample as read: where it was written, whose it is; `day` or `at` says when.

    Where both are given the time counts, and has to agree.
    """

    line: int
    subject: str
    value: str
    unit: str
    day: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line: its code, and what the words about it need."""

    line: int
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def day_of_sample(subject: Subject, sample: ConcentrationMeasured) -> Decimal:
    """Days after the infusion, below 0 before it: the nominal day, or the time that went by."""
    if sample.day or subject.infusion is None:
        return Decimal(sample.day or 0)
    minutes = Decimal(round((sample.at - subject.infusion.at).total_seconds() / 60))
    return (minutes / 1440).quantize(Decimal("0.0001"))


def checked(
    protocol: Protocol, trial: Trial, drafts: Iterable[Draft], now: datetime, file: str = ""
) -> tuple[tuple[ConcentrationMeasured, ...], tuple[Fault, ...]]:
    """The events that the samples are, and every fault of them; with a fault nothing is to be recorded."""
    events: list[ConcentrationMeasured] = []
    faults: list[Fault] = []
    seen: dict[str, list[_Known]] = {}
    for draft in drafts:
        subject = trial.subject(draft.subject)
        if subject is None or subject.infusion is None:
            code = "no_subject" if subject is None else "no_infusion"
            faults.append(Fault(draft.line, code, {"subject": draft.subject}))
            continue
        event = _event(subject, draft, file)
        known = seen.setdefault(draft.subject, _recorded(subject))
        found = [
            *_wrong(protocol, subject, draft, event, now),
            *_again(subject, draft.line, event, known),
        ]
        faults += found
        known.append(_known(subject, event, 0, draft.line))
        if not found:
            events.append(event)
    return tuple(events), tuple(faults)


def _event(subject: Subject, draft: Draft, file: str) -> ConcentrationMeasured:
    assert subject.infusion is not None  # noqa: S101 - checked() asked before
    at = draft.at or subject.infusion.at + timedelta(minutes=round(float(draft.day) * 1440))
    day = "" if draft.at else draft.day
    return ConcentrationMeasured(draft.subject, draft.value, draft.unit, at, day, file)


def _wrong(
    protocol: Protocol, subject: Subject, draft: Draft, event: ConcentrationMeasured, now: datetime
) -> Iterator[Fault]:
    """What the course and the file of the trial forbid."""
    line = draft.line
    if draft.at and draft.day and abs(day_of_sample(subject, event) - Decimal(draft.day)) > 1:
        yield Fault(line, "disagree", {"day": draft.day, "at": event.at})
    if event.at > now:
        yield Fault(line, "future_day" if event.day else "future", {"day": event.day, "at": event.at})
    if subject.consented is not None and event.at < subject.consented:
        yield Fault(line, "before_consent", {"at": subject.consented})
    died = known_death(subject)
    if died is not None and died < event.at:
        yield Fault(line, "after_death", {"at": died})
    assay = protocol.assay
    if assay is not None and c.read_unit(event.unit)[0] != c.read_unit(assay.unit)[0]:
        yield Fault(line, "other_unit", {"unit": assay.unit})


@dataclass(frozen=True)
class _Known:
    """A sample that is there already: of which unit, when, and under which entry or in which line."""

    unit: str
    day: Decimal
    nominal: bool
    entry: int
    line: int


def _known(subject: Subject, event: ConcentrationMeasured, entry: int, line: int) -> _Known:
    return _Known(c.read_unit(event.unit)[0], day_of_sample(subject, event), bool(event.day), entry, line)


def _recorded(subject: Subject) -> list[_Known]:
    return [_known(subject, sample, number, 0) for number, sample in subject.samples.items()]


def _again(subject: Subject, line: int, event: ConcentrationMeasured, known: list[_Known]) -> Iterator[Fault]:
    """One sample twice: at the same time, or once by its day and once by its time."""
    new = _known(subject, event, 0, line)
    for other in known:
        apart = abs(other.day - new.day)
        if other.unit != new.unit or apart > (NEAR if other.nominal != new.nominal else 0):
            continue
        same = "" if other.nominal == new.nominal else "_near"
        if other.entry:
            yield Fault(line, f"recorded{same}", {"entry": other.entry})
        else:
            yield Fault(line, f"twice{same}", {"other": other.line})
        return
