"""A decision in words: the answer first, then the numbers, the clause and what is assumed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.access import may
from bot.ask import Ask
from bot.describe import planned, source_words
from bot.messages import Choice, Ending, Text, say
from bot.refusals import mend, mending, only_leavings, permitted
from rules.assessment import to_renew
from rules.course import settled_first
from rules.escalation import Decision
from rules.protocol import Protocol
from rules.schedule import Task, awaited
from rules.subject import REPORTED_AS
from rules.toxicity.deaths import undated

STANDING_STILL = ("hold", "refer")
SIGNABLE = ("escalate", "expand", "reduce", "declare_mtd")


def headline(protocol: Protocol, decision: Decision, signed: bool = False) -> Text:
    """The answer in one line; while something that may be a DLT could change it, that this comes first."""
    found = _headline(protocol, decision, signed)
    if not decision.unsettled or signed or decision.action in STANDING_STILL:
        return found
    key = "next.settle.leaving" if only_leavings(decision.unsettled) else "next.settle"
    return say(key, subjects=decision.whose, then=found)


def as_counted(decision: Decision) -> tuple[Text, ...]:
    """Of whom something is open that may be a DLT, where a look ahead takes it as it is counted."""
    return (say("note.as_counted", subjects=decision.whose),) if decision.unsettled else ()


def _headline(protocol: Protocol, decision: Decision, signed: bool) -> Text:
    key = f"next.{decision.action}"
    if decision.action == "reduce" and decision.escalation == "open":
        key += ".open"
    if decision.action == "declare_mtd":
        key += ".none" if decision.level == 0 else ""
        key += ".signed" if signed else ""
    key += ".leaving" if decision.leaving else ""
    because = decision.because
    return say(
        key,
        subjects=decision.leaving,
        level=decision.level,
        dose=planned(protocol, decision.level),
        slots=decision.slots,
        at=because["level"],
        rederived=_rederived(protocol, decision),
    )


def _rederived(protocol: Protocol, decision: Decision) -> Text:
    again = decision.because.get("rederived")
    return _briefly(protocol, again["action"], again["level"]) if again else say("rederived.none")


def brief(protocol: Protocol, decision: Decision) -> Text:
    """The action and its level in a few words."""
    return _briefly(protocol, decision.action, decision.level)


def _briefly(protocol: Protocol, action: str, level: int) -> Text:
    return say(f"rederived.{action}", level=level, dose=planned(protocol, level))


def counts(decision: Decision) -> Text:
    """The numbers it rests on."""
    names = ("level", "evaluable", "dlts", "pending", "free", "not_evaluable")
    return say("next.counts", **{name: decision.because[name] for name in names})


def clause_lines(protocol: Protocol, decision: Decision) -> tuple[Text, ...]:
    """Each clause that spoke, with its sentence and source."""
    lines = []
    for id_ in decision.clauses:
        clause = protocol.clause(id_)
        if clause:
            lines.append(
                say("next.clause", id=id_, says=clause.says, source=source_words(clause.source, clause.under))
            )
    return tuple(lines)


def assumption_line(decision: Decision) -> tuple[Text, ...]:
    """One short line when it rests on assumptions."""
    return (say("next.assumed", ids=decision.assumptions),) if decision.assumptions else ()


def lines(ask: Ask) -> tuple[Text, ...]:
    """The whole answer to /next."""
    decision, protocol = ask.decision, ask.protocol
    tasks = awaited(protocol, ask.trial, ask.now)
    ending = tuple(_waiting(ask, tasks)) if decision.action in ("wait", "assess") else ()
    return (
        headline(protocol, decision, ask.trial.mtd is not None and decision.action == "declare_mtd"),
        counts(decision),
        *ending,
        *_to_adjudicate(tasks),
        *_unreported(tasks),
        *_died(tasks),
        *clause_lines(protocol, decision),
        *assumption_line(decision),
    )


def _to_adjudicate(tasks: Sequence[Task]) -> tuple[Text, ...]:
    """Whose events are not ruled on, and whose DLT counts by a void ruling: each can change the answer."""
    told = []
    for key in ("next.adjudicate", "next.adjudicate_anew"):
        named = tuple(f"{task.subject} #{task.entry}" for task in tasks if f"next.{task.kind}" == key)
        told += [say(key, subjects=named)] if named else []
    return tuple(told)


def _unreported(tasks: Sequence[Task]) -> tuple[Text, ...]:
    """Whose scores no adverse event covers: each may be a DLT as well."""
    scales = {f"unreported_{scale}": scale.upper() for scale in REPORTED_AS}
    named = tuple(f"{task.subject} {scales[task.kind]}" for task in tasks if task.kind in scales)
    return (say("next.unreported", subjects=named),) if named else ()


def _died(tasks: Sequence[Task]) -> tuple[Text, ...]:
    """Who died and the event is not recorded or ruled on; and of whom only the leaving is missing.

    Who died after the window is assessed as well; of whose death the day is not known, nothing else is asked.
    """
    unknown = {task.subject: f"{task.subject} #{task.entry}" for task in tasks if task.kind == "undated"}
    tasks = [task for task in tasks if task.subject not in unknown]
    dead = dict.fromkeys(task.subject for task in tasks if task.kind in ("death", "leave"))
    asked = {task.subject for task in tasks if task.kind not in ("leave", "assess", "window_ends")}
    assessed = {task.subject for task in tasks if task.kind == "assess"} - asked
    groups = {
        "next.undated": tuple(unknown.values()),
        "next.died": tuple(x for x in dead if x in asked),
        "next.leave": tuple(x for x in dead if x not in asked | assessed),
        "next.leave.assess": tuple(x for x in dead if x in assessed),
    }
    return tuple(say(key, subjects=subjects) for key, subjects in groups.items() if subjects)


def _waiting(ask: Ask, every: Sequence[Task]) -> list[Text]:
    """Who binds the next step: the last window to end, or who is to be assessed."""
    level = ask.decision.level
    tasks = [
        task
        for task in every
        if task.kind in ("window_ends", "assess") and _level(ask, task.subject) == level
    ]
    overdue = [task for task in tasks if task.kind == "assess"]
    running = [task for task in tasks if task.kind == "window_ends"]
    found = [say("next.to_assess", subjects=tuple(t.subject for t in overdue))] if overdue else []
    if running:
        found.append(say("next.binds", subject=running[-1].subject, at=Ending(running[-1].deadline)))
    return found


def _level(ask: Ask, code: str) -> int:
    subject = ask.trial.subject(code)
    return subject.infusion.level if subject and subject.infusion else 0


def buttons(ask: Ask) -> tuple[tuple[Choice, ...], ...]:
    """What one would do after reading the decision."""
    first: list[Choice] = []
    decision = ask.decision
    if decision.unsettled:
        open_ = mending(settled_first(decision, "slot"), "")
        first += [mend(*x) for x in open_[:2] if permitted(ask, x[0])]
    dead = any(undated(subject) for subject in ask.trial.subjects.values())
    tasks = awaited(ask.protocol, ask.trial, ask.now) if dead else ()
    unknown = [task.entry for task in tasks if task.kind == "undated"]
    first += [x for n in unknown[:2] if permitted(ask, "ae") and (x := mend("ae", f"#{n}")) not in first]
    signable = decision.action in SIGNABLE and ask.trial.mtd is None and not decision.unsettled
    renewals = to_renew(ask.protocol, ask.trial, ask.now) if signable else ()
    void = dict.fromkeys(code for code, *_ in renewals)  # of a DLT; what else is void is unsettled
    if void:
        first += [mend("dlt", code) for code in [*void][:2] if permitted(ask, "dlt")]
    elif signable and may(ask.person.role, "sign_level"):
        first.append(Choice(say("choice.sign"), "/sign"))
    if decision.action == "enrol" and not decision.unsettled and may(ask.person.role, "slot"):
        first.append(Choice(say("choice.slot"), "/slot"))
    if decision.leaving and may(ask.person.role, "withdraw"):
        first += [mend("withdraw", code) for code in decision.leaving[:2]]
    elif decision.action == "assess" and may(ask.person.role, "assess"):
        first.append(Choice(say("choice.assess"), "/assess"))
    second = (Choice(say("choice.why"), "/why"), Choice(say("choice.status"), "/status"))
    return (tuple(first), second) if first else (second,)
