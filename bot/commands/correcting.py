"""Corrections: a new event with a mandatory reason; nothing is ever edited."""

from __future__ import annotations

from dataclasses import replace

from bot.access import who_may
from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.commands.infusion import within, wrong_dose
from bot.corrections import (
    ABOUT,
    as_deviation,
    broken,
    code_of,
    forbidden,
    lost,
    place_of,
    resting,
)
from bot.describe import SLOT_OF, answer_words, cited, describe, value_words
from bot.hanging import hanging
from bot.messages import Choice, Reply, Text, say
from bot.refusals import reason, refused
from bot.toxicity.slots import OPTIONS
from rules import events as e
from rules.escalation import decide
from rules.lacks import Lack
from rules.pk.events import ConcentrationMeasured
from rules.toxicity.observed import outlived
from rules.trial import amended

# What can be corrected in each kind of event; the rest of an event can only be voided.
FIELDS: dict[type, tuple[str, ...]] = {
    e.Consented: ("at",),
    e.Answered: ("value", "at"),
    e.ApheresisDone: ("at",),
    e.LymphodepletionStarted: ("at",),
    e.Infused: ("cells", "at"),
    e.AdverseEventReported: ("grade", "term", "at"),
    ConcentrationMeasured: ("amount",),
    e.Withdrawn: ("reason", "at"),
    e.AdverseEventFollowed: ("grade", "related", "outcome", "action", "at"),
    e.SeriousnessJudged: ("at",),
    e.SponsorInformed: ("at",),
    e.Scored: ("at",),
    e.CoreSetMeasured: ("at",),
}
VOID = "void"
PI_ONLY = (e.LevelOpened, e.MtdDeclared)


def correct(ask: Ask) -> Outcome:
    """Choose an entry, a field, the new value and the reason."""
    entry = next((x for x in ask.trial.entries if str(x.number) == ask.given.get("entry")), None)
    if entry is None:
        return _which(ask)
    if isinstance(_root(ask, entry).event, e.AmendmentSigned):
        return Outcome(Reply((say("correct.amendment"),)))
    if isinstance(_root(ask, entry).event, PI_ONLY) and ask.person.role != "principal_investigator":
        return Outcome(Reply((say("correct.pi_only"),)))
    fields = FIELDS.get(type(entry.event), ())
    if ask.given.get("field") not in (*fields, VOID):
        row = tuple(Choice(say(f"field.{name}"), name) for name in fields)
        head = say("ask.field", number=entry.number, what=describe(ask.protocol, entry.event))
        return asking("field", row, (Choice(say("field.void"), VOID),), lines=(head,))
    field = ask.given["field"]
    if field != VOID and "value" not in ask.given:
        return _ask_value(ask, entry, field)
    if "reason" not in ask.given:
        rows = [
            (Choice(say(f"reason.{name}"), _words(ask, name)),) for name in ("typing", "source", "subject")
        ]
        return asking("reason", *rows)
    return _card(ask, entry, field)


def _card(ask: Ask, entry: e.Entry, field: str) -> Outcome:
    """The correction with both readings; refused where it breaks a rule or takes the ground from others."""
    target, after = _target(ask, entry, field)
    rests = resting(ask, target, after)
    if rests:
        return _rests(ask, target, rests)
    lacks = _lacks(ask, target, after) if after else ()
    signs = ask.person.role == "principal_investigator"
    if after and lacks and (not signs or any(forbidden(lack, after) for lack in lacks)):
        return refused(ask, ABOUT[type(after)], lacks, code_of(after))
    events: tuple[e.Event, ...] = (e.Corrected(entry.number, (), ask.given["reason"], ask.now),)
    if field != VOID:
        given = _given(ask, entry, field)
        if isinstance(given, e.Infused):
            given = as_deviation(given, lacks) if lacks else given
            after = given
        events = _events(ask, entry, given, field)
    trial, code = ask.trial_with(*events), code_of(target.event)
    if dead := outlived(ask.trial, trial, code):
        return refused(ask, ABOUT[type(target.event)], (dead,), code)
    subject = ask.trial.subject(code)
    notes = (*_readings(ask, entry, field, target, after), *hanging(subject, target.event, after))
    if lacks:
        notes += (say("note.breaks"), *(reason(ask, x) for x in {x.code: x for x in lacks}.values()))
    if lacks and decide(ask.protocol, trial, ask.now).action in ("hold", "refer"):
        notes += (say("note.deviation", cited=cited(ask.protocol, "over_enrolment")), say("note.stops"))
    for subject, ids in lost(ask, trial):
        dosed = subject.infusion is not None
        key = "note.ineligible.dosed" if dosed else "note.ineligible"
        notes += (Text(key, {"subject": subject.code, "ids": ids}),)
    edits = ("field", "reason") if field == VOID else ("field", "value", "reason")
    return Outcome(events=events, notes=notes, edits=edits)


def _target(ask: Ask, entry: e.Entry, field: str) -> tuple[e.Entry, e.Event | None]:
    """The entry whose reading changes, and how it will read; None when it will be void.

    To void a correction is to change the entry that it corrected.
    """
    if field != VOID:
        return entry, _given(ask, entry, field)
    if not isinstance(entry.event, e.Corrected):
        return entry, None
    number = _root(ask, entry).number
    trial = ask.trial_with(e.Corrected(entry.number, (), "", ask.now))
    now = next((x for x in ask.trial.entries if x.number == number), None)
    then = next((x for x in trial.entries if x.number == number), None)
    return (now or then or entry), (then.event if then else None)


def _root(ask: Ask, entry: e.Entry) -> e.Entry:
    """The entry that a correction is about in the end, as it was written."""
    while isinstance(entry.event, e.Corrected) and 0 < entry.event.target < entry.number:
        entry = ask.trial.log[entry.event.target - 1]
    return entry


def _given(ask: Ask, entry: e.Entry, field: str) -> e.Event:
    """The entry with the new value. An infusion's level and fullness are judged again by its dose."""
    event = amended(entry.event, {field: ask.given["value"]})
    if not isinstance(event, e.Infused) or field != "cells":
        return event
    place = place_of(ask, entry)
    wrong = wrong_dose(ask, place, event.cells)
    level = _nearest(ask, event.cells) if wrong else place
    mark = "" if not wrong and event.deviation == "wrong_dose" else event.deviation
    full = within(ask, event.cells, ask.protocol.level(level).cells)
    return replace(event, level=level, full=full, deviation=mark)


def _nearest(ask: Ask, cells: float) -> int:
    return min(ask.protocol.levels, key=lambda level: abs(level.cells - cells)).number


def _lacks(ask: Ask, target: e.Entry, after: e.Event) -> tuple[Lack, ...]:
    lacks = broken(ask, target, after)
    was = target.event
    if isinstance(after, e.Infused) and isinstance(was, e.Infused) and after.cells != was.cells:
        wrong = wrong_dose(ask, place_of(ask, target), after.cells)
        return (*lacks, wrong) if wrong else lacks
    return lacks


def _events(ask: Ask, entry: e.Entry, after: e.Event, field: str) -> tuple[e.Event, ...]:
    """One correction; an infusion at another level or newly a deviation is void and written anew."""
    was, why = entry.event, ask.given["reason"]
    changes: tuple[tuple[str, str], ...] = ((field, ask.given["value"]),)
    if isinstance(after, e.Infused) and isinstance(was, e.Infused):
        if (after.level, after.deviation) != (was.level, was.deviation):
            return e.Corrected(entry.number, (), why, ask.now), after
        if field == "cells":
            changes += (("full", "true" if after.full else "false"),)
    return (e.Corrected(entry.number, changes, why, ask.now),)


def _readings(
    ask: Ask, entry: e.Entry, field: str, target: e.Entry, after: e.Event | None
) -> tuple[Text, ...]:
    """What stands now, and what will stand."""
    what = describe(ask.protocol, entry.event)
    then = say("note.new", number=target.number, what=describe(ask.protocol, after)) if after else None
    head = say("note.old.void" if field == VOID else "note.old", number=entry.number, what=what)
    return (head, then) if then else (head,)


def _rests(ask: Ask, target: e.Entry, rests: tuple[e.Entry, ...]) -> Outcome:
    """The refusal that names what is to be void first."""
    numbers = tuple(f"#{x.number}" for x in rests)
    what = describe(ask.protocol, target.event)
    head = say("correct.rests", number=target.number, what=what, entries=numbers)
    first = rests[0]
    label = say("choice.entry", number=first.number, what=describe(ask.protocol, first.event))
    deciders = say("refused.decides", roles=tuple(say(f"role.{r}") for r in who_may("sign_level")))
    return Outcome(Reply((head, deciders), ((Choice(label, f"/correct {first.number}"),),)))


def _words(ask: Ask, name: str) -> str:
    from bot.words import texts

    return texts(ask.language)[f"reason.{name}"]


def _which(ask: Ask) -> Outcome:
    code = ask.given.get("subject")
    fit = [x for x in ask.trial.entries if code in (None, getattr(x.event, "subject", ""))]
    if not fit:
        return Outcome(Reply((say("correct.nothing"),)))
    rows = [
        (Choice(say("choice.entry", number=x.number, what=describe(ask.protocol, x.event)), str(x.number)),)
        for x in fit[-12:]
    ]
    return asking("entry", *rows)


def _ask_value(ask: Ask, entry: e.Entry, field: str) -> Outcome:
    old = value_words(ask.protocol, field, _old(entry, field))
    rows: list[tuple[Choice, ...]] = []
    if field == "reason":
        rows = [(Choice(say(f"leaving.{name}"), name),) for name in e.LEAVING]
    if field in SLOT_OF:
        options = OPTIONS[SLOT_OF[field]]
        rows = [(Choice(value_words(ask.protocol, field, option), option),) for option in options]
    if isinstance(entry.event, e.Answered) and field == "value":
        fact = ask.protocol.fact.get(entry.event.fact)
        old = answer_words(fact, entry.event.value)
        if fact and fact.type == "judgement":
            rows = [tuple(Choice(say(f"answer.{name}"), name) for name in ("yes", "no", "unclear"))]
        elif fact and fact.type == "choice":
            rows = [tuple(Choice(label, name) for name, label in fact.choices)]
    return asking(
        "value", *rows, lines=(say("ask.value", field=say(f"field.{field}"), old=old),), number=not rows
    )


def _old(entry: e.Entry, field: str) -> str:
    value = getattr(entry.event, field)
    return value.isoformat() if field == "at" else str(value)
