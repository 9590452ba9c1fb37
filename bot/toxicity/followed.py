"""The card of what became of an adverse event: its entries, the clock of a serious one, what is proposed."""

from __future__ import annotations

from datetime import timedelta

from bot.ask import Ask, Outcome
from bot.messages import Choice, Text, say
from bot.refusals import refused
from bot.toxicity import terms
from bot.toxicity.grading import Graded
from bot.toxicity.proposals import in_window, proposed
from bot.toxicity.slots import DETAILS, FIELD, NOT_SERIOUS, OPTIONS
from rules import events as e
from rules.course import Lack
from rules.subject import Subject, grades_of, worst_grade


def so_far(subject: Subject, number: int) -> Text:
    """An adverse event in one line: its grades in order, and what is known of it."""
    event, course = subject.adverse_events[number], subject.course
    known: list[Text] = [say(f"related.{x}") for x in [course.latest(number, "related")] if x]
    known += [say(f"became.{x}") for x in [course.latest(number, "outcome")] if x]
    known += [say(f"treated.{x}") for x in [course.latest(number, "action")] if x]
    serious = course.serious(number)
    known.append(
        say("so_far.unjudged" if serious is None else "so_far.serious" if serious else "so_far.not_serious")
    )
    grades = "→".join(str(grade) for _, grade in grades_of(subject, number))
    return say(
        "so_far", number=number, subject=subject.code, term=terms.words(event.term), grades=grades,
        at=event.at, known=tuple(known),
    )  # fmt: skip


def card(ask: Ask, subject: Subject, number: int, said: dict[str, str], found: Graded) -> Outcome:
    at, aware, onset = ask.instant(), ask.instant("aware"), subject.adverse_events[number].at
    events: list[e.Event] = []
    if at is not None and set(said) - {"serious"}:
        told = {FIELD[slot]: said.get(slot, "") for slot in OPTIONS}
        events.append(
            e.AdverseEventFollowed(
                subject.code, number, at, found.grade, told["related"], told["outcome"], told["action"],
                found.measured, found.floor, found.raised,
            )
        )  # fmt: skip
    if aware is not None and "serious" in said:
        criteria = () if said["serious"] == NOT_SERIOUS else tuple(said["serious"].split(","))
        events.append(e.SeriousnessJudged(subject.code, number, criteria, aware))
    if any(event.at < onset for event in events):
        return refused(ask, "event", (Lack("before_onset", {"at": onset}),), subject.code)
    after = ask.trial_with(*events).subjects[subject.code]
    if _fatal(after, number) and after.course.serious(number) == ():
        return refused(ask, "event", (Lack("fatal_serious", {}),), subject.code)
    edits = (*(x for x in DETAILS if x in said), *(("when",) if at else ()), *(("aware",) if aware else ()))
    notes = (*found.notes, *_notes(ask, subject, after, number, found.grade))
    then = _then(ask, after, number)
    return Outcome(events=tuple(events), notes=notes, edits=edits, then=then, given=ask.given)


def _fatal(subject: Subject, number: int) -> bool:
    return worst_grade(subject, number) == 5 or subject.course.latest(number, "outcome") == "fatal"


def _notes(ask: Ask, before: Subject, after: Subject, number: int, grade: int) -> tuple[object, ...]:
    """The event as it then reads, where a worse grade lies, the clock of a serious one, what is proposed."""
    notes: tuple[object, ...] = (so_far(after, number),)
    at = ask.instant()
    if grade > worst_grade(before, number) and at is not None:
        notes += in_window(ask, after, at, grade)
    since, hours = after.course.to_report(number), ask.protocol.sae_hours
    if since is not None:
        deadline = since + timedelta(hours=hours)
        notes += (say("note.sae", hours=hours, at=deadline) if hours else say("note.sae.silent"),)
    if _fatal(after, number) and after.withdrawn is None:
        notes += (say("note.fatal"),)
    return (*notes, *proposed(ask, after, number))


def _then(ask: Ask, after: Subject, number: int) -> tuple[Choice, ...]:
    then: tuple[Choice, ...] = ()
    if after.course.to_report(number) is not None:
        then += (Choice(say("choice.sae.of", subject=after.code), f"/sae #{number}"),)
    if worst_grade(after, number) >= ask.protocol.adjudicate_from_grade:
        then += (Choice(say("choice.dlt.of", subject=after.code), f"/dlt {after.code}"),)
    return (*then, Choice(say("choice.details", number=number), f"/ae #{number}"))
