"""Every score of a subject in order: CRS, ICANS, the classification, the core measures and their response."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.asking import ask_subject
from bot.describe import describe
from bot.messages import Picture, Reply, Text, say
from bot.toxicity.assessments import every
from bot.toxicity.ruled import ruled
from rules.expressions import UNKNOWN
from rules.response import Response, responses
from rules.scores.core_set import ONE_YEAR
from rules.scores.criss import IMPROVED
from rules.scores.given import Score
from rules.subject import Subject
from rules.toxicity.events import NO_GRADE

MOST_PLACES = 15


def scores(ask: Ask) -> Outcome:
    """What was scored, oldest first; the response is computed anew from the measures on record."""
    subject = ask.subject
    if subject is None:
        return ask_subject(
            [s.code for s in ask.trial.subjects.values() if s.course.scores or s.course.core_sets]
        )
    told: list[Text] = []
    for scale in ("crs", "icans"):
        told += every(subject, scale)
    told += [describe(ask.protocol, x) for x in subject.course.scored("acr_eular")]
    told += [describe(ask.protocol, x) for x in sorted(subject.course.core_sets, key=lambda x: x.at)]
    for response in responses(ask.protocol, subject):
        told += _lines(ask, response)
    if not told:
        return Outcome(Reply((say("scores.none", subject=subject.code),)))
    return Outcome(Reply(tuple(told), picture=_picture(ask, subject)))


def _picture(ask: Ask, subject: Subject) -> Picture | None:
    """CRS and ICANS over the days since the infusion, or since the first assessment before one."""
    found = {scale: subject.course.scored(scale) for scale in ("crs", "icans")}
    instants = [x.at for told in found.values() for x in told]
    if not instants:
        return None
    begin = subject.infusion.at if subject.infusion else min(instants)
    numbers = {
        scale: [
            [round((x.at - begin).total_seconds() / 86400, 2), x.score, max(x.beside, NO_GRADE)] for x in told
        ]
        for scale, told in found.items()
    }
    words = {name: say(f"picture.scale.{name}") for name in ("crs", "icans", "ctcae", "grade")}
    days = "picture.days" if subject.infusion else "picture.scores.first"
    words |= {"days": say(days), "days_bent": say(f"{days}.bent")}
    words["title"] = say("picture.scores.title", subject=subject.code)
    return Picture("scores", numbers, words)


def _lines(ask: Ask, found: Response) -> tuple[Text, ...]:
    """One follow-up: each score with its rule, then what the file says of it."""
    head = say("response.alone", at=found.follow_up.at)
    if found.day is not None:
        head = say("response.head", at=found.follow_up.at, day=found.day)
    own, revised = found.criss, found.rcriss
    if isinstance(own, Score):
        result = own.result
        first = say(
            "response.criss",
            probability=_probability(result["probability"]),
            improved=say("answer.yes" if result["improved"] else "answer.no"),
            rule=ruled(own.rule),
            source=own.source,
        )
    else:
        first = _missing("ACR-CRISS", own)
    second = _revised(revised) if isinstance(revised, Score) else _missing("Revised CRISS", revised)
    return (head, first, second, *_standing(found.day), _by_file(ask, found))


def _probability(value: float) -> str:
    """With three places, and more where these would round it up to the limit that it is below."""
    places = 3
    while value < IMPROVED <= round(value, places) and places < MOST_PLACES:
        places += 1
    return f"{value:.{places}f}"


def _revised(found: Score) -> Text:
    yes = tuple(f"{percent} %" for percent, holds in found.result["responder"].items() if holds)
    levels = yes or (say("response.at_none"),)
    return say("response.rcriss", levels=levels, rule=ruled(found.rule), source=found.source)


def _missing(name: str, names: tuple[str, ...]) -> Text:
    return say("response.cannot", name=name, missing=tuple(say(f"missing.{x}") for x in names))


def _standing(day: int | None) -> tuple[Text, ...]:
    """Whether the scores stand where they were developed; without a baseline there is no day to say it of."""
    if day is None:
        return ()
    return (say("response.exploratory", day=day) if day < ONE_YEAR else say("response.as_developed"),)


def _by_file(ask: Ask, found: Response) -> Text:
    rule = ask.protocol.response
    if rule is None or rule.when is None:
        return say("response.silent", day=rule.day if rule else 0)
    if found.by_file is UNKNOWN:
        return say("response.open", says=rule.says, source=rule.source)
    key = "response.yes" if found.by_file else "response.no"
    return Text(key, {"says": rule.says, "source": rule.source})
