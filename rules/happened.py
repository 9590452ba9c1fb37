"""What one event makes of a subject: the fold of a log, subject by subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from rules import events as e
from rules.protocol import Protocol
from rules.signed import voided
from rules.subject import Answer, Subject
from rules.toxicity.course import with_more
from rules.toxicity.covering import overtaken

Happening = (
    e.Consented | e.Answered | e.EligibilityConfirmed | e.SlotHeld | e.ApheresisDone
    | e.LymphodepletionStarted | e.Infused | e.AdverseEventReported | e.DltConfirmed | e.DltRefuted
    | e.WindowAssessed | e.Withdrawn
)  # fmt: skip


def happened(subject: Subject, number: int, event: Happening, latest: int) -> Subject:
    """The subject after an event of its course, entry `number`; `latest` opening of its level."""
    match event:
        case e.Consented():
            return replace(subject, consented=event.at)
        case e.Answered():
            return _answered(subject, number, event)
        case e.EligibilityConfirmed():
            return replace(subject, eligible=event.at)
        case e.SlotHeld():
            return replace(subject, slot=event, opening=subject.opening if subject.infusion else latest)
        case e.ApheresisDone():
            return replace(subject, apheresis=event.at)
        case e.LymphodepletionStarted():
            return replace(subject, lymphodepletion=event.at)
        case e.Infused():
            placed = subject.slot is not None and subject.slot.level == event.level
            return replace(subject, infusion=event, opening=subject.opening if placed else latest)
        case e.AdverseEventReported():
            return replace(subject, adverse_events={**subject.adverse_events, number: event})
        case e.DltConfirmed() | e.DltRefuted():
            return replace(subject, adjudicated=_ruled(subject.adjudicated, number, event))
        case e.WindowAssessed():
            return replace(subject, assessed=event.at)
        case e.Withdrawn():
            return replace(subject, withdrawn=event)
        case _:  # pragma: no cover
            assert_never(event)


def _answered(subject: Subject, number: int, event: e.Answered) -> Subject:
    """One more answer; another value than the one that eligibility was signed on voids that signature."""
    answers = _newest(subject.answers, event)
    was, now = subject.answers.get(event.fact), answers[event.fact]
    known = replace(subject, answers=answers)
    return voided(known, ("eligibility",), number) if was and was.value != now.value else known


def _newest(answers: Mapping[str, Answer], event: e.Answered) -> Mapping[str, Answer]:
    """Answers with one more; an older measurement that is entered late replaces no newer one."""
    known = answers.get(event.fact)
    if known is not None and known.at > event.at:
        return answers
    return {**answers, event.fact: Answer(event.value, event.at)}


def _ruled(
    before: Mapping[int, e.DltConfirmed | e.DltRefuted], number: int, event: e.DltConfirmed | e.DltRefuted
) -> Mapping[int, e.DltConfirmed | e.DltRefuted]:
    """The newest ruling on each adverse event; DLTs without one stand side by side until refuted."""
    if event.about:
        return {**before, event.about: event}
    if isinstance(event, e.DltConfirmed):
        return {**before, -number: event}
    return {about: ruling for about, ruling in before.items() if about > 0}


def observed(protocol: Protocol, subject: Subject, number: int, event: e.ToxicityEvent) -> Subject:
    """The subject after one more of its toxicity; what a ruling could not know voids it."""
    known = replace(subject, course=with_more(subject.course, number, event))
    return voided(known, overtaken(protocol, subject, known, event), number)
