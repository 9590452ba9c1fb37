"""Recording that a serious adverse event was reported to the sponsor: it stops the event's clock."""

from __future__ import annotations

from datetime import timedelta

from bot.ask import Ask, Outcome
from bot.asking import ask_when, asking
from bot.messages import Choice, Reply, Text, say
from bot.refusals import refused
from bot.toxicity.followed import so_far
from bot.toxicity.proposals import choice_label
from rules import events as e
from rules.lacks import Lack
from rules.subject import Subject
from rules.toxicity.seriousness import Owed, owed, serious_since, to_report


def sae(ask: Ask) -> Outcome:
    """That the serious event `#about` was reported to the sponsor, and when."""
    subjects = [s for s in ask.trial.subjects.values() if ask.given.get("subject", s.code) == s.code]
    waiting = [(s, n) for s in subjects for n in s.adverse_events if to_report(s, n) is not None]
    if "about" not in ask.given:
        if not waiting:
            return Outcome(Reply((say("sae.none"),)))
        rows = [(Choice(choice_label(s, n), f"#{n}"),) for s, n in waiting[-12:]]
        return asking("about", *rows, lines=(say("ask.about"),))
    number = int(ask.given["about"])
    subject = next((s for s in subjects if number in s.adverse_events), None)
    if subject is None:
        return Outcome(Reply((say("slot.about.shape"),)))
    due = owed(subject, number)
    if due is None:
        known = serious_since(subject, number)
        code = "not_serious" if known is None else "reported_already"
        return refused(ask, "event", (Lack(code, {"entry": number}),), subject.code)
    at = ask.instant()
    if at is None:
        return ask_when("ask.when.reported", subject=subject.code)
    if at < due.begin:
        return refused(ask, "event", (_early(subject, number, due),), subject.code)
    notes: tuple[Text, ...] = (say("note.sae.death"),) if due.again else ()
    if ask.protocol.sae_hours and at > due.since + timedelta(hours=ask.protocol.sae_hours):
        key = "note.late" if due.aware else "note.late.entered"
        notes += (say(key, hours=ask.protocol.sae_hours),)
    event = e.SponsorInformed(subject.code, number, at)
    return Outcome(events=(event,), notes=(so_far(subject, number), *notes), edits=("when",))


def _early(subject: Subject, number: int, due: Owed) -> Lack:
    """What forbids the date of a report: nobody was aware, or the event was not fatal yet."""
    if due.aware:
        return Lack("before_aware", {"at": due.begin})
    onset = due.begin == subject.adverse_events[number].at
    return Lack("before_onset", {"at": due.begin}) if onset else Lack("before_fatal", {"at": due.begin})
