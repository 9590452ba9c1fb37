"""One's own signature: the printed name that it bears, and the PIN that makes it."""

from __future__ import annotations

from bot import events as b
from bot.ask import Ask, Outcome
from bot.messages import Choice, Reply, say
from bot.signatures.signing import printed_name

PIN_BUTTON = (Choice(say("choice.pin"), "/pin"),)


def name(ask: Ask) -> Outcome:
    """Say or set the printed name; it stands in signatures and nowhere else."""
    printed, role = ask.given.get("printed", ""), say(f"role.{ask.person.role}")
    if not printed:
        known = printed_name(ask)
        lines = (say("name.now", name=known, role=role),) if known else ()
        return Outcome(Reply((*lines, say("name.how"))))
    users = ask.people.users
    if any(users.get(other) != ask.person.user for other in ask.people.bearers(printed)):
        return Outcome(Reply((say("name.taken"),)))
    has_pin = bool(ask.people.pin(ask.person.id).hashed)
    reply = Reply((say("name.done", name=printed, role=role),), () if has_pin else (PIN_BUTTON,))
    return Outcome(reply, identity=(b.Named(ask.person.id, printed, ask.now),))


def pin(ask: Ask) -> Outcome:
    """Set a PIN, typed twice; to change it the old one is asked for first."""
    known = ask.people.pin(ask.person.id)
    if known.locked is not None and ask.now < known.locked:
        return Outcome(Reply((say("pin.locked", at=known.locked),)))
    step = "old" if known.hashed else "new"
    return Outcome(Reply((say(f"pin.ask.{step}"),)), personal=(b.PinAsked(step, 0, "", ask.now),))
