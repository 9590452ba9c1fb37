"""The assessments of a subject by CRS or ICANS in words: a few in one line, of many every one in short."""

from __future__ import annotations

from bot.messages import Minute, Text, say
from bot.toxicity.described import scored_beside
from rules import events as e
from rules.subject import Subject
from rules.toxicity.covering import grade_of

FEW, IN_A_LINE = 6, 40


def newest(subject: Subject, scale: str) -> tuple[Text, ...]:
    """The newest in order of time; of earlier ones that are left out how many, and the worst."""
    found = subject.course.scored(scale)
    earlier = found[:-FEW]
    lines = _few(subject, scale, found[-FEW:])
    if not earlier:
        return lines
    worst = _one(_worst(earlier))
    return (*lines, say("score.earlier", number=len(earlier), worst=worst, subject=subject.code))


def every(subject: Subject, scale: str) -> tuple[Text, ...]:
    """All of them; of many the worst, the first and the latest before them."""
    found = subject.course.scored(scale)
    if len(found) <= FEW:
        return _few(subject, scale, found)
    ends = {"worst": _one(_worst(found)), "first": _one(found[0]), "latest": _one(found[-1])}
    head = say(f"score.many.{scale}", subject=subject.code, number=len(found), **ends)
    parts = [found[at : at + IN_A_LINE] for at in range(0, len(found), IN_A_LINE)]
    return (head, *(say("score.every", told=tuple(map(_short, part))) for part in parts))


def _few(subject: Subject, scale: str, found: tuple[e.Scored, ...]) -> tuple[Text, ...]:
    told = tuple(map(_one, found))
    return (say(f"score.history.{scale}", subject=subject.code, told=told),) if told else ()


def _one(score: e.Scored) -> Text:
    return say("score.before", score=score.score, at=score.at, beside=scored_beside(score))


def _short(score: e.Scored) -> Text:
    own = say("score.short.beside", grade=score.beside) if scored_beside(score) else ""
    return say("score.short", score=score.score, at=Minute(score.at), beside=own)


def _worst(found: tuple[e.Scored, ...]) -> e.Scored:
    """The first of the worst."""
    return max(found, key=lambda x: (x.score, grade_of(x)))
