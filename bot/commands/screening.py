"""Screening a subject, and the quick check of a prospective patient of whom nothing is recorded."""

from __future__ import annotations

from dataclasses import replace

from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import ask_subject, asking
from bot.chat import draft_key
from bot.interview import PREFIX, assessed, draft, in_order, open_questions, question, verdict_lines
from bot.messages import Choice, Reply, say
from bot.refusals import refused
from bot.slots import SAVE
from rules import events as e
from rules.course import gone
from rules.eligibility import flaw
from rules.trial import Answer


def screen(ask: Ask) -> Outcome:
    """Ask what is still unknown; the answers are recorded with one card."""
    subject = ask.subject
    if subject is None:
        fit = [s.code for s in ask.trial.subjects.values() if gone(s) is None and s.infusion is None]
        return ask_subject(fit)
    closed = gone(subject)
    if closed is not None:
        return refused(ask, "screening", (closed,), subject.code)
    ask = _resumed(ask)
    saving = SAVE in ask.given.values()
    left = open_questions(ask)
    if left and not saving:
        asked = question(ask, left[0], len(left), saves=bool(draft(ask.given)))
        return replace(asked, given=ask.given)
    if draft(ask.given):
        return _card(ask)
    found = assessed(ask)
    return Outcome(Reply(verdict_lines(ask, found), _after(ask, subject.code, found.verdict)))


def _resumed(ask: Ask) -> Ask:
    """Go on with a draft that was left open, unless answers are being given now."""
    kept = ask.chat.drafts.get(draft_key("screen", tuple(ask.given.items())))
    if kept is None or draft(ask.given):
        return ask
    answered = draft(dict(kept.given))
    gone = {f"{PREFIX}{fact}" for fact, answer in answered.items() if _superseded(ask, fact, answer)}
    left = {slot: value for slot, value in kept.given if slot not in gone}
    return replace(ask, given={**left, **ask.given})


def _superseded(ask: Ask, fact: str, answer: Answer) -> bool:
    """True for an answer of a draft that went stale meanwhile, or that a newer one on record replaced."""
    recorded = ask.subject.answers.get(fact) if ask.subject else None
    newer = recorded is not None and recorded.at > answer.at
    return newer or flaw(ask.protocol.fact[fact], answer, ask.now) == "stale"


def _card(ask: Ask) -> Outcome:
    code = ask.given["subject"]
    events = tuple(
        e.Answered(code, fact, a.value, a.at) for fact, a in in_order(ask.protocol, draft(ask.given))
    )
    found = assessed(ask)
    then = tuple(choice for row in _after(ask, code, found.verdict) for choice in row)
    return Outcome(
        given=ask.given,
        events=events,
        notes=verdict_lines(ask, found),
        edits=tuple(f"{PREFIX}{x.fact}" for x in events),
        then=then,
    )


def _after(ask: Ask, code: str, verdict: str) -> tuple[tuple[Choice, ...], ...]:
    if verdict == "eligible" and may(ask.person.role, "confirm_eligibility"):
        return ((Choice(say("choice.eligible.of", subject=code), f"/eligible {code}"),),)
    return ((Choice(say("choice.subject", subject=code), f"/subject {code}"),),)


def check(ask: Ask) -> Outcome:
    """The same interview without a code: the fewest questions that settle it, nothing recorded."""
    goes_on = ask.given.get("topic") == "on"
    found = assessed(ask)
    left = open_questions(ask)
    if left and (found.verdict != "not_eligible" or goes_on):
        outcome = question(ask, left[0], len(left), saves=False)
        return replace(
            outcome,
            given=ask.given,
            reply=replace(outcome.reply, lines=(say("check.head"), *outcome.reply.lines)),
        )
    lines = (say("check.head"), *verdict_lines(ask, found))
    again = (Choice(say("choice.check.again"), "/check"),)
    if left:
        return replace(
            asking("topic", (Choice(say("choice.check.on"), "on"),), again, lines=lines), given=ask.given
        )
    return Outcome(Reply(lines, (again,)))
