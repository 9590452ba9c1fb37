"""Reporting an adverse event: its term, its grade, its onset; and what the file's criteria propose."""

from __future__ import annotations

from dataclasses import replace

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, ask_when, asking
from bot.commands.following import follow
from bot.messages import Choice, Text, say
from bot.refusals import refused
from bot.toxicity import terms
from bot.toxicity.described import scored_beside
from bot.toxicity.followed import clock
from bot.toxicity.grading import Graded, graded
from bot.toxicity.proposals import choice_label, in_window, proposed, to_rule
from bot.toxicity.scored import scored
from bot.toxicity.slots import KEEP
from rules import events as e
from rules.lacks import Lack
from rules.subject import Subject
from rules.toxicity.covering import scale_of
from rules.toxicity.events import ENDED, FATAL
from rules.toxicity.observed import after_death
from rules.window import aware

COMMON_TERMS = tuple(terms.COMMON)


def adverse_event(ask: Ask) -> Outcome:
    """Report an adverse event: term, grade, onset; with `#number`, what became of one."""
    if "about" in ask.given:
        return follow(ask)
    subject = ask.subject
    if subject is None:
        dosed = [s.code for s in ask.trial.subjects.values() if s.infusion is not None]
        return ask_subject(dosed or list(ask.trial.subjects))
    ask = _chosen(ask)
    if "term" not in ask.given:
        return replace(_ask_term(subject), given=ask.given)
    term = ask.given["term"]
    if not terms.is_listed(term) and ask.given.get("unlisted") != KEEP:
        return _ask_listed(ask, term)
    found = graded(ask, term, _newest(subject, term))
    if isinstance(found, Outcome):
        return found
    at = ask.instant()
    if at is None:
        return replace(ask_when("ask.when.onset", subject=subject.code), given=ask.given)
    if subject.consented is not None and at < subject.consented:
        lack = Lack("before", {"stage": "consent", "at": subject.consented})
        return refused(ask, "event", (lack,), subject.code)
    return _card(ask, subject, found, term)


def _chosen(ask: Ask) -> Ask:
    """The ask with the listed term that was chosen instead of words of one's own."""
    chosen = ask.given.get("unlisted", KEEP)
    if chosen == KEEP:
        return ask
    return replace(ask, given={**{k: v for k, v in ask.given.items() if k != "unlisted"}, "term": chosen})


def _ask_term(subject: Subject) -> Outcome:
    """The common terms, and the events that go on, to say what became of them."""
    buttons = [Choice(say(f"term.{name}"), recorded) for name, recorded in terms.COMMON.items()]
    rows: list[tuple[Choice, ...]] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    open_ = [n for n in subject.adverse_events if subject.course.outcome(n) not in ENDED]
    for number in open_[-4:]:
        label = say("choice.follow", event=choice_label(subject, number))
        rows.append((Choice(label, f"/ae #{number}"),))
    return asking("term", *rows, lines=(say("ask.term", subject=subject.code),))


def _ask_listed(ask: Ask, term: str) -> Outcome:
    """Which term of CTCAE v5.0 is meant; or the words as they are."""
    rows = [(Choice(terms.words(name), name),) for name in terms.alike(term)]
    keep = Choice(say("choice.keep", term=term), KEEP)
    asked = asking("unlisted", *rows, (keep,), lines=(say("ask.unlisted", term=term),))
    return replace(asked, given=ask.given)


def _newest(subject: Subject, term: str) -> tuple[Text, ...]:
    """The newest assessment by ASTCT 2019 of CRS or ICANS, with CTCAE's own grade where it differs."""
    found = subject.course.scored(scale_of(term))[-1:]
    return tuple(say("score.newest", score=x.score, at=x.at, beside=scored_beside(x)) for x in found)


def _card(ask: Ask, subject: Subject, found: Graded, term: str) -> Outcome:
    at = ask.instant()
    assert at is not None  # noqa: S101 - asked before
    event = e.AdverseEventReported(
        subject.code, term, found.grade, at, found.measured, found.floor, found.raised
    )
    dead = after_death(event, subject)
    if dead is not None:
        return refused(ask, "event", (dead,), subject.code)
    same = _same(subject, event)
    if same and subject.adverse_events[same].grade == event.grade:
        return _recorded_already(ask, subject, same)
    number = len(ask.trial.log) + 1
    known = ask.trial_with(event).subjects[subject.code]
    notes = (*_twice(subject, same), *found.notes, *in_window(ask, subject, event.at, event.grade))
    notes += (*scored(ask, known, number), *proposed(ask, known, number))
    notes += (*clock(ask, known, number), *(() if event.grade == FATAL else (say("note.unjudged"),)))
    needs = event.grade >= ask.protocol.adjudicate_from_grade or to_rule(ask, known, number)
    then: tuple[Choice, ...] = (Choice(say("choice.dlt"), f"/dlt {subject.code}"),) if needs else ()
    then += (Choice(say("choice.details", number=number), f"/ae #{number}"),)
    return Outcome(
        events=(event,),
        notes=notes,
        edits=("term", "grade", "when"),
        instead=_follow(same),
        then=then,
        given=ask.given,
    )


def _same(subject: Subject, event: e.AdverseEventReported) -> int:
    """The newest event of the same term with its onset in the same minute, by entry; 0 without one."""
    minute = aware(event.at).replace(second=0, microsecond=0)
    return max(
        (
            number
            for number, x in subject.adverse_events.items()
            if x.term.lower() == event.term.lower() and aware(x.at).replace(second=0, microsecond=0) == minute
        ),
        default=0,
    )


def _follow(number: int) -> tuple[Choice, ...]:
    return (Choice(say("choice.details", number=number), f"/ae #{number}"),) if number else ()


def _twice(subject: Subject, number: int) -> tuple[Text, ...]:
    """That an event of this term and onset stands on record."""
    if not number:
        return ()
    term = terms.words(subject.adverse_events[number].term)
    return (say("note.same_event", subject=subject.code, number=number, term=term),)


def _recorded_already(ask: Ask, subject: Subject, number: int) -> Outcome:
    lack = Lack("event_recorded", {"number": number, "at": subject.adverse_events[number].at})
    told = refused(ask, "event", (lack,), subject.code)
    return replace(told, reply=replace(told.reply, choices=(_follow(number),)))
