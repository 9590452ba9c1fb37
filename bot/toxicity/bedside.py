"""A scale as an interview: the next question with its buttons, and what was read of an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.messages import Choice, Text, say
from bot.times import NotRead
from bot.toxicity.typed import AMOUNT, THOUSANDS, tidy, without_degrees
from bot.words import choice_of
from rules.scores.bedside import STEPS, UNKNOWN, Step, asked
from rules.scores.given import Field

PREFIX = "q:"
WIDE = 18  # a row of buttons holds about this many letters


def answers_of(ask: Ask, scale: str) -> dict[str, str]:
    """What was answered of a scale, by field."""
    begin = f"{PREFIX}{scale}."
    return {slot.removeprefix(begin): value for slot, value in ask.given.items() if slot.startswith(begin)}


def slots_of(scale: str, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The slots of the questions that were asked, in order."""
    return tuple(f"{PREFIX}{scale}.{step.field.name}" for step in asked(scale, answers))


def next_question(
    ask: Ask, scale: str, answers: Mapping[str, str], lines: tuple[object, ...] = ()
) -> Outcome | None:
    """The next question that is open; None once all are answered."""
    steps = asked(scale, answers)
    open_ = [step for step in steps if step.field.name not in answers]
    if not open_:
        return None
    field = open_[0].field
    rows = _rows(scale, field)
    if not open_[0].surely:
        rows = (*rows, (Choice(say("choice.unknown"), UNKNOWN),))
    question = say("ask.scale", question=say(f"q.{scale}.{field.name}"), number=1 + len(steps) - len(open_))
    number = field.kind in ("number", "whole") or any(name.isdigit() for name in field.choices)
    made = asking(f"{PREFIX}{scale}.{field.name}", *rows, lines=(*lines, question), number=number)
    return replace(made, given=ask.given)


def _rows(scale: str, field: Field) -> tuple[tuple[Choice, ...], ...]:
    if field.kind == "yes-no":
        return ((Choice(say("answer.yes"), "yes"), Choice(say("answer.no"), "no")),)
    if field.kind == "choice":
        return tuple((Choice(say(f"pick.{scale}.{field.name}.{name}"), name),) for name in field.choices)
    if field.kind == "whole" and field.high <= 4:  # points of a part of the ICE score
        return (tuple(Choice(str(n), str(n)) for n in range(field.low, field.high + 1)),)
    return ()


def field_of(slot: str) -> tuple[str, Field]:
    """The scale and the field that a slot asks for."""
    scale, _, name = slot.removeprefix(PREFIX).partition(".")
    step: Step = next(step for step in STEPS[scale] if step.field.name == name)
    return scale, step.field


def read_score(slot: str, typed: str) -> str:
    """The value to keep for a question of a scale; NotRead says what to write instead."""
    (scale, field), typed = field_of(slot), tidy(typed)
    if typed == UNKNOWN or choice_of("choice", ("unknown",), typed):
        return UNKNOWN
    if field.kind == "yes-no":
        answer = choice_of("answer", ("yes", "no"), typed)
        return answer or _refuse(say("measure.shape.yes_no"))
    if field.kind == "choice":
        most = field.choices[-1]
        if most.isdigit() and re.fullmatch("[0-9]{1,2}", typed) and int(typed) > int(most):
            return most  # as many or more
        return choice_of(f"pick.{scale}.{field.name}", field.choices, typed) or _refuse(
            say("slot.word.shape")
        )
    if THOUSANDS.match(typed):
        _refuse(say("measure.shape.comma"))
    found = AMOUNT.fullmatch(without_degrees(typed) if field.name == "temperature" else typed.rstrip("% "))
    number = Decimal(found["number"]) if found and not found["unit"] else None
    whole = number is not None and (field.kind != "whole" or number == number.to_integral_value())
    if number is None or not whole or not field.low <= number <= field.high:
        shape = "measure.shape.whole" if field.kind == "whole" else "measure.shape.range"
        return _refuse(Text(shape, {"low": field.low, "high": field.high}))
    return f"{number.normalize():f}"


def answer_words(scale: str, field: Field, value: str) -> Text | str:
    """An answer as a reader reads it."""
    if value == UNKNOWN:
        return say("choice.unknown")
    if field.kind == "yes-no":
        return say(f"answer.{value}")
    return say(f"pick.{scale}.{field.name}.{value}") if field.kind == "choice" else value


def inputs(scale: str, answers: Mapping[str, str]) -> tuple[Text, ...]:
    """What a score rests on, question by question."""
    return tuple(
        say("pair.is", name=say(f"q.{scale}.{step.field.name}"),
            value=answer_words(scale, step.field, answers[step.field.name]))
        for step in asked(scale, answers)
        if step.field.name in answers
    )  # fmt: skip


def _refuse(text: Text) -> str:
    raise NotRead(text)
