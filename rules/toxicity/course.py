"""The course of an adverse event and of scores: a fold of what was recorded of one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from rules.toxicity import events as t

T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """That an entry puts the adverse event `about` (0: the subject) at a grade from `at` on; `entered` when.

    `by` is the entry since which it does: itself, or the correction that made it so.
    """

    entry: int
    about: int
    grade: int
    at: datetime
    entered: datetime
    by: int


@dataclass(frozen=True)
class Report:
    """A report to the sponsor, made `at`; `entry` recorded it."""

    entry: int
    at: datetime


@dataclass(frozen=True)
class Course:
    """What is known of a subject's adverse events beyond their reports, and every score, by entry.

    `amended` is the newest correction of the entry of a score.
    """

    followed: Mapping[int, tuple[t.AdverseEventFollowed, ...]] = field(default_factory=dict)
    judged: Mapping[int, tuple[t.SeriousnessJudged, ...]] = field(default_factory=dict)
    informed: Mapping[int, tuple[Report, ...]] = field(default_factory=dict)
    scored_in: Mapping[int, t.Scored] = field(default_factory=dict)
    amended: Mapping[int, int] = field(default_factory=dict)
    core_sets: tuple[t.CoreSetMeasured, ...] = ()

    @property
    def scores(self) -> tuple[t.Scored, ...]:
        """Every score, in the order of the record."""
        return tuple(self.scored_in.values())

    def reads_since(self, entry: int) -> int:
        """The entry since which a score reads as it does: its own, or its newest correction."""
        return self.amended.get(entry, entry)

    def scored(self, scale: str) -> tuple[t.Scored, ...]:
        """The assessments by one scale, in order of time."""
        return tuple(sorted((s for s in self.scores if s.scale == scale), key=lambda s: s.at))

    def latest(self, about: int, name: str) -> str:
        """The newest value of `related`, `outcome` or `action` of an adverse event; empty when never said."""
        told = sorted(self.followed.get(about, ()), key=lambda f: f.at)
        return next((value for f in reversed(told) if (value := getattr(f, name))), "")

    def outcome(self, about: int) -> str:
        """The newest outcome of an adverse event; none where a grade after it says that it goes on."""
        told = sorted(self.followed.get(about, ()), key=lambda f: f.at)
        last = max((at for at, f in enumerate(told) if f.outcome), default=-1)
        goes_on = any(f.grade and not f.outcome for f in told[last + 1 :])
        found = told[last].outcome if last >= 0 else ""
        return "" if found in t.ENDED and goes_on else found

    def serious(self, about: int) -> tuple[str, ...] | None:
        """The criteria by which it is serious; () for not serious, None when nobody said."""
        judged = self.judged.get(about, ())
        return judged[-1].criteria if judged else None

    def aware_since(self, about: int) -> datetime | None:
        """When the site became aware that it is serious, as judged; None when it was not judged so."""
        since: datetime | None = None
        for judgement in self.judged.get(about, ()):
            earliest = min(since, judgement.at) if since else judgement.at
            since = earliest if judgement.criteria else None
        return since


def with_more(course: Course, number: int, event: t.ToxicityEvent) -> Course:
    """The course with one more event, of entry `number`."""
    match event:
        case t.AdverseEventFollowed():
            return replace(course, followed=_and(course.followed, event.about, event))
        case t.SeriousnessJudged():
            return replace(course, judged=_and(course.judged, event.about, event))
        case t.SponsorInformed():
            return replace(course, informed=_and(course.informed, event.about, Report(number, event.at)))
        case t.Scored():
            return replace(course, scored_in={**course.scored_in, number: event})
    return replace(course, core_sets=(*course.core_sets, event))


def _and(known: Mapping[int, tuple[T, ...]], about: int, event: T) -> Mapping[int, tuple[T, ...]]:
    return {**known, about: (*known.get(about, ()), event)}
