"""DLT windows and due dates as a calendar file (iCalendar, RFC 5545): subject codes only, instants in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.messages import Document, Text, say
from bot.words import Reader
from rules.protocol import Protocol
from rules.schedule import Task, agenda
from rules.trial import Trial
from rules.window import aware, window_end


class Entry(NamedTuple):
    """One entry of the calendar: `uid` stays the same when the entry changes, so that clients replace it."""

    uid: str
    begin: datetime
    end: datetime
    summary: Text
    description: Text | None = None


def entries(protocol: Protocol, trial: Trial, now: datetime) -> Iterator[Entry]:
    """Each open window, then what falls due: assessments, places, and each subject's first stale value."""
    stale: dict[str, list[Task]] = {}
    for task in agenda(protocol, trial, now):
        code, at = task.subject, task.deadline
        if task.kind in ("window_ends", "assess"):
            infusion = trial.subjects[code].infusion
            assert infusion is not None  # noqa: S101 - only a window that was opened ends
            end = window_end(protocol, infusion.at)
            yield Entry(f"window.{code}", infusion.at, end, say("calendar.window", subject=code))
            yield Entry(f"assess.{code}", end, end, say("calendar.assess", subject=code))
        elif task.kind == "slot_expires":
            yield Entry(f"slot.{code}", at, at, say("calendar.slot", subject=code))
        elif task.kind == "value_stale":
            stale.setdefault(code, []).append(task)
    for code, tasks in stale.items():
        at = tasks[0].deadline
        facts = tuple(protocol.fact[task.fact].asks for task in tasks if task.deadline == at)
        what = say("calendar.value", subject=code, number=len(facts))
        yield Entry(f"value.{code}", at, at, what, say("calendar.facts", facts=facts))


def calendar_file(protocol: Protocol, trial: Trial, now: datetime, reader: Reader) -> Document | None:
    """The calendar file as a document; None when nothing is open."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//protocol bot//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", protocol.trial.id)
    for entry in entries(protocol, trial, now):
        event = Event()
        event.add("uid", f"{entry.uid}.{protocol.trial.id}@protocol-bot")
        event.add("dtstamp", aware(now))
        event.add("dtstart", aware(entry.begin))
        if entry.end > entry.begin:
            event.add("dtend", aware(entry.end))
        event.add("summary", reader.plain(entry.summary))
        if entry.description:
            event.add("description", reader.plain(entry.description))
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    if not made.subcomponents:
        return None
    return Document(f"{protocol.trial.id}.ics", made.to_ical().decode(), say("forecast.calendar"))
