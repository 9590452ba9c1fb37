"""The grade of an adverse event: one that exists for the term; with a measured value, not below its floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.access import may, who_may
from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.messages import Choice, Reply, Text, say
from bot.toxicity import terms
from bot.toxicity.measured import Floor, floor_of, rule_of
from bot.toxicity.values import PREFIX, has_numbers, no_number
from rules import events as e
from rules.lacks import Lack
from rules.subject import Subject, measured_at
from rules.toxicity.events import Pairs
from rules.toxicity.proposals import scale_of

BY_VALUE = "value"


@dataclass(frozen=True)
class Graded:
    """A grade with what it rests on; `notes` say the rule."""

    grade: int
    measured: Pairs = ()
    floor: int = 0
    raised: str = ""
    notes: tuple[Text, ...] = ()


def graded(ask: Ask, term: str, lines: tuple[object, ...] = ()) -> Graded | Outcome:
    """The grade, or the question that is still open; `lines` stand above it."""
    if ask.given.get("grade") == BY_VALUE:
        measured = has_numbers(term)
        ask = _with(ask, grade=None, measure="yes" if measured else None)
        lines = lines if measured else (no_number(term), *lines)
    if "measure" in ask.given:
        found = floor_of(ask, term)
        if isinstance(found, Outcome):
            return found if found.given is not None else replace(found, given=ask.given)
        if isinstance(found, Floor):
            return _above(ask, term, found)
        gone = {slot: None for slot in ask.given if slot.startswith(PREFIX)}
        ask, lines = _with(ask, measure=None, **gone), (found, *lines)
    number = int(ask.given.get("grade", 0))
    exist = terms.grades(term)
    if number in exist:
        return Graded(number)
    if number:
        lines = (say("grade.no_such", term=terms.words(term), grade=number, exist=_listed(exist)), *lines)
    rows = [tuple(Choice(str(grade), str(grade)) for grade in exist)]
    if has_numbers(term):
        rows.append((Choice(say("choice.by_value"), BY_VALUE),))
    scale = scale_of(term, ask.protocol.dlt_scale)
    asked = asking("grade", *rows, lines=(*lines, say("ask.grade", scale=scale)))
    return replace(asked, given=_with(ask, grade=None).given)


def _above(ask: Ask, term: str, floor: Floor) -> Graded | Outcome:
    """A grade at the floor, or above it with an investigator's reason."""
    number, judge = int(ask.given.get("grade", 0)), may(ask.person.role, "judge")
    exist = [grade for grade in terms.grades(term) if grade >= floor.grade]
    head: tuple[object, ...] = (say("measure.floor", grade=floor.grade), floor.rule)
    if floor.grade == 0:
        head = (say("measure.below"), floor.rule)
        if not judge:
            roles = tuple(say(f"role.{role}") for role in who_may("judge"))
            return Outcome(Reply((*head, say("measure.raise", roles=roles))), given=ask.given)
    if not judge:
        exist = exist[:1]
    if number not in exist:
        wrong = (say("grade.not_here", grade=number, exist=_listed(tuple(exist))),) if number else ()
        lines = (*wrong, *head, say("ask.floor"))
        asked = asking("grade", tuple(Choice(str(g), str(g)) for g in exist), lines=lines)
        return replace(asked, given=_with(ask, grade=None, why=None).given)
    if number == floor.grade:
        return Graded(number, floor.measured, floor.grade, notes=(floor.rule,))
    if "why" not in ask.given:
        asked = asking("why", lines=(say("ask.why", floor=floor.grade, grade=number),))
        return replace(asked, given=ask.given)
    return Graded(number, floor.measured, floor.grade, ask.given["why"], (floor.rule,))


def of_grade(event: e.AdverseEventReported | e.AdverseEventFollowed, term: str) -> Iterator[Lack]:
    """What forbids a corrected grade of a term: one that does not exist, one below what was measured."""
    if event.grade and event.grade not in terms.grades(term):
        yield Lack("no_such_grade", {"grade": event.grade, "exist": _listed(terms.grades(term))})
    if event.measured and event.grade < event.floor:
        yield Lack("below_floor", {"grade": event.grade, "floor": event.floor})
    if event.measured and event.grade > event.floor and not event.raised:
        yield Lack("no_reason", {"grade": event.grade, "floor": event.floor})


def of_measured(
    event: e.AdverseEventReported | e.AdverseEventFollowed, subject: Subject, number: int
) -> Iterator[Lack]:
    """What forbids a grade of an event at an instant: a value measured then that gives a higher one."""
    other = measured_at(subject, number, event.at) if number in subject.adverse_events else None
    if other is not None and 0 < event.grade < other.floor:
        rule = rule_of(subject.adverse_events[number].term, other.measured)
        yield Lack(
            "below_measured", {"grade": event.grade, "floor": other.floor, "at": other.at, "rule": rule}
        )


def _listed(exist: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(str(grade) for grade in exist)


def _with(ask: Ask, **slots: str | None) -> Ask:
    """The same ask with some slots set, and those taken out that are None."""
    given = {name: value for name, value in {**ask.given, **slots}.items() if value is not None}
    return replace(ask, given=given)
