"""The infusion: planned against given, and one that happened although the rules refuse it."""

from __future__ import annotations

from dataclasses import replace

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, ask_when, asking
from bot.commands.records import choose, gate, or_latest
from bot.decisions import STANDING_STILL
from bot.describe import cells as cells_words
from bot.describe import cited, planned
from bot.hanging import counted_anew
from bot.messages import Choice, Text, say
from bot.refusals import refused
from rules import events as e
from rules.escalation import decide
from rules.lacks import Lack
from rules.toxicity.observed import after_death

# Refusals of a dose that say nothing against its having been given.
GIVEN_ALL_THE_SAME = {
    "may_be_dlt", "level_closed", "level_unsigned", "before_outcome", "spacing", "no_slot",
    "no_lymphodepletion",
}  # fmt: skip


def dose(ask: Ask) -> Outcome:
    """The infusion: planned against given."""
    subject = ask.subject
    if subject is None:
        return choose(ask, "infusion")
    at = ask.instant()
    lacks = gate(ask, subject, "infusion", or_latest(ask, subject, at))
    if lacks:
        return _if_given(refused(ask, "infusion", lacks, subject.code), lacks)
    assert subject.slot is not None  # noqa: S101 - the gate holds it
    level = subject.slot.level
    plan = ask.protocol.level(level).cells
    given = float(ask.given.get("cells", 0))
    if not given:
        choice = Choice(say("choice.planned", dose=planned(ask.protocol, level)), f"{plan:.12g}")
        line = say("ask.cells", subject=subject.code, level=level, dose=planned(ask.protocol, level))
        return asking("cells", (choice,), lines=(line,), number=True)
    wrong = wrong_dose(ask, level, given)
    if wrong:
        return refused(ask, "infusion", (wrong,), subject.code)
    if at is None:
        return ask_when("ask.when.infusion", subject=subject.code)
    full = within(ask, given, plan)
    notes: tuple[Text, ...] = (
        say("note.dose", given=cells_words(given), planned=cells_words(plan), percent=_percent(given, plan)),
    )
    if not full:
        rests = cited(ask.protocol, "leaving")
        notes += (say("note.partial", tolerance=ask.protocol.tolerance_percent, cited=rests),)
    notes += counted_anew(subject)
    event = e.Infused(subject.code, level, given, full, at)
    return Outcome(events=(event,), notes=notes, edits=("cells", "when"), then=_after_dose(subject.code))


def _if_given(refusal: Outcome, lacks: tuple[Lack, ...]) -> Outcome:
    """The refusal, and how a dose that was given all the same comes into the record."""
    reply = refusal.reply
    if reply is None or not {lack.code for lack in lacks} & GIVEN_ALL_THE_SAME:
        return refusal
    return replace(refusal, reply=replace(reply, lines=(*reply.lines, say("dose.given_all_the_same"))))


def _after_dose(code: str) -> tuple[Choice, ...]:
    return (Choice(say("choice.subject", subject=code), f"/subject {code}"),)


def _percent(given: float, plan: float) -> str:
    return f"{100 * given / plan:.1f}"


def stopping(ask: Ask, event: e.Infused) -> tuple[Text, ...]:
    """That enrolment stops, where it does once a deviation is recorded."""
    then = decide(ask.protocol, ask.trial_with(event), ask.now)
    return (say("note.stops"),) if then.action in STANDING_STILL else ()


def within(ask: Ask, given: float, plan: float) -> bool:
    """Within the file's tolerance; the bounds belong to it."""
    return abs(given - plan) <= plan * ask.protocol.tolerance_percent / 100 * (1 + 1e-9)


def wrong_dose(ask: Ask, level: int, given: float) -> Lack | None:
    """Why an amount is refused: another level's dose, above the plan, or not plausible."""
    plan = ask.protocol.level(level).cells
    if within(ask, given, plan):
        return None
    other = next((x for x in ask.protocol.levels if within(ask, given, x.cells)), None)
    params = {"given": cells_words(given), "planned": cells_words(plan), "level": level}
    if other is not None:
        return Lack("other_level", params | {"other": other.number})
    if given > plan:
        return Lack("above_plan", params)
    return Lack("implausible", params) if given < plan / 100 else None


def deviation(ask: Ask) -> Outcome:
    """An infusion that happened although the rules refuse it: recorded as a deviation, and referred."""
    subject = ask.subject
    if subject is None:
        fit = [s.code for s in ask.trial.subjects.values() if s.infusion is None]
        return ask_subject(fit)
    if subject.infusion is not None:
        return refused(ask, "infusion", (Lack("done_already", {"at": subject.infusion.at}),), subject.code)
    if "cells" not in ask.given:
        rows = [Choice(planned(ask.protocol, x.number), f"{x.cells:.12g}") for x in ask.protocol.levels]
        return asking(
            "cells", tuple(rows), lines=(say("ask.cells.given", subject=subject.code),), number=True
        )
    given = float(ask.given["cells"])
    level = min(ask.protocol.levels, key=lambda x: abs(x.cells - given))
    at = ask.instant()
    if at is None:
        return ask_when("ask.when.infusion", subject=subject.code)
    if subject.consented is not None and at < subject.consented:
        lack = Lack("before", {"stage": "consent", "at": subject.consented})
        return refused(ask, "infusion", (lack,), subject.code)
    full, why = within(ask, given, level.cells), ask.given.get("deviation", "")
    event = e.Infused(subject.code, level.number, given, full, at, why)
    dead = after_death(event, subject)
    if dead is not None:
        return refused(ask, "infusion", (dead,), subject.code)
    if not why:
        names = ("level_closed", "over_enrolled", "wrong_dose", "other")
        return asking("deviation", *((Choice(say(f"deviation.{n}"), n),) for n in names))
    rests = cited(ask.protocol, "over_enrolment")
    notes = (say("note.deviation", cited=rests), *stopping(ask, event), *counted_anew(subject))
    return Outcome(events=(event,), notes=notes, edits=("cells", "when", "deviation"))
