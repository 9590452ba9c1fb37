"""What became of an adverse event, and a score, in words."""

from __future__ import annotations

from typing import Any

from bot.messages import Text, say
from bot.toxicity import terms
from rules import events as e
from rules.scores.bedside import score
from rules.scores.core_set import MEASURES
from rules.scores.given import Missing
from rules.toxicity.events import ENDED, NO_GRADE, UNKNOWN_GRADE


def described(event: Any) -> Text | None:
    """One line for an event of toxicity; None for any other."""
    match event:
        case e.AdverseEventFollowed():
            return followed(event)
        case e.SeriousnessJudged():
            return judged(event)
        case e.Scored():
            return scored(event)
        case e.CoreSetMeasured():
            return measured(event)
        case e.AdverseEventReported():
            return reported(event)
    return None


def reported(event: e.AdverseEventReported) -> Text:
    """Term, grade, onset, and what was measured."""
    params = {name: getattr(event, name) for name in ("subject", "grade", "at")}
    params |= {"term": terms.words(event.term), "by": tuple(graded_by(event))}
    return Text(
        "event.AdverseEventReported.measured" if event.measured else "event.AdverseEventReported", params
    )


def followed(event: e.AdverseEventFollowed) -> Text:
    """What is new of an adverse event, and from when on; an outcome that ends it dates its end."""
    told: list[Any] = [say("followed.grade", grade=event.grade)] if event.grade else []
    told += graded_by(event)
    told += [say(f"related.{event.related}")] if event.related else []
    told += [say("followed.outcome", outcome=say(f"became.{event.outcome}"))] if event.outcome else []
    told += [say("followed.action", action=say(f"treated.{event.action}"))] if event.action else []
    key = "event.AdverseEventFollowed.ended" if event.outcome in ENDED else "event.AdverseEventFollowed"
    return Text(key, {"subject": event.subject, "about": event.about, "what": tuple(told), "at": event.at})


def graded_by(event: e.AdverseEventReported | e.AdverseEventFollowed) -> list[Text]:
    """What a grade rests on: the values measured and the grade that they give, and why it is higher."""
    if not event.measured:
        return []
    told = [say("followed.measured", values=pairs(event.measured), floor=event.floor)]
    return [*told, say("followed.raised", reason=event.raised)] if event.raised else told


def pairs(values: e.Pairs) -> tuple[Text, ...]:
    """Inputs as they were written: name = value."""
    return tuple(say("pair", name=name, value=value) for name, value in values)


def judged(event: e.SeriousnessJudged) -> Text:
    """Serious by which criteria, or not serious."""
    params = {"subject": event.subject, "about": event.about, "at": event.at}
    if not event.criteria:
        return Text("event.SeriousnessJudged.not", params)
    why = tuple(say(f"serious.{name}") for name in event.criteria)
    return Text("event.SeriousnessJudged", params | {"why": why})


def scored(event: e.Scored) -> Text:
    """A score with the name of its scale; for CRS, CTCAE's own grade where it differs."""
    params = {
        "subject": event.subject,
        "score": event.score,
        "standard": event.standard,
        "at": event.at,
    }
    params["beside"] = scored_beside(event)
    if event.scale == "acr_eular":
        params["result"] = say(f"acr_eular.{event.result}")
        params["least"] = say("acr_eular.least") if at_least(event) else ""
    return Text(f"event.Scored.{event.scale}", params)


def at_least(event: e.Scored) -> bool:
    """True where items that were not asked, or not known, could add to the points."""
    try:
        return "total_at_least" in score("acr_eular", dict(event.answers)).result
    except Missing:
        return False


def scored_beside(event: e.Scored) -> Any:
    """CTCAE's own grade where it differs, or nothing."""
    if event.beside == UNKNOWN_GRADE:
        return say("scored.beside.unknown") if event.score else ""
    return say("scored.beside", grade=event.beside) if event.beside not in (NO_GRADE, event.score) else ""


def measured(event: e.CoreSetMeasured) -> Text:
    """The core measures of a visit."""
    values = [
        say("pair", name=say(f"measure_of.{name}"), value=value)
        for name, value in event.values
        if name in MEASURES
    ]
    flags = [name for name, value in event.values if name not in MEASURES and value == "yes"]
    values += [say("pair.is", name=say(f"q.core_set.{name}"), value=say("answer.yes")) for name in flags]
    visit = say(f"visit.{event.visit}")
    params = {"subject": event.subject, "visit": visit, "values": tuple(values), "at": event.at}
    return Text("event.CoreSetMeasured", params)
