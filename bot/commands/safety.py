"""The adjudication of adverse events as DLT, the assessment of a window, and the signed next step."""

from __future__ import annotations

from datetime import datetime

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, asking
from bot.decisions import SIGNABLE, headline
from bot.describe import cited
from bot.messages import Choice, Reply, Text, say
from bot.refusals import mend, mending, permitted, reason, refused
from bot.toxicity.followed import so_far
from bot.toxicity.proposals import choice_label, note_of, proposed, rose, to_rule
from bot.toxicity.ruled_on import replacing, standing_dlt
from bot.toxicity.scored import scored, scores_of_window
from bot.toxicity.terms import words
from rules import events as e
from rules.assessment import assessment_lacks, to_renew, to_settle
from rules.lacks import Lack
from rules.subject import worst_grade
from rules.toxicity.covering import ruled_from
from rules.toxicity.deaths import undated
from rules.trial import Subject, status
from rules.window import day_of, window_end

# What settles each kind of signature that is void before a step.
RENEWS = {"assessment": "assess", "ruling": "dlt", "leaving": "withdraw"}


def dlt(ask: Ask) -> Outcome:
    """Adjudicate an adverse event: DLT or not; only with onset inside the window can it be one."""
    subject = ask.subject
    if subject is None:
        return ask_subject([s.code for s in ask.trial.subjects.values() if s.infusion and s.adverse_events])
    if subject.adverse_events and subject.infusion is None:
        return _not_infused(ask, subject)
    if not subject.adverse_events or subject.infusion is None:
        button = Choice(say("choice.ae.of", subject=subject.code), f"/ae {subject.code}")
        return Outcome(Reply((say("dlt.no_event", subject=subject.code),), ((button,),)))
    open_ = [n for n in subject.adverse_events if _open(subject, n) or to_rule(ask, subject, n)]
    only = str(open_[0]) if len(open_) == 1 else "0"
    number = int(ask.given.get("entry", only))
    event = subject.adverse_events.get(number)
    if event is None:
        return _which_event(subject)
    stands = standing_dlt(ask, subject, number)
    if stands is not None:
        return refused(ask, "dlt", (stands,), subject.code)
    at = ruled_from(ask.protocol, subject, number)
    proposals = (
        *_again(ask, subject, number),
        *rose(ask, subject, number),
        *scored(ask, subject, number),
        *proposed(ask, subject, number),
    )
    if "verdict" not in ask.given:
        row = tuple(Choice(say(f"verdict.{name}"), name) for name in ("dlt", "not_dlt"))
        lines = (_ask_verdict(ask, subject, number, at), *proposals)
        return asking("verdict", row, lines=lines)
    if ask.given["verdict"] == "not_dlt":
        ruling: e.Event = e.DltRefuted(subject.code, number, at)
    else:
        lack = _outside(ask, subject, number, at)
        if lack:
            return refused(ask, "dlt", (lack,), subject.code)
        ruling = e.DltConfirmed(subject.code, number, at)
    return Outcome(
        events=(ruling,),
        notes=(note_of(subject, number), *replacing(ask, subject, number), *proposals),
        edits=("entry", "verdict") if "entry" in ask.given else ("verdict",),
    )


def _not_infused(ask: Ask, subject: Subject) -> Outcome:
    """No event is a DLT of somebody without a recorded infusion; one that was given is recorded first."""
    row = (mend("dose", subject.code),) if permitted(ask, "dose") else ()
    numbers = tuple(f"#{number}" for number in subject.adverse_events)
    line = say("dlt.no_infusion", subject=subject.code, entries=numbers)
    return Outcome(Reply((line,), (row,) if row else ()))


def _open(subject: Subject, number: int) -> bool:
    """True for an event without a ruling, or with one whose signature a changed value made void."""
    return number not in subject.adjudicated or subject.void_since(f"ruling:{number}") > 0


def _again(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """The course of an event whose former ruling is void, or knew less: what is ruled on now."""
    again = number in subject.adjudicated and (_open(subject, number) or to_rule(ask, subject, number))
    return (so_far(subject, number),) if again else ()


def _which_event(subject: Subject) -> Outcome:
    rows = [
        (Choice(choice_label(subject, n), str(n)),)
        for n in sorted(subject.adverse_events, key=lambda number: number in subject.adjudicated)
    ]
    return asking("entry", *rows[-20:], lines=(say("ask.entry.event", subject=subject.code),))


def _ask_verdict(ask: Ask, subject: Subject, number: int, at: datetime) -> object:
    """`at` is when what is to be adjudicated came to be: at the grade of the file, or scored so."""
    assert subject.infusion is not None  # noqa: S101 - dlt() asked before
    return say(
        "ask.verdict",
        subject=subject.code,
        term=words(subject.adverse_events[number].term),
        grade=worst_grade(subject, number),
        at=at,
        day=day_of(ask.protocol, subject.infusion.at, at),
    )


def _outside(ask: Ask, subject: Subject, number: int, at: datetime) -> Lack | None:
    assert subject.infusion is not None  # noqa: S101 - dlt() asked before
    end = window_end(ask.protocol, subject.infusion.at)
    if at < subject.infusion.at and number in undated(subject):
        return Lack("death_undated", {"entry": number})
    if at < subject.infusion.at:
        return Lack("onset_before", {"at": subject.infusion.at})
    return Lack("onset_after", {"at": end}) if at >= end else None


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
    events = tuple(x for n in subject.adverse_events for x in _in_sight(ask, subject, n))
    return Outcome(
        events=(e.WindowAssessed(subject.code, ask.now),),
        notes=(*(events or (say("note.no_events"),)), *scores_of_window(ask, subject)),
        then=(Choice(say("choice.next"), "/next"),),
    )


def _in_sight(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """What is signed in sight of: an adverse event, when it rose, what scales and criteria say of it."""
    about = (*rose(ask, subject, number), *scored(ask, subject, number), *proposed(ask, subject, number))
    return (note_of(subject, number), *about)


def sign(ask: Ask) -> Outcome:
    """The principal investigator signs the next step: opens a level, expands, reduces, declares the MTD."""
    decision = ask.decision
    if decision.action not in SIGNABLE or ask.trial.mtd is not None:
        line = headline(ask.protocol, decision, ask.trial.mtd is not None)
        return Outcome(Reply((say("sign.nothing"), line), ((Choice(say("choice.why"), "/why"),),)))
    first = _first(ask, to_renew(ask.protocol, ask.trial, ask.now))
    if first is not None:
        return first
    if decision.action == "declare_mtd":
        event: e.Event = e.MtdDeclared(decision.level, ask.now)
        then: tuple[Choice, ...] = ()
    else:
        event = e.LevelOpened(decision.level, decision.slots, decision.action, ask.now)
        then = (Choice(say("choice.slot"), "/slot"),)
    note = say("note.signature", cited=cited(ask.protocol, "signature"))
    return Outcome(events=(event,), notes=(note,), then=then)


def _first(ask: Ask, renewals: tuple[tuple[str, str, int], ...]) -> Outcome | None:
    """The refusal of a step while a DLT window holds something unsettled, or a signature is void."""
    void = {(code, int(what.rpartition(":")[2])) for code, what, _ in renewals if ":" in what}
    open_ = [
        (code, lack)
        for code, lack in to_settle(ask.protocol, ask.trial, ask.now)
        if not {(code, number) for number in lack.params.get("entries", (0,))} <= void
    ]
    left = [x for x in renewals if ":" in x[1] or x[0] not in dict(open_)]  # what the window needs follows
    if not left and not open_:
        return None
    lines, names = [say("sign.unsettled")] if open_ else [], dict[tuple[str, str], None]()
    for code, lack in open_[:8]:
        lines.append(say("subject.lacks", subject=code, why=reason(ask, lack)))
        names |= dict.fromkeys(mending((lack,), code))
    lines += [say("sign.renew")] if left else []
    for code, what, since in left[:8]:
        kind, _, entry = what.partition(":")
        lines.append(Text(f"sign.renew.{kind}", {"subject": code, "entry": entry, "since": since}))
        names[RENEWS[kind], code] = None
    buttons = tuple((mend(*x),) for x in names if permitted(ask, x[0]))
    return Outcome(Reply(tuple(lines), buttons))
