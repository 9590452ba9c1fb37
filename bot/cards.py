"""Cards: exactly what will be recorded, its effect on the next action, and the words after it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import events as b
from bot.access import may
from bot.ask import Ask, Command, Outcome
from bot.decisions import headline
from bot.describe import SIGNED, describe
from bot.messages import Choice, Reply, Text, say
from bot.people import SECOND_LIFE
from bot.pk.words import groups, several
from bot.signatures import signing
from rules import events as e
from rules.escalation import Decision, decide
from rules.protocol import Protocol
from rules.toxicity.dated_deaths import apart
from rules.toxicity.deaths import died_in_window
from rules.trial import Subject

# Events that can void a signature.
VOIDING = (
    e.Answered, e.Corrected, e.AdverseEventFollowed, e.AdverseEventReported, e.Scored, e.Withdrawn,
)  # fmt: skip
# Events that can date a death.
DEATHS = (e.Corrected, e.AdverseEventFollowed, e.Scored, e.Withdrawn)


def lines(ask: Ask, command: Command, outcome: Outcome) -> tuple[Any, ...]:
    """What a card says and is held to: each event, its notes, and the effect on the next action."""
    told: list[Any] = [say("card.head", what=say(f"menu.{command.name}"))]
    told += told_events(ask, outcome)
    told += outcome.notes
    told += deaths_apart(ask, outcome)
    told += [void_words(ask, number, since) for _, number, since in newly_void(ask, outcome)]
    if outcome.events:
        told.append(_effect(ask, outcome))
    return tuple(told)


def told_events(ask: Ask, outcome: Outcome) -> list[Text]:
    """Each event in one line; many samples together, with every value."""
    if samples := several(outcome.events):
        return groups(samples)
    return [event_words(ask, event) for event in (*outcome.events, *outcome.crowd)]


def event_words(ask: Ask, event: Any) -> Text:
    """An event of the trial or of people in one line."""
    if isinstance(event, b.Removed | b.RoleChanged):
        return crowd_words(ask, event)
    return describe(ask.protocol, event)


def crowd_words(ask: Ask, event: Any) -> Text:
    """A change of people in one line."""
    person = ask.people.by_id(event.person)
    was = say(f"role.{person.role}") if person else ""
    if isinstance(event, b.RoleChanged):
        return say("event.RoleChanged", person=event.person, role=was, new=say(f"role.{event.role}"))
    return say("event.Removed", person=event.person, role=was)


def deaths_apart(ask: Ask, outcome: Outcome) -> list[Text]:
    """One line where a recording dates a death otherwise than a record that is known."""
    if not any(isinstance(event, DEATHS) for event in outcome.events):
        return []
    found = apart(ask.protocol, ask.trial, ask.trial_with(*outcome.events))
    return [
        say("note.deaths_apart", at=new.event.at, entry=known.number, known=known.event.at)
        for new, known in found
    ]


def newly_void(ask: Ask, outcome: Outcome) -> list[tuple[str, int, int]]:
    """The signatures that a recording voids: (subject, entry signed, entry that changes it)."""
    if not any(isinstance(event, VOIDING) for event in outcome.events):
        return []
    after, found = ask.trial_with(*outcome.events), []
    for code, subject in after.subjects.items():
        before = ask.trial.subjects.get(code)
        known = before.void if before else {}
        found += [(code, n, since) for n, since in subject.void.items() if n not in known]
    standing = {entry.number for entry in after.entries}
    return [x for x in found if x[1] in standing]


def void_words(ask: Ask, number: int, since: int) -> Text:
    """That a recording voids the signature on an entry."""
    signed = ask.trial.log[number - 1].event
    return say("note.voids", number=number, what=describe(ask.protocol, signed), since=since)


def _effect(ask: Ask, outcome: Outcome) -> Text:
    before, after = ask.decision, after_recording(ask, outcome)
    mtd = declares(outcome, ask)
    if before.answer == after.answer and not mtd:
        return say("card.no_effect", now=headline(ask.protocol, before, ask.trial.mtd is not None))
    return say(
        "card.effect",
        now=headline(ask.protocol, before, ask.trial.mtd is not None),
        then=headline(_file_after(ask, outcome), after, mtd or ask.trial.mtd is not None),
    )


def declares(outcome: Outcome, ask: Ask) -> bool:
    """True when the MTD is declared with it."""
    return any(isinstance(event, e.MtdDeclared) for event in outcome.events)


def after_recording(ask: Ask, outcome: Outcome) -> Decision:
    """The decision as it would stand with the events recorded."""
    return decide(_file_after(ask, outcome), ask.trial_with(*outcome.events), ask.now)


def _file_after(ask: Ask, outcome: Outcome) -> Protocol:
    """The file in force once the events are recorded."""
    signed = any(isinstance(event, e.AmendmentSigned) for event in outcome.events)
    return ask.protocol.amended(ask.proposed, ask.now) if signed and ask.proposed else ask.protocol


def card(ask: Ask, outcome: Outcome, shown: tuple[Any, ...]) -> Reply:
    """The card as it is shown: with how long ago, who signs, and the buttons."""
    typed = ask.given.get("_typed", "")
    told = [] if not typed or typed.startswith("/") else [say("card.typed", words=typed)]
    told += [*shown, *(_ago(ask, event) for event in outcome.events[:1] if not _now(event))]
    means, pin = signing.meaning(ask, outcome), signing.by_pin(ask)
    if means is not None:
        name = signing.printed_name(ask) or say("sign.nameless")
        told.append(say("card.means", meaning=means, name=name, role=say(f"role.{ask.person.role}")))
    key = "card.foot" if means is None or not pin else "card.foot.pin"
    told.append(say(key, role=say(f"role.{ask.person.role}"), person=ask.person.id))
    yes = say("card.yes" if means is None or not pin else "card.sign")
    first = (Choice(yes, "!yes"), Choice(say("card.no"), "!no"))
    edits = [Choice(_edit(ask, slot), f"!~{slot}") for slot in outcome.edits[:30]]
    rows = tuple(tuple(edits[at : at + 2]) for at in range(0, len(edits), 2))
    instead = ((choice,) for choice in _permitted(ask, outcome.instead))
    return Reply(tuple(told), (first, *instead, *rows))


def _edit(ask: Ask, slot: str) -> Text:
    if slot.startswith("q:"):
        return say("card.edit", what=say(f"q.{slot.removeprefix('q:')}"))
    if slot.startswith("fact:"):
        return say("card.edit", what=ask.protocol.fact[slot.removeprefix("fact:")].asks)
    return say("card.edit", what=say(f"slot.{slot}"))


def _now(event: Any) -> bool:
    """True for signatures, which happen when the button is pressed."""
    return isinstance(event, (*SIGNED, e.Corrected))


def _ago(ask: Ask, event: Any) -> Text:
    minutes = int((ask.now - event.at).total_seconds() // 60)
    days, rest = divmod(max(minutes, 0), 24 * 60)
    return say("card.ago", days=days, hours=rest // 60, minutes=rest % 60, zone=ask.protocol.trial.zone)


def waiting(ask: Ask, command: Command, first: b.FirstSigned) -> tuple[Reply, Reply]:
    """What the first of two who sign reads, and what the others who may be the second read."""
    outcome = command.run(replace(ask, given=dict(first.given)))
    what = event_words(ask, outcome.events[0])
    until = first.at + SECOND_LIFE
    role = say(f"role.{first.role}")
    button = Choice(say("choice.second"), f"/second {first.key}")
    own = Reply((say("second.waits", what=what, until=until),))
    news = say("alert.second", what=what, person=first.person, role=role, until=until)
    return own, Reply((news,), ((button,),))


def recorded(ask: Ask, outcome: Outcome, signature: signing.Signing | None = None) -> Reply:
    """What is read after the press."""
    told: list[Any] = _recorded(ask, outcome)
    told += [say("recorded.people", what=event_words(ask, event)) for event in outcome.crowd]
    told += signed_lines(signature)
    void = newly_void(ask, outcome)
    told += [void_words(ask, number, since) for _, number, since in void]
    if outcome.events:
        after = after_recording(ask, outcome)
        told.append(
            say(
                "recorded.next",
                next=headline(ask.protocol, after, declares(outcome, ask) or ask.trial.mtd is not None),
            )
        )
    reads = (Choice(say("choice.next"), "/next"), Choice(say("choice.status"), "/status"))
    renewed = ask.trial_with(*outcome.events) if void else ask.trial
    then = (*outcome.then, *(_renewing(ask, renewed.subjects[code], number) for code, number, _ in void))
    offered: dict[str, Choice] = {}
    for choice in then:  # what follows of it and what signs anew can be one command
        offered.setdefault(choice.value, choice)
    rows = tuple((choice,) for choice in _permitted(ask, tuple(offered.values())) if choice not in reads)
    return Reply(tuple(told), (*rows, _permitted(ask, reads)))


def _recorded(ask: Ask, outcome: Outcome) -> list[Text]:
    first = len(ask.trial.log) + 1
    if samples := several(outcome.events):
        last = len(ask.trial.log) + len(samples)
        return [say("pk.recorded", first=first, last=last, number=len(samples)), *groups(samples)]
    return [
        say("recorded", number=first + at, what=event_words(ask, event))
        for at, event in enumerate(outcome.events)
    ]


def signed_lines(signature: signing.Signing | None) -> list[Text]:
    """Each signature in one line: name, id, role, meaning, time."""
    found = []
    while signature is not None:
        role, name = say(f"role.{signature.role}"), f"{signature.name} ({signature.person})"
        found.append(say("recorded.signed", name=name, role=role, meaning=signature.meaning, at=signature.at))
        signature = signature.second
    return found


def _renewing(ask: Ask, subject: Subject, number: int) -> Choice:
    """The button that signs anew what a change of values voids; who died in the window leaves instead."""
    code = subject.code
    match ask.trial.log[number - 1].event:
        case e.EligibilityConfirmed():
            return Choice(say("choice.eligible.of", subject=code), f"/eligible {code}")
        case e.WindowAssessed() if died_in_window(ask.protocol, subject) is not None:
            return Choice(say("choice.withdraw.of", subject=code), f"/withdraw {code}")
        case e.WindowAssessed():
            return Choice(say("choice.assess.of", subject=code), f"/assess {code}")
        case e.DltConfirmed() | e.DltRefuted():
            return Choice(say("choice.dlt.of", subject=code), f"/dlt {code}")
    return Choice(say("choice.subject.of", subject=code), f"/subject {code}")


def _permitted(ask: Ask, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The buttons of commands that this person may use."""
    from bot.commands import BY_NAME

    named = [(choice, BY_NAME[choice.value[1:].split(" ")[0]]) for choice in choices]
    return tuple(choice for choice, command in named if may(ask.person.role, command.action))
