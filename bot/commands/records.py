"""Writes along a subject's course: consent, eligibility, slot, apheresis, lymphodepletion, withdrawal."""

from __future__ import annotations

from datetime import datetime

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, ask_when, asking
from bot.describe import cited
from bot.messages import Choice, say
from bot.refusals import nobody_fits, refused
from rules import events as e
from rules.assessment import settling
from rules.course import Step, closes, done_at, gone, lacking, settled_first
from rules.lacks import Lack
from rules.toxicity.observed import outlived
from rules.trial import Subject, holds_slot


def new(ask: Ask) -> Outcome:
    """A new subject: the date of consent; the code is the next free one."""
    at = ask.instant()
    code = ask.protocol.subject_code(next_number(ask))
    if at is None:
        return ask_when("ask.when.consent", subject=code)
    then = (Choice(say("choice.screen", subject=code), f"/screen {code}"),)
    return Outcome(events=(e.Consented(code, at),), edits=("when",), then=then)


def next_number(ask: Ask) -> int:
    """One more than the highest code in use; a voided code is never given again."""
    used = len({entry.number for entry in ask.trial.log if isinstance(entry.event, e.Consented)})
    return used + 1


def _fit(ask: Ask, stage: str) -> list[str]:
    """Subjects for whom the stage comes next."""
    stages = [s.id for s in ask.protocol.stages if s.id not in ("screening", "consent")]
    before = stages[: stages.index(stage)] if stage in stages else []
    return [
        s.code
        for s in ask.trial.subjects.values()
        if gone(s) is None
        and s.infusion is None
        and (done_at(s, stage) is None or _again(ask, s, stage))
        and all(done_at(s, name) is not None for name in before)
    ]


def _again(ask: Ask, subject: Subject, stage: str) -> bool:
    """True for a place that ran out, and for eligibility whose signature a changed value made void."""
    if stage == "eligibility":
        return subject.void_since("eligibility") > 0
    return stage == "slot" and not holds_slot(ask.protocol, subject, ask.now)


def choose(ask: Ask, stage: str) -> Outcome:
    """Which subject; with nobody ready, what each lacks."""
    open_ = tuple(settled_first(ask.decision, stage))
    if open_:
        return refused(ask, stage, open_)
    fit = _fit(ask, stage)
    return ask_subject(fit) if fit else nobody_fits(ask, stage)


def gate(ask: Ask, subject: Subject, stage: str, at: datetime) -> tuple[Lack, ...]:
    """What forbids a stage at an instant."""
    return lacking(Step(ask.protocol, ask.trial, ask.decision, subject, stage, at, ask.now))


def or_latest(ask: Ask, subject: Subject, at: datetime | None) -> datetime:
    """The instant that is given, or else the latest a step can have: now, or when the subject was gone."""
    return at or closes(subject) or ask.now


def slot(ask: Ask) -> Outcome:
    """A place in the open cohort."""
    subject = ask.subject
    if subject is None:
        return choose(ask, "slot")
    lacks = gate(ask, subject, "slot", ask.now)
    if lacks:
        return refused(ask, "slot", lacks, subject.code)
    days = ask.protocol.cohort.slot_hold_days
    reached = ask.decision.because["enrolled"] >= ask.protocol.trial.target_subjects
    warn = (say("note.target", cited=cited(ask.protocol, "target")),) if reached else ()
    held = e.SlotHeld(subject.code, ask.decision.level, ask.now)
    then = (Choice(say("choice.apheresis"), f"/apheresis {subject.code}"),)
    return Outcome(events=(held,), notes=(say("note.hold", days=days), *warn), then=then)


def apheresis(ask: Ask) -> Outcome:
    """Collection of mononuclear cells."""
    then = "lymphodepletion"
    return _dated(ask, "apheresis", lambda s, at: e.ApheresisDone(s.code, at), then)


def lymphodepletion(ask: Ask) -> Outcome:
    """The second gate: eligibility still valid, level open, slot held."""
    return _dated(ask, "lymphodepletion", lambda s, at: e.LymphodepletionStarted(s.code, at), "dose")


def _dated(ask: Ask, stage: str, event, then: str) -> Outcome:  # type: ignore[no-untyped-def]
    subject = ask.subject
    if subject is None:
        return choose(ask, stage)
    at = ask.instant()
    lacks = gate(ask, subject, stage, or_latest(ask, subject, at))
    if lacks:
        return refused(ask, stage, lacks, subject.code)
    if at is None:
        return ask_when(f"ask.when.{stage}", subject=subject.code)
    button = Choice(say(f"choice.{then}"), f"/{then} {subject.code}")
    return Outcome(events=(event(subject, at),), edits=("when",), then=(button,))


def withdraw(ask: Ask) -> Outcome:
    """A subject leaves; whether it still counts follows from the window and the DLTs."""
    subject = ask.subject
    if subject is None:
        return ask_subject([s.code for s in ask.trial.subjects.values() if s.withdrawn is None])
    if subject.withdrawn is not None:
        return refused(ask, "withdraw", (Lack("withdrawn", {"at": subject.withdrawn.at}),), subject.code)
    if "leaving" not in ask.given:
        names = (
            ("withdrew", "died", "lost") if subject.infusion else ("before_dose", "withdrew", "died", "lost")
        )
        return asking("leaving", *((Choice(say(f"leaving.{name}"), name),) for name in names))
    at = ask.instant()
    if at is None:
        return ask_when("ask.when.withdraw", subject=subject.code)
    for stage in ("infusion", "consent"):
        done = done_at(subject, stage)
        if done is not None and at < done:
            return refused(ask, "withdraw", (Lack("before", {"stage": stage, "at": done}),), subject.code)
    event = e.Withdrawn(subject.code, ask.given["leaving"], at)
    trial = ask.trial_with(event)
    dead = outlived(ask.trial, trial, subject.code)
    open_ = (dead,) if dead else settling(ask.protocol, trial.subjects[subject.code], ask.now)
    if open_:
        return refused(ask, "withdraw", open_, subject.code)
    return Outcome(events=(event,), edits=("leaving", "when"))


def eligible(ask: Ask) -> Outcome:
    """The signed confirmation that every criterion is met."""
    subject = ask.subject
    if subject is None:
        return choose(ask, "eligibility")
    lacks = gate(ask, subject, "eligibility", ask.now)
    if lacks:
        return refused(ask, "eligibility", lacks, subject.code)
    met = tuple(criterion.id for criterion in ask.protocol.criteria)
    then = (Choice(say("choice.slot"), f"/slot {subject.code}"),)
    return Outcome(
        events=(e.EligibilityConfirmed(subject.code, ask.now),),
        notes=(say("note.all_met", ids=met),),
        then=then,
    )
