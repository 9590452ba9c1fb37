"""The assessment of a window, what in it is unsettled, and what is counted and has to be settled anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.lacks import Lack
from rules.protocol import Protocol
from rules.subject import AWAITED, Subject, has_dlt, status, unadjudicated, void_dlts
from rules.toxicity.covering import grade_of, is_ungraded, least_grade
from rules.toxicity.deaths import died_in_window, unruled_death
from rules.toxicity.unsettled import Unsettled, unsettled
from rules.trial import Trial
from rules.window import window_end

# Outcomes by which a subject is counted, that something learnt late can turn into a DLT.
COUNTED = ("no_dlt", "not_evaluable")


def to_renew(protocol: Protocol, trial: Trial, now: datetime) -> tuple[tuple[str, str, int], ...]:
    """What counts towards the next step on a void signature: (subject, what, since).

    `what` is assessment | ruling:EVENT, or leaving: a void assessment of who died in the window, of whom
    not the assessment but the leaving is to be recorded.
    """
    found = []
    for subject in trial.subjects.values():
        since = subject.void_since("assessment")
        if status(protocol, subject, now) == "no_dlt" and since:
            left = died_in_window(protocol, subject) is not None
            found.append((subject.code, "leaving" if left else "assessment", since))
        numbers = (*unadjudicated(protocol, subject), *void_dlts(protocol, subject))
        rulings = [(f"ruling:{number}", subject.void_since(f"ruling:{number}")) for number in numbers]
        found += [(subject.code, ruling, at) for ruling, at in rulings if at]
    return tuple(found)


def reopened(protocol: Protocol, trial: Trial, now: datetime) -> tuple[tuple[str, Lack], ...]:
    """(subject, reason) for every outcome that is counted, no DLT or not evaluable, and is open again."""
    found = []
    for subject in trial.subjects.values():
        state = status(protocol, subject, now)
        if state not in COUNTED:
            continue
        found += [(subject.code, lack) for lack in settling(protocol, subject, now)]
        since = subject.void_since("assessment") if state == "no_dlt" else 0
        if since and subject.code not in dict(found):
            death = died_in_window(protocol, subject)
            void = Lack("died_in_window", {"death": death}) if death else None
            found.append((subject.code, void or Lack("assessment_void", {"entry": since})))
    return tuple(found)


def pending_unsettled(protocol: Protocol, trial: Trial, now: datetime) -> tuple[tuple[str, Lack], ...]:
    """(subject, reason) for what is unsettled in the windows of those without an outcome yet."""
    people = (s for s in trial.subjects.values() if status(protocol, s, now) in AWAITED)
    return tuple((subject.code, lack) for subject in people for lack in settling(protocol, subject, now))


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
    lacks = settling(protocol, subject, now)
    death = died_in_window(protocol, subject)
    if death is not None and unruled_death(protocol, subject) is None:
        lacks = (*lacks, Lack("died_in_window", {"death": death}))
    return lacks


def settling(protocol: Protocol, subject: Subject, now: datetime) -> tuple[Lack, ...]:
    """What is unsettled of the window: why it does not pass, and why the subject does not leave."""
    least, found, lacks = protocol.adjudicate_from_grade, unsettled(protocol, subject, now), []
    if open_ := tuple(x.entry for x in found if x.what == "unadjudicated" and not (x.score or x.criteria)):
        lacks.append(Lack("unadjudicated", {"entries": open_, "grade": least}))
    lacks += [Lack(x.what, {"at": x.at}) for x in found if x.what == "death_unruled"]
    lacks += [Lack(x.what, {"entry": x.entry}) for x in found if x.what == "death_undated"]
    return (*lacks, *_scored(protocol, found), *_by_criteria(found))


def _by_criteria(found: tuple[Unsettled, ...]) -> Iterator[Lack]:
    """Events of which a criterion of the file proposes a DLT; then those of which one cannot say yet."""
    for code, proposed in (("proposed", True), ("undecided", False)):
        mine = [x for x in found if x.criteria and x.proposed is proposed]
        if mine:
            ids = tuple(dict.fromkeys(id_ for x in mine for id_ in x.criteria))
            yield Lack(code, {"entries": tuple(x.entry for x in mine), "criteria": ids})


def _scored(protocol: Protocol, found: tuple[Unsettled, ...]) -> tuple[Lack, ...]:
    """The worst score that a ruling would cover, the worst that needs an adverse event, and one ungraded."""
    worst: dict[str, Lack] = {}
    scored = [(x.score, x.entry) for x in found if x.score is not None]
    for score, entry in sorted(scored, key=lambda x: grade_of(x[0]), reverse=True):
        known = {"score": score, "least": least_grade(score), "at": score.at, "entry": entry}
        code = "score_unruled" if entry else "unreported"
        if is_ungraded(protocol, score):
            code, known["from_grade"] = "ungraded", protocol.adjudicate_from_grade
        worst.setdefault(code, Lack(code, known))
    return tuple(worst.values())


def to_settle(protocol: Protocol, trial: Trial, now: datetime) -> tuple[tuple[str, Lack], ...]:
    """(subject, reason) for all that is unsettled of anybody who has no DLT yet: no level opens before."""
    people = [subject for subject in trial.subjects.values() if not has_dlt(protocol, subject)]
    return tuple((subject.code, lack) for subject in people for lack in settling(protocol, subject, now))
