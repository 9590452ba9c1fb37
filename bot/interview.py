"""The interview: the next unanswered question, computed from the record and the draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.describe import answer_words, unit_words
from bot.messages import Choice, say
from bot.slots import SAVE
from rules.eligibility import Assessment, assess, goes_stale, next_questions
from rules.protocol import Fact, Protocol
from rules.trial import Answer

PREFIX, FEW = "fact:", 3


def draft(given: Mapping[str, str]) -> dict[str, Answer]:
    """The answers of the draft, by fact."""
    made = {}
    for slot, kept in given.items():
        if slot.startswith(PREFIX) and kept != SAVE:
            value, _, at = kept.partition("|")
            made[slot.removeprefix(PREFIX)] = Answer(value, datetime.fromisoformat(at))
    return made


def in_order(protocol: Protocol, found: Mapping[str, Answer]) -> list[tuple[str, Answer]]:
    """Answers in the order in which the file asks."""
    return sorted(found.items(), key=lambda item: (protocol.fact[item[0]].ask_first, item[0]))


def answers(ask: Ask) -> dict[str, Answer]:
    """What is recorded, with the draft over it."""
    recorded = dict(ask.subject.answers) if ask.subject else {}
    return recorded | draft(ask.given)


def open_questions(ask: Ask) -> list[Fact]:
    """Facts to ask this person, most decisive first; judgements only of those who may judge.

    An answer that will soon be stale is asked anew, after what is unknown.
    """
    asked = draft(ask.given)
    found = [*next_questions(ask.protocol, answers(ask), ask.now), *_soon_stale(ask)]
    judge = may(ask.person.role, "judge")
    return [fact for fact in found if fact.id not in asked and (judge or fact.type != "judgement")]


def _soon_stale(ask: Ask) -> list[Fact]:
    """Facts whose recorded answer is good now, and not much longer."""
    soon = ask.now + timedelta(days=ask.protocol.reminders.value_stale_days)
    known = ask.subject.answers if ask.subject and ask.subject.lymphodepletion is None else {}
    stale = [ask.protocol.fact[id_] for id_, _ in in_order(ask.protocol, known)]
    return [fact for fact in stale if ask.now <= goes_stale(fact, known[fact.id]) <= soon]


def question(ask: Ask, fact: Fact, left: int, saves: bool) -> Outcome:
    """The question for a fact, with each criterion that it decides."""
    lines: list[object] = [say("ask.fact", left=left, asks=fact.asks, unit=_unit(fact))]
    lines += [
        say(f"ask.fact.{criterion.kind}", id=criterion.id, says=criterion.says, source=criterion.source)
        for criterion in ask.protocol.criteria
        if fact.id in criterion.facts
    ]
    if left > FEW and not saves:
        lines.append(say("sheet.hint", fact=fact.id))
    rows = [_buttons(fact)] if fact.type != "number" else []
    rows.append(
        (Choice(say("answer.unclear"), "unclear"), *((Choice(say("choice.save"), SAVE),) if saves else ()))
    )
    return asking(f"{PREFIX}{fact.id}", *rows, lines=tuple(lines), number=fact.type == "number")


def _unit(fact: Fact) -> object:
    if fact.type != "number":
        return ""
    return say("ask.fact.count") if fact.unit == "count" else say("ask.fact.unit", unit=unit_words(fact.unit))


def _buttons(fact: Fact) -> tuple[Choice, ...]:
    if fact.type == "judgement":
        return (Choice(say("answer.yes"), "yes"), Choice(say("answer.no"), "no"))
    return tuple(Choice(label, name) for name, label in fact.choices)


def verdict_lines(ask: Ask, found: Assessment) -> tuple[object, ...]:
    """The verdict first, then the criteria that give it, with why and what was used, then the rest by id."""
    lines: list[object] = [say(f"verdict.{found.verdict}")]
    settled = found.verdict == "not_eligible"
    for status in ("not_met",) if settled else ("unknown",):
        for finding in found.findings:
            if finding.status == status:
                lines.append(
                    say(
                        f"finding.{status}",
                        id=finding.criterion.id,
                        says=finding.criterion.says,
                        why=say(f"why.{finding.why}"),
                        used=_used(ask, finding.about),
                        source=finding.criterion.source,
                    )
                )
    rest = tuple(f.criterion.id for f in found.findings if f.status == "unknown")
    if settled and rest:
        lines.append(say("finding.unknown.rest", ids=rest))
    met = tuple(f.criterion.id for f in found.findings if f.status == "met")
    if met:
        lines.append(say("finding.met", ids=met))
    return tuple(lines)


def _used(ask: Ask, facts: tuple[str, ...]) -> tuple[object, ...]:
    known = answers(ask)
    return tuple(
        say(
            "used",
            fact=ask.protocol.fact[id_].asks,
            value=answer_words(ask.protocol.fact[id_], known[id_].value),
        )
        for id_ in facts
        if id_ in known
    ) or (say("used.nothing"),)


def assessed(ask: Ask) -> Assessment:
    """The verdict on what is known, the draft included."""
    return assess(ask.protocol, answers(ask), ask.now)
