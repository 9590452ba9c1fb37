"""What people do from end to end, by real messages: a screening, a course, a cohort with its outcomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.bot.study import GOOD as BY_FACT
from tests.buttons import button, card_of
from tests.machine.counts import counts_as, void_dlts
from tests.machine.record import new_subject
from tests.machine.study import Study
from tests.machine.table import PLANNED, SITE
from tests.machine.unsettled import unruled

# The question of each fact, in the words that people read, with the answer that lets a subject in.
GOOD = {
    "Age at screening": "45", "Systemic sclerosis by the 2013": "yes", "How many immunosuppressive": "3",
    "Relapsing or refractory": "yes", "HBsAg": "negative", "AIDS?": "no", "Syphilis?": "no",
    "Any other virus": "no", "Malignancy": "no", "Severe heart": "no", "Serious mental": "no",
    "Bone marrow": "yes", "Coagulation": "yes", "Liver": "yes", "Kidney": "yes", "Cardiopulmonary": "yes",
}  # fmt: skip

SHEET = "\n".join(f"{fact}: {value}" for fact, value in BY_FACT.items())


def written(at: datetime) -> str:
    """An instant as people write it, in the site's time."""
    return at.astimezone(SITE).strftime("%Y-%m-%d %H:%M")


def day_of(study: Study, code: str, day: float) -> str:
    """So many days after somebody's dose, as one writes it; now where that is not yet."""
    dose, now = subjects(study)[code]["infusion"], study.memory.now
    at = dose["at"] + timedelta(days=day) if dose else now
    return written(at) if at < now else "now"


def record(study: Study, name: str, line: str) -> str:
    """Write a whole command, and press Record if that showed a card."""
    study.say(name, line)
    return confirm(study, name)


def confirm(study: Study, name: str) -> str:
    """Press Record on the card that is on the screen; nothing is pressed where there is none."""
    shown = study.memory.shown[name]
    yes = button(shown["buttons"])
    return study.press(name, shown["id"], yes) if yes else shown["html"]


def has_card(study: Study, name: str) -> bool:
    """The last letter on somebody's screen is a card."""
    return any(card_of(data) for data in study.memory.shown[name]["buttons"])


def subjects(study: Study) -> dict[str, Any]:
    """Everybody, as the record has them."""
    return study.folded["subjects"]


def state(study: Study, code: str) -> str:
    """How somebody counts now."""
    return counts_as(subjects(study).get(code, new_subject()), study.memory.now)


def screen(study: Study, name: str, code: str, answers: dict[str, str], most: int = 20) -> str:
    """Answer the interview: `answers` by the beginning of the question, otherwise what lets a subject in."""
    told = study.say(name, f"/screen {code}")
    for _ in range(most):
        question = next((words for words in GOOD if f"<b>{words}" in told), None)
        if question is None:
            break
        told = study.say(name, answers.get(question, GOOD[question]))
    return confirm(study, name)


def screen_at_once(study: Study, name: str, code: str) -> str:
    """Answer the interview with one sheet that lets a subject in."""
    study.say(name, f"/screen {code}")
    study.say(name, SHEET)
    return confirm(study, name)


def consent(study: Study, name: str) -> str:
    """A new subject; returns the code."""
    before = set(subjects(study))
    told = record(study, name, "/new now")
    new = set(subjects(study)) - before
    assert len(new) == 1, told
    return new.pop()


def go_on(study: Study, code: str) -> bool:
    """The next step of somebody's course, by one who may; False when there is none."""
    subject = subjects(study)[code]
    if subject["left"] or subject["infusion"]:
        return False
    if not subject["eligible"]:
        screen(study, "inv", code, {})
        record(study, "inv", f"/eligible {code}")
    elif not subject["slot"]:
        record(study, "coo", f"/slot {code}")
    elif not subject["apheresis"]:
        record(study, "coo", f"/apheresis {code} now")
    elif not subject["lymphodepletion"]:
        record(study, "inv", f"/lymphodepletion {code} now")
    else:
        record(study, "inv", f"/dose {code} {PLANNED[subject['slot']['level']]:g} now")
    return True


def course(study: Study, steps: int = 5) -> str:
    """A new subject from consent so many steps on, five to the dose, if all may be; returns the code."""
    code = consent(study, "coo")
    for _ in range(steps):
        go_on(study, code)
    return code


def fill(study: Study) -> None:
    """Dose subjects until no place is free."""
    for _ in range(6):
        if study.next[0][0] != "enrol":
            return
        if state(study, course(study)) != "in_window":
            return


def dlt(study: Study, code: str, day: int = 3, name: str = "inv") -> str:
    """A grade 4 event so many days after the dose, adjudicated as a DLT."""
    at = subjects(study)[code]["infusion"]["at"] + timedelta(days=day)
    record(study, "coo", f"/ae {code} neutropenia 4 {written(at)}")
    events = subjects(study)[code]["events"]
    return record(study, name, f"/dlt {code} #{max(events, default=0)} dlt")


def leave(study: Study, name: str, code: str, why: str) -> str:
    """Somebody leaves; who died after the dose, once the event is reported as fatal and ruled no DLT."""
    subject = subjects(study).get(code, new_subject())
    if why == "died" and subject["infusion"] and not subject["left"]:
        before = set(subject["events"])
        record(study, "coo", f"/ae {code} sepsis 5 now")
        for number in set(subjects(study)[code]["events"]) - before:
            record(study, "inv", f"/dlt {code} #{number} not_dlt")
    return record(study, name, f"/withdraw {code} {why} now")


def outcomes(study: Study, letters: str) -> None:
    """The windows of everybody in one end: T is a DLT, anything else is none."""
    if any(state(study, code) == "in_window" for code in subjects(study)):
        study.wait(29)
    waiting = [code for code in subjects(study) if state(study, code) == "unassessed"]
    for code, letter in zip(waiting, f"{letters}{'N' * len(waiting)}", strict=False):
        for number in unruled(subjects(study)[code]):
            record(study, "inv", f"/dlt {code} #{number} {'dlt' if letter == 'T' else 'not_dlt'}")
        if letter == "T":
            dlt(study, code)
        else:
            record(study, "inv", f"/assess {code}")


def renew(study: Study) -> None:
    """Sign anew what a changed value made void."""
    for code, subject in subjects(study).items():
        if subject["eligible"] and subject["unsure"]:
            record(study, "inv", f"/eligible {code}")
        for number in {*unruled(subject), *void_dlts(subject)}:
            record(study, "inv", f"/dlt {code} #{number} not_dlt")
        if subject["assessed"] and subject["unclear"]:
            record(study, "inv2", f"/assess {code}")


def play(study: Study, story: str) -> None:
    """A trial in the field's manner: a word is a cohort's outcomes; S signs, P fills the cohort with doses.

    D doses one more subject; L goes with one as far as pretreatment.
    """
    for word in story.split():
        if word == "S":
            record(study, "pi", "/sign")
        elif word == "P":
            fill(study)
        elif word in "DL":
            course(study, 5 if word == "D" else 4)
        else:
            outcomes(study, word)


def correct(study: Study, name: str, number: int, field: str, value: str) -> str:
    """Correct a field of an entry; the field `void` takes the whole entry out."""
    told = study.say(name, f"/correct {number}")
    for line in (field, value, "typing error") if field != "void" else (field, "typing error"):
        if not has_card(study, name):
            told = study.say(name, line)
    return confirm(study, name) if told else told
