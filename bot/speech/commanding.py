"""A message that was read in full -> the command that shows its card, with its slots filled."""

from __future__ import annotations

from datetime import datetime

from bot.access import may, who_may
from bot.ask import Ask
from bot.commands.records import next_number
from bot.filling import with_given
from bot.messages import Choice, Reply, Text, say
from bot.slots import SAVE, read
from bot.speech.parse import Parsed
from rules import events as e

COMMAND = {
    "consent": "new", "slot": "slot", "dose": "dose", "ae": "ae", "dlt": "dlt", "assess": "assess",
    "withdraw": "withdraw", "correct": "correct", "answer": "screen",
}  # fmt: skip
Given = dict[str, str]


def slots_of(parsed: Parsed) -> Given:
    """The slots as a command keeps them, as far as they were read."""
    kept: Given = {}
    for name, value in parsed.slots.items():
        if name in ("subject", "term", "when"):
            kept[name] = str(value)
        elif name == "grade":
            kept["grade"] = str(value)
        elif name == "dose":
            kept["cells"] = f"{value:.12g}"
    return kept


def given_for(ask: Ask, parsed: Parsed) -> Given | Reply:
    """What the command of a card is given, or why it cannot be."""
    kept = slots_of(parsed)
    code = kept["subject"]
    match parsed.intent:
        case "consent":
            return _consent(ask, code, kept["when"])
        case "slot" if parsed.slots.get("level", ask.decision.level) != ask.decision.level:
            return _said(say("speech.level_now", level=ask.decision.level), "next", "")
        case "slot" | "assess":
            late = "when" in kept
            return _said(say("speech.signed_now"), parsed.intent, code) if late else {"subject": code}
        case "dlt":
            return _ruling(ask, code, parsed)
        case "withdraw":
            leaving = _leaving(ask, code, parsed.details.get("leaving", ""))
            return {"subject": code, "when": kept["when"], **leaving}
        case "correct":
            return _correction(ask, code, parsed)
        case "answer":
            return _fact(ask, code, parsed)
    return kept


def _said(line: Text, command: str, code: str) -> Reply:
    label = say(f"menu.{command}")
    return Reply((line,), ((Choice(label, f"/{command} {code}".strip()),),))


def _consent(ask: Ask, code: str, when: str) -> Given | Reply:
    """The code of a new subject is the next one; another code is not consented anew."""
    following = ask.protocol.subject_code(next_number(ask))
    if code == following:
        return {"when": when}
    local = datetime.fromisoformat(when).astimezone(ask.protocol.zone)
    button = Choice(say("choice.new.plain"), f"/new {local:%Y-%m-%d %H:%M}")
    return Reply((say("speech.next_code", code=following),), ((button,),))


def _ruling(ask: Ask, code: str, parsed: Parsed) -> Given | Reply:
    """The adverse event that is ruled on: the one that fits all that was said of it."""
    said = {name: parsed.slots[name] for name in ("term", "grade", "when") if name in parsed.slots}
    subject = ask.trial.subject(code)
    events = subject.adverse_events if subject else {}
    fit = [number for number, event in events.items() if _fits(event, said)]
    if not said:
        return {"subject": code, "verdict": "dlt"}
    if not fit:
        return _said(say("speech.no_such_event", subject=code), "ae", code)
    return {"subject": code, "verdict": "dlt", **({"entry": str(fit[0])} if len(fit) == 1 else {})}


def _fits(event: e.AdverseEventReported, said: dict[str, object]) -> bool:
    when = said.get("when")
    return (
        said.get("term", event.term) == event.term
        and said.get("grade", event.grade) == event.grade
        and (when is None or datetime.fromisoformat(str(when)) == event.at)
    )


def _leaving(ask: Ask, code: str, reason: str) -> Given:
    """Why somebody left, where the words say it; before a dose there are other reasons, and it is asked."""
    subject = ask.trial.subject(code)
    dosed = subject is not None and subject.infusion is not None
    said = reason and (dosed or reason in ("died", "lost"))
    return {"leaving": reason} if said else {}


def _correction(ask: Ask, code: str, parsed: Parsed) -> Given:
    """The one entry that is meant; where it is not clear the command asks."""
    mine = [x for x in ask.trial.entries if getattr(x.event, "subject", "") == code]
    doses = [x for x in mine if isinstance(x.event, e.Infused)]
    term = parsed.slots.get("term")
    found = [x for x in mine if isinstance(x.event, e.AdverseEventReported) and term in (None, x.event.term)]
    if set(parsed.slots) == {"subject", "dose"} and len(doses) == 1:
        return {"entry": str(doses[0].number), "field": "cells", "value": f"{parsed.slots['dose']:.12g}"}
    if set(parsed.slots) - {"term"} == {"subject", "grade"} and len(found) == 1:
        return {"entry": str(found[0].number), "field": "grade", "value": str(parsed.slots["grade"])}
    return {"subject": code}


def _fact(ask: Ask, code: str, parsed: Parsed) -> Given | Reply:
    """One screening answer, saved at once; a judgement is an investigator's."""
    fact = ask.protocol.fact[str(parsed.slots["fact"])]
    if fact.type == "judgement" and not may(ask.person.role, "judge"):
        roles = tuple(say(f"role.{role}") for role in who_may("judge"))
        return Reply((say("speech.judged", roles=roles),))
    typed = f"{parsed.slots['value']} {parsed.slots.get('unit', '')}".strip()
    dated = with_given(ask, {"when": str(parsed.slots["when"])} if "when" in parsed.slots else {})
    return {"subject": code, f"fact:{fact.id}": read(f"fact:{fact.id}", typed, dated), "save": SAVE}
