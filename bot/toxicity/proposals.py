"""What an adverse event means for the DLTs: where it lies, and what the file's criteria propose."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ask import Ask
from bot.describe import cited
from bot.messages import Text, say
from bot.toxicity import terms
from rules.covering import grade_of, ruled_from, worst_score
from rules.dlt import Proposal, Toxicity, propose
from rules.expressions import UNKNOWN
from rules.subject import REPORTED_AS, Subject, grades_of, rose_after, worst_grade
from rules.toxicity_events import ENDED
from rules.window import day_of, window_end

RELATED = {"related": True, "not_related": False}
DAY = 24 * 3600.0


def in_window(ask: Ask, subject: Subject, at: datetime, grade: int) -> tuple[object, ...]:
    """Where an instant lies to the infusion and its window, and whether the grade is to be adjudicated."""
    if subject.infusion is None:
        return (say("note.no_infusion"),)
    if at < subject.infusion.at:
        return (say("note.before_infusion"),)
    day = day_of(ask.protocol, subject.infusion.at, at)
    inside = at < window_end(ask.protocol, subject.infusion.at)
    words = {"day": day, "cited": cited(ask.protocol, "late_toxicity")}
    place = say("note.in_window" if inside else "note.after_window", **words)
    if inside and grade >= ask.protocol.adjudicate_from_grade:
        return (place, say("note.adjudicate", grade=ask.protocol.adjudicate_from_grade))
    return (place,)


def rose(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """Of an event that began in the window and came to the file's grade after it: both facts in one line."""
    found = rose_after(ask.protocol, subject, number)
    if found is None or subject.infusion is None:
        return ()
    event, (grade, at) = subject.adverse_events[number], found
    given, least = subject.infusion.at, ask.protocol.adjudicate_from_grade
    days = {"onset": day_of(ask.protocol, given, event.at), "day": day_of(ask.protocol, given, at)}
    words = {"grade": grade, "least": least, "cited": cited(ask.protocol, "late_toxicity")}
    return (Text("note.rose_after", days | words),)


def note_of(subject: Subject, number: int) -> Text:
    """An adverse event with the worst grade that it reached."""
    event, grade = subject.adverse_events[number], worst_grade(subject, number)
    return say("note.about", number=number, term=terms.words(event.term), grade=grade, at=event.at)


def choice_label(subject: Subject, number: int) -> Text:
    """An adverse event on a button, with the worst grade that it reached."""
    term = terms.words(subject.adverse_events[number].term)
    return say("choice.event", number=number, term=term, grade=worst_grade(subject, number))


def toxicity_of(ask: Ask, subject: Subject, number: int) -> Toxicity:
    """What is known of an adverse event, as the criteria ask about it."""
    event, course, given = subject.adverse_events[number], subject.course, subject.infusion
    at = event.at
    if given and at < given.at:  # it counts from where it rose, or was scored, in the window
        at = ruled_from(ask.protocol, subject, number)
    end = window_end(ask.protocol, given.at) if given else None
    days, ongoing = _days_at_worst(ask, subject, number)
    return Toxicity(
        term=event.term,
        organ_class=terms.organ_class(event.term),
        scale=terms.scale_of(event.term, ask.protocol.dlt_scale),
        grade=worst_grade(subject, number),
        day=float(day_of(ask.protocol, given.at, at)) if given else None,
        in_window=given.at <= at < end if given and end else None,
        related=RELATED.get(course.latest(number, "related")),
        days_at_grade=days,
        ongoing=ongoing,
    )


def _days_at_worst(ask: Ask, subject: Subject, number: int) -> tuple[float, bool]:
    """How many days the event was at its worst grade (so far, with True, while it is)."""
    told, worst = grades_of(subject, number), worst_grade(subject, number)
    begin = next(at for at, grade in told if grade == worst)
    after = [at for at, grade in told if at > begin and grade < worst]
    after += [f.at for f in subject.course.followed.get(number, ()) if f.outcome in ENDED and f.at >= begin]
    end = min(after, default=ask.now)
    return max((end - begin).total_seconds(), 0.0) / DAY, not after


def _scored(ask: Ask, subject: Subject, number: int, known: Toxicity) -> tuple[Toxicity, ...]:
    """The event with the worse of its grade and the scores of its term; and on ASTCT 2019 as well."""
    score = worst_score(ask.protocol, subject, number)
    if score is None:
        return (known,)
    grade = max(grade_of(score), known.grade or 0)
    days = known.days_at_grade if grade == known.grade else None
    worse = replace(known, grade=grade, days_at_grade=days)
    if known.scale == terms.ICANS_SCALE:
        return (worse,)
    own = replace(worse, term=REPORTED_AS[score.scale], scale=terms.ICANS_SCALE, days_at_grade=None)
    return (worse, own)


def proposed(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """One line for each criterion that proposes a DLT or cannot say yet; an investigator adjudicates."""
    known = toxicity_of(ask, subject, number)
    if known.in_window is not True:
        return ()
    scales = _scored(ask, subject, number, known)
    told = []
    for of_criterion in zip(*(propose(ask.protocol.dlt_criteria, x) for x in scales), strict=True):
        speaks = [x for x in of_criterion if x.proposes is not False]
        speaks.sort(key=lambda x: x.proposes is UNKNOWN)
        told += [_line(x) for x in speaks[:1]]
    return tuple(told)


def _line(found: Proposal) -> Text:
    criterion = found.criterion
    params: dict[str, Any] = {"id": criterion.id, "says": criterion.says, "source": criterion.source}
    if found.proposes is UNKNOWN:
        missing = tuple(say(f"asks.{name}") for name in found.missing)
        return Text("dlt.proposal.open", params | {"missing": missing})
    used = tuple(say("pair", name=say(f"asks.{name}"), value=_value(value)) for name, value in found.used)
    return Text("dlt.proposal", params | {"used": used})


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return say("answer.yes" if value else "answer.no")
    return int(value) if isinstance(value, float) else value  # whole days: a card stays true for a while
