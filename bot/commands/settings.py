"""Help, language, time zone, and putting reminders off."""

from __future__ import annotations

from bot import events as b
from bot.access import may
from bot.ask import Ask, Outcome
from bot.asking import ask_subject, asking
from bot.messages import Choice, Reply, say
from bot.words import LANGUAGES
from rules.schedule import agenda

GROUPS = ("read", "course", "safety", "settings")


def help_(ask: Ask) -> Outcome:
    """What one can do, by role."""
    from bot.commands import COMMANDS

    lines: list[object] = [say("help.head", role=say(f"role.{ask.person.role}"), trial=ask.protocol.trial.id)]
    for group in GROUPS:
        mine = [c for c in COMMANDS if c.group == group and may(ask.person.role, c.action)]
        if mine:
            lines.append(say(f"help.{group}"))
            lines += [say("help.line", name=c.name, says=say(f"menu.{c.name}")) for c in mine]
    lines.append(say("help.foot"))
    first = []
    if may(ask.person.role, "read"):
        first.append((Choice(say("choice.next"), "/next"), Choice(say("choice.status"), "/status")))
    if may(ask.person.role, "consent"):
        first.append((Choice(say("choice.new.plain"), "/new"), Choice(say("choice.check"), "/check")))
    return Outcome(Reply(tuple(lines), tuple(first)))


def language(ask: Ask) -> Outcome:
    """Choose a language."""
    if "language" not in ask.given:
        return asking("language", tuple(Choice(say(f"language.{name}"), name) for name in LANGUAGES))
    chosen = b.LanguageChosen(ask.given["language"], ask.now)
    return Outcome(Reply((say("language.done"),)), personal=(chosen,))


def zone(ask: Ask) -> Outcome:
    """Choose the time zone of one's reminders."""
    if "zone" not in ask.given:
        mine = ask.chat.zone or ask.protocol.trial.zone
        site = ask.protocol.trial.zone
        return asking("zone", (Choice(site, site),), lines=(say("ask.zone", zone=mine),))
    chosen = b.ZoneChosen(ask.given["zone"], ask.now)
    return Outcome(Reply((say("zone.done", zone=ask.given["zone"]),)), personal=(chosen,))


def study(ask: Ask) -> Outcome:
    """Which study this is; who is in several is asked by the desk, which then lets the chosen one answer."""
    trial = ask.protocol.trial
    line = say("study.here", study=trial.id, title=trial.title, version=trial.version)
    return Outcome(Reply((line,), ((Choice(say("choice.help"), "/help"),),)))


def snooze(ask: Ask) -> Outcome:
    """Put the reminders of one subject off."""
    from datetime import timedelta

    code = ask.given.get("subject")
    if code is None:
        return ask_subject(
            list(dict.fromkeys(task.subject for task in agenda(ask.protocol, ask.trial, ask.now)))
        )
    until = ask.now + timedelta(hours=ask.protocol.reminders.snooze_hours)
    put_off = b.Snoozed((code,), until, ask.now)
    return Outcome(Reply((say("snooze.done", subject=code, at=until),)), personal=(put_off,))
