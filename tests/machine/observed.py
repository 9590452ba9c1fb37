"""What may be recorded of adverse events, bedside scores and deaths, and what no record may say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.machine import unsettled as u
from tests.machine.record import Row
from tests.machine.toxicity import report_from

DOCTORS = ("principal_investigator", "investigator")
Subject = dict[str, Any]


def reasons(**found: Any) -> list[str]:
    """The names of what holds, in words."""
    return [name.replace("_", " ") for name, holds in found.items() if holds]


def impossible(trial: dict[str, Any]) -> list[str]:
    """What no order of entries and corrections leads to."""
    found = []
    for code, subject in trial["subjects"].items():
        death, events = u.known_death(subject), subject["events"]
        about = [*subject["rulings"], *subject["judged"], *subject["informed"]]
        told = [(n, x["at"]) for n, event in events.items() for x in event["told"]]
        told += [(n, at) for n, judged in subject["judged"].items() for _, at in judged]
        told += [(n, at) for n, reports in subject["informed"].items() for at in [x["at"] for x in reports]]
        found += [
            f"{code}: {what}"
            for what in reasons(
                seen_alive_after_the_death=death and max(subject["seen"], default=death) > death,
                about_an_event_that_is_void=any(n not in events for n in about),
                followed_before_the_onset=any(n in events and at < events[n]["at"] for n, at in told),
            )
        ]
    return found


def dead(subject: Subject) -> bool:
    """Something says that the subject died."""
    return bool(u.deaths(subject))


def event(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """An adverse event is reported."""
    same = [
        x["grade"]
        for x in subject["events"].values()
        if x["term"].lower() == row.data["term"].lower() and _minute(x["at"]) == _minute(row.at)
    ]
    return reasons(
        before_consent=subject["consent"] and row.at < subject["consent"],
        recorded_already=same[-1:] == [int(row.data["grade"])],
    )


def followed(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """It is said what became of one."""
    about, data = subject["events"].get(row.data["about"]), row.data
    if about is None:
        return ["no such event"]
    return reasons(
        before_onset=row.at < about["at"],
        judged_by_a_coordinator=data["related"] and row.role not in DOCTORS,
        nothing_said=not (data["grade"] or data["related"] or data["outcome"] or data["action"]),
    )


def judged(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """One is judged serious or not."""
    about, no = subject["events"].get(row.data["about"]), not row.data["criteria"]
    if about is None:
        return ["no such event"]
    return reasons(
        before_onset=row.at < about["at"],
        judged_by_a_coordinator=no and row.role not in DOCTORS,
        a_death_is_serious=no and u.worst(about) == u.FATAL,
    )


def informed(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """A serious one was reported to the sponsor."""
    about = row.data["about"]
    since = report_from(subject, about) if about in subject["events"] else None
    return reasons(none_is_due=since is None, too_early=since and row.at < since)


def scored(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """A scale was applied."""
    return reasons(
        before_consent=subject["consent"] and row.at < subject["consent"],
        no_such_grade=row.data["score"] not in range(6),
        after_the_death=(death := u.known_death(subject)) and death < row.at,
    )


def ruling(_trial: dict[str, Any], subject: Subject, row: Row) -> list[str]:
    """One is ruled a DLT or none, as of when it came to grade 3 in the window or was scored so."""
    about = subject["events"].get(row.data["about"])
    if about is None or subject["infusion"] is None:
        return ["no such event"]
    former = subject["rulings"].get(row.data["about"])
    return reasons(
        overrules_a_dlt=former and former["dlt"] and not former["void"],
        outside_the_window=row.kind == "DltConfirmed" and not u.inside(subject, row.at),
        other_onset=row.at != _ruled_from(subject, about),
    )


def _ruled_from(subject: Subject, about: dict[str, Any]) -> datetime:
    rises = [at for at, _ in u.rises(subject, about)]
    if rises or u.inside(subject, about["at"]):
        return min(rises, default=about["at"])
    bad = [x for x in subject["scores"].values() if u.is_bad(x) and u.inside(subject, x["at"])]
    return min((x["at"] for x in bad if u.holds(about, x)), default=about["at"])


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
