"""Asking for a slot that is missing: one line, and buttons where a press can answer."""

from __future__ import annotations

from bot.ask import Outcome, Question
from bot.messages import Choice, Reply, say


def asking(
    slot: str, *rows: tuple[Choice, ...], lines: tuple[object, ...] = (), number: bool = False
) -> Outcome:
    """The outcome that asks for a slot."""
    return Outcome(Reply(lines or (say(f"ask.{slot}"),), rows), Question(slot, number))


def ask_when(key: str = "ask.when", **params: object) -> Outcome:
    """Ask for an instant; one button says now."""
    return asking("when", (Choice(say("choice.now"), "now"),), lines=(say(key, **params),))


def ask_subject(among: list[str]) -> Outcome:
    """Ask for a subject of those that fit; with nobody that fits, say so."""
    if not among:
        return Outcome(Reply((say("subject.none_fits"),), ((Choice(say("choice.status"), "/status"),),)))
    buttons = [Choice(code, code) for code in among[-24:]]
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return asking("subject", *rows)
