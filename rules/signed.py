"""Signatures: what each rests on, and since when a changed value voids it. A fold, no new truth."""

from __future__ import annotations

from dataclasses import replace

from rules import events as e
from rules.subject import OVER, REPORTED_AS, Subject


def signs(number: int, event: e.Event) -> str:
    """What an entry signs: eligibility | infusion | assessment | ruling:EVENT, or nothing."""
    match event:
        case e.EligibilityConfirmed():
            return "eligibility"
        case e.Infused():
            return "infusion"
        case e.WindowAssessed():
            return "assessment"
        case e.DltConfirmed() | e.DltRefuted():
            return f"ruling:{event.about or -number}"
    return ""


def signed(subject: Subject, number: int, event: e.Event) -> Subject:
    """The subject with one more signature, where the entry is one."""
    what = signs(number, event)
    return replace(subject, signed={**subject.signed, what: number}) if what else subject


def voided(subject: Subject, whats: tuple[str, ...], since: int) -> Subject:
    """The subject whose signatures on `whats` are void since entry `since`; void ones stay as they are."""
    numbers = [subject.signed[what] for what in whats if what in subject.signed]
    fresh = {number: since for number in numbers if number not in subject.void}
    return replace(subject, void={**subject.void, **fresh}) if fresh else subject


def resting_on(root: e.Entry, stands: e.Event) -> tuple[str, ...]:
    """What was signed on the value of an entry, its own signature included; `stands` is as it reads now."""
    own = signs(root.number, root.event)
    match root.event:
        case e.Answered():
            return ("eligibility",)
        case e.AdverseEventReported():
            return (f"ruling:{root.number}", "assessment")
        case e.AdverseEventFollowed() if _graded(root.event) or _graded(stands):
            return (f"ruling:{root.event.about}", "assessment")
        case e.Scored() if root.event.scale in REPORTED_AS:
            return ("assessment",)
        case e.Infused() | e.DltConfirmed() | e.DltRefuted():
            return (own, "assessment")
    return (own,) if own else ()


def _graded(event: e.Event) -> bool:
    """True for a part of an event's course that says its grade, or that it is over."""
    return isinstance(event, e.AdverseEventFollowed) and bool(event.reached or event.outcome in OVER)


def root_of(log: tuple[e.Entry, ...], entry: e.Entry) -> e.Entry:
    """The entry that a correction is about in the end, as it was written."""
    while isinstance(entry.event, e.Corrected) and 0 < entry.event.target < entry.number:
        entry = log[entry.event.target - 1]
    return entry
