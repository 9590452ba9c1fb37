"""Who has access, who may do what, what was done to access; and the second of two signatures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import events as b
from bot.access import ROLES, may
from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.describe import describe
from bot.messages import Choice, Reply, Text, say
from bot.people import People
from bot.permissions import grouped
from rules import events as e
from storage.events import Exported

SHOWN = 40
STEPS = (e.LevelOpened, e.MtdDeclared)


def people(ask: Ask) -> Outcome:
    """Who has access; an admin removes somebody, or gives another role, with a card."""
    out = ask.given.get("word")
    leaving = ask.people.by_id(out) if out else None
    if leaving is not None:
        if leaving.id == ask.person.id:
            return Outcome(Reply((say("people.not_self"),)))
        return Outcome(crowd=(b.Removed(leaving.id, ask.now),))
    lines = tuple(say("people.line", person=p.id, role=say(f"role.{p.role}")) for p in ask.people.present)
    others = [p for p in ask.people.present if p.id != ask.person.id]
    rows = tuple(
        (
            Choice(say("choice.remove", person=p.id), f"/people {p.id}"),
            Choice(say("choice.role", person=p.id), f"/role {p.id}"),
        )
        for p in others
    )
    return Outcome(Reply((say("people.head"), *lines, say("people.invite")), rows))


def role(ask: Ask) -> Outcome:
    """Give somebody another role; nobody changes their own, so that an admin is always left."""
    person = ask.people.by_id(ask.given.get("word", ""))
    if person is None:
        others = [p for p in ask.people.present if p.id != ask.person.id]
        rows = [(Choice(say("people.line", person=p.id, role=say(f"role.{p.role}")), p.id),) for p in others]
        return asking("word", *rows, lines=(say("ask.person"),))
    if person.id == ask.person.id:
        return Outcome(Reply((say("people.not_self"),)))
    given = ask.given.get("role")
    if given is None:
        choices = [(Choice(say(f"role.{name}"), name),) for name in ROLES if name != person.role]
        return asking("role", *choices, lines=(say("ask.role", person=person.id),))
    if given == person.role:
        return Outcome(Reply((say("people.role.same", person=person.id, role=say(f"role.{given}")),)))
    return Outcome(crowd=(b.RoleChanged(person.id, given, ask.now),), edits=("role",))


def permissions(ask: Ask) -> Outcome:
    """The table of action x role, short enough for a phone: what each set of roles may use."""
    lines = [
        say("permissions.line", roles=tuple(say(f"role.{name}") for name in roles), commands=commands)
        for roles, commands in grouped()
    ]
    head = say("permissions.head", role=say(f"role.{ask.person.role}"))
    return Outcome(Reply((head, *lines, say("permissions.signed"))))


def audit(ask: Ask) -> Outcome:
    """What was done to access, PINs and copies, and who signed each step; the newest last."""
    told = [line for by, event in ask.people.told if (line := _told(ask, by, event)) is not None]
    steps = [x for x in ask.trial.entries if isinstance(x.event, STEPS)]
    signed = [_step(ask, entry) for entry in steps]
    head = say("audit.head", number=min(len(told), SHOWN))
    return Outcome(Reply((head, *told[-SHOWN:], *((say("audit.steps"), *signed) if signed else ()))))


def _told(ask: Ask, by: str, event: Any) -> Text | None:
    key = f"audit.{type(event).__name__}"
    params = {"person": getattr(event, "person", ""), "at": event.at, "by": by or "-"}
    match event:
        case b.Named() if old := ask.people.renamed.get((event.person, event.at)):
            return say("audit.renamed", old=old, new=event.name, **params)
        case b.Invited() | b.Joined() | b.RoleChanged():
            return Text(key, {**params, "role": say(f"role.{event.role}")})
        case b.Removed() | b.PinFailed() | b.Named() | b.PinSet() | b.FirstSigned():
            return Text(key, params)
        case Exported():
            return Text(key, {**params, "what": event.what})
    return None


def _step(ask: Ask, entry: e.Entry) -> Text:
    signature = ask.signatures.get(entry.number)
    signed = signature_line(ask.people, signature, 0) if signature else say("signed.none")
    return say("audit.step", number=entry.number, what=describe(ask.protocol, entry.event), signed=signed)


def signature_line(who: People, signature: Any, void: int) -> Text:
    """A signature in one line: name, id, role, meaning, time; the second person's; when it became void."""
    second = signature.second
    return say(
        "signed.line",
        name=who.named(signature.name),
        role=say(f"role.{signature.role}"),
        meaning=signature.meaning,
        at=signature.at,
        second=say("signed.second", line=signature_line(who, second, 0)) if second else "",
        void=say("signed.void", entry=void) if void else "",
    )


def second(ask: Ask) -> Outcome:
    """Sign as the second person what another has signed; decided again, and only as it was signed."""
    from bot import cards
    from bot.commands import BY_NAME
    from bot.present import digest

    waiting = {first.key: first for first in ask.people.half_signed(ask.now)}
    first = waiting.get(ask.given.get("word", ""))
    if first is None:
        rows = [(second_button(x),) for x in waiting.values() if x.person != ask.person.id]
        return Outcome(Reply((say("second.which") if rows else say("second.none"),), tuple(rows)))
    if first.person == ask.person.id:
        return Outcome(Reply((say("second.self"),)))
    command = BY_NAME[first.command]
    outcome = command.run(replace(ask, given=dict(first.given)))
    if digest(cards.lines(ask, command, outcome)) != first.digest:
        return Outcome(Reply((say("second.changed"), *outcome.reply.lines)))
    role_ = say(f"role.{first.role}")
    note = say("note.first", person=first.person, role=role_, meaning=first.meaning, at=first.at)
    return replace(outcome, second=first.key, edits=(), notes=(*outcome.notes, note))


def second_button(first: b.FirstSigned) -> Choice:
    """The button that signs as the second person."""
    return Choice(say("second.button", person=first.person), f"/second {first.key}")


def waiting_lines(ask: Ask) -> tuple[Text, ...]:
    """What waits for a second signature, for those who may infuse."""
    found = ask.people.half_signed(ask.now) if may(ask.person.role, "infuse") else ()
    return tuple(say("due.second", person=x.person, meaning=x.meaning, at=x.at) for x in found)
