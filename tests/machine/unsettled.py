"""What inside a DLT window is unsettled, and what a ruling answers for; nothing of the bot is imported here.

An event is {"term", "grade", "at", "since", "told": [{"number", "grade", "outcome", "at", "since"}]}, a score
{"scale", "score", "beside", "at", "since"}: `beside` is CTCAE's own grade, -1 for none, -2 where
it is not known; `since` the row since which it reads so.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.machine.table import SITE, window_end

Subject = dict[str, Any]
Event = dict[str, Any]
Score = dict[str, Any]

LEAST = 3  # the grade from which an event is adjudicated
FATAL = 5
OVER = ("recovered", "sequelae")
TERMS = {"crs": ("cytokine release syndrome",), "icans": ("icans", "encephalopathy")}


def inside(subject: Subject, at: datetime) -> bool:
    """An instant of the subject's window."""
    dose = subject["infusion"]
    return dose is not None and dose["at"] <= at < window_end(dose["at"])


# ---------------------------------------------------------------- an event over time
def steps(event: Event) -> list[tuple[datetime, int]]:
    """The grade from instant to instant, 0 once it is over; of one instant the worst is the last."""
    found, grade = [(event["at"], event["grade"])], event["grade"]
    for told in sorted(event["told"], key=lambda x: (x["at"], x["grade"])):
        grade = told["grade"] or grade
        goes_on = told["outcome"] not in ("", *OVER) and found[-1][1] == 0
        if told["grade"] or goes_on:
            found.append((told["at"], grade))
        if told["outcome"] in OVER:
            found.append((told["at"], 0))
    return found


def worst(event: Event) -> int:
    """The worst grade that it came to."""
    return max(grade for _, grade in steps(event))


def rises(subject: Subject, event: Event) -> list[tuple[datetime, bool]]:
    """When in the window it came to grade 3 from below (True), or higher than ever before (False)."""
    found, highest, before = [], 0, 0
    for at, grade in steps(event):
        if grade >= LEAST and (before < LEAST or grade > highest) and inside(subject, at):
            found.append((at, before < LEAST))
        highest, before = max(highest, grade), grade
    if found or event["grade"] != FATAL:
        return found
    died = sorted(x["at"] for x in event["told"] if x["grade"] == FATAL and inside(subject, x["at"]))
    return [(at, False) for at in died[:1]]


def stands(subject: Subject, number: int) -> bool:
    """The event has a ruling that is not void."""
    return number in subject["rulings"] and not subject["rulings"][number]["void"]


def unruled(subject: Subject) -> list[int]:
    """Events that came to grade 3 in the window and have no ruling that stands."""
    return [n for n, event in subject["events"].items() if rises(subject, event) and not stands(subject, n)]


# ---------------------------------------------------------------- scores
def least(score: Score) -> int:
    """The CTCAE grade that an event of this score has at least; where that is not known, 2 from grade 2."""
    if score["beside"] == -2:
        return 2 if score["score"] >= 2 else 1
    return graded(score)


def graded(score: Score) -> int:
    """CTCAE's own grade, or that of the scale."""
    return max(1, score["beside"] if score["beside"] >= 0 else score["score"])


def is_bad(score: Score) -> bool:
    """Grade 3 or more, on the scale or by CTCAE; or perhaps by CTCAE."""
    return max(score["score"], score["beside"]) >= LEAST or perhaps(score)


def perhaps(score: Score) -> bool:
    """Of a low grade on the scale, and CTCAE's own grade is not known."""
    return score["beside"] == -2 and 0 < score["score"] < LEAST


def holds(event: Event, score: Score) -> bool:
    """The score is of the event's term, from the day of its onset until it is over."""
    said = sorted((t for t in event["told"] if t["outcome"] and t["at"] < score["at"]), key=lambda t: t["at"])
    over = bool(said) and said[-1]["outcome"] in OVER
    begun = _day(event["at"]) <= _day(score["at"])
    return event["term"].lower() in TERMS[score["scale"]] and begun and not over


def fits(event: Event, score: Score) -> bool:
    """It holds the score, and is graded as high on that day or later."""
    graded = [(at, grade) for at, grade in steps(event) if grade]
    before = [grade for at, grade in graded if _day(at) < _day(score["at"])]
    since = [grade for at, grade in graded if _day(at) >= _day(score["at"])]
    return holds(event, score) and max([*before[-1:], *since]) >= least(score)


def graded_after(number: int, event: Event, score: Score) -> bool:
    """Somebody graded it, as high as the score asks, in a row after the score, for that day or later."""
    grades = [(event["at"], event["grade"], number)]
    follow_ups = [(x["at"], x["grade"], x["number"]) for x in event["told"] if x["grade"]]
    grades += sorted(follow_ups)
    earlier = [one for one in grades if _day(one[0]) < _day(score["at"])]
    known = [*earlier[-1:], *(one for one in grades if _day(one[0]) >= _day(score["at"]))]
    return any(grade >= least(score) and row > score["since"] for _, grade, row in known)


def covers(subject: Subject, number: int, score: Score) -> bool:
    """The event fits the score, and waits for a ruling or has one that answers for the score."""
    event = subject["events"][number]
    if not fits(event, score):
        return False
    if perhaps(score) and graded_after(number, event, score):
        return True
    if not stands(subject, number):
        return bool(rises(subject, event))
    return subject["rulings"][number]["dlt"] or _knew(subject, number, score)


def uncovered(subject: Subject) -> list[Score]:
    """Bad scores in the window that no event covers."""
    bad = [x for x in subject["scores"].values() if is_bad(x) and inside(subject, x["at"])]
    return [x for x in bad if not any(covers(subject, number, x) for number in subject["events"])]


def _knew(subject: Subject, number: int, score: Score) -> bool:
    """The ruling came after the score, or after one as bad from which nothing had come down since."""
    ruling, event = subject["rulings"][number]["number"], subject["events"][number]
    before = [x for x in subject["scores"].values() if x["since"] < ruling and inside(subject, x["at"])]
    return score in before or any(
        x["scale"] == score["scale"]
        and x["score"] >= score["score"]
        and graded(x) >= graded(score)
        and holds(event, x)
        and not _came_down(subject, event, x, score)
        for x in before
    )


def _came_down(subject: Subject, event: Event, one: Score, other: Score) -> bool:
    begin, end = sorted((one["at"], other["at"]))
    same = [x for x in subject["scores"].values() if x["scale"] == one["scale"]]
    better = any(max(x["score"], x["beside"]) < LEAST and begin <= x["at"] <= end for x in same)
    low = min(LEAST, graded(one), graded(other))
    return better or any(begin < at <= end and grade < low for at, grade in steps(event))


def _day(at: datetime) -> date:
    return at.astimezone(SITE).date()


# ---------------------------------------------------------------- deaths
def fatal(subject: Subject) -> list[int]:
    """Events that were fatal."""
    return [number for number, event in subject["events"].items() if worst(event) == FATAL]


def deaths(subject: Subject) -> list[tuple[int, datetime]]:
    """(how well it dates the death, when): 0 a leaving, 1 the course of an event, 2 a scale, 3 an onset."""
    found = [(0, subject["left"])] if subject["died"] else []
    for number in fatal(subject):
        event = subject["events"][number]
        told = [x["at"] for x in event["told"] if x["grade"] == FATAL]
        found += [(1, at) for at in told] or [(3, event["at"])]
    found += [(2, x["at"]) for x in subject["scores"].values() if x["score"] == FATAL]
    best = min((rank for rank, _ in found), default=3)
    return sorted(death for death in found if death[0] < 3 or best == 3)


def known_death(subject: Subject) -> datetime | None:
    """When it died; None without a death, and where of a fatal event only the onset is known."""
    return next((at for rank, at in deaths(subject) if rank < 3), None)


def died_inside(subject: Subject) -> bool:
    """A death lies in the window."""
    return any(inside(subject, at) for _, at in deaths(subject))


def undated(subject: Subject) -> list[int]:
    """Fatal events from before the dose, of which nobody said when the subject died of them."""
    dose = subject["infusion"]
    return [
        number
        for number, event in subject["events"].items()
        if dose and event["grade"] == FATAL and event["at"] < dose["at"]
        if not any(x["grade"] == FATAL for x in event["told"])
    ]


def no_day(subject: Subject) -> bool:
    """Somebody infused died, and nothing but events from before the dose says so."""
    found = deaths(subject)
    onsets = all(rank == 3 and at < subject["infusion"]["at"] for rank, at in found if subject["infusion"])
    return bool(subject["infusion"] and found and onsets)


def undetermined(subject: Subject) -> bool:
    """Died in the window, and no ruling on a fatal event stands."""
    dated = set(fatal(subject)) - set(undated(subject))
    return died_inside(subject) and not any(stands(subject, number) for number in dated)


# ---------------------------------------------------------------- together
def unsettled(subject: Subject) -> list[str]:
    """Why the window does not pass, and the subject does not leave."""
    found = [f"event {number} without a ruling" for number in unruled(subject)]
    found += [f"{x['scale']} {x['score']} without an event" for x in uncovered(subject)]
    found += ["a death without a day"] if no_day(subject) else []
    return [*found, "a death without a ruling"] if undetermined(subject) else found


def make_void(subject: Subject, numbers: list[int]) -> None:
    """Rulings on these events, and the assessment that rests on them, do not stand any more."""
    for number in numbers:
        if number in subject["rulings"]:
            subject["rulings"][number]["void"] = True
    subject["unclear"] |= bool(numbers)


def outdated(subject: Subject) -> list[int]:
    """Events that fit a score, and whose ruling does not answer for it, where nothing else covers it."""
    events = subject["events"]
    return [n for x in uncovered(subject) for n in events if fits(events[n], x)]
