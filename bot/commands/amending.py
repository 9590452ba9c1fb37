"""Amendments in the chat: what is proposed, what it changes, and the principal investigator's signature."""

from __future__ import annotations

from bot.access import may, who_may
from bot.ask import Ask, Outcome
from bot.messages import Choice, Reply, Text, say
from bot.versions.amendments import change_lines, design_lines, lack_words, today_lines
from rules import events as e
from rules.file.amendments import obstacles


def amendments(ask: Ask) -> Outcome:
    """The proposal in words, or the versions that were in force."""
    new, row = ask.proposed, (Choice(say("choice.protocol"), "/protocol"),)
    if new is None:
        return Outcome(Reply((say("amend.none"), *_versions(ask)), (row,)))
    head = say("amend.head", version=new.trial.version, sha=new.sha256[:12], was=ask.protocol.trial.version)
    lines = (
        head,
        *change_lines(ask.protocol, new),
        *design_lines(ask.protocol, new),
        *today_lines(ask, new),
        say("amend.in_flight"),
    )
    lacks = obstacles(ask.protocol, new, ask.trial)
    if lacks:
        return Outcome(Reply((*lines, say("amend.refused"), *(lack_words(lack) for lack in lacks)), (row,)))
    if may(ask.person.role, "sign_amendment"):
        return Outcome(Reply(lines, ((Choice(say("choice.amend"), "/amend"),), row)))
    signers = tuple(say(f"role.{role}") for role in who_may("sign_amendment"))
    return Outcome(Reply((*lines, say("amend.signs", roles=signers)), (row,)))


def _versions(ask: Ask) -> tuple[Text, ...]:
    """Each version with the instant until which it was in force; the last is in force."""
    past = tuple(
        say("amend.was", version=x.protocol.trial.version, sha=x.protocol.sha256[:12], at=x.until)
        for x in ask.protocol.former
    )
    return (*past, say("amend.is", version=ask.protocol.trial.version, sha=ask.protocol.sha256[:12]))


def amend(ask: Ask) -> Outcome:
    """The signature under which the proposed version comes into force."""
    new, row = ask.proposed, (Choice(say("choice.amendments"), "/amendments"),)
    if new is None:
        return Outcome(Reply((say("amend.none"),), (row,)))
    lacks = obstacles(ask.protocol, new, ask.trial)
    if lacks:
        return Outcome(Reply((say("amend.refused"), *(lack_words(lack) for lack in lacks)), (row,)))
    event = e.AmendmentSigned(new.trial.version, new.sha256, ask.now)
    notes = (
        *change_lines(ask.protocol, new),
        say("amend.in_flight"),
        say("amend.file", version=new.trial.version),
    )
    return Outcome(events=(event,), notes=notes, then=(Choice(say("choice.next"), "/next"),))
