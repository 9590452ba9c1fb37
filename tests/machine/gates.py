"""What may be recorded when, and by whom: the registered course and its assumptions, as plain ifs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.machine import observed
from tests.machine.counts import (
    RUNNING,
    could_close,
    counts_as,
    dlts,
    holds,
    next_step,
    renewals,
    reopened,
)  # fmt: skip
from tests.machine.observed import DOCTORS, dead
from tests.machine.observed import reasons as _if
from tests.machine.record import Row, new_subject
from tests.machine.table import PLANNED, TOLERANCE, in_full, not_met, window_end
from tests.machine.unsettled import deaths, died_inside, unsettled

PI = "principal_investigator"
CLINICAL = (*DOCTORS, "coordinator")
WHO = {
    "Consented": CLINICAL, "Answered": CLINICAL, "EligibilityConfirmed": DOCTORS, "SlotHeld": CLINICAL,
    "ApheresisDone": CLINICAL, "LymphodepletionStarted": DOCTORS, "Infused": DOCTORS,
    "AdverseEventReported": CLINICAL, "DltConfirmed": DOCTORS, "DltRefuted": DOCTORS,
    "WindowAssessed": DOCTORS, "Withdrawn": DOCTORS,
    "ConcentrationMeasured": CLINICAL, "LevelOpened": (PI,), "MtdDeclared": (PI,), "Corrected": DOCTORS,
    "AdverseEventFollowed": CLINICAL, "SeriousnessJudged": CLINICAL, "SponsorInformed": CLINICAL,
    "Scored": CLINICAL,
}  # fmt: skip
NOT_JUDGED = ("age", "failed_agents", "hbsag")
BEGINNING, FOREVER = (at.replace(tzinfo=UTC) for at in (datetime.min, datetime.max))


def objections(trial: dict[str, Any], row: Row) -> list[str]:
    """Why a row should never have been recorded on top of the record before it; empty when it may."""
    now, data = row.entered, row.data
    found = [] if row.role in WHO[row.kind] else [f"a {row.role or 'nobody'} recorded it"]
    if row.at > now:
        found.append("it is of the future")
    subject = trial["subjects"].get(data.get("subject"), new_subject())
    if "subject" in data and row.kind != "Consented" and data["subject"] not in trial["subjects"]:
        found.append("nobody has that code")
    return [*found, *RULES[row.kind](trial, subject, row)]


def _consented(trial: dict[str, Any], _subject: dict[str, Any], row: Row) -> list[str]:
    return _if(code_given_before=row.data["subject"] in trial["codes"])


def _answered(_trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    judged = row.data["fact"] not in NOT_JUDGED
    return _if(left=subject["left"], judged_by_a_coordinator=judged and row.role not in DOCTORS)


def _eligible(_trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    unmet = not_met(subject["answers"], row.at)
    return [*_if(no_consent=not subject["consent"], over=_gone(subject) or subject["infusion"]), *unmet]


def _slot(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    action, level, places = next_step(trial, row.entered)[0]
    found = _if(
        no_place_open=(action, level) != ("enrol", row.data["level"]) or places < 1,
        not_eligible=not subject["eligible"] or subject["unsure"],
        over=_gone(subject) or subject["infusion"] or holds(subject, row.entered),
        outcome_open_again=reopened(trial, row.entered),
        open_events_could_close=could_close(trial, row.entered, row.data["level"]),
    )
    return [*found, *not_met(subject["answers"], row.at)]


def _apheresis(_trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    over = _too_late(subject, row)
    return _if(no_place=not holds(subject, row.entered), twice=subject["apheresis"], over=over)


def _gone(subject: dict[str, Any]) -> bool:
    """Left or died: no step of the course is open any more."""
    return subject["left"] is not None or dead(subject)


def _too_late(subject: dict[str, Any], row: Row) -> bool:
    """Left, or dead before the step; what happened before a death may be entered after it."""
    died = deaths(subject)
    return subject["left"] is not None or (bool(died) and row.at > died[0][1])


def _lymphodepletion(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    found = _if(
        no_apheresis=not subject["apheresis"] or row.at < subject["apheresis"],
        twice=subject["lymphodepletion"],
        eligibility_unsure=subject["unsure"],
    )
    return [*found, *_closed(trial, subject, row), *not_met(subject["answers"], row.at)]


def _closed(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    """Why no step towards a dose may be taken: no place, or its level is not the open one."""
    if not holds(subject, row.entered):
        return ["no place"]
    action, level, _ = next_step(trial, row.entered)[0]
    shut = action not in RUNNING or level != subject["slot"]["level"]
    return _if(
        over=_too_late(subject, row),
        level_not_open=shut,
        before_the_level_could_open=row.at < _could_open(trial, subject),
        outcome_open_again=reopened(trial, row.entered),
        open_events_could_close=could_close(trial, row.entered, subject["slot"]["level"]),
    )


def _could_open(trial: dict[str, Any], subject: dict[str, Any]) -> datetime:
    """When the outcomes on which the subject's group rests were complete."""
    opened, openings = subject["group"], trial["openings"]
    if not opened:
        return BEGINNING
    others = [s for s in trial["subjects"].values() if s["group"] is not None and s["group"] < opened]
    at_level = [s for s in others if openings[s["group"]]["level"] == openings[opened - 1]["level"]]
    onsets = sorted(min(r["at"] for r in dlts(s)) for s in at_level if dlts(s))
    if openings[opened]["level"] < openings[opened - 1]["level"]:
        return onsets[1] if len(onsets) > 1 else BEGINNING  # the second DLT closed the level
    clear = [window_end(s["infusion"]["at"]) for s in at_level if counts_as(s, FOREVER) == "clear"]
    return max([*onsets, *clear], default=BEGINNING)


def _infused(trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    level, cells = row.data["level"], row.data["cells"]
    if row.data["deviation"]:
        return _if(twice=subject["infusion"], not_by_the_pi=row.role != PI)
    found = _if(
        twice=subject["infusion"],
        no_consent=not subject["consent"],
        not_eligible=not subject["eligible"] or subject["unsure"],
        no_lymphodepletion=not subject["lymphodepletion"] or row.at < subject["lymphodepletion"],
        another_level=not subject["slot"] or level != subject["slot"]["level"],
        too_much=cells > PLANNED[level] * (1 + TOLERANCE) + 1e-6,
        dose_of_another_level=any(in_full(other, cells) for other in PLANNED if other != level),
        full_is_wrong=row.data["full"] is not in_full(level, cells),
    )
    return [*found, *_closed(trial, subject, row)]


def _assessed(_trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    state = counts_as(subject, row.entered)
    due = state == "unassessed" or (state == "clear" and subject["unclear"])
    found = _if(not_to_be_assessed=not due, died_in_the_window=died_inside(subject))
    return [*found, *unsettled(subject)]


def _left(_trial: dict[str, Any], subject: dict[str, Any], row: Row) -> list[str]:
    as_left = subject | {"left": row.at, "died": row.data["reason"] == "died"}
    early = subject["consent"] and row.at < subject["consent"]
    return [*_if(twice=subject["left"], before_consent=early), *unsettled(as_left)]


def _sampled(_trial: dict[str, Any], subject: dict[str, Any], _row: Row) -> list[str]:
    return _if(before_the_infusion_is_recorded=subject["infusion"] is None)


def _opened(trial: dict[str, Any], _subject: dict[str, Any], row: Row) -> list[str]:
    signed = (row.data["action"], row.data["level"], row.data["places"])
    unsigned = renewals(trial, row.entered)
    return _if(not_what_the_table_says=next_step(trial, row.entered) != [signed], on_void=unsigned)


def _declared(trial: dict[str, Any], _subject: dict[str, Any], row: Row) -> list[str]:
    says = next_step(trial, row.entered)
    wrong = says != [("declare_mtd", row.data["level"], 0)] or trial["mtd"] is not None
    return _if(not_what_the_table_says=wrong, on_void=renewals(trial, row.entered))


def _corrected(trial: dict[str, Any], _subject: dict[str, Any], row: Row) -> list[str]:
    target = trial["numbers"].get(row.data["target"])
    if target is None:
        return ["nothing stands there"]
    signed = target.kind in ("LevelOpened", "MtdDeclared")
    return _if(no_reason=len(row.data["reason"]) < 3, not_by_the_pi=signed and row.role != PI)


RULES = {
    "Consented": _consented, "Answered": _answered, "EligibilityConfirmed": _eligible, "SlotHeld": _slot,
    "ApheresisDone": _apheresis, "LymphodepletionStarted": _lymphodepletion, "Infused": _infused,
    "AdverseEventReported": observed.event, "DltConfirmed": observed.ruling, "DltRefuted": observed.ruling,
    "AdverseEventFollowed": observed.followed, "SeriousnessJudged": observed.judged,
    "SponsorInformed": observed.informed, "Scored": observed.scored,
    "WindowAssessed": _assessed, "Withdrawn": _left,
    "ConcentrationMeasured": _sampled,
    "LevelOpened": _opened, "MtdDeclared": _declared, "Corrected": _corrected,
}  # fmt: skip
