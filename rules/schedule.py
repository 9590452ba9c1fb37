"""What falls due, read from the log: due(protocol, trial, now) -> reminders, agenda -> everything ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from rules.eligibility import goes_stale
from rules.escalation import Decision, decide
from rules.protocol import Protocol
from rules.subject import AWAITED, Subject, slot_expires, status, void_dlts
from rules.toxicity.deaths import death_of, died_in_window, fatal_events
from rules.toxicity.events import FATAL
from rules.toxicity.known import known_since
from rules.toxicity.seriousness import SEVERE, death_to_report, to_report, unjudged
from rules.toxicity.unsettled import unsettled
from rules.trial import Trial
from rules.window import aware, local_day, midnight, window_end

# Kinds of tasks whose deadline is an instant; that of the others is the end of a day.
INSTANTS = (
    "adjudicate", "adjudicate_anew", "sae", "sae_overdue", "unjudged", "death", "undated", "leave",
    "unreported_crs", "unreported_icans",
)  # fmt: skip
# Kinds that are told from the day after their deadline on, again and again.
STANDING = (
    "adjudicate", "adjudicate_anew", "death", "undated", "leave", "unreported_crs", "unreported_icans",
)  # fmt: skip


class Task(NamedTuple):
    """Something to do for a subject: window_ends | assess | adjudicate | sae | sae_overdue | unjudged, before
    pretreatment slot_expires | slot_expired | value_stale | value_expired, of who died death | undated |
    leave; unreported_crs | unreported_icans: a score inside the window that no event covers, since when;
    adjudicate_anew: a DLT counts by a ruling that is void.

    `entry` is the adverse event to adjudicate, whose deadline is its onset; to judge, whose deadline is when
    its grade was entered; or to report to the sponsor (0: a death that no event reports). `death` says that
    no adverse event reports the death, `undated` that its event does not say when the subject died of it,
    `leave` that the leaving is not recorded.
    """

    kind: str
    subject: str
    deadline: datetime
    fact: str = ""
    entry: int = 0


@dataclass(frozen=True)
class Reminder:
    """A task that is due to be told; `key` names it for ever, `days` are the days left (< 0: over)."""

    key: str
    task: Task
    days: int


def agenda(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Task, ...]:
    """Every open task, the nearest deadline first."""
    now = aware(now)
    return _nearest_first(
        task for subject in trial.subjects.values() for task in _tasks(protocol, subject, now)
    )


def agenda_of(protocol: Protocol, subject: Subject, now: datetime) -> tuple[Task, ...]:
    """The open tasks of one subject, the nearest deadline first."""
    return _nearest_first(_tasks(protocol, subject, aware(now)))


def awaited(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Task, ...]:
    """Of the agenda what a decision waits for: windows to end, outcomes to assess, to adjudicate, deaths."""
    now = aware(now)
    return _nearest_first(
        task for subject in trial.subjects.values() for task in _outcomes(protocol, subject, now)
    )


def _nearest_first(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """What has no deadline comes last, however old it is."""
    return tuple(
        sorted(tasks, key=lambda task: (task.kind == "unjudged", task[2], task[1], task[0], task[3]))
    )


def _outcomes(protocol: Protocol, subject: Subject, now: datetime) -> Iterator[Task]:
    state = status(protocol, subject, now)
    open_ = unsettled(protocol, subject, now)
    unknown = [x.entry for x in open_ if x.what == "death_undated"]
    alive = died_in_window(protocol, subject) is None and not unknown
    waits = alive and state in AWAITED
    anew = alive and state == "no_dlt" and subject.void_since("assessment") > 0 and not open_
    if subject.infusion is not None and (waits or anew):
        kind = "window_ends" if state == "in_window" else "assess"
        yield Task(kind, subject.code, window_end(protocol, subject.infusion.at))
    for number in (x.entry for x in open_ if x.what == "unadjudicated"):
        yield Task("adjudicate", subject.code, subject.adverse_events[number].at, entry=number)
    for number in void_dlts(protocol, subject):
        yield Task("adjudicate_anew", subject.code, subject.adjudicated[number].at, entry=number)
    for number in unknown:
        yield Task("undated", subject.code, subject.adverse_events[number].at, entry=number)
    death = death_of(subject)
    untold = death is not None and not fatal_events(subject)
    if death is not None and untold:
        yield Task("death", subject.code, aware(death.at))
    scored = (x.score for x in open_ if x.score is not None and not x.entry)
    told = (x for x in scored if not (untold and x.score == FATAL))
    first = {x.scale: x for x in sorted(told, key=lambda x: x.at, reverse=True)}
    for score in first.values():
        yield Task(f"unreported_{score.scale}", subject.code, aware(score.at))
    if death is not None and subject.withdrawn is None:
        yield Task("leave", subject.code, aware(death.at))


def _tasks(protocol: Protocol, subject: Subject, now: datetime) -> Iterator[Task]:
    yield from _outcomes(protocol, subject, now)
    yield from _to_report(protocol, subject, now)
    if subject.withdrawn is not None or subject.infusion is not None or death_of(subject) is not None:
        return
    expires = slot_expires(protocol, subject)
    if expires is not None:
        yield Task("slot_expires" if now < expires else "slot_expired", subject.code, expires)
    if subject.lymphodepletion is None:
        yield from _values(protocol, subject, now)


def _to_report(protocol: Protocol, subject: Subject, now: datetime) -> Iterator[Task]:
    """Serious events whose report to the sponsor is not recorded, and events that nobody judged."""
    if not protocol.sae_hours:
        return
    began = [(number, to_report(subject, number)) for number in subject.adverse_events]
    for number, since in (*began, (0, death_to_report(subject))):
        if since is not None:
            deadline = aware(since) + timedelta(hours=protocol.sae_hours)
            yield Task("sae" if now <= deadline else "sae_overdue", subject.code, deadline, entry=number)
    for number in unjudged(subject):
        entered = known_since(subject, number, SEVERE)
        assert entered is not None  # noqa: S101 - it came to this grade by an entry
        yield Task("unjudged", subject.code, entered, entry=number)


def _values(protocol: Protocol, subject: Subject, now: datetime) -> Iterator[Task]:
    """Answers that run out; one that has run out is a task only once eligibility rested on it."""
    for fact in protocol.facts:
        answer = subject.answers.get(fact.id)
        if answer is None:
            continue
        stale = goes_stale(fact, answer)
        if now <= stale:
            yield Task("value_stale", subject.code, stale, fact.id)
        elif subject.eligible is not None:
            yield Task("value_expired", subject.code, stale, fact.id)


def due(protocol: Protocol, trial: Trial, now: datetime) -> tuple[Reminder, ...]:
    """The newest due reminder of each open task; older ones of the same task are superseded."""
    found = (_reminder(protocol, task, aware(now)) for task in agenda(protocol, trial, now))
    return tuple(reminder for reminder in found if reminder is not None)


@dataclass(frozen=True)
class Turned:
    """The clock alone changed the decision; `key` names this change for ever."""

    key: str
    decision: Decision


def turned(protocol: Protocol, trial: Trial, now: datetime) -> Turned | None:
    """What became of the decision since the last entry, by time alone: a window over, a slot expired, an
    outcome open again of which a criterion of the file came to propose a DLT.
    """
    entered = trial.log[-1].entered_at if trial.log else None
    if entered is None:
        return None
    after, before = decide(protocol, trial, now), decide(protocol, trial, min(entered, aware(now)))
    key = f"decision:{len(trial.log)}:{after.action}:{after.level}"
    proposed = sorted(_proposed(after) - _proposed(before))
    if proposed:
        return Turned(":".join((key, *proposed)), after)
    return Turned(key, after) if after.key != before.key else None


def _proposed(decision: Decision) -> set[str]:
    """The subjects whose outcome waits by a criterion of the file that proposes a DLT."""
    return {code for code, lack in decision.unsettled if lack.code == "proposed"}


def _reminder(protocol: Protocol, task: Task, now: datetime) -> Reminder | None:
    rules = protocol.reminders
    if task.kind == "assess":
        over = (local_day(protocol, now) - _last_day(protocol, task)).days
        turn = (over - 1) // rules.overdue_every_days
        return Reminder(f"assess:{task.subject}:{task.deadline.isoformat()}:{turn}", task, -over)
    if task.kind == "unjudged":  # told once, when the report of a serious event would be late
        over = now - task.deadline >= timedelta(hours=protocol.sae_hours)
        return Reminder(f"unjudged:{task.subject}:{task.entry}", task, 0) if over else None
    if task.kind in STANDING:
        since = (local_day(protocol, now) - local_day(protocol, task.deadline)).days
        turn = (since - 1) // rules.overdue_every_days
        key = f"{task.kind}:{task.subject}:{task.entry}:{turn}"
        return Reminder(key, task, -since) if since > 0 else None
    if task.kind in ("sae", "sae_overdue"):
        days = (local_day(protocol, task.deadline) - local_day(protocol, now)).days
        return Reminder(f"{task.kind}:{task.subject}:{task.entry}:{task.deadline.isoformat()}", task, days)
    name = ":".join(part for part in (task.kind, task.subject, task.fact) if part)
    day = _last_day(protocol, task)
    left = (day - local_day(protocol, now)).days
    if task.kind in ("slot_expired", "value_expired"):
        return Reminder(f"{name}:{task.deadline.isoformat()}", task, left)
    ahead = {
        "window_ends": (*rules.before_window_end_days, 0),
        "slot_expires": (rules.slot_expiry_days,),
        "value_stale": (rules.value_stale_days,),
    }[task.kind]
    begun = [days for days in ahead if midnight(protocol, day - timedelta(days=days)) <= now]
    if not begun:
        return None
    return Reminder(f"{name}:{task.deadline.isoformat()}:{min(begun)}", task, left)


def _last_day(protocol: Protocol, task: Task) -> date:
    """The last day on which there is still time: midnight belongs to the day before it."""
    return local_day(protocol, task.deadline - timedelta(microseconds=1))
