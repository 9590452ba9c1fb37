"""CRS, ICANS and the 2013 classification as bedside interviews; the core measures of a visit."""

from __future__ import annotations

from dataclasses import replace

from bot.ask import Ask, Outcome
from bot.asking import ask_subject, ask_when, asking
from bot.describe import answer_words
from bot.messages import Choice, Reply, Text, say
from bot.refusals import refused
from bot.toxicity.assessments import newest
from bot.toxicity.bedside import PREFIX, answers_of, inputs, next_question, slots_of
from bot.toxicity.ruled import ruled
from bot.toxicity.terms import COMMON
from rules import events as e
from rules.course import gone
from rules.lacks import Lack
from rules.response import baseline_of
from rules.scores.bedside import given as counted
from rules.scores.bedside import score
from rules.scores.crs import ctcae_needs
from rules.scores.given import Missing, Score
from rules.subject import Subject, in_window
from rules.toxicity.covering import scale_of
from rules.toxicity.events import ENDED, FATAL, NO_GRADE, UNKNOWN_GRADE, VISITS
from rules.toxicity.observed import after_death, after_infusion, outlived

STANDARD = {"crs": "ASTCT 2019", "icans": "ASTCT 2019", "acr_eular": "ACR/EULAR 2013"}


def crs(ask: Ask) -> Outcome:
    """Cytokine release syndrome by ASTCT 2019, with CTCAE's own grade beside it."""
    return _interview(ask, "crs")


def icans(ask: Ask) -> Outcome:
    """Neurotoxicity by ASTCT 2019: the ICE score, consciousness, seizure, motor findings, oedema."""
    return _interview(ask, "icans")


def classify(ask: Ask) -> Outcome:
    """Systemic sclerosis by the 2013 ACR/EULAR criteria; the verdict answers the file's fact too."""
    return _interview(ask, "acr_eular")


def _interview(ask: Ask, scale: str) -> Outcome:
    subject = ask.subject
    if subject is None:
        dosed = [s.code for s in ask.trial.subjects.values() if s.infusion is not None]
        return ask_subject(dosed if dosed and scale != "acr_eular" else list(ask.trial.subjects))
    answers = answers_of(ask, scale)
    asked = next_question(ask, scale, answers, () if answers else history(subject, scale))
    if asked is not None:
        return asked
    try:
        found = score(scale, answers)
    except Missing as why:
        missing = tuple(say(f"q.{scale}.{name}") for name in why.names)
        again = Choice(say("choice.again"), f"/{SCALES[scale]} {subject.code}")
        return Outcome(Reply((say("score.cannot", missing=missing),), ((again,),)))
    if ask.instant() is None:
        return replace(ask_when("ask.when.scored", subject=subject.code), given=ask.given)
    return _card(ask, subject, scale, found)


SCALES = {"crs": "crs", "icans": "icans", "acr_eular": "classify"}


def history(subject: Subject, scale: str) -> tuple[Text, ...]:
    """The newest assessments in order of time; of earlier ones how many, and the worst."""
    return newest(subject, scale) if scale in COMMON else ()


def _card(ask: Ask, subject: Subject, scale: str, found: Score) -> Outcome:
    at, answers = ask.instant(), answers_of(ask, scale)
    assert at is not None  # noqa: S101 - asked before
    if subject.consented is not None and at < subject.consented:
        lack = Lack("before", {"stage": "consent", "at": subject.consented})
        return refused(ask, "scale", (lack,), subject.code)
    points, result, beside = _read(scale, found)
    pairs = tuple(counted(scale, answers).items())
    event = e.Scored(subject.code, scale, STANDARD[scale], points, pairs, at, result, beside)
    events: tuple[e.Event, ...] = (event, *_fact(ask, subject, event))
    trial = ask.trial_with(*events)
    dead = outlived(ask.trial, trial, subject.code)
    if dead is not None:
        return refused(ask, "scale", (dead,), subject.code)
    notes: tuple[object, ...] = (
        say("score.inputs", inputs=inputs(scale, answers)),
        say("score.rule", rule=ruled(found.rule), source=found.source),
        *_beside(ask, subject, event, found),
        *history(subject, scale),
    )
    notes += _stands(ask, subject, event, trial.subjects[subject.code])
    if points == FATAL and scale in COMMON:
        notes += (say("note.scale.fatal"),)
    edits = (*slots_of(scale, answers), "when")
    return Outcome(events=events, notes=notes, edits=edits, then=_then(subject, event), given=ask.given)


def _read(scale: str, found: Score) -> tuple[int, str, int]:
    """(points or grade, the verdict's word, CTCAE's own grade, NO_GRADE or UNKNOWN_GRADE)."""
    result = found.result
    if scale != "acr_eular":
        own = result.get("ctcae", {}).get("grade", NO_GRADE)
        return int(result["grade"]), "", own if isinstance(own, int) else UNKNOWN_GRADE
    if "not_applicable" in result:
        return 0, "not_applicable", NO_GRADE
    word = "definite" if result["definite"] else "not_definite"
    return int(result.get("total", result.get("total_at_least", 0))), word, NO_GRADE


def _beside(ask: Ask, subject: Subject, event: e.Scored, found: Score) -> tuple[Text, ...]:
    """What CTCAE's own grade of CRS is, or what is missing for it, and that a window needs it."""
    if event.scale != "crs":
        return ()
    if event.beside == UNKNOWN_GRADE:
        missing = tuple(say(f"q.crs.{name}") for name in ctcae_needs(found.inputs))
        told = say("score.beside.open", missing=missing)
        needed = event.score > 0 and in_window(ask.protocol, subject, event.at)
        return (told, say("score.beside.needed")) if needed else (told,)
    key = "score.beside.differs" if found.result["differs"] else "score.beside.same"
    return (say(key, grade=event.beside),)


def _fact(ask: Ask, subject: Subject, event: e.Scored) -> tuple[e.Event, ...]:
    """The file's fact that this score answers, while the subject is screened."""
    if subject.infusion is not None or gone(subject) is not None:
        return ()
    facts = [fact.id for fact in ask.protocol.facts if fact.score == event.scale]
    value = "yes" if event.result == "definite" else "no"
    return tuple(e.Answered(subject.code, fact, value, event.at) for fact in facts)


def _stands(ask: Ask, subject: Subject, scored: e.Scored, after: Subject) -> tuple[Text, ...]:
    """Once eligibility is signed: whether the answer that it rests on stays as it was."""
    told = []
    for fact in ask.protocol.facts if subject.eligible is not None else ():
        was = subject.answers.get(fact.id)
        if fact.score == scored.scale and was is not None:
            now = after.answers[fact.id].value
            key = "note.fact.stays" if now == was.value else "note.fact.changes"
            words = {"old": answer_words(fact, was.value), "new": answer_words(fact, now)}
            told.append(Text(key, {"fact": fact.asks, **words}))
    return tuple(told)


def _then(subject: Subject, event: e.Scored) -> tuple[Choice, ...]:
    """The adverse event that belongs to a grade: the one that goes on, or a new one."""
    seen = Choice(say("choice.scores.of", subject=subject.code), f"/scores {subject.code}")
    if event.scale not in COMMON or event.score == 0:
        return (seen,)
    term, course = COMMON[event.scale], subject.course
    same = [n for n, x in subject.adverse_events.items() if scale_of(x.term) == event.scale]
    open_ = [n for n in same if course.outcome(n) not in ENDED]
    if open_:
        return (Choice(say("choice.details", number=open_[-1]), f"/ae #{open_[-1]}"), seen)
    return (Choice(say("choice.ae.of", subject=subject.code), f"/ae {subject.code} {term}"), seen)


def measures(ask: Ask) -> Outcome:
    """The core measures at baseline or follow-up; what was not measured is left out."""
    subject = ask.subject
    if subject is None:
        return ask_subject(list(ask.trial.subjects))
    if "visit" not in ask.given:
        row = tuple(Choice(say(f"visit.{name}"), name) for name in VISITS)
        return replace(asking("visit", row), given=ask.given)
    visit = ask.given["visit"]
    answers = _measured(ask, subject, visit)
    asked = next_question(ask, "core_set", answers)
    if asked is not None:
        return asked
    at = ask.instant()
    if at is None:
        return replace(ask_when("ask.when.measured", subject=subject.code), given=ask.given)
    pairs = tuple(counted("core_set", answers).items())
    if not pairs:
        return Outcome(Reply((say("followed.nothing"),)))
    if subject.consented is not None and at < subject.consented:
        lack = Lack("before", {"stage": "consent", "at": subject.consented})
        return refused(ask, "measures", (lack,), subject.code)
    event = e.CoreSetMeasured(subject.code, visit, pairs, at)
    late = after_infusion(event, subject) or after_death(event, subject)
    if late is not None:
        return refused(ask, "measures", (late,), subject.code)
    edits = (*slots_of("core_set", answers), "when")
    then = (Choice(say("choice.scores.of", subject=subject.code), f"/scores {subject.code}"),)
    notes: tuple[Text, ...] = (say("score.inputs", inputs=inputs("core_set", answers)),)
    if visit == "follow_up" and baseline_of(subject, at) is None:
        notes += (say("note.no_baseline"),)
    minute = at.replace(second=0, microsecond=0)
    if any(
        x.visit == visit and x.at.replace(second=0, microsecond=0) == minute for x in subject.course.core_sets
    ):
        notes += (say("note.same_minute", at=at),)
    return Outcome(events=(event,), notes=notes, edits=edits, then=then, given=ask.given)


def _measured(ask: Ask, subject: Subject, visit: str) -> dict[str, str]:
    """The answers, with the visit and the FVC at baseline, by which step 1 is asked."""
    own = answers_of(ask, "core_set")
    found = baseline_of(subject, ask.instant() or ask.now)
    values = dict(found.values) if found else {}
    before = {"fvc_baseline": values["fvc"]} if "fvc" in values else {}
    return {**before, **own, "visit": visit}


__all__ = ["PREFIX", "classify", "crs", "history", "icans", "measures"]
