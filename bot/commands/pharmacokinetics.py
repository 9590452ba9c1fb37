"""CAR-T cells in blood: samples recorded from lines or a file; exposure of a subject and of the levels."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import ask_subject, asking
from bot.messages import Choice, Reply, Text, say
from bot.pk.bounds import NoTable
from bot.pk.bytes_of import Table
from bot.pk.curves import levels_picture, not_drawn, subject_picture
from bot.pk.exposure import level_lines, pictured, subject_lines
from bot.pk.lines import read_lines
from bot.pk.table import read_table
from bot.pk.words import Wrong, fault_words, how, wrong_lines
from rules.pk import concentration as c
from rules.pk.events import ConcentrationMeasured
from rules.pk.sampling import Draft, checked


def pk(ask: Ask) -> Outcome:
    """Cmax, Tmax and areas of a subject; without one, of everybody by dose level."""
    subject = ask.subject
    if subject is not None:
        button = Choice(say("choice.sample.of", subject=subject.code), f"/sample {subject.code}")
        rows = ((button,),) if may(ask.person.role, "measure") else ()
        return Outcome(Reply(subject_lines(ask, subject), rows, picture=subject_picture(ask, subject)))
    codes = pictured(ask)
    buttons = [Choice(say("choice.pk.of", subject=code), f"/pk {code}") for code in codes[-12:]]
    pairs = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    lines = (*level_lines(ask), *not_drawn(ask))
    return Outcome(Reply(lines, pairs, picture=levels_picture(ask)))


def sample(ask: Ask) -> Outcome:
    """Record samples: those typed, those of a file, or those that a card showed, each time checked anew."""
    if "table" in ask.given:
        return _of_file(ask)
    if "drafts" in ask.given:
        return _held(ask, _thawed(ask.given["drafts"]), (), "pk.wrong.at_line")
    if ask.subject is None:
        asked = ask_subject([s.code for s in ask.trial.subjects.values() if s.infusion is not None])
        wrong = "samples" in ask.given and read_lines(ask.given["samples"], "", ask)[1]
        return replace(asked, given={}) if wrong else asked  # lines that were not read wait for no subject
    if "samples" not in ask.given:
        lines = (say("ask.samples", subject=ask.subject.code), how(ask.protocol))
        return asking("samples", lines=lines)
    drafts, wrong = read_lines(ask.given["samples"], ask.subject.code, ask)
    return _held(ask, drafts, wrong, "pk.wrong.at_line")


def _of_file(ask: Ask) -> Outcome:
    rows, sha256, semicolons = json.loads(ask.given["table"])
    table = Table(tuple(map(tuple, rows)), sha256, semicolons)
    try:
        drafts, wrong = read_table(table, ask)
    except NoTable as error:
        return Outcome(Reply((say("file.refused"), error.text)))
    return _held(ask, drafts, wrong, "pk.wrong.at_row", sha256)


def _held(ask: Ask, drafts: list[Draft], wrong: Iterable[Wrong], key: str, file: str = "") -> Outcome:
    """A card of all samples, or everything that is wrong and nothing recorded."""
    file = file or ask.given.get("file", "")
    events, faults = checked(ask.protocol, ask.trial, drafts, ask.now, file)
    found = [*wrong, *map(fault_words, faults)]
    if found or not events:
        lines = wrong_lines(found, key) or [say("file.empty")]
        return Outcome(
            Reply(
                (
                    say("pk.nothing", number=len({x.line for x in found})),
                    *lines,
                    how(ask.protocol),
                )
            )
        )
    kept = {name: value for name, value in ask.given.items() if name in ("subject", "_typed")}
    given = {**kept, "drafts": _frozen(drafts), **({"file": file} if file else {})}
    notes: tuple[Text, ...] = (say("pk.file", sha=file[:12]),) if file else ()
    codes = list(dict.fromkeys(event.subject for event in events))
    then = tuple(Choice(say("choice.pk.of", subject=code), f"/pk {code}") for code in codes[:6])
    early = [x for x in events if _before(ask, x) and not c.below(x.amount) and x.amount != "0"]
    if early:
        notes += (say("pk.predose_high", number=len(early)),)
    return Outcome(events=events, notes=notes, then=then, given=given)


def _before(ask: Ask, event: ConcentrationMeasured) -> bool:
    infusion = ask.trial.subjects[event.subject].infusion
    return infusion is not None and event.at <= infusion.at


def _frozen(drafts: list[Draft]) -> str:
    """The samples as they are kept with their card."""
    return json.dumps(
        [[x.line, x.subject, x.value, x.unit, x.day, x.at.isoformat() if x.at else ""] for x in drafts],
        separators=(",", ":"),
    )


def _thawed(text: str) -> list[Draft]:
    return [
        Draft(line, subject, value, unit, day, datetime.fromisoformat(at) if at else None)
        for line, subject, value, unit, day, at in json.loads(text)
    ]
