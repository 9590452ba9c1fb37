"""Recording that a serious adverse event was reported to the sponsor: it stops the event's clock."""

from __future__ import annotations

from datetime import timedelta

from bot.ask import Ask, Outcome
from bot.asking import ask_when, asking
from bot.messages import Choice, Reply, say
from bot.refusals import refused
from bot.toxicity.followed import so_far
from bot.toxicity.proposals import choice_label
from rules import events as e
from rules.lacks import Lack
from rules.seriousness import serious_from, serious_since, to_report


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
    since = to_report(subject, number)
    if since is None:
        known = serious_since(subject, number)
        code = "not_serious" if known is None else "reported_already"
        return refused(ask, "event", (Lack(code, {"entry": number}),), subject.code)
    at = ask.instant()
    if at is None:
        return ask_when("ask.when.reported", subject=subject.code)
    begin, said = serious_from(subject, number), subject.course.aware_since(number) is not None
    if begin is not None and at < begin:
        lack = Lack("before_aware", {"at": begin}) if said else Lack("before_fatal", {"at": begin})
        return refused(ask, "event", (lack,), subject.code)
    late = ask.protocol.sae_hours and at > since + timedelta(hours=ask.protocol.sae_hours)
    told = say("note.late", hours=ask.protocol.sae_hours)
    told = told if said else say("note.late.entered", hours=ask.protocol.sae_hours)
    notes = (told,) if late else ()
    event = e.SponsorInformed(subject.code, number, at)
    return Outcome(events=(event,), notes=(so_far(subject, number), *notes), edits=("when",))
