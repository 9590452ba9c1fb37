"""A death in words: when, and which record says so."""

from __future__ import annotations

from bot.messages import Text
from rules.deaths import Death, death_of
from rules.subject import Subject


def died(subject: Subject) -> Text | None:
    """That the subject died, when, and by which record; None while nothing says so."""
    death = death_of(subject)
    return by_record(death) if death else None


def by_record(death: Death) -> Text:
    """A death with its instant and the record that it is read from."""
    return Text(f"died.{death.by}", {"at": death.at, "entry": death.entry})
