"""Each subject's time on study in days after the infusion: a fold of the record, for a swimmer plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.protocol import Protocol
from rules.subject import Subject, grades_of
from rules.toxicity.deaths import death_of, known_death
from rules.toxicity.safety import dlts_of
from rules.trial import Trial
from rules.window import aware, window_end

SCALES: Mapping[str, tuple[str, ...]] = {
    "crs": ("cytokine release syndrome", "crs", "细胞因子释放综合征"),
    "icans": (
        "icans",
        "immune effector cell-associated neurotoxicity syndrome",
        "免疫效应细胞相关神经毒性综合征",
    ),
}
SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class Swim:
    """One subject's days after the infusion; `marks` are (crs | icans | dlt | died | fatal, day, grade or 0).

    `fatal` is the onset of a fatal event, where no record says when the subject died.
    """

    subject: str
    level: int
    infused: datetime
    window: float
    last_contact: float
    until: float
    on_study: bool
    left: str
    marks: tuple[tuple[str, float, int], ...]


def swims(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Swim, ...]:
    """Everybody who was treated, by level and code."""
    treated = [s for s in trial.subjects.values() if s.infusion is not None]
    return tuple(_swim(protocol, s, aware(now)) for s in sorted(treated, key=lambda s: (s.level, s.code)))


def _swim(protocol: Protocol, subject: Subject, now: datetime) -> Swim:
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    given, left = subject.infusion.at, subject.withdrawn
    contact = max(at for at in _contacts(subject) if at <= now)
    marks = [(scale, *found) for scale in SCALES if (found := _worst(subject, scale)) is not None]
    marks += [("dlt", event.at, 0) for event in dlts_of(protocol, subject)]
    death, known = death_of(subject), known_death(subject)
    marks += [("died" if known else "fatal", death.at, 0)] if death else []
    died = known or (contact if death else None)
    return Swim(
        subject=subject.code,
        level=subject.level,
        infused=given,
        window=_days(given, window_end(protocol, given)),
        last_contact=_days(given, contact),
        until=_days(given, min(died or now, left.at if left else now)),
        on_study=left is None and died is None,
        left=left.reason if left else "",
        marks=tuple((name, _days(given, at), grade) for name, at, grade in marks),
    )


def _days(given: datetime, at: datetime) -> float:
    return round((at - given).total_seconds() / SECONDS_A_DAY, 2)


def _contacts(subject: Subject) -> Iterator[datetime]:
    """Every instant at which something of the subject was seen."""
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    yield subject.infusion.at
    course = subject.course
    yield from (event.at for event in subject.adverse_events.values())
    yield from (sample.at for sample in subject.samples.values())
    for followed in course.followed.values():
        yield from (event.at for event in followed)
    yield from (score.at for score in course.scores)
    yield from (measured.at for measured in course.core_sets)
    yield from (at for at in (subject.assessed, subject.withdrawn.at if subject.withdrawn else None) if at)


def _worst(subject: Subject, scale: str) -> tuple[datetime, int] | None:
    """When CRS or ICANS began since the infusion, its worst grade: by the scale, else as reported."""
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    given = subject.infusion.at
    found = [(s.at, s.score) for s in subject.course.scored(scale) if s.score > 0 and s.at >= given]
    if not found:
        reported = [n for n, x in subject.adverse_events.items() if x.term.casefold() in SCALES[scale]]
        found = [pair for n in reported for pair in grades_of(subject, n) if pair[0] >= given]
    return (min(at for at, _ in found), max(grade for _, grade in found)) if found else None
