"""Adverse events, their adjudication as DLT, the assessment of a window, and the signed next step."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, ask_when, asking
from bot.decisions import SIGNABLE, headline
from bot.messages import Choice, Reply, Text, say
from bot.refusals import refused
from rules import events as e
from rules.course import Lack, assessment_lacks, to_renew
from rules.trial import Subject, status
from rules.window import day_of, window_end

COMMON_TERMS = ("crs", "icans", "neutropenia", "thrombocytopenia", "anemia", "infection")


def _dosed(ask: Ask) -> list[str]:
    return [s.code for s in ask.trial.subjects.values() if s.infusion is not None]


def adverse_event(ask: Ask) -> Outcome:
    """Report an adverse event: term, grade, onset."""
    subject = ask.subject
    if subject is None:
        return ask_subject(_dosed(ask) or [s.code for s in ask.trial.subjects.values()])
    if "term" not in ask.given:
        buttons = [Choice(say(f"term.{name}"), _term(ask, name)) for name in COMMON_TERMS]
        rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
        return asking("term", *rows, lines=(say("ask.term", subject=subject.code),))
    if "grade" not in ask.given:
        grades = tuple(Choice(number, number) for number in "12345")
        return asking("grade", grades, lines=(say("ask.grade", scale=ask.protocol.dlt_scale),))
    at = ask.instant()
    if at is None:
        return ask_when("ask.when.onset", subject=subject.code)
    if subject.consented is not None and at < subject.consented:
        return refused(
            ask, "event", (Lack("before", {"stage": "consent", "at": subject.consented}),), subject.code
        )
    grade = int(ask.given["grade"])
    event = e.AdverseEventReported(subject.code, ask.given["term"], grade, at)
    notes = _place_in_window(ask, subject, event)
    needs = grade >= ask.protocol.adjudicate_from_grade
    then = (Choice(say("choice.dlt"), f"/dlt {subject.code}"),) if needs else ()
    return Outcome(events=(event,), notes=notes, edits=("term", "grade", "when"), then=then)


def _term(ask: Ask, name: str) -> str:
    from bot.words import texts

    return texts(ask.language)[f"term.{name}"]


def _place_in_window(ask: Ask, subject: Subject, event: e.AdverseEventReported) -> tuple[object, ...]:
    if subject.infusion is None or event.at < subject.infusion.at:
        return (say("note.before_infusion"),)
    day = day_of(ask.protocol, subject.infusion.at, event.at)
    inside = event.at < window_end(ask.protocol, subject.infusion.at)
    place = say("note.in_window" if inside else "note.after_window", day=day)
    if inside and event.grade >= ask.protocol.adjudicate_from_grade:
        return (place, say("note.adjudicate", grade=ask.protocol.adjudicate_from_grade))
    return (place,)


def dlt(ask: Ask) -> Outcome:
    """Adjudicate an adverse event: DLT or not; only with onset inside the window can it be one."""
    subject = ask.subject
    if subject is None:
        return ask_subject([s.code for s in ask.trial.subjects.values() if s.infusion and s.adverse_events])
    if not subject.adverse_events or subject.infusion is None:
        button = Choice(say("choice.ae.of", subject=subject.code), f"/ae {subject.code}")
        return Outcome(Reply((say("dlt.no_event", subject=subject.code),), ((button,),)))
    open_ = [n for n in subject.adverse_events if _open(subject, n)]
    only = str(open_[0]) if len(open_) == 1 else "0"
    number = int(ask.given.get("entry", only))
    event = subject.adverse_events.get(number)
    if event is None:
        return _which_event(subject)
    if "verdict" not in ask.given:
        row = tuple(Choice(say(f"verdict.{name}"), name) for name in ("dlt", "not_dlt"))
        return asking("verdict", row, lines=(_ask_verdict(ask, subject, event),))
    if ask.given["verdict"] == "not_dlt":
        ruling: e.Event = e.DltRefuted(subject.code, number, event.at)
    else:
        lack = _outside(ask, subject, event)
        if lack:
            return refused(ask, "dlt", (lack,), subject.code)
        ruling = e.DltConfirmed(subject.code, number, event.at)
    note = say("note.about", number=number, term=event.term, grade=event.grade, at=event.at)
    return Outcome(
        events=(ruling,), notes=(note,), edits=("entry", "verdict") if "entry" in ask.given else ("verdict",)
    )


def _open(subject: Subject, number: int) -> bool:
    """True for an event without a ruling, or with one whose signature a changed value made void."""
    return number not in subject.adjudicated or subject.void_since(f"ruling:{number}") > 0


def _which_event(subject: Subject) -> Outcome:
    rows = [
        (Choice(say("choice.event", number=n, term=a.term, grade=a.grade), str(n)),)
        for n, a in sorted(subject.adverse_events.items(), key=lambda item: item[0] in subject.adjudicated)
    ]
    return asking("entry", *rows[-20:], lines=(say("ask.entry.event", subject=subject.code),))


def _ask_verdict(ask: Ask, subject: Subject, event: e.AdverseEventReported) -> object:
    assert subject.infusion is not None  # noqa: S101 - dlt() asked before
    day = day_of(ask.protocol, subject.infusion.at, event.at)
    return say("ask.verdict", subject=subject.code, term=event.term, grade=event.grade, at=event.at, day=day)


def _outside(ask: Ask, subject: Subject, event: e.AdverseEventReported) -> Lack | None:
    assert subject.infusion is not None  # noqa: S101 - dlt() asked before
    end = window_end(ask.protocol, subject.infusion.at)
    if event.at < subject.infusion.at:
        return Lack("onset_before", {"at": subject.infusion.at})
    return Lack("onset_after", {"at": end}) if event.at >= end else None


def assess(ask: Ask) -> Outcome:
    """Record that a window passed without a DLT."""
    subject = ask.subject
    if subject is None:
        states = {s.code: status(ask.protocol, s, ask.now) for s in ask.trial.subjects.values()}
        ready = [code for code, state in states.items() if state == "unassessed"]
        return ask_subject(ready or [code for code, state in states.items() if state == "in_window"])
    lacks = assessment_lacks(ask.protocol, subject, ask.now)
    if lacks:
        return refused(ask, "assess", lacks, subject.code)
    events = tuple(
        say("note.about", number=n, term=a.term, grade=a.grade, at=a.at)
        for n, a in subject.adverse_events.items()
    )
    return Outcome(
        events=(e.WindowAssessed(subject.code, ask.now),),
        notes=events or (say("note.no_events"),),
        then=(Choice(say("choice.next"), "/next"),),
    )


def sign(ask: Ask) -> Outcome:
    """The principal investigator signs the next step: opens a level, expands, reduces, declares the MTD."""
    decision = ask.decision
    if decision.action not in SIGNABLE or ask.trial.mtd is not None:
        line = headline(ask.protocol, decision, ask.trial.mtd is not None)
        return Outcome(Reply((say("sign.nothing"), line), ((Choice(say("choice.why"), "/why"),),)))
    renewals = to_renew(ask.protocol, ask.trial, ask.now)
    if renewals:
        return _renew_first(renewals)
    if decision.action == "declare_mtd":
        event: e.Event = e.MtdDeclared(decision.level, ask.now)
        then: tuple[Choice, ...] = ()
    else:
        event = e.LevelOpened(decision.level, decision.slots, decision.action, ask.now)
        then = (Choice(say("choice.slot"), "/slot"),)
    return Outcome(events=(event,), notes=(say("note.signature"),), then=then)


def _renew_first(renewals: tuple[tuple[str, str, int], ...]) -> Outcome:
    """The refusal of a step that rests on signatures which a changed value made void."""
    lines, buttons = [say("sign.renew")], {}
    for code, what, since in renewals[:8]:
        assessment = what == "assessment"
        key = "sign.renew.assessment" if assessment else "sign.renew.ruling"
        lines.append(Text(key, {"subject": code, "entry": what.rpartition(":")[2], "since": since}))
        name = "assess" if assessment else "dlt"
        button = Choice(say(f"choice.{name}.of", subject=code), f"/{name} {code}")
        buttons[button.value] = (button,)
    return Outcome(Reply(tuple(lines), tuple(buttons.values())))
