"""A refusal: why in one line, what to do next, and who can decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.access import may, who_may
from bot.ask import Ask, Outcome
from bot.describe import cited, describe, planned
from bot.messages import Choice, Ending, Reply, Text, say
from bot.toxicity.deaths import by_record
from bot.toxicity.scored import score_words
from rules.course import Step, gone, lacking
from rules.lacks import Lack

# What helps with a lack: the command that mends it, for the same subject.
MENDS = {
    "no_consent": "new",
    "no_screening": "screen",
    "undetermined": "screen",
    "not_eligible": "screen",
    "no_eligibility": "eligible",
    "eligibility_void": "eligible",
    "no_slot": "slot",
    "no_apheresis": "apheresis",
    "no_lymphodepletion": "lymphodepletion",
    "unadjudicated": "dlt",
    "proposed": "dlt",
    "undecided": "dlt",
    "unreported": "ae",
    "ungraded": "ae",
    "score_unruled": "dlt",
    "death_unruled": "ae",
    "death_undated": "ae",
    "assessment_void": "assess",
    "died_in_window": "withdraw",
    "died": "withdraw",
    "no_place": "next",
    "level_closed": "next",
    "window_open": "subject",
    "has_dlt": "subject",
    "done_already": "subject",
    "other_level": "next",
}
# The assumption that a lack rests on.
RESTS_ON = {"spacing": "spacing", "window_open": "window", "onset_after": "late_toxicity"}
ASIDE = ("next", "new")
MOST_OPEN = 4


def refused(ask: Ask, what: str, lacks: tuple[Lack, ...], subject: str = "") -> Outcome:
    """The refusal of a step; the first lack leads, its remedy is a button."""
    head = say("refused", what=say(f"stage.{what}"), subject=subject)
    reasons = [line for lack in {lack.code: lack for lack in lacks}.values() for line in _told(ask, lack)]
    row = tuple(mend(*x) for x in mending(lacks, subject)[:2] if permitted(ask, x[0]))
    if permitted(ask, "correct"):
        row += tuple(_correcting(ask, lack) for lack in lacks if "event" in lack.params)[:1]
    deciders = say("refused.decides", roles=tuple(say(f"role.{r}") for r in who_may("sign_level")))
    return Outcome(Reply((head, *reasons, deciders), (row,) if row else ()))


def _told(ask: Ask, lack: Lack) -> Iterator[Text]:
    """A lack in words; of what may be a DLT, each with its own reason."""
    yield reason(ask, lack)
    for code, why in lack.params.get("subjects", ())[:MOST_OPEN]:
        yield say("subject.lacks", subject=code, why=reason(ask, why))


def mending(lacks: Iterable[Lack], subject: str) -> list[tuple[str, str]]:
    """What helps with the lacks: command and subject, each once; an outcome that is open is another's."""
    found: dict[tuple[str, str], None] = {}
    for lack in lacks:
        whose = lack.params["subjects"] if lack.code == "may_be_dlt" else ((subject, lack),)
        found |= {(MENDS[x.code], _whom(code, x)): None for code, x in whose if x.code in MENDS}
    return list(found)


def _whom(code: str, lack: Lack) -> str:
    """What the command is for: the adverse event whose day of death is lacking, else the subject."""
    return f"#{lack.params['entry']}" if lack.code == "death_undated" else code


def _correcting(ask: Ask, lack: Lack) -> Choice:
    """The button that corrects the entry that stands in the way."""
    number, what = lack.params["entry"], describe(ask.protocol, lack.params["event"])
    return Choice(say("choice.entry", number=number, what=what), f"/correct #{number}")


def nobody_fits(ask: Ask, stage: str) -> Outcome:
    """No subject is ready for a stage: what each of the latest lacks, and the button that mends it."""
    lines: list[Text] = [say("subject.none_fits")]
    mends: dict[tuple[str, str], None] = {}
    open_ = [s for s in ask.trial.subjects.values() if gone(s) is None and s.infusion is None]
    for subject in open_[-6:]:
        step = Step(ask.protocol, ask.trial, ask.decision, subject, stage, ask.now, ask.now)
        for lack in lacking(step)[:1]:
            lines.append(say("subject.lacks", subject=subject.code, why=reason(ask, lack)))
            if lack.code in MENDS:
                mends[MENDS[lack.code], subject.code] = None
    if not open_:
        mends["new", ""] = None
    rows = tuple((mend(name, code),) for name, code in mends if permitted(ask, name))
    return Outcome(Reply(tuple(lines), rows))


def permitted(ask: Ask, name: str) -> bool:
    """True when the person may use a command."""
    from bot.commands import BY_NAME

    return may(ask.person.role, BY_NAME[name].action)


def mend(name: str, subject: str) -> Choice:
    """The button of a command that mends something for a subject, or for an adverse event as #69."""
    if subject.startswith("#"):
        return Choice(say("choice.details", number=subject[1:]), f"/{name} {subject}")
    if name in ASIDE or not subject:
        return Choice(say(f"choice.{name}.plain"), f"/{name}")
    return Choice(say(f"choice.{name}.of", subject=subject), f"/{name} {subject}")


def reason(ask: Ask, lack: Lack) -> Text:
    """A lack in words, with the numbers that it rests on."""
    params = dict(lack.params)
    if "stage" in params:
        params["stage"] = say(f"stage.{params['stage']}")
    if "level" in params:
        params["dose"] = planned(ask.protocol, params["level"])
    if "action" in params:
        params["action"] = say(f"action.{params['action']}", level=ask.decision.level)
    if lack.code == "may_be_dlt":
        params["subjects"] = ask.decision.whose
    if "death" in params:
        params["death"] = by_record(params["death"])
    if "event" in params:
        params["event"] = describe(ask.protocol, params["event"])
    if "score" in params:
        params |= score_words(params["score"])
    if "entries" in params:
        params["entries"] = tuple(f"#{number}" for number in params["entries"])
    if lack.code in ("window_open", "onset_after"):
        params["at"] = Ending(params["at"])
    if lack.code in RESTS_ON:
        params["cited"] = cited(ask.protocol, RESTS_ON[lack.code])
    leaving = lack.code == "may_be_dlt" and only_leavings(lack.params["subjects"])
    return Text(f"lack.{lack.code}{'.leaving' if leaving else ''}", params)


def only_leavings(open_: Iterable[tuple[str, Lack]]) -> bool:
    """True where of all whose outcome is open only the leaving is to be recorded."""
    return all(lack.code == "died_in_window" for _, lack in open_)


def not_allowed(ask_role: str, action: str) -> Reply:
    """What somebody reads whose role may not do this."""
    roles = tuple(say(f"role.{role}") for role in who_may(action))
    return Reply((say("refused.role", role=say(f"role.{ask_role}"), roles=roles),))
