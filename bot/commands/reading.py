"""Reads: what is next, why, the cohort board, one subject."""

from __future__ import annotations

from collections.abc import Iterator

from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import ask_subject
from bot.commands.due import due_line, grouped
from bot.commands.people import signature_line
from bot.decisions import assumption_line, buttons, clause_lines, counts, headline, lines
from bot.describe import describe, planned
from bot.messages import Choice, Ending, Reply, Text, say
from bot.outlook import badge
from bot.toxicity.deaths import died
from bot.toxicity.ruled_on import replaced_by
from rules import events as e
from rules.counting import history_of
from rules.hindsight import as_signed
from rules.notation import write_outcomes
from rules.pk.events import ConcentrationMeasured
from rules.schedule import agenda_of
from rules.signed import root_of
from rules.situation import pooled
from rules.subject import AWAITED
from rules.toxicity.deaths import died_in_window
from rules.toxicity.unsettled import unsettled
from rules.trial import Subject, status
from rules.window import day_of, window_end


def next_step(ask: Ask) -> Outcome:
    """What the design allows next."""
    first, *rest = lines(ask)
    return Outcome(Reply((first, *badge(ask, ask.trial), *rest), buttons(ask)))


def why(ask: Ask) -> Outcome:
    """Clause, sentence, source, counts, assumptions, and how to change one; or a signed entry as it was."""
    if "entry" in ask.given:
        return _why_signed(ask)
    decision = ask.decision
    told: list[object] = [headline(ask.protocol, decision, ask.trial.mtd is not None)]
    told += [
        counts(decision),
        say("why.notation", outcomes=_outcomes(ask)),
        *clause_lines(ask.protocol, decision),
    ]
    told += [
        say("why.when", clause=clause.id, when=clause.when.text)
        for id_ in decision.clauses
        if (clause := ask.protocol.clause(id_))
    ]
    for id_ in decision.assumptions:
        assumption = ask.protocol.assumption(id_)
        if assumption:
            told.append(
                say("why.assumption", id=id_, situation=assumption.situation, says=assumption.reading.says)
            )
            told += [
                say("why.other", says=reading.says, id=id_, name=reading.name)
                for reading in assumption.readings
                if reading.name != assumption.chosen
            ]
    if decision.action in ("hold", "refer"):
        told.append(say("why.decides.mtd" if ask.trial.mtd is not None else "why.decides"))
    return Outcome(Reply(tuple(told), ((Choice(say("choice.next"), "/next"),),)))


def _why_signed(ask: Ask) -> Outcome:
    """A signed step under the file that was in force, on the record as it stood."""
    number = int(ask.given["entry"])
    found = as_signed(ask.protocol, ask.trial, number)
    row = (Choice(say("choice.why"), "/why"), Choice(say("choice.replay"), "/replay"))
    if found is None:
        return Outcome(Reply((say("why.not_signed", number=number),), (row,)))
    file, decision = found
    entry = ask.trial.log[number - 1]
    lines = (
        say("why.signed", number=number, at=entry.event.at, what=describe(file, entry.event)),
        say("why.file", version=file.trial.version, sha=file.sha256[:12]),
        headline(file, decision),
        counts(decision),
        *clause_lines(file, decision),
        *assumption_line(decision),
    )
    return Outcome(Reply(lines, (row,)))


def _outcomes(ask: Ask) -> str:
    return write_outcomes(history_of(ask.protocol, ask.trial, ask.now)) or "-"


def board(ask: Ask) -> Outcome:
    """The cohort board in text."""
    history = history_of(ask.protocol, ask.trial, ask.now)
    told: list[object] = [headline(ask.protocol, ask.decision, ask.trial.mtd is not None)]
    told += badge(ask, ask.trial)
    enrolled = sum(1 for s in ask.trial.subjects.values() if s.infusion is not None)
    target = ask.protocol.trial.target_subjects
    told.append(say("board.head", infused=enrolled, target=target, consented=len(ask.trial.subjects)))
    for level in ask.protocol.levels:
        if level.number not in {tally.level for tally in history}:
            told.append(say("board.closed", level=level.number, dose=planned(ask.protocol, level.number)))
            continue
        here = pooled(history, level.number)
        told.append(
            say(
                "board.level",
                level=level.number,
                dose=planned(ask.protocol, level.number),
                evaluable=here.evaluable,
                dlts=here.dlts,
                pending=here.pending,
                free=here.free if history[-1].level == level.number else 0,
            )
        )
        told += _members(ask, level.number)
    others = [
        s
        for s in ask.trial.subjects.values()
        if s.infusion is None and status(ask.protocol, s, ask.now) == "none"
    ]
    if others:
        told.append(say("board.others", subjects=tuple(_other(s) for s in others)))
    told += [*clause_lines(ask.protocol, ask.decision), *assumption_line(ask.decision)]
    return Outcome(Reply(tuple(told), buttons(ask)))


def _other(subject: Subject) -> Text | str:
    death = died(subject)
    return say("board.died", subject=subject.code, died=death) if death else subject.code


def _members(ask: Ask, level: int) -> Iterator[Text]:
    for subject in ask.trial.subjects.values():
        state = status(ask.protocol, subject, ask.now)
        placed = subject.infusion.level if subject.infusion else subject.slot.level if subject.slot else 0
        if placed != level or state == "none":
            continue
        yield say("board.subject", subject=subject.code, state=_standing(ask, subject, state))


def _standing(ask: Ask, subject: Subject, state: str) -> Text:
    """How a subject counts, and of who died that it did, when and by which record."""
    counts, death = _state(ask, subject, state), died(subject)
    if open_ := tuple(_open(ask, subject, state)):
        counts = say("subject.outcome_open", state=counts, open=open_)
    return say("subject.died", state=counts, died=death) if death else counts


def _open(ask: Ask, subject: Subject, state: str) -> Iterator[Text]:
    """What in the window of somebody without a DLT is unsettled."""
    if subject.infusion is None or state == "dlt":
        return
    found = unsettled(ask.protocol, subject, ask.now)
    for x in found:
        yield say(f"open.{x.what}", entry=x.entry, scale=x.score.scale.upper() if x.score else "")
    void = state == "no_dlt" and subject.void_since("assessment")
    dead = died_in_window(ask.protocol, subject) is not None
    if not found and void and not dead:
        yield say("open.assessment")
    if not found and dead and (void or state in AWAITED):
        yield say("open.leaving")


def _state(ask: Ask, subject: Subject, state: str) -> Text:
    if subject.infusion is None:
        return say(f"state.{state}", at=subject.slot.at if subject.slot else ask.now)
    end = window_end(ask.protocol, subject.infusion.at)
    return say(f"state.{state}", day=day_of(ask.protocol, subject.infusion.at, ask.now), at=Ending(end))


def subject(ask: Ask) -> Outcome:
    """One subject's timeline."""
    found = ask.subject
    if found is None:
        return ask_subject(list(ask.trial.subjects))
    state = status(ask.protocol, found, ask.now)
    told: list[object] = [say("subject.head", subject=found.code, state=_standing(ask, found, state))]
    for entry in ask.trial.entries:
        if isinstance(entry.event, e.Answered):
            continue
        if getattr(root_of(ask.trial.log, entry).event, "subject", "") == found.code:
            told += _lines(ask, entry, found)
    answered = [entry for entry in ask.trial.entries if _answer_of(entry, found.code)]
    told += [_line(ask, entry, found) for entry in answered]
    mine = agenda_of(ask.protocol, found, ask.now)
    told += [due_line(ask, *group) for group in grouped(mine)]
    actions = {"ae": "report_event", "correct": "correct"}
    row = tuple(
        Choice(say(f"choice.{name}.of", subject=found.code), f"/{name} {found.code}")
        for name, action in actions.items()
        if may(ask.person.role, action)
    )
    return Outcome(Reply(tuple(told), (row,)))


def _answer_of(entry: e.Entry, code: str) -> bool:
    return isinstance(entry.event, e.Answered) and entry.event.subject == code


def _lines(ask: Ask, entry: e.Entry, found: Subject) -> Iterator[Text]:
    """An entry, and under it its signature."""
    yield _line(ask, entry, found)
    signature, void = ask.signatures.get(entry.number), found.void.get(entry.number, 0)
    if signature is not None:
        yield say("subject.signed", signed=signature_line(ask.people, signature, void))
    elif void:
        yield say("subject.signed", signed=say("signed.void", entry=void))
    if newest := replaced_by(found, entry):
        yield say("subject.signed", signed=say("signed.replaced", entry=newest))


def _line(ask: Ask, entry: e.Entry, found: Subject) -> Text:
    at = getattr(entry.event, "at", ask.now)
    corrected = say("subject.corrected") if entry.number in ask.trial.amended else ""
    after = found.infusion is not None and not isinstance(entry.event, e.Answered)
    day = (
        say("subject.day", day=day_of(ask.protocol, found.infusion.at, at))
        if after and found.infusion
        else ""
    )
    if found.infusion is None and isinstance(entry.event, ConcentrationMeasured):
        day = say("subject.no_day0")
    return say(
        "subject.line",
        number=entry.number,
        at=at,
        day=day,
        what=describe(ask.protocol, entry.event),
        by=entry.by,
        role=say(f"role.{entry.role}") if entry.role else "",
        corrected=corrected,
    )
