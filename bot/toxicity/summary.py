"""The safety summary and the swimmer plot, in words and as pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.ask import Ask
from bot.describe import planned
from bot.messages import Picture, Text, say
from bot.toxicity import terms
from bot.toxicity.deaths import by_record
from bot.toxicity.scored import score_words
from rules.subject import REPORTED_AS
from rules.toxicity.safety import Happened, LevelSafety
from rules.toxicity.time_on_study import Swim
from rules.window import day_of

MOST_TERMS, MOST_NAMED = 25, 20
IN_PICTURE = 16


# ------------------------------------------------------------------ by level
def level_lines(ask: Ask, levels: tuple[LevelSafety, ...]) -> tuple[Text, ...]:
    """Each level: treated, DLTs, serious events; the worst grades by term."""
    lines: list[Text] = []
    for found in levels:
        words = {
            "level": found.level,
            "dose": planned(ask.protocol, found.level),
            "treated": len(found.treated),
        }
        dosed = len({event.subject for event in found.dlts})
        lines.append(say("safety.level", dlts=dosed, serious=len(found.serious), **words))
        shown = list(found.terms.items())[:MOST_TERMS]
        lines += [_counted(terms.words(term), grades) for term, grades in shown]
        more = len(found.terms) - MOST_TERMS
        lines += [say("safety.more", number=more)] if more > 0 else []
        lines += _scored(found)
        lines += [say("safety.dlt", what=_event(ask, event)) for event in found.dlts[:MOST_NAMED]]
        lines += [_serious(ask, event) for event in found.serious[:MOST_NAMED]]
        lines += [
            say("safety.died", subject=code, died=by_record(x)) for code, x in found.deaths[:MOST_NAMED]
        ]
        lines += _left_open(found)
    rules = [say("safety.rule", scale=ask.protocol.dlt_scale)]
    rules += [say("safety.rule.scales")] if any(found.scales for found in levels) else []
    return (*lines, *rules) if lines else (say("safety.nobody"),)


def _counted(name: Any, grades: Mapping[str, int]) -> Text:
    counts = Counter(grades.values())
    by_grade = tuple(
        say("safety.grade", grade=grade, number=counts[grade]) for grade in sorted(counts, reverse=True)
    )
    return say("safety.term", term=name, number=len(grades), worst=max(counts), grades=by_grade)


def _scored(found: LevelSafety) -> list[Text]:
    """CRS and ICANS by the scale of the bedside, and whose score no adverse event covers."""
    if not found.terms and not found.scales and not found.uncovered:
        return [say("safety.no_events")]
    lines = [_counted(say(f"safety.scale.{scale}"), grades) for scale, grades in found.scales.items()]
    named = tuple(say("safety.score", subject=x.subject, **score_words(x)) for x in found.uncovered)
    if named:
        lines.append(say("safety.uncovered", scores=named[:MOST_NAMED]))
    more = len(named) - MOST_NAMED
    return [*lines, say("safety.uncovered.more", number=more)] if more > 0 else lines


def _event(ask: Ask, event: Happened) -> Text:
    infusion = ask.trial.subjects[event.subject].infusion
    day = day_of(ask.protocol, infusion.at, event.at) if infusion else 0
    if not event.entry:
        return say("safety.event.bare", subject=event.subject, day=day)
    words = {"subject": event.subject, "entry": event.entry, "grade": event.grade}
    words["term"] = terms.words(event.term)
    return say("safety.event", day=day, **words)


def _serious(ask: Ask, event: Happened) -> Text:
    why = tuple(say(f"serious.{name}") for name in event.criteria)
    return say("safety.serious", what=_event(ask, event), why=why)


def _left_open(found: LevelSafety) -> list[Text]:
    """What the record does not say: the seriousness of events; and what is not counted."""
    lines = []
    if found.unjudged:
        entries = tuple(f"#{event.entry}" for event in found.unjudged[:MOST_NAMED])
        lines.append(say("safety.unjudged", number=len(found.unjudged), entries=entries))
    return [*lines, say("safety.before", number=found.before)] if found.before else lines


def safety_picture(ask: Ask, levels: tuple[LevelSafety, ...]) -> Picture | None:
    """Terms and scales by levels: how many subjects had it, and the worst grade; DLTs and serious events."""
    if not levels:
        return None
    worst: dict[str, tuple[int, int]] = {}
    for found in levels:
        for term, grades in found.terms.items():
            grade, number = worst.get(term, (0, 0))
            worst[term] = max(grade, *grades.values()), number + len(grades)
    ranked = sorted(worst, key=lambda term: (-worst[term][0], -worst[term][1], term))
    shown = ranked[:IN_PICTURE]
    scales = [scale for scale in REPORTED_AS if any(scale in found.scales for found in levels)]
    cells = [[_cell(found.terms.get(term, {})) for found in levels] for term in shown]
    heads = tuple(
        say("picture.safety.level", level=x.level, dose=planned(ask.protocol, x.level), number=len(x.treated))
        for x in levels
    )
    dlts = [len({event.subject for event in found.dlts}) for found in levels]
    more = len(ranked) - IN_PICTURE
    words = {
        "title": say("picture.safety"), "terms": tuple(map(terms.words, shown)), "levels": heads,
        "scales": tuple(say(f"safety.scale.{scale}") for scale in scales),
        "dlts": say("picture.safety.dlts"), "serious": say("picture.safety.serious"),
        "key": say("picture.safety.more", more=more) if more > 0 else say("picture.safety.key"),
    }  # fmt: skip
    scored = [[_cell(found.scales.get(scale, {})) for found in levels] for scale in scales]
    numbers = {
        "cells": cells,
        "scored": scored,
        "dlts": dlts,
        "serious": [len(found.serious) for found in levels],
    }
    return Picture("safety", numbers, words)


def _cell(grades: Mapping[str, int]) -> list[int]:
    """[subjects who had it, worst grade]."""
    return [len(grades), max(grades.values(), default=0)]


# ------------------------------------------------------------------ the swimmer plot
def swimmer_lines(found: tuple[Swim, ...]) -> tuple[Text, ...]:
    """Each subject's time on study in one line."""
    lines = [_swim(swim) for swim in found]
    return (*lines, say("swim.rule")) if lines else (say("safety.nobody"),)


def _swim(swim: Swim) -> Text:
    told: list[Text] = [say("swim.contact", day=f"{swim.last_contact:.4g}")]
    for name, day, grade in swim.marks:
        told.append(Text(f"swim.{name}", {"day": f"{day:.4g}", "grade": grade}))
    left = {"": "swim.on_study", "died": ""}.get(swim.left, "swim.left")
    if left and not any(name in ("died", "fatal") for name, *_ in swim.marks):
        reason = say(f"leaving.{swim.left}") if swim.left else ""
        told.append(Text(left, {"day": f"{swim.until:.4g}", "reason": reason}))
    return say("swim.line", subject=swim.subject, level=swim.level, at=swim.infused, told=tuple(told))


def swimmer_picture(found: tuple[Swim, ...]) -> Picture | None:
    """A bar a subject: window, time on study, CRS, ICANS, DLT, death, last contact."""
    if not found:
        return None
    rows = [
        {
            "window": swim.window, "last": swim.last_contact, "until": swim.until, "on_study": swim.on_study,
            "marks": [list(mark) for mark in swim.marks],
        }
        for swim in found
    ]  # fmt: skip
    names = ("window", "after", "last", "on_study", "crs", "icans", "dlt", "died", "fatal")
    words: dict[str, Any] = {name: say(f"picture.swim.{name}") for name in names}
    words |= {
        "title": say("picture.swim"), "days": say("picture.days"), "days_bent": say("picture.days.bent"),
        "labels": tuple(say("picture.swimmer.label", subject=s.subject, level=s.level) for s in found),
    }  # fmt: skip
    return Picture("swim", {"rows": rows}, words)
