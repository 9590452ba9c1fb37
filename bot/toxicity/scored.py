"""CRS and ICANS as scales gave them, on the cards of an adverse event and of a window."""

from __future__ import annotations

from bot.ask import Ask
from bot.messages import Text, say
from bot.toxicity.described import scored_beside
from rules import events as e
from rules.subject import REPORTED_AS, Subject, worst_grade
from rules.toxicity.covering import grade_of, least_grade, window_scores, worst_score


def scored(ask: Ask, subject: Subject, number: int) -> tuple[Text, ...]:
    """That a scale gave another grade than the adverse event has, and whether the event is below it."""
    worst = worst_score(ask.protocol, subject, number)
    grade = worst_grade(subject, number)
    if worst is None or (worst.score == grade and least_grade(worst) <= grade):
        return ()
    key = "note.scored.higher" if least_grade(worst) > grade else "note.scored"
    return (Text(key, score_words(worst) | {"grade": grade}),)


def scores_of_window(ask: Ask, subject: Subject) -> tuple[Text, ...]:
    """One line a scale: how often it was applied inside the window, and its worst grade."""
    found, told = window_scores(ask.protocol, subject), []
    for scale in REPORTED_AS:
        mine = [x for x in found if x.scale == scale]
        if mine:
            words = score_words(max(mine, key=lambda x: (grade_of(x), x.score)))
            told.append(Text("note.window_scores", words | {"number": len(mine)}))
    return tuple(told)


def score_words(score: e.Scored) -> dict[str, object]:
    """The parameters of a text about a score: its scale, grade and standard, CTCAE's own grade, the terms."""
    beside, terms = scored_beside(score), say(f"terms.{score.scale}")
    return {
        "scale": score.scale.upper(), "score": score.score, "standard": score.standard, "at": score.at,
        "beside": beside, "terms": terms,
    }  # fmt: skip
