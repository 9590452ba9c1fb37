"""The assessment of a window, and what counts towards the next step though a signature or ruling is void."""

from __future__ import annotations

from datetime import datetime

from rules.course import Lack
from rules.deaths import died_in_window, unruled_death
from rules.protocol import Protocol
from rules.subject import Subject, has_dlt, status, unadjudicated, unreported
from rules.trial import Trial
from rules.window import window_end


def to_renew(protocol: Protocol, trial: Trial, now: datetime) -> tuple[tuple[str, str, int], ...]:
    """What counts towards the next step on a void signature: (subject, assessment | ruling:EVENT, since);

    and who counts as without a DLT though a death in the window has no ruling: (subject, death, 0).
    """
    found = []
    for subject in trial.subjects.values():
        if status(protocol, subject, now) == "no_dlt" and subject.void_since("assessment"):
            found.append((subject.code, "assessment"))
        rulings = [f"ruling:{number}" for number in unadjudicated(protocol, subject)]
        found += [(subject.code, ruling) for ruling in rulings if subject.void_since(ruling)]
        if status(protocol, subject, now) == "no_dlt" and unruled_death(protocol, subject):
            found.append((subject.code, "death"))
    return tuple((code, what, trial.subjects[code].void_since(what)) for code, what in found)


def assessment_lacks(protocol: Protocol, subject: Subject, now: datetime) -> tuple[Lack, ...]:
    """What forbids recording that the window passed without a DLT."""
    if subject.infusion is None:
        return (Lack("no_infusion"),)
    if has_dlt(protocol, subject):
        return (Lack("has_dlt"),)
    state = status(protocol, subject, now)
    if state == "not_evaluable":
        return (Lack("not_evaluable"),)
    if state == "no_dlt" and not subject.void_since("assessment"):
        return (Lack("done_already", {"at": subject.assessed}),)
    if state == "in_window":
        return (Lack("window_open", {"at": window_end(protocol, subject.infusion.at)}),)
    lacks = unsettled(protocol, subject)
    death = died_in_window(protocol, subject)
    if death is not None and unruled_death(protocol, subject) is None:
        lacks = (*lacks, Lack("died_in_window", {"at": death.at}))
    return lacks


def unsettled(protocol: Protocol, subject: Subject) -> tuple[Lack, ...]:
    """What of the window is to be said before it passes or the subject leaves: any of it may be a DLT."""
    least, lacks = protocol.adjudicate_from_grade, []
    if open_ := unadjudicated(protocol, subject):
        lacks.append(Lack("unadjudicated", {"entries": open_, "grade": least}))
    if death := unruled_death(protocol, subject):
        lacks.append(Lack("death_unruled", {"at": death.at}))
    for score in unreported(protocol, subject)[:1]:
        known = {"scale": score.scale.upper(), "grade": score.score, "at": score.at, "least": least}
        lacks.append(Lack("unreported", known))
    return tuple(lacks)
