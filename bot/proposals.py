"""What an adverse event means for the DLTs: where it lies, and what the file's criteria propose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import terms
from bot.ask import Ask
from bot.messages import Text, say
from rules.dlt import Proposal, Toxicity, propose
from rules.expressions import UNKNOWN
from rules.subject import Subject, grades_of, worst_grade
from rules.toxicity_events import ENDED
from rules.window import day_of, window_end

RELATED = {"related": True, "not_related": False}
DAY = 24 * 3600.0


def in_window(ask: Ask, subject: Subject, at: datetime, grade: int) -> tuple[object, ...]:
    """Where an instant lies to the infusion and its window, and whether the grade is to be adjudicated."""
    if subject.infusion is None or at < subject.infusion.at:
        return (say("note.before_infusion"),)
    day = day_of(ask.protocol, subject.infusion.at, at)
    inside = at < window_end(ask.protocol, subject.infusion.at)
    place = say("note.in_window" if inside else "note.after_window", day=day)
    if inside and grade >= ask.protocol.adjudicate_from_grade:
        return (place, say("note.adjudicate", grade=ask.protocol.adjudicate_from_grade))
    return (place,)


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
    end = window_end(ask.protocol, given.at) if given else None
    days, ongoing = _days_at_worst(ask, subject, number)
    return Toxicity(
        term=event.term,
        organ_class=terms.organ_class(event.term),
        scale=terms.scale_of(event.term, ask.protocol.dlt_scale),
        grade=worst_grade(subject, number),
        day=float(day_of(ask.protocol, given.at, event.at)) if given else None,
        in_window=given.at <= event.at < end if given and end else None,
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


def proposed(ask: Ask, toxicity: Toxicity) -> tuple[Text, ...]:
    """One line for each criterion that proposes a DLT or cannot say yet; an investigator adjudicates."""
    if toxicity.in_window is not True:
        return ()
    found = propose(ask.protocol.dlt_criteria, toxicity)
    return tuple(_line(x) for x in found if x.proposes is not False)


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
