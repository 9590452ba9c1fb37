"""A death in words: when, and which record says so."""

from __future__ import annotations

from bot.messages import Text
from rules.schedule import Task
from rules.subject import Subject
from rules.toxicity.deaths import Death, death_of
from rules.toxicity.seriousness import owed
from rules.trial import Trial


def died(subject: Subject) -> Text | None:
    """That the subject died, when, and by which record; None while nothing says so."""
    death = death_of(subject)
    return by_record(death) if death else None


def died_of(trial: Trial, task: Task) -> Text | None:
    """The same of the subject of a task."""
    subject = trial.subject(task.subject)
    return died(subject) if subject else None


def unreported(task: Task) -> bool:
    """True for the report to the sponsor of a death that no adverse event reports."""
    return task.kind in ("sae", "sae_overdue") and not task.entry


def ending(trial: Trial, task: Task) -> str:
    """How the words of a report to the sponsor end: .death without an event, .again once it was fatal."""
    subject = trial.subject(task.subject)
    if subject is None or task.kind not in ("sae", "sae_overdue"):
        return ""
    due = owed(subject, task.entry) if task.entry else None
    return ".death" if unreported(task) else ".again" if due and due.again else ""


def by_record(death: Death) -> Text:
    """A death with its instant and the record that it is read from; of an onset, that it is no more."""
    return Text(f"died.{death.by}", {"at": death.at, "entry": death.entry})
