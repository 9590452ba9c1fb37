"""What the criteria of the file say of an adverse event as it is known; read only where the file has any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from rules.protocol import Protocol
from rules.scores.ctcae_terms import terms
from rules.subject import REPORTED_AS, Subject, levels_of, worst_grade
from rules.toxicity.covering import grade_of, ruled_from, worst_score
from rules.toxicity.deaths import known_death
from rules.toxicity.dlt import Proposal, Toxicity, propose
from rules.toxicity.events import FATAL
from rules.window import day_of, window_end

# Graded on a scale of its own; no term of CTCAE v5.0.
ICANS, ICANS_SCALE = REPORTED_AS["icans"], "ASTCT 2019"
RELATED = {"related": True, "not_related": False}
DAY = 24 * 3600.0


def said_of(protocol: Protocol, subject: Subject, number: int, now: datetime) -> tuple[Proposal, ...]:
    """One answer a criterion of an adverse event in the window, read at each grade that it reached or passed.

    A criterion that asks for a grade and days at it looks at every grade, so that a course that is worse,
    or comes back, never proposes less. Nothing is said of an event outside the window.
    """
    known = _known(protocol, subject, number)
    return propose(protocol.dlt_criteria, *_readings(protocol, subject, number, known, now)) if known else ()


def organ_class(term: str) -> str | None:
    """The system organ class of a term, for ICANS the one of encephalopathy; None for words of one's own."""
    found = terms().get("encephalopathy" if term == ICANS else term.lower())
    return found.organ_class if found else None


def scale_of(term: str, scale: str) -> str:
    """The scale that a term is graded on, `scale` being the file's."""
    return ICANS_SCALE if term == ICANS else scale


def longest(subject: Subject, number: int, grade: int, now: datetime) -> tuple[float, bool]:
    """For how many days on end at most an event was at a grade or above; so far, with True, while it is.

    A death ends it, but for the event that was fatal: nothing takes that one down again.
    """
    fatal = worst_grade(subject, number) == FATAL
    death, told = None if fatal else known_death(subject), dict(levels_of(subject, number))
    end, most, since = min(death or now, now), 0.0, None
    for at, level in (*told.items(), (end, 0)):
        if since is not None:
            most = max(most, (min(at, end) - since).total_seconds() / DAY)
        since = (since or at) if level >= grade else None
    return most, death is None and [*told.values()][-1] >= grade


def _known(protocol: Protocol, subject: Subject, number: int) -> Toxicity | None:
    """What is known of an adverse event but for its grades; None where it lies outside the window."""
    event, given = subject.adverse_events[number], subject.infusion
    if given is None:
        return None
    # one of before the dose counts from where it rose, or was scored, in the window
    at = event.at if event.at >= given.at else ruled_from(protocol, subject, number)
    if not given.at <= at < window_end(protocol, given.at):
        return None
    return Toxicity(
        term=event.term,
        organ_class=organ_class(event.term),
        scale=scale_of(event.term, protocol.dlt_scale),
        day=float(day_of(protocol, given.at, at)),
        in_window=True,
        related=RELATED.get(subject.course.latest(number, "related")),
    )


def _readings(
    protocol: Protocol, subject: Subject, number: int, known: Toxicity, now: datetime
) -> Iterator[Toxicity]:
    """The event at each grade up to the worst of its own and the scores of its term; and on ASTCT 2019.

    How long it was at a grade that only a score has is not known.
    """
    score, worst = worst_score(protocol, subject, number), worst_grade(subject, number)
    for grade in range(max(worst, grade_of(score) if score else 0), 0, -1):
        days, ongoing = longest(subject, number, grade, now) if grade <= worst else (None, False)
        reading = replace(known, grade=grade, days_at_grade=days, ongoing=ongoing)
        yield reading
        if score is not None and known.scale != ICANS_SCALE:
            yield replace(reading, term=REPORTED_AS[score.scale], scale=ICANS_SCALE)
