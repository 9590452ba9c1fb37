"""Every command on one page: name, action that access.py guards, slots in typing order."""

from __future__ import annotations

from bot.ask import Command
from bot.commands import (
    adverse,
    amending,
    correcting,
    foresight,
    hindsight,
    own,
    people,
    pharmacokinetics,
    protocol,
    reading,
    records,
    safety,
    screening,
    settings,
    sponsor,
    summaries,
)

COMMANDS: tuple[Command, ...] = (
    Command("next", "read", reading.next_step),
    Command("status", "read", reading.board, aliases=("board",)),
    Command("subject", "read", reading.subject, ("subject",), aliases=("patient",)),
    Command("due", "read", reading.due),
    Command("why", "read", reading.why, ("entry",)),
    Command("whatif", "read", foresight.what_if, ("subject", "outcome"), aliases=("if",)),
    Command("forecast", "read", foresight.forecast, aliases=("calendar",)),
    Command("chances", "read", foresight.chances, ("rate",), aliases=("odds",)),
    Command("pk", "read", pharmacokinetics.pk, ("subject", "samples"), entry="sample"),
    Command("safety", "read", summaries.safety),
    Command("swimmer", "read", summaries.swimmer),
    Command("replay", "read", hindsight.replay, aliases=("hindsight",)),
    Command("oc", "read", hindsight.oc, ("rates",), aliases=("characteristics",)),
    Command("protocol", "read_protocol", protocol.protocol, ("topic",)),
    Command("amendments", "read_protocol", amending.amendments),
    Command("check", "check_patient", screening.check, ("topic",)),
    Command("new", "consent", records.new, ("when",), ("consent",), "course"),
    Command("screen", "answer", screening.screen, ("subject", "when"), group="course"),
    Command("eligible", "confirm_eligibility", records.eligible, ("subject",), ("eligibility",), "course"),
    Command("slot", "slot", records.slot, ("subject",), ("enrol",), "course"),
    Command("apheresis", "apheresis", records.apheresis, ("subject", "when"), group="course"),
    Command(
        "lymphodepletion", "lymphodepletion", records.lymphodepletion, ("subject", "when"), ("ld",), "course"
    ),
    Command("dose", "infuse", records.dose, ("subject", "cells", "when"), ("infusion",), "course"),
    Command("withdraw", "withdraw", records.withdraw, ("subject", "leaving", "when"), group="course"),
    Command(
        "ae",
        "report_event",
        adverse.adverse_event,
        ("subject", "about", "term", "grade", "when"),
        group="safety",
    ),
    Command("sae", "report_event", sponsor.sae, ("subject", "about", "when"), group="safety"),
    Command("sample", "measure", pharmacokinetics.sample, ("subject", "samples"), ("samples",), "course"),
    Command("dlt", "adjudicate", safety.dlt, ("subject", "entry", "verdict"), group="safety"),
    Command("assess", "assess", safety.assess, ("subject",), group="safety"),
    Command("sign", "sign_level", safety.sign, aliases=("open",), group="safety"),
    Command("amend", "sign_amendment", amending.amend, group="safety"),
    Command("correct", "correct", correcting.correct, ("entry", "subject"), ("undo",), "safety"),
    Command(
        "deviation", "deviate", records.deviation, ("subject", "cells", "when", "deviation"), group="safety"
    ),
    Command("help", "help", settings.help_, group="settings"),
    Command("language", "help", settings.language, ("language",), ("lang",), "settings"),
    Command("zone", "help", settings.zone, ("zone",), group="settings"),
    Command("study", "help", settings.study, group="settings"),
    Command("name", "help", own.name, ("printed",), group="settings"),
    Command("pin", "help", own.pin, group="settings"),
    Command("permissions", "help", people.permissions, group="settings"),
    Command("people", "people", people.people, ("word",), group="settings"),
    Command("role", "people", people.role, ("word", "role"), group="settings"),
    Command("audit", "audit", people.audit, group="settings"),
    Command("second", "infuse", people.second, ("word",), group="hidden"),
    Command("snooze", "read", settings.snooze, ("subject",), group="hidden"),
)

BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
