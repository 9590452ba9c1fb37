"""Reads: what is next, why, the cohort board, one subject, who is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import ask_subject
from bot.commands.people import second_button, signature_line, waiting_lines
from bot.decisions import assumption_line, buttons, clause_lines, counts, headline, lines
from bot.describe import describe, planned
from bot.messages import Choice, Ending, Reply, Text, say
from bot.outlook import badge
from bot.toxicity.deaths import died, unreported
from rules import events as e
from rules.concentration_events import ConcentrationMeasured
from rules.deaths import died_in_window
from rules.hindsight import as_signed
from rules.notation import write_outcomes
from rules.schedule import INSTANTS, Task, agenda, agenda_of
from rules.signed import root_of
from rules.situation import pooled
from rules.trial import Subject, history_of, status
from rules.unsettled import unsettled
from rules.window import day_of, window_end

# Tasks that the report of an adverse event settles.
MOST_DUE, MOST_UNJUDGED = 20, 10  # lines of an answer that is still read
TO_REPORT = ("death", "unreported_crs", "unreported_icans")


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
        told.append(say("why.decides"))
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
    open_: object = died_in_window(ask.protocol, subject) if state in ("in_window", "unassessed") else None
    if state in ("no_dlt", "not_evaluable"):
        void = state == "no_dlt" and subject.void_since("assessment") > 0
        open_ = void or unsettled(ask.protocol, subject)
    if open_:
        counts = say("subject.outcome_open")
    return say("subject.died", state=counts, died=death) if death else counts


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
    told += [_due_line(ask, *group) for group in grouped(mine)]
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


def grouped(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks of one kind, subject, adverse event and deadline together."""
    groups: dict[tuple[str, str, int, datetime], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.kind, task.subject, task.entry, task.deadline), []).append(task)
    return list(groups.values())


def _due_line(ask: Ask, *tasks: Task) -> Text:
    first = tasks[0]
    facts = tuple(ask.protocol.fact[task.fact].asks for task in tasks if task.fact)
    at = first.deadline if first.kind in INSTANTS else Ending(first.deadline)
    key = f"due.{first.kind}{unreported(first)}"
    return say(key, subject=first.subject, at=at, fact=facts, entry=first.entry)


def _told(ask: Ask, groups: list[list[Task]]) -> tuple[Text, ...]:
    """The nearest, then events nobody judged, which have no deadline; and how many are left out."""
    dated = [group for group in groups if group[0].kind != "unjudged"][:MOST_DUE]
    undated = [group for group in groups if group[0].kind == "unjudged"][:MOST_UNJUDGED]
    told = tuple(_due_line(ask, *group) for group in (*dated, *undated))
    more = len(groups) - len(told)
    return (*told, say("due.more", number=more)) if more else told


def due(ask: Ask) -> Outcome:
    """Who is due, the nearest first."""
    tasks = agenda(ask.protocol, ask.trial, ask.now)
    half = waiting_lines(ask)
    if not tasks and not half:
        return Outcome(Reply((say("due.none"),), ((Choice(say("choice.next"), "/next"),),)))
    groups = grouped(tasks)
    told = _told(ask, groups)
    ready = [t.subject for t in tasks if t.kind == "assess" and may(ask.person.role, "assess")][:6]
    rows = tuple((Choice(say("choice.assess.of", subject=code), f"/assess {code}"),) for code in ready)
    tells = {t.subject: None for t in tasks if t.kind in TO_REPORT and may(ask.person.role, "report_event")}
    rows += tuple((Choice(say("choice.ae.of", subject=code), f"/ae {code}"),) for code in [*tells][:6])
    ruling = {t.subject: None for t in tasks if t.kind == "adjudicate" and may(ask.person.role, "adjudicate")}
    rows += tuple((Choice(say("choice.dlt.of", subject=code), f"/dlt {code}"),) for code in [*ruling][:6])
    told_on = [t for t in tasks if t.kind in ("sae", "sae_overdue") and t.entry][:6]
    told_on = told_on if may(ask.person.role, "report_event") else []
    rows = (*((Choice(say("choice.sae.of", subject=t.subject), f"/sae #{t.entry}"),) for t in told_on), *rows)
    seconds = [x for x in ask.people.half_signed(ask.now) if half and x.person != ask.person.id]
    rows = (*((second_button(x),) for x in seconds[:6]), *rows)
    return Outcome(Reply((say("due.head", number=len(groups) + len(half)), *half, *told), rows))
