"""Records that date the same death differently: nothing forbids them, and the later one's card says so."""

from __future__ import annotations

from datetime import timedelta

from rules import events as e
from rules.protocol import Protocol
from rules.subject import REPORTED_AS
from rules.toxicity.events import FATAL
from rules.trial import Trial
from rules.window import local_day

MOST_APART = timedelta(days=1)


def dates_death(event: e.Event) -> bool:
    """True for what says when a subject died: its leaving, the course of an event, a scale."""
    match event:
        case e.Withdrawn():
            return event.reason == "died"
        case e.AdverseEventFollowed():
            return event.reached == FATAL
        case e.Scored():
            return event.scale in REPORTED_AS and event.score == FATAL
    return False


def apart(protocol: Protocol, before: Trial, after: Trial) -> tuple[tuple[e.Entry, e.Entry], ...]:
    """(new, known) for each subject with a new or changed record of a death far from one that was known.

    Far is more than a day; of a leaving before the other record, another day. Of several known ones the
    one that lies furthest away.
    """
    was = {x.number: x for x in before.entries}
    found: dict[str, tuple[e.Entry, e.Entry]] = {}
    for new in after.entries:
        if not dates_death(new.event) or was.get(new.number) == new:
            continue
        known = [x for x in _others(after, new) if was.get(x.number) == x and _far(protocol, new, x)]
        if known:
            code = getattr(new.event, "subject", "")
            found[code] = (new, max(known, key=lambda x: abs(x.event.at - new.event.at)))
    return tuple(found.values())


def _others(trial: Trial, new: e.Entry) -> list[e.Entry]:
    """The other records that date the death of the same subject."""
    code = getattr(new.event, "subject", "")
    mine = (x for x in trial.entries if getattr(x.event, "subject", "") == code and x.number != new.number)
    return [x for x in mine if dates_death(x.event)]


def _far(protocol: Protocol, one: e.Entry, other: e.Entry) -> bool:
    early, late = sorted((one.event, other.event), key=lambda event: event.at)
    leaves = isinstance(early, e.Withdrawn)
    other_day = leaves and local_day(protocol, early.at) != local_day(protocol, late.at)
    return other_day or late.at - early.at > MOST_APART
