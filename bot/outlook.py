"""A forecast in words and as a picture, and the badge that nothing pending matters any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.ask import Ask
from bot.decisions import clause_lines, headline
from bot.describe import cited, planned
from bot.messages import Ending, Picture, Text, say
from rules.forecast import Forecast
from rules.foresight import determined, waiting
from rules.protocol import Protocol
from rules.subject import status
from rules.toxicity.deaths import died_in_window
from rules.toxicity.leaving import as_left, death_open
from rules.trial import Trial
from rules.window import last_day, local_day, window_end

MOST_ROWS = 9


def badge(ask: Ask, trial: Trial) -> tuple[Text, ...]:
    """One line when nothing that can become of those pending changes the decision."""
    if not determined(ask.protocol, trial, ask.now):
        return ()
    codes = tuple(subject.code for subject in waiting(ask.protocol, trial, ask.now))
    return (say("determined", subjects=codes),)


def looking_ahead(ask: Ask) -> Ask:
    """The same, asked of the trial in which those left who died before their window passed."""
    return replace(ask, trial=as_left(ask.protocol, ask.trial, ask.now))


def as_taken(ask: Ask) -> tuple[Text, ...]:
    """How a look ahead takes those who died: as leaving, or as pending while the death is not settled."""
    protocol, now = ask.protocol, ask.now
    after = looking_ahead(ask).trial.subjects
    left = tuple(c for c, s in ask.trial.subjects.items() if s.withdrawn is None and after[c].withdrawn)
    open_ = death_open(protocol, ask.trial, now)
    told = (say("note.as_left", subjects=left),) if left else ()
    return (*told, say("note.death_open", subjects=open_)) if open_ else told


def day(protocol: Protocol, at: datetime) -> str:
    """The date at the site."""
    return local_day(protocol, at).isoformat()


def opening(ask: Ask, found: Forecast | None) -> Text | str:
    """The earliest date of the next level in a word: a date, now, never, or no date."""
    if found is None:
        return say("forecast.no_date")
    if found.earliest is None:
        return say("forecast.never")
    return say("forecast.now") if found.earliest <= ask.now else day(ask.protocol, found.earliest)


def last(ask: Ask, found: Forecast | None) -> Text | str:
    """The last possible infusion in a word."""
    if found is None:
        return say("forecast.no_date")
    return day(ask.protocol, found.last_infusion) if found.last_infusion else say("forecast.nobody")


def told(ask: Ask, found: Forecast) -> tuple[Text, ...]:
    """The forecast: the answer, who binds it, each term in one line, the clause, what is assumed."""
    protocol, hold = ask.protocol, ask.protocol.cohort.slot_hold_days
    lines = [*_opens(ask, found)]
    in_window = sum(status(protocol, s, ask.now) != "held" for s in waiting(protocol, ask.trial, ask.now))
    lines.append(say("forecast.subjects", fewest=found.fewest, most=found.most, pending=in_window))
    lines.append(
        say("forecast.last", at=day(protocol, found.last_infusion), days=hold)
        if found.last_infusion
        else say("forecast.last.none")
    )
    lines += clause_lines(protocol, ask.decision)
    return (*lines, _assumed(protocol))


def _opens(ask: Ask, found: Forecast) -> list[Text]:
    protocol = ask.protocol
    if found.earliest is None or found.latest is None:
        return [say("forecast.opens.never"), headline(protocol, ask.decision)]
    now = found.earliest <= ask.now and not found.binds
    at = day(protocol, found.earliest)
    words = {"level": found.opens, "dose": planned(protocol, found.opens)}
    lines = [say("forecast.opens.now", **words) if now else say("forecast.opens", **words, at=at)]
    if not now:
        worst = day(protocol, found.latest)
        lines.append(_binds(ask, found.binds))
        lines.append(say("forecast.best", at=at))
        lines.append(say("forecast.worst", at=worst, days=protocol.cohort.slot_hold_days))
    return lines if found.always else [*lines, say("forecast.not_always")]


def _binds(ask: Ask, code: str) -> Text:
    subject = ask.trial.subject(code)
    if subject is None:
        return say("forecast.binds.free")
    if subject.infusion is None:
        return say("forecast.binds.held", subject=code)
    if died_in_window(ask.protocol, subject):
        return say("next.died", subjects=(code,))
    if status(ask.protocol, subject, ask.now) == "unassessed":
        return say("forecast.binds.assess", subject=code, cited=cited(ask.protocol, "assessment"))
    return say("next.binds", subject=code, at=Ending(window_end(ask.protocol, subject.infusion.at)))


def _assumed(protocol: Protocol) -> Text:
    return say(
        "forecast.assumed",
        last=protocol.window_days + protocol.window_extra_days,
        window=cited(protocol, "window"),
        signed=cited(protocol, "assessment", "signature"),
        leaving=cited(protocol, "leaving"),
        cited=cited(protocol, "spacing"),
        spacing=_spacing(protocol),
    )


def _spacing(protocol: Protocol) -> Text | tuple[Text, ...]:
    """The spacing of a cohort as the file sets it."""
    cohort = protocol.cohort
    found = []
    if cohort.spacing_after_first_days:
        found.append(say("spacing.first", days=cohort.spacing_after_first_days))
    if cohort.spacing_between_days:
        found.append(say("spacing.between", days=cohort.spacing_between_days))
    return tuple(found) or say("spacing.none")


def calendar_picture(ask: Ask, found: Forecast) -> Picture:
    """Windows of those pending, the span in which the next level opens, the last possible infusion."""
    protocol = ask.protocol
    rows: list[tuple[str, datetime, datetime, object, object]] = []
    for subject in waiting(protocol, ask.trial, ask.now)[-MOST_ROWS:]:
        if subject.infusion:
            given = subject.infusion.at
            note = say("picture.until", at=last_day(protocol, given).isoformat())
            rows.append(("window", given, window_end(protocol, given), subject.code, note))
    if found.earliest and found.latest:
        label = say("picture.opens", level=found.opens)
        earliest, latest = day(protocol, found.earliest), day(protocol, found.latest)
        span: Text | str = earliest if earliest == latest else say("picture.span", at=earliest, to=latest)
        rows.append(("opens", found.earliest, found.latest, label, span))
    if found.last_infusion:
        at = found.last_infusion
        rows.append(("last", at, at, say("picture.last"), day(protocol, at)))
    spans = [
        {"kind": kind, "begin": day(protocol, begin), "end": day(protocol, end)}
        for kind, begin, end, _, _ in rows
    ]
    today = day(protocol, ask.now)
    words = {
        "title": say("picture.calendar"),
        "today": say("picture.today", at=today),
        "labels": tuple(label for *_, label, _ in rows),
        "notes": tuple(note for *_, note in rows),
    }
    return Picture("calendar", {"today": today, "rows": spans}, words)
