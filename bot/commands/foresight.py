"""Looking ahead: what if, the forecast, the chances of each next action. Reads only; nothing is written."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.asking import asking
from bot.calendars import calendar_file
from bot.decisions import as_counted, assumption_line, brief, clause_lines, counts, headline
from bot.describe import cited
from bot.messages import Choice, Reply, Text, say
from bot.outlook import as_taken, badge, calendar_picture, last, looking_ahead, opening, told
from bot.toxicity.deaths import died
from bot.words import Reader
from rules.counting import history_of
from rules.escalation import Decision, decide
from rules.forecast import Forecast
from rules.forecast import forecast as forecast_of
from rules.foresight import OUTCOMES, suppose, waiting
from rules.foresight import chances as chances_of
from rules.proving.paths import TooManyPaths
from rules.subject import status
from rules.toxicity.deaths import death_of, died_in_window
from rules.toxicity.leaving import as_left
from rules.trial import Subject, Trial

RATES = ("0.1", "0.2", "0.25", "0.33")
AHEAD = (Choice(say("choice.forecast"), "/forecast"), Choice(say("choice.chances"), "/chances"))
ROWS = 8


def what_if(ask: Ask) -> Outcome:
    """What if a subject had a DLT, no DLT, or left: the decision then, against now, and the calendar."""
    subject = ask.subject
    if subject is None:
        rows = supposing(ask)
        example = ask.protocol.subject_code(5)
        line = say("whatif.ask" if rows else "whatif.nobody", example=example)
        return Outcome(Reply((line,), (*rows, AHEAD)))
    if "outcome" not in ask.given:
        row = tuple(Choice(say(f"outcome.{name}"), name) for name in OUTCOMES)
        return asking("outcome", row, lines=(say("ask.outcome", subject=subject.code),))
    outcome = ask.given["outcome"]
    death = died(subject)
    if death is not None and outcome == "no_dlt" and _cannot_pass(ask, subject):
        return Outcome(Reply((say("whatif.died", subject=subject.code, died=death), say("whatif.nothing"))))
    then = suppose(ask.protocol, ask.trial, subject.code, outcome, ask.now)
    if then is None:
        return Outcome(Reply((say("whatif.no_place", subject=subject.code),), (*supposing(ask), AHEAD)))
    told_of = _supposed(ask, then, subject.code, say(f"outcome.{outcome}"))
    left = "died" if outcome == "leaves" and died_in_window(ask.protocol, subject) else outcome
    how = [say(f"whatif.how.{left}", cited=cited(ask.protocol, "leaving"))]
    if status(ask.protocol, subject, ask.now) == "held" and outcome != "leaves":
        how.append(say("whatif.held", subject=subject.code, cited=cited(ask.protocol, "spacing")))
    return Outcome(Reply((*told_of, *how, *as_taken(ask), say("whatif.nothing")), (*supposing(ask), AHEAD)))


def _cannot_pass(ask: Ask, subject: Subject) -> bool:
    """True of who died before the end of the window, or before a dose."""
    return death_of(subject) is not None and (
        subject.infusion is None or died_in_window(ask.protocol, subject) is not None
    )


def supposing(ask: Ask) -> tuple[tuple[Choice, ...], ...]:
    """The likely suppositions: a DLT and no DLT of each subject pending."""
    return tuple(
        tuple(
            Choice(
                say("choice.whatif", subject=s.code, outcome=say(f"outcome.{name}")),
                f"/whatif {s.code} {name}",
            )
            for name in (OUTCOMES[:1] if _cannot_pass(ask, s) else OUTCOMES[:2])
        )
        for s in waiting(ask.protocol, ask.trial, ask.now)[-ROWS:]
    )


def _supposed(ask: Ask, then: Trial, code: str, outcome: Text) -> list[object]:
    """The decision then against now, and what moves on the calendar."""
    protocol, now = ask.protocol, ask.decision
    after = decide(protocol, then, ask.now)
    signed = ask.trial.mtd is not None
    words = {"subject": code, "outcome": outcome}
    if after.answer == now.answer:
        lines: list[object] = [say("whatif.same", **words, now=headline(protocol, now, signed))]
    else:
        lines = [say("whatif.head", **words, then=headline(protocol, after, signed))]
        lines.append(say("whatif.now", now=headline(protocol, now, signed)))
    lines += badge(ask, then)
    if after.action not in ("hold", "refer"):
        lines += [counts(after), _possible(ask, then)]
    lines += _moves(ask, _forecast(ask, ask.trial), _forecast(ask, then))
    return [*lines, *clause_lines(protocol, after), *assumption_line(after)]


def _possible(ask: Ask, then: Trial) -> Text:
    """What can be next once nobody is pending, now and then."""
    before, after = (
        tuple(
            brief(ask.protocol, chance.decision)
            for chance in chances_of(ask.protocol, history_of(ask.protocol, trial, ask.now), 0.5)
        )
        for trial in (as_left(ask.protocol, x, ask.now) for x in (ask.trial, then))
    )
    return say("whatif.possible", before=before, then=after)


def _moves(ask: Ask, before: Forecast | None, then: Forecast | None) -> list[Text]:
    """How the calendar moves; nothing where there is no date before and none after."""
    if before is None and then is None:
        return []
    lines = []
    level = max(f.opens for f in (before, then) if f)
    if level:
        lines.append(say("whatif.opens", level=level, before=opening(ask, before), then=opening(ask, then)))
    lines.append(say("whatif.subjects", before=_span(before), then=_span(then)))
    return [*lines, say("whatif.last", before=last(ask, before), then=last(ask, then))]


def _span(found: Forecast | None) -> object:
    return f"{found.fewest}–{found.most}" if found else say("forecast.no_date")


def _forecast(ask: Ask, trial: Trial) -> Forecast | None:
    try:
        return forecast_of(ask.protocol, as_left(ask.protocol, trial, ask.now), ask.now)
    except TooManyPaths:
        return None


def forecast(ask: Ask) -> Outcome:
    """When the next level can open, who binds it, how many subjects and until when; with a calendar."""
    found = _forecast(ask, ask.trial)
    row = (Choice(say("choice.whatif.plain"), "/whatif"), Choice(say("choice.chances"), "/chances"))
    if found is None:
        signed = ask.trial.mtd is not None
        lines = (say("forecast.none"), headline(ask.protocol, ask.decision, signed))
        return Outcome(Reply((*lines, *clause_lines(ask.protocol, ask.decision)), (row,)))
    file = calendar_file(ask.protocol, ask.trial, ask.now, Reader(ask.language, ask.protocol.zone))
    ahead = looking_ahead(ask)
    picture = calendar_picture(ahead, found)
    said = (*told(ahead, found), *as_taken(ask), *as_counted(ahead.decision))
    return Outcome(Reply(said, (row,), file, picture if picture.numbers["rows"] else None))


def chances(ask: Ask) -> Outcome:
    """The exact odds of each next action, at the DLT rate that is given, over those pending."""
    taken, ask = as_taken(ask), looking_ahead(ask)
    codes = tuple(subject.code for subject in waiting(ask.protocol, ask.trial, ask.now))
    signed = ask.trial.mtd is not None
    if not codes or signed:
        certain = say("chances.certain", next=headline(ask.protocol, ask.decision, signed))
        return Outcome(Reply((certain, *taken, *clause_lines(ask.protocol, ask.decision)), (AHEAD[:1],)))
    if "rate" not in ask.given:
        row = tuple(Choice(rate_words(float(rate)), rate) for rate in RATES)
        return asking("rate", row, lines=(say("ask.rate"),), number=True)
    rate = float(ask.given["rate"])
    found = chances_of(ask.protocol, history_of(ask.protocol, ask.trial, ask.now), rate)
    lines = [say("chances.head", rate=rate_words(rate))]
    lines += [_chance(ask, chance.decision, chance.clauses, chance.odds) for chance in found]
    assumed = say("chances.assumed", subjects=codes, cited=cited(ask.protocol, "leaving"))
    row = tuple(Choice(rate_words(float(rate)), f"/chances {rate}") for rate in RATES)
    return Outcome(Reply((*lines, assumed, *taken, *as_counted(ask.decision)), (row, AHEAD[:1])))


def _chance(ask: Ask, decision: Decision, clauses: tuple[str, ...], odds: float) -> Text:
    return say("chances.line", odds=percent(odds), next=headline(ask.protocol, decision), clauses=clauses)


def percent(share: float) -> str:
    """Odds in percent, one place."""
    return f"{100 * share:.1f} %"


def rate_words(rate: float) -> str:
    """A rate in percent, as it was given."""
    return f"{100 * rate:.6g} %"
