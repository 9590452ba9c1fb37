"""Safety by dose level and each subject's time on study: a fold of what was recorded, for a table or a plot.

Counted are adverse events with onset at or after the infusion, each subject once a term by its worst grade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules import events as e
from rules.protocol import Protocol
from rules.subject import Subject, grades_of, worst_grade
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
class Happened:
    """One adverse event: its entry (0: none recorded), term, worst grade, onset, criteria of seriousness."""

    subject: str
    entry: int
    term: str
    grade: int
    at: datetime
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class LevelSafety:
    """One dose level: who was treated, and by term the worst grade of each subject who had it."""

    level: int
    treated: tuple[str, ...]
    terms: Mapping[str, Mapping[str, int]]
    dlts: tuple[Happened, ...]
    serious: tuple[Happened, ...]
    unjudged: tuple[Happened, ...]
    before: int


@dataclass(frozen=True)
class Swim:
    """One subject's days after the infusion; `marks` are (crs | icans | dlt | died, day, grade or 0)."""

    subject: str
    level: int
    infused: datetime
    window: float
    last_contact: float
    until: float
    on_study: bool
    left: str
    marks: tuple[tuple[str, float, int], ...]


def by_level(protocol: Protocol, trial: Trial) -> tuple[LevelSafety, ...]:
    """The levels at which somebody was treated, the lowest first."""
    treated = [s for s in trial.subjects.values() if s.infusion is not None]
    levels = sorted({subject.level for subject in treated})
    spelt: dict[str, str] = {}
    return tuple(_level(protocol, n, [s for s in treated if s.level == n], spelt) for n in levels)


def _level(protocol: Protocol, level: int, subjects: list[Subject], spelt: dict[str, str]) -> LevelSafety:
    """One level; `spelt` is how each term was first written, whatever its case since."""
    after = [x for subject in subjects for x in _events(subject)]
    terms: dict[str, dict[str, int]] = {}
    for event in after:
        mine = terms.setdefault(spelt.setdefault(event.term.casefold(), event.term), {})
        mine[event.subject] = max(mine.get(event.subject, 0), event.grade)
    unjudged = [x for s in subjects for x in _events(s) if s.course.serious(x.entry) is None]
    return LevelSafety(
        level=level,
        treated=tuple(subject.code for subject in subjects),
        terms=dict(sorted(terms.items(), key=lambda item: (-max(item[1].values()), -len(item[1]), item[0]))),
        dlts=tuple(x for subject in subjects for x in _dlts(protocol, subject)),
        serious=tuple(event for event in after if event.criteria),
        unjudged=tuple(unjudged),
        before=sum(len(subject.adverse_events) - len(_events(subject)) for subject in subjects),
    )


def _events(subject: Subject) -> list[Happened]:
    """The adverse events since the infusion, in order of onset."""
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    given = subject.infusion.at
    found = [
        Happened(subject.code, n, x.term, worst_grade(subject, n), x.at, subject.course.serious(n) or ())
        for n, x in subject.adverse_events.items()
        if x.at >= given
    ]
    return sorted(found, key=lambda event: event.at)


def _dlts(protocol: Protocol, subject: Subject) -> Iterator[Happened]:
    """The confirmed DLTs with onset inside the window."""
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    end = window_end(protocol, subject.infusion.at)
    for ruling in subject.adjudicated.values():
        if isinstance(ruling, e.DltConfirmed) and subject.infusion.at <= ruling.at < end:
            event = subject.adverse_events.get(ruling.about)
            grade = worst_grade(subject, ruling.about) if event else 0
            yield Happened(subject.code, ruling.about, event.term if event else "", grade, ruling.at)


def swims(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Swim, ...]:
    """Everybody who was treated, by level and code."""
    treated = [s for s in trial.subjects.values() if s.infusion is not None]
    return tuple(_swim(protocol, s, aware(now)) for s in sorted(treated, key=lambda s: (s.level, s.code)))


def _swim(protocol: Protocol, subject: Subject, now: datetime) -> Swim:
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    given, left = subject.infusion.at, subject.withdrawn
    contact = max(at for at in _contacts(subject) if at <= now)
    marks = [(scale, *found) for scale in SCALES if (found := _worst(subject, scale)) is not None]
    marks += [("dlt", event.at, 0) for event in _dlts(protocol, subject)]
    died = _death(subject)
    marks += [("died", died, 0)] if died else []
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


def _death(subject: Subject) -> datetime | None:
    """When the subject died: recorded as leaving, or as an event of grade 5."""
    if subject.withdrawn is not None and subject.withdrawn.reason == "died":
        return subject.withdrawn.at
    fatal = [at for n in subject.adverse_events for at, grade in grades_of(subject, n) if grade == 5]
    return min(fatal, default=None)
