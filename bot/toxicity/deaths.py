"""A death in words: when, and which record says so."""

from __future__ import annotations

from bot.messages import Text
from rules.deaths import Death, death_of
from rules.schedule import Task
from rules.subject import Subject
from rules.trial import Trial


def died(subject: Subject) -> Text | None:
    """That the subject died, when, and by which record; None while nothing says so."""
    death = death_of(subject)
    return by_record(death) if death else None


def died_of(trial: Trial, task: Task) -> Text | None:
    """The same of the subject of a task."""
    subject = trial.subject(task.subject)
    return died(subject) if subject else None


def unreported(task: Task) -> str:
    """The ending of the words for the report to the sponsor of a death that no adverse event reports."""
    return ".death" if task.kind in ("sae", "sae_overdue") and not task.entry else ""


def by_record(death: Death) -> Text:
    """A death with its instant and the record that it is read from; of an onset, that it is no more."""
    return Text(f"died.{death.by}", {"at": death.at, "entry": death.entry})
