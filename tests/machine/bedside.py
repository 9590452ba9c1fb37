"""What people do at the bedside, by real messages: scales, follow-ups, seriousness, the sponsor's report."""

from __future__ import annotations

from collections.abc import Sequence

from tests.machine.courses import confirm, day_of, record, subjects, written
from tests.machine.study import Study
from tests.machine.unsettled import deaths, fits, is_bad, least, stands, uncovered, undated, unsettled

Course = Sequence[tuple[str, int, float]]  # what is done, with which word, how many days later

# The answers of an interview, by scale and what comes of them: the grade on the scale / CTCAE's own grade.
FEVER = ("39", "no")
ICE, NO_SIGN = ("4", "3", "1", "1", "1"), ("none", "none", "none")
ANSWERS = {
    ("crs", "0/-"): ("37", "no", "no"),
    ("crs", "0/4"): ("37", "no", "life_threatening"),
    ("crs", "1/1"): (*FEVER, "no", "none", "no"),
    ("crs", "2/3"): (*FEVER, "no", "low_flow", "50", "no"),
    ("crs", "3/2"): (*FEVER, "no", "high_flow", "30", "no"),
    ("crs", "3/3"): (*FEVER, "yes", "1", "no", "none", "no"),
    ("crs", "4/4"): (*FEVER, "yes", "2", "no", "none", "life_threatening"),
    ("crs", "2/?"): (*FEVER, "no", "low_flow", "not known", "no"),
    ("crs", "5/5"): ("37", "no", "death"),
    ("icans", "0/-"): ("alert", *ICE, *NO_SIGN),
    ("icans", "3/-"): ("touch", *ICE, *NO_SIGN),
    ("icans", "4/-"): ("unarousable", *NO_SIGN),
    ("icans", "5/-"): ("death",),
}
TERM = {"crs": "CRS", "icans": "ICANS"}


def apply_scale(study: Study, name: str, code: str, which: tuple[str, str], when: str) -> str:
    """An interview from its first question to its card."""
    study.say(name, f"/{which[0]} {code}")
    for answer in (*ANSWERS[which], when):
        study.say(name, answer)
    return confirm(study, name)


def follow(study: Study, name: str, number: int, what: tuple[str, str], when: str) -> str:
    """What became of an adverse event: its `grade`, or what it `became`."""
    detail, value = what
    if detail == "grade":
        return record(study, name, f"/ae #{number} {value} {when}")
    for line in (f"/ae #{number}", detail, value):
        study.say(name, line)
    return record(study, name, when)


def judge(study: Study, name: str, number: int, criterion: str, when: str) -> str:
    """Whether one is serious; `no` is not."""
    for line in (f"/ae #{number}", "serious", criterion, *(() if criterion == "no" else ("done",))):
        study.say(name, line)
    return record(study, name, when)


def syndrome(study: Study, code: str, scale: str, day: float, course: Course) -> None:
    """An event of grade 3 from a day after the dose on, and what is done about it step by step."""
    record(study, "coo", f"/ae {code} {TERM[scale]} 3 {day_of(study, code, day)}")
    about = max(subjects(study)[code]["events"], default=0)
    for what, word, later in course:
        day += later
        when = day_of(study, code, day)
        if what == "score":
            mine = [which for which in ANSWERS if which[0] == scale and which[1][0] != "5"]
            apply_scale(study, "coo", code, mine[word % len(mine)], when)
        elif what == "rule":
            record(study, "inv", f"/dlt {code} #{about} {'not_dlt' if word else 'dlt'}")
        elif what == "assess":
            record(study, "inv", f"/assess {code}")
        else:
            words = "1334" if what == "grade" else ("recovered", "sequelae", "recovering", "fatal")
            follow(study, "coo", about, (what, words[word % len(words)]), when)


def settle(study: Study, code: str, verdict: str = "not_dlt") -> None:
    """What is unsettled of somebody's window is reported and ruled on, once."""
    subject = subjects(study)[code]
    for score in uncovered(subject):
        if not any(fits(event, score) for event in subject["events"].values()):
            line = f"/ae {code} {TERM[score['scale']]} {least(score)} {written(score['at'])}"
            record(study, "coo", line)
    for number in undated(subjects(study)[code]):
        follow(study, "coo", number, ("became", "fatal"), "now")
    subject = subjects(study)[code]
    bad = [x for x in subject["scores"].values() if is_bad(x)]
    for number, event in subject["events"].items():
        about = event["grade"] >= 3 or event["told"] or any(fits(event, x) for x in bad)
        if about and not stands(subject, number):
            record(study, "inv", f"/dlt {code} #{number} {verdict}")
    if deaths(subject) and not subject["left"] and not unsettled(subjects(study)[code]):
        record(study, "inv", f"/withdraw {code} died {written(deaths(subject)[0][1])}")
