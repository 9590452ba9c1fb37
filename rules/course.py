"""A subject's course: what is still lacking before a stage, by the file's own list of needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.eligibility import assess
from rules.escalation import RUNNING, Decision
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.spacing import earliest_infusion
from rules.subject import Subject, dlt_onsets, holds_slot
from rules.toxicity.deaths import death_of
from rules.trial import Trial
from rules.window import window_end

# A place, and what follows it: eligibility signed on a value that changed since must be signed anew before,
# and what may be a DLT be settled.
TOWARDS_A_DOSE = ("slot", "lymphodepletion", "infusion")
# Steps that are dated when they are entered, and can be entered late.
DATED = ("apheresis", "lymphodepletion", "infusion")


@dataclass(frozen=True)
class Step:
    """A step that somebody wants to take: `stage` for `subject`, happening `at`, asked `now`."""

    protocol: Protocol
    trial: Trial
    decision: Decision
    subject: Subject
    stage: str
    at: datetime
    now: datetime


def done_at(subject: Subject, stage: str) -> datetime | None:
    """When a stage of the course happened, or None."""
    return {
        "consent": subject.consented,
        "eligibility": subject.eligible,
        "slot": subject.slot.at if subject.slot else None,
        "apheresis": subject.apheresis,
        "lymphodepletion": subject.lymphodepletion,
        "infusion": subject.infusion.at if subject.infusion else None,
    }.get(stage)


def gone(subject: Subject) -> Lack | None:
    """Why no step of the course is open to a subject any more: it left, or died."""
    if subject.withdrawn is not None:
        return Lack("withdrawn", {"at": subject.withdrawn.at})
    death = death_of(subject)
    return Lack("died", {"death": death}) if death else None


def closes(subject: Subject) -> datetime | None:
    """The instant after which no dated step of the course is open: of the leaving, else of the death.

    Of a fatal event whose death is not dated, its onset; None while neither is recorded.
    """
    if subject.withdrawn is not None:
        return subject.withdrawn.at
    death = death_of(subject)
    return death.at if death else None


def _gone(step: Step) -> Lack | None:
    """Why the step is not open to who left or died; what happened before a death may be entered after it.

    What happened before a leaving is entered once the leaving is void, and then recorded again.
    """
    subject, end = step.subject, closes(step.subject)
    if end is None or step.stage not in DATED or step.at > end:
        return gone(subject)
    if subject.withdrawn is None:
        return None
    left = [x for x in step.trial.entries if x.event == subject.withdrawn]
    found = {"at": end, "stage": step.stage, "entry": left[-1].number, "event": left[-1].event}
    return Lack("left_before", found)


def lacking(step: Step) -> tuple[Lack, ...]:
    """Everything that forbids the step; empty when the protocol allows it."""
    subject, stage = step.subject, step.stage
    left = _gone(step)
    if left is not None:
        return (left,)
    again = done_at(subject, stage)
    held_again = stage == "slot" and not holds_slot(step.protocol, subject, step.now)
    renewed = held_again or (stage == "eligibility" and subject.void_since("eligibility") > 0)
    infused = subject.infusion.at if subject.infusion else None
    if infused is not None or (again is not None and not renewed):
        return (Lack("done_already", {"at": again or infused}),)
    by_turns = (_needs, _anew, _to_confirm, _settled, _order)
    return next((lacks for looked in by_turns if (lacks := tuple(looked(step)))), ())


def _anew(step: Step) -> Iterator[Lack]:
    """Before a dose, who was last held to the criteria before an amendment is held to those of today."""
    former, subject = step.protocol.former, step.subject
    checked = subject.lymphodepletion or subject.eligible
    if step.stage == "infusion" and former and checked is not None and checked < former[-1].until:
        lack = _criteria(step)
        if lack is not None:
            yield lack


def _to_confirm(step: Step) -> Iterator[Lack]:
    """Eligibility that was signed before a value changed counts as not signed."""
    since = step.subject.void_since("eligibility")
    if since and step.stage in TOWARDS_A_DOSE:
        yield Lack("eligibility_void", {"entry": since})


def _settled(step: Step) -> Iterator[Lack]:
    return settled_first(step.decision, step.stage)


def settled_first(decision: Decision, stage: str) -> Iterator[Lack]:
    """A place and a dose rest on outcomes: what is unsettled may be a DLT that forbids them."""
    if decision.unsettled and stage in TOWARDS_A_DOSE:
        yield Lack("may_be_dlt", {"subjects": decision.unsettled})


def _needs(step: Step) -> Iterator[Lack]:
    stage = step.protocol.stage.get(step.stage)
    for need in stage.needs if stage else ():
        lack = NEEDS[need](step) if need in NEEDS else _happened(step, need)
        if lack is not None:
            yield lack


def _happened(step: Step, stage: str) -> Lack | None:
    return None if done_at(step.subject, stage) is not None else Lack(f"no_{stage}")


def _screened(step: Step) -> Lack | None:
    return None if step.subject.answers else Lack("no_screening")


def _criteria(step: Step) -> Lack | None:
    found = assess(step.protocol, step.subject.answers, step.at)
    if found.verdict == "eligible":
        return None
    telling = "not_met" if found.verdict == "not_eligible" else "unknown"
    criteria = tuple(f.criterion.id for f in found.findings if f.status == telling)
    return Lack(found.verdict, {"criteria": criteria})


def _place(step: Step) -> Lack | None:
    decision = step.decision
    if decision.action == "enrol" and decision.slots > 0:
        return None
    return Lack("no_place", {"action": decision.action, "level": decision.level})


def _slot(step: Step) -> Lack | None:
    return None if holds_slot(step.protocol, step.subject, step.now) else Lack("no_slot")


def _open(step: Step) -> Lack | None:
    decision, slot = step.decision, step.subject.slot
    if slot is None:
        return Lack("no_slot")
    if decision.action in RUNNING and decision.level == slot.level:
        return None
    return Lack("level_closed", {"level": slot.level, "action": decision.action, "next": decision.level})


NEEDS: Mapping[str, Callable[[Step], Lack | None]] = {
    "screening": _screened,
    "all_criteria_met": _criteria,
    "place_free": _place,
    "slot": _slot,
    "level_open": _open,
}


def _order(step: Step) -> Iterator[Lack]:
    """Steps happen in their order on the calendar, never in the future, and spaced as the file says."""
    if step.at > step.now:
        yield Lack("future", {"at": step.at})
    stage = step.protocol.stage.get(step.stage)
    before = [(done_at(step.subject, need), need) for need in (stage.needs if stage else ())]
    for at, need in before:
        if at is not None and step.at < at and need not in ("eligibility", "slot"):
            yield Lack("before", {"stage": need, "at": at})
    if step.stage in ("lymphodepletion", "infusion"):
        yield from unsigned(step.trial, step.subject, step.at)
    outcome = outcomes_complete(step.protocol, step.trial, step.subject)
    if step.stage in ("lymphodepletion", "infusion") and outcome is not None and step.at < outcome:
        yield Lack("before_outcome", {"at": outcome})
    earliest = earliest_infusion(step.protocol, step.trial, step.subject)
    if step.stage == "infusion" and earliest is not None and step.at < earliest:
        yield Lack("spacing", {"at": earliest})


def unsigned(trial: Trial, subject: Subject, at: datetime) -> Iterator[Lack]:
    """A dose, and what prepares for it, follows the signature that opened the level of the place."""
    if not 0 < subject.opening < len(trial.openings):
        return
    opening = trial.openings[subject.opening]
    if opening.at is not None and at < opening.at:
        yield Lack("level_unsigned", {"level": opening.level, "at": opening.at})


def outcomes_complete(protocol: Protocol, trial: Trial, subject: Subject) -> datetime | None:
    """When the outcomes that gave the subject's opening were complete; None for the first opening.

    A reduction rests on DLTs and their onsets, any other step on every subject of the opening before it.
    """
    if not 0 < subject.opening < len(trial.openings):
        return None
    reduced = trial.openings[subject.opening].action == "reduce"
    instants = [
        at
        for other in trial.subjects.values()
        if other.opening == subject.opening - 1 and (at := _known(protocol, other, reduced)) is not None
    ]
    return max(instants, default=None)


def _known(protocol: Protocol, subject: Subject, by_dlt_only: bool) -> datetime | None:
    """When a subject's outcome was known: its DLT, or the end of its window once assessed."""
    if subject.infusion is None:
        return None
    onsets = dlt_onsets(protocol, subject)
    if onsets:
        return min(onsets)
    cleared = subject.assessed is not None and not by_dlt_only
    return window_end(protocol, subject.infusion.at) if cleared else None
