"""The card of what became of an adverse event: its entries, the clock of a serious one, what is proposed."""

from __future__ import annotations

from datetime import timedelta

from bot.ask import Ask, Outcome
from bot.messages import Choice, Text, say
from bot.refusals import refused
from bot.toxicity import terms
from bot.toxicity.grading import Graded, of_measured
from bot.toxicity.proposals import in_window, proposed, rose, to_rule
from bot.toxicity.scored import scored
from bot.toxicity.slots import DETAILS, FIELD, NOT_SERIOUS, OPTIONS
from rules import events as e
from rules.lacks import Lack
from rules.subject import Subject, dlt_onset, grades_of, rises, worst_grade
from rules.toxicity.events import FATAL
from rules.toxicity.observed import outlived
from rules.toxicity.seriousness import criteria, owed


def so_far(subject: Subject, number: int) -> Text:
    """An adverse event in one line: its grades in order, and what is known of it."""
    event, course = subject.adverse_events[number], subject.course
    known: list[Text] = [say(f"related.{x}") for x in [course.latest(number, "related")] if x]
    known += [say(f"became.{x}") for x in [course.outcome(number)] if x]
    known += [say(f"treated.{x}") for x in [course.latest(number, "action")] if x]
    serious = criteria(subject, number)
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
        why = () if said["serious"] == NOT_SERIOUS else tuple(said["serious"].split(","))
        events.append(e.SeriousnessJudged(subject.code, number, why, aware))
    if any(event.at < onset for event in events):
        return refused(ask, "event", (Lack("before_onset", {"at": onset}),), subject.code)
    told_now = (event for event in events if isinstance(event, e.AdverseEventFollowed))
    lacks = tuple(lack for event in told_now for lack in of_measured(event, subject, number))
    trial = ask.trial_with(*events)
    lacks += tuple(lack for lack in (outlived(ask.trial, trial, subject.code),) if lack)
    if lacks:
        return refused(ask, "event", lacks, subject.code)
    after = trial.subjects[subject.code]
    if worst_grade(after, number) == FATAL and after.course.serious(number) == ():
        return refused(ask, "event", (Lack("fatal_serious", {}),), subject.code)
    edits = (*(x for x in DETAILS if x in said), *(("when",) if at else ()), *(("aware",) if aware else ()))
    notes = (*found.notes, *_notes(ask, subject, after, number))
    then = _then(ask, after, number)
    return Outcome(events=tuple(events), notes=notes, edits=edits, then=then, given=ask.given)


def _notes(ask: Ask, before: Subject, after: Subject, number: int) -> tuple[object, ...]:
    """The event as it then reads, where a worse grade or a relapse lies, its clock, what is proposed."""
    notes: tuple[object, ...] = (so_far(after, number),)
    at = ask.instant()
    worst = worst_grade(after, number)
    if worst > worst_grade(before, number) and at is not None:
        late = rose(ask, after, number)
        notes += late or in_window(ask, after, dlt_onset(ask.protocol, after, number) or at, worst)
    else:
        known = rises(ask.protocol, before, number)
        new = [rise[0] for rise in rises(ask.protocol, after, number) if rise not in known]
        notes += in_window(ask, after, new[0], worst) if new else ()
    notes += clock(ask, after, number)
    return (*notes, *scored(ask, after, number), *proposed(ask, after, number))


def clock(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """By when a serious event is to be reported to the sponsor; and that a death is a leaving too."""
    due, hours = owed(subject, number), ask.protocol.sae_hours
    notes: tuple[Text, ...] = ()
    if due is not None:
        # without an instant where the entry counts: a card stays the same until it is pressed
        timed = say("note.sae.again" if due.again else "note.sae.entered", hours=hours)
        timed = say("note.sae", hours=hours, at=due.since + timedelta(hours=hours)) if due.aware else timed
        notes += (timed if hours else say("note.sae.silent"),)
    if worst_grade(subject, number) == FATAL and subject.withdrawn is None:
        notes += (say("note.fatal"),)
    term = subject.adverse_events[number].term
    if worst_grade(subject, number) not in terms.grades(term):
        notes += (say("note.fatal_term", term=terms.words(term)),)
    return notes


def _then(ask: Ask, after: Subject, number: int) -> tuple[Choice, ...]:
    then: tuple[Choice, ...] = ()
    if owed(after, number) is not None:
        then += (Choice(say("choice.sae.of", subject=after.code), f"/sae #{number}"),)
    if worst_grade(after, number) >= ask.protocol.adjudicate_from_grade or to_rule(ask, after, number):
        then += (Choice(say("choice.dlt.of", subject=after.code), f"/dlt {after.code}"),)
    return (*then, Choice(say("choice.details", number=number), f"/ae #{number}"))
