"""What a correction is held to: the rules of the original entry, and the entries that rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.ask import Ask
from bot.toxicity.grading import of_grade, of_measured
from rules import events as e
from rules.course import Step, done_at, lacking, unsigned
from rules.eligibility import assess
from rules.escalation import decide
from rules.lacks import Lack
from rules.toxicity.observed import after_infusion
from rules.trial import Answer, Subject, Trial, replay
from rules.window import window_end

STAGE: dict[type, str] = {
    e.Consented: "consent",
    e.ApheresisDone: "apheresis",
    e.LymphodepletionStarted: "lymphodepletion",
    e.Infused: "infusion",
}
# What a refused correction is a correction of.
ABOUT: dict[type, str] = STAGE | {
    e.Answered: "screening",
    e.AdverseEventReported: "event",
    e.Withdrawn: "withdraw",
    e.AdverseEventFollowed: "event",
    e.SeriousnessJudged: "event",
    e.SponsorInformed: "event",
    e.Scored: "scale",
    e.CoreSetMeasured: "measures",
}
CHAIN = ("consent", "apheresis", "lymphodepletion", "infusion")
# Lacks that rest on the instant itself: they count even where the entry had them before.
TIMED = ("before", "before_outcome", "spacing", "level_unsigned", "after")
RULINGS = (e.DltConfirmed, e.DltRefuted)
ABOUT_EVENT = (e.AdverseEventFollowed, e.SeriousnessJudged, e.SponsorInformed)


def code_of(event: e.Event) -> str:
    """The subject of an event, or nothing."""
    return getattr(event, "subject", "")


def broken(ask: Ask, entry: e.Entry, after: e.Event) -> tuple[Lack, ...]:
    """The rules that an entry would break once it reads `after`, by what changes in it."""
    was, stage = entry.event, ABOUT.get(type(after))
    graded = tuple(_graded(ask, entry, after))
    if stage is None or after.at == was.at:
        return graded
    found = [*graded]
    found += [Lack("future", {"at": after.at})] if after.at > ask.now else []
    found += _order(ask, stage, after)
    if stage in ("apheresis", "lymphodepletion", "infusion"):
        had = _course(ask, entry, was)
        found += [x for x in _course(ask, entry, after) if x.code in TIMED or x not in had]
    return tuple(found)


def _graded(ask: Ask, entry: e.Entry, after: e.Event) -> Iterator[Lack]:
    """What forbids a grade, and the term of a grade that was measured."""
    was = entry.event
    if isinstance(after, e.AdverseEventReported):
        if isinstance(was, e.AdverseEventReported) and was.term != after.term and was.measured:
            yield Lack("measured_term")
        yield from of_grade(after, after.term)
        yield from of_measured(after, _subject(ask.trial, after), entry.number)
    if isinstance(after, e.AdverseEventFollowed):
        event = _subject(ask.trial, after).adverse_events.get(after.about)
        yield from of_grade(after, event.term if event else "")
        yield from of_measured(after, _subject(ask.trial, after), after.about)


def forbidden(lack: Lack, after: e.Event) -> bool:
    """True for what no command records: the future, before the consent, a leaving too early."""
    beside = isinstance(after, (e.Consented, e.AdverseEventReported, e.Withdrawn, e.ToxicityEvent))
    return beside or lack.code == "future" or lack.params.get("stage") == "consent"


def _order(ask: Ask, stage: str, after: e.Event) -> Iterator[Lack]:
    """The order on the calendar among all that is recorded of the subject, earlier and later."""
    subject, at = _subject(ask.trial, after), after.at
    if stage in CHAIN:
        here = CHAIN.index(stage)
        others = [(name, done_at(subject, name)) for name in CHAIN]
        yield from (_before(n, done) for n, done in others[:here] if done is not None and at < done)
        first = [(name, done) for name, done in others[here + 1 :] if done is not None]
        if subject.withdrawn is not None and stage in ("consent", "infusion"):
            first.append(("withdraw", subject.withdrawn.at))
        if stage == "consent":
            first += [("event", event.at) for event in subject.adverse_events.values()]
        for name, done in sorted(first, key=lambda other: other[1], reverse=True):
            if at > done:
                yield Lack("after", {"stage": name, "at": done})
    elif isinstance(after, ABOUT_EVENT):
        onset = subject.adverse_events.get(after.about)
        if onset is not None and at < onset.at:
            yield Lack("before_onset", {"at": onset.at})
    elif stage in ("event", "scale", "measures", "withdraw"):
        for name in ("infusion", "consent") if stage == "withdraw" else ("consent",):
            happened = done_at(subject, name)
            if happened is not None and at < happened:
                yield _before(name, happened)
        late = after_infusion(after, subject)
        if late is not None:
            yield late


def _before(stage: str, at: datetime) -> Lack:
    return Lack("before", {"stage": stage, "at": at})


def _course(ask: Ask, entry: e.Entry, event: e.Event) -> tuple[Lack, ...]:
    """What the course lacks for the event, by the record as it stood when the entry was made."""
    trial = _trial_before(ask, entry)
    subject = _subject(trial, event)
    seen = max(entry.entered_at or event.at, event.at)
    decision = decide(ask.protocol, trial, seen)
    step = Step(ask.protocol, trial, decision, subject, STAGE[type(event)], event.at, seen)
    found = lacking(step)
    early = () if isinstance(event, e.ApheresisDone) else unsigned(trial, subject, event.at)
    return (*found, *(lack for lack in early if lack not in found))


def _trial_before(ask: Ask, entry: e.Entry) -> Trial:
    """What was recorded before an entry, as it stands corrected today."""
    before = [
        x for x in ask.trial.entries if x.number < entry.number and not isinstance(x.event, e.Corrected)
    ]
    return replay(ask.protocol, before)


def place_of(ask: Ask, entry: e.Entry) -> int:
    """The level of the subject's place when it was infused; without one, the level of the infusion."""
    assert isinstance(entry.event, e.Infused)  # noqa: S101 - asked of infusions only
    slot = _subject(_trial_before(ask, entry), entry.event).slot
    return slot.level if slot else entry.event.level


def _subject(trial: Trial, event: e.Event) -> Subject:
    return trial.subject(code_of(event)) or Subject(code_of(event))


def resting(ask: Ask, entry: e.Entry, after: e.Event | None) -> tuple[e.Entry, ...]:
    """Entries that would hang in the air were this one to read `after` (None: to be void), newest first."""
    code = code_of(entry.event)
    own = [x for x in ask.trial.entries if code and code_of(x.event) == code and x.number != entry.number]
    found = _resting_on_void(entry, own) if after is None else _resting_on(ask, entry, after, own)
    return tuple(sorted(found, key=lambda x: -x.number))


def _resting_on_void(entry: e.Entry, own: list[e.Entry]) -> list[e.Entry]:
    alone = not any(type(x.event) is type(entry.event) for x in own)
    match entry.event:
        case e.Consented():
            return own if alone else []
        case e.SlotHeld() | e.ApheresisDone() | e.LymphodepletionStarted():
            return [x for x in own if isinstance(x.event, e.Infused) and alone]
        case e.Infused():
            return [x for x in own if isinstance(x.event, (*RULINGS, e.WindowAssessed)) and alone]
        case e.AdverseEventReported():
            found = [x for x in own if isinstance(x.event, (*RULINGS, *ABOUT_EVENT))]
            return [x for x in found if getattr(x.event, "about", 0) == entry.number]
        case e.AdverseEventFollowed() if entry.event.reached:
            return _rulings_after(entry, own)
    return []


def _rulings_after(entry: e.Entry, own: list[e.Entry]) -> list[e.Entry]:
    """Rulings on an adverse event that were made once this part of its course was known."""
    about = getattr(entry.event, "about", 0)
    return [
        x for x in own if isinstance(x.event, RULINGS) and x.event.about == about and x.number > entry.number
    ]


def _resting_on(ask: Ask, entry: e.Entry, after: e.Event, own: list[e.Entry]) -> list[e.Entry]:
    """What was ruled or assessed on an instant that moves away under it."""
    was = entry.event
    if was.at == after.at:
        return []
    if isinstance(was, e.AdverseEventReported):
        mine = [x for x in own if getattr(x.event, "about", 0) == entry.number]
        early = [x for x in mine if isinstance(x.event, ABOUT_EVENT) and x.event.at < after.at]
        return [*early, *(x for x in mine if isinstance(x.event, RULINGS))]
    if isinstance(was, e.AdverseEventFollowed) and was.reached:
        return _rulings_after(entry, own)
    if not isinstance(was, e.Infused):
        return []
    return [x for x in own if _sound(ask, was, x.event) and not _sound(ask, after, x.event)]


def _sound(ask: Ask, infusion: e.Event, event: e.Event) -> bool:
    """True where a DLT lies inside the window of the infusion, and an assessment after it."""
    end = window_end(ask.protocol, infusion.at)
    if isinstance(event, e.DltConfirmed):
        return infusion.at <= event.at < end
    return not isinstance(event, e.WindowAssessed) or event.at >= end


def lost(ask: Ask, after: Trial) -> Iterator[tuple[Subject, tuple[str, ...]]]:
    """Subjects confirmed eligible, and the criteria that they met at their gates and then no longer do."""
    for code, subject in after.subjects.items():
        was = ask.trial.subject(code)
        if subject == was or was is None or subject.eligible is None or was.eligible is None:
            continue
        ids: dict[str, None] = {}
        for stage in ("eligibility", "lymphodepletion"):
            then, now = done_at(was, stage), done_at(subject, stage)
            if then is not None and now is not None:
                met = _met(ask, ask.trial, code, then)
                ids |= dict.fromkeys(x for x in met if x not in _met(ask, after, code, now))
        if ids:
            yield subject, tuple(ids)


def _met(ask: Ask, trial: Trial, code: str, at: datetime) -> list[str]:
    """The criteria met at an instant, by what had been measured by then."""
    answers: dict[str, Answer] = {}
    for entry in trial.entries:
        event = entry.event
        if isinstance(event, e.Answered) and event.subject == code and event.at <= at:
            known = answers.get(event.fact)
            if known is None or known.at <= event.at:
                answers[event.fact] = Answer(event.value, event.at)
    found = assess(ask.protocol, answers, at)
    return [x.criterion.id for x in found.findings if x.status == "met"]


def as_deviation(event: e.Infused, lacks: tuple[Lack, ...]) -> e.Infused:
    """The infusion with why it is recorded although the rules refuse it."""
    codes = {lack.code for lack in lacks}
    why = "wrong_dose" if codes & {"other_level", "above_plan", "implausible"} else "other"
    why = "level_closed" if codes & {"level_closed", "level_unsigned", "before_outcome"} else why
    return replace(event, deviation=event.deviation or why)
