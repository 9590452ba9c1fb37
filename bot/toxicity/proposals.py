"""What an adverse event means for the DLTs: where it lies, and what the file's criteria propose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.ask import Ask
from bot.describe import cited
from bot.messages import Text, say
from bot.toxicity import terms
from rules.expressions import UNKNOWN
from rules.subject import Subject, rose_after, worst_grade
from rules.toxicity.dlt import Proposal
from rules.toxicity.events import FATAL
from rules.toxicity.proposals import said_of
from rules.toxicity.weighing import asked
from rules.window import day_of, window_end


def in_window(ask: Ask, subject: Subject, at: datetime, grade: int) -> tuple[object, ...]:
    """Where an instant lies to the infusion and its window, and whether the grade is to be adjudicated."""
    if subject.infusion is None:
        return (say("note.no_infusion"),)
    if at < subject.infusion.at and grade == FATAL:
        return (say("note.before_infusion.fatal"),)
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


def proposed(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """One line for each criterion that proposes a DLT or cannot say yet; an investigator adjudicates."""
    if not ask.protocol.dlt_criteria:
        return ()
    said = said_of(ask.protocol, subject, number, ask.now)
    return tuple(_line(x) for x in said if x.proposes is not False)


def to_rule(ask: Ask, subject: Subject, number: int) -> bool:
    """True for an event that a criterion of the file puts to a ruling."""
    return any(x.entry == number for x in asked(ask.protocol, subject, ask.now))


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
