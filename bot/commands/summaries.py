"""Safety at one look: by dose level, and each subject's time on study. Reads only."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.messages import Choice, Reply, say
from bot.toxicity.summary import level_lines, safety_picture, swimmer_lines, swimmer_picture
from rules.toxicity.safety import by_level
from rules.toxicity.time_on_study import swims


def safety(ask: Ask) -> Outcome:
    """By dose level: worst grades by term, DLTs, serious events."""
    levels = by_level(ask.protocol, ask.trial)
    row = (Choice(say("choice.swimmer"), "/swimmer"), Choice(say("choice.pk"), "/pk"))
    return Outcome(Reply(level_lines(ask, levels), (row,), picture=safety_picture(ask, levels)))


def swimmer(ask: Ask) -> Outcome:
    """Each subject's time on study with what happened in it."""
    found = swims(ask.protocol, ask.trial, ask.now)
    row = (Choice(say("choice.safety"), "/safety"), Choice(say("choice.pk"), "/pk"))
    return Outcome(Reply(swimmer_lines(found), (row,), picture=swimmer_picture(found)))
