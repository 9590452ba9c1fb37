"""Alerts: who is told at once, and what, when something was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import events as b
from bot.access import ALERTED, PI
from bot.ask import Ask, Outcome
from bot.cards import after_recording, crowd_words, declares, event_words, newly_void, void_words
from bot.decisions import headline
from bot.messages import Choice, Reply, say
from bot.people import Person
from rules import events as e
from rules.protocol import Protocol
from rules.subject import dlt_onsets
from rules.toxicity.covering import is_ungraded
from rules.toxicity.deaths import death_of
from rules.toxicity.unsettled import Unsettled, unsettled
from rules.trial import Trial

# What waits inside a window, the most urgent first.
WAITS = {
    "unadjudicated": "alert.adjudicate", "unreported": "alert.unreported", "ungraded": "alert.ungraded",
}  # fmt: skip


def _open(trial: Trial, protocol: Protocol, now: datetime) -> frozenset[tuple[str, str, object]]:
    """What inside a window waits for a ruling or a report: (subject, what, event or scale)."""
    return frozenset(
        (subject.code, _what(protocol, x), x.entry or (x.score.scale if x.score else 0))
        for subject in trial.subjects.values()
        for x in unsettled(protocol, subject, now)
        if x.what not in ("death_unruled", "death_undated")
    )


def _what(protocol: Protocol, found: Unsettled) -> str:
    return "ungraded" if found.score and is_ungraded(protocol, found.score) else found.what


def _dlts(trial: Trial, protocol: Protocol) -> dict[tuple[str, int], datetime]:
    """The DLTs that count, by subject and adverse event: the onset of each."""
    return {
        (subject.code, about): ruling.at
        for subject in trial.subjects.values()
        for about, ruling in subject.adjudicated.items()
        if isinstance(ruling, e.DltConfirmed) and ruling.at in dlt_onsets(protocol, subject)
    }


def _dead(trial: Trial) -> frozenset[str]:
    """Who died, by whatever record."""
    return frozenset(subject.code for subject in trial.subjects.values() if death_of(subject))


def _of_dlts(before: dict[tuple[str, int], datetime], after: dict[tuple[str, int], datetime]) -> str:
    """What became of the DLTs, as a key: more, fewer, or another onset; "" for nothing."""
    more, less = after.keys() - before.keys(), before.keys() - after.keys()
    if more and not less:
        return "alert.dlt"
    if less and not more:
        return "alert.dlt.gone"
    return "alert.dlt.moved" if before != after else ""


def alert(ask: Ask, outcome: Outcome) -> Reply | None:
    """The alert that a recording causes, or None."""
    if not outcome.events:
        return None
    before, after = ask.decision, after_recording(ask, outcome)
    then = ask.trial_with(*outcome.events)
    dlt = _of_dlts(_dlts(ask.trial, ask.protocol), _dlts(then, ask.protocol))
    open_ = _open(then, ask.protocol, ask.now) - _open(ask.trial, ask.protocol, ask.now)
    serious = any(isinstance(event, e.SeriousnessJudged) and event.criteria for event in outcome.events)
    died, other = _dead(then) - _dead(ask.trial), dlt or open_ or serious or before.key != after.key
    if not died and not other:
        return None
    key = "alert.hold" if after.action in ("hold", "refer") and before.key != after.key else "alert.change"
    whats = {what for _, what, _ in open_}
    waits = next((WAITS[what] for what in WAITS if what in whats), "")
    key = dlt or (waits if open_ and before.key == after.key else key)
    key = "alert.serious" if serious and not dlt and before.key == after.key else key
    told = [say("alert.died", subjects=tuple(sorted(died)))] if died else []
    told += [say(key)] if other else []
    told += [event_words(ask, event) for event in outcome.events[:8]]
    void = [
        x for x in newly_void(ask, outcome) if isinstance(ask.trial.log[x[1] - 1].event, e.WindowAssessed)
    ]
    told += [void_words(ask, number, since) for _, number, since in void]
    told.append(say("recorded.next", next=headline(ask.protocol, after, declares(outcome, ask))))
    return Reply(tuple(told), ((Choice(say("choice.why"), "/why"), Choice(say("choice.status"), "/status")),))


def crowd_alert(ask: Ask, outcome: Outcome) -> list[tuple[Person, Reply]]:
    """Who is told of a change of people: the principal investigators, and whoever gets another role."""
    told = []
    for event in outcome.crowd:
        if not isinstance(event, b.Removed | b.RoleChanged):
            continue
        news = Reply((say("alert.people", what=crowd_words(ask, event), by=ask.person.id),))
        touched = ask.people.by_id(event.person) if isinstance(event, b.RoleChanged) else None
        readers = {p.id: p for p in (*ask.people.in_roles(PI), *((touched,) if touched else ()))}
        told += [(p, news) for p in readers.values() if p.id not in (ask.person.id, _gone(event))]
    return told


def _gone(event: Any) -> str:
    return event.person if isinstance(event, b.Removed) else ""


def alerted(ask: Ask) -> tuple[Person, ...]:
    """Whom an alert reaches: those in charge of safety, but for who has just read it."""
    return tuple(person for person in ask.people.in_roles(*ALERTED) if person.user != ask.person.user)
