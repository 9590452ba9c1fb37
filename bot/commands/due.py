"""Who is due: the open tasks, the nearest deadline first, with what settles them on buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.access import may
from bot.ask import Ask, Outcome
from bot.commands.people import second_button, waiting_lines
from bot.messages import Choice, Ending, Reply, Text, say
from bot.refusals import mend
from bot.toxicity.deaths import died_of, ending
from rules.schedule import INSTANTS, Task, agenda

MOST_DUE, MOST_UNJUDGED, MOST_BUTTONS = 20, 10, 6  # of an answer that is still read
# Commands for a subject: the tasks that each settles, and the action that it takes.
SETTLES = (
    ("assess", ("assess",), "assess"),
    ("ae", ("death", "unreported_crs", "unreported_icans"), "report_event"),
    ("dlt", ("adjudicate", "adjudicate_anew"), "adjudicate"),
    ("withdraw", ("leave",), "withdraw"),
)


def grouped(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks of one kind, subject, adverse event and deadline together."""
    groups: dict[tuple[str, str, int, datetime], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.kind, task.subject, task.entry, task.deadline), []).append(task)
    return list(groups.values())


def due_line(ask: Ask, *tasks: Task) -> Text:
    """Tasks that belong together in one line."""
    first = tasks[0]
    facts = tuple(ask.protocol.fact[task.fact].asks for task in tasks if task.fact)
    at = first.deadline if first.kind in INSTANTS else Ending(first.deadline)
    key = f"due.{first.kind}{ending(ask.trial, first)}"
    died = died_of(ask.trial, first)
    return say(key, subject=first.subject, at=at, fact=facts, entry=first.entry, died=died)


def _told(ask: Ask, groups: list[list[Task]]) -> tuple[Text, ...]:
    """The nearest, then events nobody judged, which have no deadline; and how many are left out."""
    dated = [group for group in groups if group[0].kind != "unjudged"][:MOST_DUE]
    undated = [group for group in groups if group[0].kind == "unjudged"][:MOST_UNJUDGED]
    told = tuple(due_line(ask, *group) for group in (*dated, *undated))
    more = len(groups) - len(told)
    return (*told, say("due.more", number=more)) if more else told


def due(ask: Ask) -> Outcome:
    """Who is due, the nearest first."""
    tasks = agenda(ask.protocol, ask.trial, ask.now)
    half = waiting_lines(ask)
    if not tasks and not half:
        return Outcome(Reply((say("due.none"),), ((Choice(say("choice.next"), "/next"),),)))
    groups = grouped(tasks)
    told = _told(ask, groups)
    seconds = [x for x in ask.people.half_signed(ask.now) if half and x.person != ask.person.id]
    rows = (*((second_button(x),) for x in seconds[:6]), *_buttons(ask, tasks))
    return Outcome(Reply((say("due.head", number=len(groups) + len(half)), *half, *told), rows))


def _buttons(ask: Ask, tasks: Sequence[Task]) -> Iterable[tuple[Choice]]:
    """Reports to the sponsor first, then what settles the other tasks, each subject once."""
    owed = [t for t in tasks if t.kind in ("sae", "sae_overdue") and t.entry]
    for task in owed[:MOST_BUTTONS] if may(ask.person.role, "report_event") else ():
        yield (Choice(say("choice.sae.of", subject=task.subject), f"/sae #{task.entry}"),)
    unknown = [t.entry for t in tasks if t.kind == "undated"]
    for entry in unknown[:MOST_BUTTONS] if may(ask.person.role, "report_event") else ():
        yield (mend("ae", f"#{entry}"),)
    for name, kinds, action in SETTLES:
        codes = dict.fromkeys(t.subject for t in tasks if t.kind in kinds and may(ask.person.role, action))
        for code in [*codes][:MOST_BUTTONS]:
            yield (Choice(say(f"choice.{name}.of", subject=code), f"/{name} {code}"),)
