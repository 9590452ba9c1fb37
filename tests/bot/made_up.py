"""A made-up trial with samples and adverse events, for pictures; none of it was measured on anybody."""

from __future__ import annotations

import math
from datetime import timedelta

from bot.ask import Ask
from bot.chat import Chat
from bot.people import People, Person
from rules import events as e
from rules.pk.events import ConcentrationMeasured
from rules.trial import replay
from tests.bot.study import START, code, infused, shipped

DAY = timedelta(days=1)
# Of each subject: level, highest value, day of it, days in which it falls by e, day of the last sample.
COURSES = (
    (1, 8_000, 10, 5, 90), (1, 15_000, 14, 6, 90), (1, 5_200, 7, 4, 28), (2, 42_000, 10, 7, 90),
    (2, 61_000, 14, 9, 60), (2, 30_000, 10, 5, 90), (3, 150_000, 14, 8, 42), (3, 99_000, 10, 10, 21),
)  # fmt: skip
DRAWN = (1, 3, 7, 10, 14, 21, 28, 42, 60, 90)
# Subject, term, grade, day of onset.
EVENTS = (
    (1, "Cytokine release syndrome", 1, 3), (2, "Neutrophil count decreased", 4, 6),
    (3, "Platelet count decreased", 2, 6), (4, "Cytokine release syndrome", 2, 4), (4, "ICANS", 1, 7),
    (5, "Febrile neutropenia", 3, 9), (6, "Neutrophil count decreased", 3, 6),
    (7, "Cytokine release syndrome", 4, 4), (7, "ICANS", 3, 6),
    (8, "Alanine aminotransferase increased", 2, 6), (8, "Sepsis", 5, 24),
)  # fmt: skip


def samples(number: int) -> list[e.Event]:
    """A subject's curve: up to its highest value, then down in two phases."""
    _, peak, top, fall, last = COURSES[number - 1]
    at = START + number * 5 * DAY
    made: list[e.Event] = [ConcentrationMeasured(code(number), "BLQ", "copies/ug", at, "0")]
    for day in (day for day in DRAWN if day <= last):
        after = (day - top) / fall
        down = 0.8 * math.exp(-after) + 0.2 * math.exp(-after / 6)
        value = peak * (down if after >= 0 else math.exp(-2.2 * math.log(day / top) ** 2))
        kept = f"{value:.0f}" if value > 50 else "<50"
        made.append(ConcentrationMeasured(code(number), kept, "copies/ug", at + day * DAY, str(day)))
    return made


def events() -> list[e.Event]:
    """Everything that was recorded."""
    made: list[e.Event] = []
    for number, (level, *_) in enumerate(COURSES, 1):
        made += infused(number, START + number * 5 * DAY, level)
    for number in range(1, len(COURSES) + 1):
        made += samples(number)
    for subject, term, grade, day in EVENTS:
        at = START + (subject * 5 + day) * DAY
        made.append(e.AdverseEventReported(code(subject), term, grade, at))
        if grade >= 4 and term != "Neutrophil count decreased":
            why = "death" if grade == 5 else "life_threatening"
            made.append(e.SeriousnessJudged(code(subject), len(made), (why,), at))
        if (subject, term) == (7, "Cytokine release syndrome"):
            made.append(e.DltConfirmed(code(subject), len(made) - 1, at))
    made.append(e.Withdrawn(code(8), "died", START + 64 * DAY))
    return [*made, e.Withdrawn(code(3), "lost", START + 85 * DAY)]


def scores() -> list[e.Event]:
    """CRS and ICANS of one subject, assessed again and again; once CTCAE's own grade differs."""
    at, made = START + 2 * 5 * DAY, list[e.Event]()
    for day, grade, own in ((1.2, 1, 1), (2.0, 2, 3), (2.6, 3, 3), (4.1, 2, 2), (5.5, 1, 1), (7.0, 0, -1)):
        made.append(e.Scored(code(2), "crs", "ASTCT 2019", grade, (), at + day * DAY, "", own))
    for day, grade in ((2.6, 1), (3.2, 2), (4.3, 2), (5.1, 1), (8.2, 0)):
        made.append(e.Scored(code(2), "icans", "ASTCT 2019", grade, (), at + day * DAY))
    return made


def asked(language: str, given: dict[str, str] | None = None, more: list[e.Event] | None = None) -> Ask:
    """What a command is asked of that trial, with more events where they are given."""
    return asked_of([*events(), *(more or [])], language, given)


def asked_of(made: list[e.Event], language: str, given: dict[str, str] | None = None, days: int = 130) -> Ask:
    """What a command is asked so many days after the start, when all this was recorded."""
    trial = replay(shipped(), [e.Entry(n, event) for n, event in enumerate(made, 1)])
    person = Person("P1", 1, "principal_investigator")
    now = START + days * DAY
    return Ask(person, language, now, shipped(), trial, People(), Chat(), given or {})
