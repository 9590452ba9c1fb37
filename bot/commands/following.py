"""What became of an adverse event: seriousness, relatedness, outcome, action, grade; one card."""

from __future__ import annotations

from dataclasses import replace

from bot.access import may, who_may
from bot.ask import Ask, Outcome
from bot.asking import ask_when, asking
from bot.messages import Choice, Reply, say
from bot.toxicity.followed import card, so_far
from bot.toxicity.grading import BY_VALUE, Graded, graded
from bot.toxicity.slots import ALL, DETAILS, DONE, FIELD, NOT_SERIOUS, OPTIONS, SKIP
from rules.subject import Subject
from rules.toxicity.events import ENDED, SERIOUS

# An investigator judges these; a coordinator may say that an event is serious, so that its clock begins.
JUDGED = ("related",)


def follow(ask: Ask) -> Outcome:
    """What is new of the event `#about`; nothing is recorded of what is not known."""
    number = int(ask.given["about"])
    subject = ask.with_event(number)
    if subject is None or ask.given.get("subject", subject.code) != subject.code:
        return Outcome(Reply((say("slot.about.shape"),)))
    ask = _merged(replace(ask, given={**ask.given, "subject": subject.code}))
    if ask.given.get("grade") == BY_VALUE and "detail" not in ask.given:
        ask = replace(ask, given={**ask.given, "detail": "grade"})
    said = {d: ask.given[d] for d in DETAILS if ask.given.get(d, SKIP) != SKIP}
    judged = "related" in said or said.get("serious") == NOT_SERIOUS
    if judged and not may(ask.person.role, "judge"):
        roles = tuple(say(f"role.{role}") for role in who_may("judge"))
        return Outcome(Reply((say("followed.judged", roles=roles),)))
    asked = _ask_serious(ask, said["serious"]) if "serious" in said else None
    open_ = _open(ask, subject, number) if asked is None else ()
    if open_ is None:
        asked = _menu(ask, subject, number)
    elif open_:
        asked = _ask(ask, subject, number, open_[0])
    if asked is not None:
        return asked if asked.given is not None else replace(asked, given=ask.given)
    return _dated(ask, subject, number, said)


def _merged(ask: Ask) -> Ask:
    """One more criterion of seriousness joins those that were chosen before."""
    more = ask.given.get("serious_more")
    if more in (None, DONE):
        return ask
    given = {k: v for k, v in ask.given.items() if k != "serious_more"}
    return replace(ask, given={**given, "serious": f"{given['serious']},{more}"})


def _open(ask: Ask, subject: Subject, number: int) -> tuple[str, ...] | None:
    """The details that are still to be asked; None where it is to be asked which ones are meant."""
    said, wanted = [d for d in DETAILS if d in ask.given], ask.given.get("detail")
    if wanted is None:
        return () if said else None
    unknown = _unknown(ask, subject, number) if wanted == ALL else (wanted,)
    return tuple(detail for detail in unknown if detail not in ask.given)


def _unknown(ask: Ask, subject: Subject, number: int) -> tuple[str, ...]:
    """What this person may say and nobody has said yet; `grade` is always known."""
    course = subject.course
    known = {slot: bool(course.latest(number, FIELD[slot])) for slot in OPTIONS}
    known["serious"] = course.serious(number) is not None
    judge = may(ask.person.role, "judge")
    return tuple(
        x for x in DETAILS if x in known and (not known[x] or x in ask.given) and (judge or x not in JUDGED)
    )


def _menu(ask: Ask, subject: Subject, number: int) -> Outcome:
    judge = may(ask.person.role, "judge")
    first = ((Choice(say("detail.all"), ALL),),) if _unknown(ask, subject, number) else ()
    rest = [Choice(say(f"detail.{x}"), x) for x in DETAILS if judge or x not in JUDGED]
    rows = tuple(tuple(rest[at : at + 2]) for at in range(0, len(rest), 2))
    return asking("detail", *first, *rows, lines=(so_far(subject, number), say("ask.detail")))


def _ask(ask: Ask, subject: Subject, number: int, detail: str) -> Outcome | None:
    """The question for one detail; None once it is answered."""
    head = so_far(subject, number)
    skip = ((Choice(say("choice.skip"), SKIP),),) if ask.given.get("detail") == ALL else ()
    if detail == "grade":
        found = graded(ask, subject.adverse_events[number].term, (head,))
        return found if isinstance(found, Outcome) else None
    if detail == "serious":
        rows = [(Choice(say(f"serious.{x}"), x),) for x in SERIOUS]
        judge = may(ask.person.role, "judge")
        no = ((Choice(say("serious.no"), NOT_SERIOUS),),) if judge else ()
        return asking("serious", *no, *rows, *skip, lines=(head, say("ask.serious")))
    buttons = [Choice(say(f"{detail}.{x}"), x) for x in OPTIONS[detail]]
    rows_ = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return asking(detail, *rows_, *skip, lines=(head, say(f"ask.detail.{detail}")))


def _dated(ask: Ask, subject: Subject, number: int, said: dict[str, str]) -> Outcome:
    """The grade and the instant that belong to what was said; then the card."""
    if not said:
        return Outcome(Reply((say("followed.nothing"),)))
    term = subject.adverse_events[number].term
    found: Graded | Outcome = graded(ask, term) if "grade" in said else Graded(0)
    if isinstance(found, Outcome):
        return found
    if set(said) - {"serious"} and ask.instant() is None:
        key = "ask.when.ended" if said.get("became") in ENDED else "ask.when.since"
        return replace(ask_when(key), given=ask.given)
    return card(ask, subject, number, said, found)


def _ask_serious(ask: Ask, serious: str) -> Outcome | None:
    """Another criterion, and when the site became aware; None once both are answered."""
    left = [name for name in SERIOUS if name not in serious.split(",")]
    if serious != NOT_SERIOUS and left and ask.given.get("serious_more") != DONE:
        rows = [(Choice(say(f"serious.{name}"), name),) for name in left]
        return asking("serious_more", (Choice(say("serious.done"), DONE),), *rows)
    if "aware" in ask.given:
        return None
    key = "ask.aware.not" if serious == NOT_SERIOUS else "ask.aware"
    return asking("aware", (Choice(say("choice.now"), "now"),), lines=(say(key),))
