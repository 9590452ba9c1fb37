"""The protocol itself: doses, window, criteria, clauses, assumptions, each with its source; and its print."""

from __future__ import annotations

from bot.ask import Ask, Outcome
from bot.describe import planned, source_words
from bot.messages import Choice, Document, Reply, Text, say
from bot.words import Reader

TOPICS = ("doses", "window", "course", "criteria", "clauses", "assumptions", "print")


def protocol(ask: Ask) -> Outcome:
    """Browse by topic; a clause, criterion or assumption can be named."""
    topic = ask.given.get("topic", "")
    if topic == "print":
        return Outcome(Reply((say("protocol.printed"),), document=_print(ask)))
    lines = topic_lines(ask, topic) or named_lines(ask, topic)
    if not lines:
        trial = ask.protocol.trial
        head = say(
            "protocol.head", id=trial.id, title=trial.title, version=trial.version,
            sha=ask.protocol.sha256[:12], source=trial.source, target=trial.target_subjects,
        )  # fmt: skip
        lines = (head,) if not topic else (say("protocol.unknown", topic=topic), head)
    return Outcome(Reply(lines, menu()))


def menu() -> tuple[tuple[Choice, ...], ...]:
    """The topics as buttons."""
    buttons = [Choice(say(f"topic.{name}"), f"/protocol {name}") for name in TOPICS]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def topic_lines(ask: Ask, topic: str) -> tuple[Text, ...]:
    """What the file says on a topic, each line with its source; nothing for a topic that is none."""
    makers = {
        "doses": _doses, "window": _window, "course": _course, "criteria": _criteria, "clauses": _clauses,
        "assumptions": _assumptions,
    }  # fmt: skip
    return makers[topic](ask) if topic in makers else ()


def _doses(ask: Ask) -> tuple[Text, ...]:
    file = ask.protocol
    levels = tuple(
        say(
            "protocol.level",
            level=x.number,
            dose=planned(file, x.number),
            unit=file.dose_unit,
            source=x.source,
        )
        for x in file.levels
    )
    cohort = say(
        "protocol.cohort", size=file.cohort.size, maximum=file.cohort.maximum, source=file.cohort.source
    )
    return (
        *levels,
        say("protocol.tolerance", percent=file.tolerance_percent, source=file.dose_source),
        cohort,
    )


def _window(ask: Ask) -> tuple[Text, ...]:
    file = ask.protocol
    last = file.window_days + file.window_extra_days
    dlt = say("protocol.dlt", grade=file.adjudicate_from_grade, scale=file.dlt_scale, source=file.dlt_source)
    window = say(
        "protocol.window", days=file.window_days, last=last, zone=file.trial.zone, source=file.window_source
    )
    proposing = tuple(
        say("protocol.proposes", id=x.id, says=x.says, source=x.source) for x in file.dlt_criteria
    )
    hours = say("protocol.sae", hours=file.sae_hours, source=file.safety_source)
    return (window, dlt, *proposing, *((hours,) if file.sae_hours else ()))


def _course(ask: Ask) -> tuple[Text, ...]:
    stages = tuple(say("protocol.stage", says=x.says, source=x.source) for x in ask.protocol.stages)
    return (*stages, say("protocol.second")) if ask.protocol.infusion_second_person else stages


def _criteria(ask: Ask) -> tuple[Text, ...]:
    return tuple(
        say(f"protocol.{x.kind}", id=x.id, says=x.says, source=x.source) for x in ask.protocol.criteria
    )


def _clauses(ask: Ask) -> tuple[Text, ...]:
    live = [clause for table in ask.protocol.tables.values() for clause in table]
    return tuple(
        say("protocol.clause", id=x.id, says=x.says, source=source_words(x.source, x.under)) for x in live
    )


def _assumptions(ask: Ask) -> tuple[Text, ...]:
    return tuple(
        say("protocol.assumption", id=x.id, situation=x.situation, says=x.reading.says)
        for x in ask.protocol.assumptions
    )


def named_lines(ask: Ask, name: str) -> tuple[Text, ...]:
    """One clause, criterion or assumption by its id, in full."""
    clause = ask.protocol.clause(name)
    if clause:
        source = source_words(clause.source, clause.under)
        full = say("protocol.clause", id=clause.id, says=clause.says, source=source)
        return (full, say("why.when", clause=clause.id, when=clause.when.text))
    for criterion in ask.protocol.criteria:
        if criterion.id.casefold() == name.casefold():
            key = f"protocol.{criterion.kind}"
            return (say(key, id=criterion.id, says=criterion.says, source=criterion.source),)
    assumption = ask.protocol.assumption(name.upper())
    if assumption is None:
        return ()
    chosen = assumption.reading
    first = say("protocol.assumption", id=assumption.id, situation=assumption.situation, says=chosen.says)
    others = [r for r in assumption.readings if r is not chosen]
    return (first, *(say("why.other", says=r.says, id=assumption.id, name=r.name) for r in others))


def _print(ask: Ask) -> Document:
    """The whole file for signature, as one HTML page."""
    reader = Reader(ask.language, ask.protocol.zone)
    trial = ask.protocol.trial
    parts = [f"<h1>{reader.html(trial.id)} · {reader.html(trial.title)}</h1>"]
    parts.append(
        f"<p>{reader.html(say('protocol.stamp', version=trial.version, sha=ask.protocol.sha256))}</p>"
    )
    for name in TOPICS[:-1]:
        parts.append(f"<h2>{reader.html(say(f'topic.{name}'))}</h2><ul>")
        parts += [f"<li>{reader.html(line)}</li>" for line in topic_lines(ask, name)]
        parts.append("</ul>")
    parts.append(f"<p>{reader.html(say('protocol.sign_here'))}</p>")
    style = "<style>body{font-family:sans-serif;max-width:50em;margin:2em auto}</style>"
    page = f'<!doctype html><meta charset="utf-8"><title>{trial.id}</title>{style}{"".join(parts)}'
    return Document(f"protocol-{trial.id}-{trial.version}-{ask.language}.html", page)
