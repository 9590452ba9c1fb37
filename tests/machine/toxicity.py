"""Adverse events, their course and bedside scores in the plain record, and what they make void there."""

from __future__ import annotations

from typing import Any

from tests.machine import unsettled as u

SCALES = ("crs", "icans")
ALIVE = (
    "Consented", "ApheresisDone", "LymphodepletionStarted", "Infused", "AdverseEventReported",
    "CoreSetMeasured", "ConcentrationMeasured",
)  # fmt: skip
ENDED = (*u.OVER, "fatal")


def observed(subject: dict[str, Any], number: int, kind: str, data: dict[str, Any], at: Any) -> None:
    """One row of a subject's toxicity; anything else changes nothing here."""
    if kind == "AdverseEventReported":
        event = {"term": data["term"], "grade": int(data["grade"]), "at": at, "told": [], "since": number}
        subject["events"][number] = event
    elif kind == "AdverseEventFollowed" and data["about"] in subject["events"]:
        told = {"grade": grade_of(data), "outcome": data["outcome"], "at": at}
        _followed(subject, data["about"], told | {"number": number, "since": number})
    elif kind == "Scored" and data["scale"] in SCALES:
        score = {name: data[name] for name in ("scale", "score", "beside")}
        subject["scores"][number] = score | {"at": at, "since": number}
    elif kind == "SeriousnessJudged":
        subject["judged"].setdefault(data["about"], []).append((tuple(data["criteria"]), at))
    elif kind == "SponsorInformed":
        subject["informed"].setdefault(data["about"], []).append({"number": number, "at": at})
    if kind in ("AdverseEventFollowed", "Scored", "SeriousnessJudged", "SponsorInformed"):
        u.make_void(subject, u.outdated(subject))
    if saw_alive(kind, data):
        subject["seen"].append(at)
    subject["unclear"] |= subject["assessed"] is not None and bool(u.unsettled(subject))


def _followed(subject: dict[str, Any], about: int, told: dict[str, Any]) -> None:
    """A grade worse than ever voids the ruling; a relapse in the window one that it is no DLT."""
    event = subject["events"][about]
    worst, rises = u.worst(event), u.rises(subject, event)
    event["told"].append(told)
    new = set(u.rises(subject, event)) - set(rises)
    ruled_dlt = subject["rulings"].get(about, {}).get("dlt", False)
    if told["grade"] > worst or (new and not ruled_dlt):
        u.make_void(subject, [about])


def grade_of(data: dict[str, Any]) -> int:
    """The grade that a follow-up says; a fatal outcome is grade 5; 0 when it says none."""
    return u.FATAL if data["outcome"] == "fatal" else int(data["grade"])


def saw_alive(kind: str, data: dict[str, Any]) -> bool:
    """The subject was alive at the instant of such a row."""
    if kind == "AdverseEventFollowed":
        return grade_of(data) != u.FATAL and (int(data["grade"]) > 0 or data["outcome"] in ENDED)
    if kind == "Scored":
        return data["scale"] not in SCALES or data["score"] != u.FATAL
    return kind in ALIVE or (kind == "Withdrawn" and data["reason"] == "withdrew")


def corrected(subject: dict[str, Any], root: Any, now: dict[str, Any], by: Any) -> None:
    """Row `by` corrects the row `root`, which reads `now` as it stands: signatures on it are void."""
    kind, data = root.kind, root.data
    _read_anew(subject, root, by)
    if kind == "AdverseEventReported":
        u.make_void(subject, [root.number])
    elif kind in ("DltConfirmed", "DltRefuted"):
        u.make_void(subject, [data["about"]])
    elif kind == "AdverseEventFollowed":
        if any(grade_of(x) or x["outcome"] in u.OVER for x in (data, now)):
            u.make_void(subject, [data["about"]])
    elif kind == "Scored" and data["scale"] in SCALES:
        subject["unclear"] = True
        u.make_void(subject, u.outdated(subject))


def _read_anew(subject: dict[str, Any], root: Any, by: Any) -> None:
    """A score reads as it does since row `by`; a grade too, unless it was written so at first."""
    if root.number in subject["scores"]:
        subject["scores"][root.number]["since"] = by.number
    if not {"grade", "outcome"} & set(dict(by.data["changes"])):
        return
    written = grade_of({"outcome": "", "grade": 0} | root.data)
    told = [x for event in subject["events"].values() for x in event["told"] if x["number"] == root.number]
    for one in (*told, subject["events"].get(root.number, {"grade": written})):
        if one["grade"] != written:
            one["since"] = by.number


def fatal_from(event: dict[str, Any]) -> tuple[Any, int]:
    """When an event was fatal, and the row since which that is known; (None, 0) when it was not."""
    said = [(x["at"], x["since"]) for x in (event, *event["told"]) if x["grade"] == u.FATAL]
    return (min(at for at, _ in said), min(since for _, since in said)) if said else (None, 0)


def since_serious(subject: dict[str, Any], about: int) -> Any:
    """From when on an event can be reported as serious; None when it is not serious."""
    since = None
    for criteria, at in subject["judged"].get(about, []):
        since = min(since or at, at) if criteria else None
    return since or fatal_from(subject["events"][about])[0]


def report_from(subject: dict[str, Any], about: int) -> Any:
    """From when on a report to the sponsor counts that is not recorded yet; None when none is due.

    Of an event that was fatal after its report one is due that was entered once the death was known.
    """
    since, (death, known) = since_serious(subject, about), fatal_from(subject["events"][about])
    reports = [report for report in subject["informed"].get(about, []) if since and report["at"] >= since]
    if not reports or death is None:
        return None if reports else since
    return None if any(x["at"] >= death and x["number"] > known for x in reports) else death
