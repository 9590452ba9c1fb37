"""Safety by dose level: a fold of what was recorded, for a table or a plot.

Counted are adverse events that began or became worse, and CRS and ICANS as scored, at or after the
infusion: each subject once a term and once a scale, by the worst grade since then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rules import events as e
from rules.protocol import Protocol
from rules.subject import REPORTED_AS, Subject, dlts_in_window, grades_of, worst_grade
from rules.toxicity.covering import grade_of, uncovered
from rules.toxicity.deaths import Death, death_of, fatal_events
from rules.toxicity.events import FATAL
from rules.toxicity.seriousness import criteria
from rules.trial import Trial


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
    """One dose level: who was treated, and by term the worst grade of each subject who had it.

    `scales` are crs and icans in the same way, `uncovered` the scores that no adverse event covers.
    """

    level: int
    treated: tuple[str, ...]
    terms: Mapping[str, Mapping[str, int]]
    dlts: tuple[Happened, ...]
    serious: tuple[Happened, ...]
    unjudged: tuple[Happened, ...]
    before: int
    deaths: tuple[tuple[str, Death], ...] = ()
    scales: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    uncovered: tuple[e.Scored, ...] = ()


def by_level(protocol: Protocol, trial: Trial) -> tuple[LevelSafety, ...]:
    """The levels at which somebody was treated, the lowest first."""
    treated = [s for s in trial.subjects.values() if s.infusion is not None]
    levels = sorted({subject.level for subject in treated})
    spelt: dict[str, str] = {}
    return tuple(_level(protocol, n, [s for s in treated if s.level == n], spelt) for n in levels)


def _level(protocol: Protocol, level: int, subjects: list[Subject], spelt: dict[str, str]) -> LevelSafety:
    """One level; `spelt` is how each term was first written, whatever its case since."""
    after = [x for subject in subjects for x in _events(protocol, subject)]
    terms: dict[str, dict[str, int]] = {}
    for event in after:
        mine = terms.setdefault(spelt.setdefault(event.term.casefold(), event.term), {})
        mine[event.subject] = max(mine.get(event.subject, 0), event.grade)
    whose = {subject.code: subject for subject in subjects}
    unjudged = [x for x in after if criteria(whose[x.subject], x.entry) is None]
    return LevelSafety(
        level=level,
        treated=tuple(subject.code for subject in subjects),
        terms=dict(sorted(terms.items(), key=lambda item: (-max(item[1].values()), -len(item[1]), item[0]))),
        dlts=tuple(x for subject in subjects for x in dlts_of(protocol, subject)),
        serious=(*(x for x in after if x.criteria), *(x for s in subjects for x in _died(s))),
        unjudged=tuple(unjudged),
        before=sum(len(subject.adverse_events) for subject in subjects) - len(after),
        deaths=tuple((subject.code, death) for subject in subjects if (death := death_of(subject))),
        scales={scale: found for scale in REPORTED_AS if (found := _scored(subjects, scale))},
        uncovered=tuple(x for subject in subjects for x in _worst_uncovered(protocol, subject)),
    )


def _scored(subjects: list[Subject], scale: str) -> dict[str, int]:
    """The worst score since the infusion of each subject who had one above 0."""
    worst: dict[str, int] = {}
    for subject in subjects:
        assert subject.infusion is not None  # noqa: S101 - asked of who was treated
        given = subject.infusion.at
        found = max((x.score for x in subject.course.scored(scale) if x.at >= given), default=0)
        if found:
            worst[subject.code] = found
    return worst


def _worst_uncovered(protocol: Protocol, subject: Subject) -> Iterator[e.Scored]:
    """Of each scale the worst score inside the window that no adverse event covers."""
    found = uncovered(protocol, subject)
    for scale in REPORTED_AS:
        mine = [x for x in found if x.scale == scale]
        if mine:
            yield max(mine, key=lambda x: (grade_of(x), x.score))


def _events(protocol: Protocol, subject: Subject) -> list[Happened]:
    """The adverse events since the infusion, in order of onset."""
    found = [
        Happened(subject.code, n, x.term, grade, x.at, criteria(subject, n) or ())
        for n, x in subject.adverse_events.items()
        if (grade := _grade_since(protocol, subject, n))
    ]
    return sorted(found, key=lambda event: event.at)


def _grade_since(protocol: Protocol, subject: Subject, number: int) -> int:
    """The worst grade since the infusion of an event that began, became worse, or is a DLT; 0 for another."""
    assert subject.infusion is not None  # noqa: S101 - asked of who was treated
    given, told = subject.infusion.at, grades_of(subject, number)
    before, since = [g for at, g in told if at < given][-1:], [g for at, g in told if at >= given]
    worse = max(since, default=0) > max(before, default=0)
    dlt = any(ruling.about == number for ruling in dlts_in_window(protocol, subject))
    return max([*since, *(() if since else before)]) if worse or dlt else 0


def _died(subject: Subject) -> Iterator[Happened]:
    """A death since the infusion that no adverse event reports is serious by itself."""
    death, given = death_of(subject), subject.infusion
    if death is not None and given is not None and death.at >= given.at and not fatal_events(subject):
        yield Happened(subject.code, 0, "", FATAL, death.at, ("death",))


def dlts_of(protocol: Protocol, subject: Subject) -> Iterator[Happened]:
    """The confirmed DLTs with onset inside the window."""
    for ruling in dlts_in_window(protocol, subject):
        event = subject.adverse_events.get(ruling.about)
        grade = worst_grade(subject, ruling.about) if event else 0
        yield Happened(subject.code, ruling.about, event.term if event else "", grade, ruling.at)
