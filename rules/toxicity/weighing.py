"""What criteria of the file say that no ruling could know. A file without criteria pays for none of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rules import events as e
from rules.expressions import UNKNOWN
from rules.protocol import Protocol
from rules.subject import Subject, is_ruled, void_dlts
from rules.window import aware

# What criteria look at: once one of these is corrected, what a ruling could know of it is in doubt.
LOOKED_AT = (e.AdverseEventReported, e.AdverseEventFollowed, e.Scored, e.Infused, e.Withdrawn)


@dataclass(frozen=True)
class Asked:
    """An adverse event that waits for a ruling by `criteria` (ids), which propose a DLT or cannot say yet."""

    entry: int
    criteria: tuple[str, ...]
    proposed: bool


def asked(protocol: Protocol, subject: Subject, now: datetime) -> Iterator[Asked]:
    """Events without a ruling of which a criterion proposes a DLT, or cannot say and no assessment knew; and
    those ruled no DLT of which one proposes that did not when they were ruled on.
    """
    if not protocol.dlt_criteria:
        return
    from rules.toxicity.proposals import said_of

    counting = void_dlts(protocol, subject)  # as DLTs, until they are signed anew
    for number in (n for n in subject.adverse_events if n not in counting):
        ruled, knew = is_ruled(subject, number), _knew(subject, number)
        if ruled and isinstance(subject.adjudicated[number], e.DltConfirmed):
            continue
        said = said_of(protocol, subject, number, aware(now))
        new = [x for x in said if x.proposes is True and not (ruled and x.criterion.asks in knew)]
        silent = ruled or _assessed(subject, number)
        open_ = new or [x for x in said if x.proposes is UNKNOWN and not silent]
        if open_:
            yield Asked(number, tuple(x.criterion.id for x in open_), bool(new))


def weighed(protocol: Protocol, subject: Subject, entry: e.Entry) -> Subject:
    """The subject with what criteria proposed when an event was ruled no DLT, entry `entry`."""
    event = entry.event
    if not protocol.dlt_criteria or not isinstance(event, e.DltRefuted):
        return subject
    if event.about not in subject.adverse_events:
        return subject
    from rules.toxicity.proposals import said_of

    said = said_of(protocol, subject, event.about, aware(entry.entered_at or event.at))
    proposed = frozenset(x.criterion.asks for x in said if x.proposes is True)
    return replace(subject, weighed={**subject.weighed, entry.number: proposed})


def in_doubt(subject: Subject, root: e.Event) -> Subject:
    """The subject once an entry was corrected: rulings of before are taken to have known of no proposal."""
    return replace(subject, weighed={}) if subject.weighed and isinstance(root, LOOKED_AT) else subject


def _assessed(subject: Subject, number: int) -> bool:
    """True where an assessment that stands was made in sight of an event and of its grades."""
    newest = max((number, *(x.by for x in subject.known if x.about == number)))
    return subject.signed.get("assessment", 0) > newest and not subject.void_since("assessment")


def _knew(subject: Subject, number: int) -> frozenset[str]:
    return subject.weighed.get(subject.signed.get(f"ruling:{number}", 0), frozenset())
