"""tick(): claim what schedule.due names, queue one message per person, append. No timer remembers."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.access import REMINDED, may
from bot.chat import Chat
from bot.dispatcher import Dispatcher
from bot.events import Reminded
from bot.memory import chat_stream
from bot.messages import Choice, Ending, Reply, Text, say
from bot.people import Person
from bot.render import payloads
from bot.words import Reader, texts
from rules.schedule import Reminder, due
from storage.log import Batch, Letter, LogMoved, Record

MAX_LINES = 30


async def tick(dispatcher: Dispatcher) -> None:
    """Send each person what is due and was not sent to them; safe with several processes ticking."""
    trial = await dispatcher.trial()
    now = dispatcher.now()
    reminders = due(dispatcher.protocol, trial, now)
    if not reminders:
        return
    reminded = dispatcher.memory.people.in_roles(*REMINDED)
    await dispatcher.memory.refresh(*(person.user for person in reminded))
    for person in reminded:
        chat = dispatcher.memory.chat(person.user)
        zone = ZoneInfo(chat.zone) if chat.zone else dispatcher.protocol.zone
        fresh = [r for r in reminders if r.key not in chat.reminded and not _snoozed(chat, r, now)]
        if fresh and not is_quiet(now, zone, dispatcher.protocol.reminders.quiet):
            await _send(dispatcher, person, chat, fresh, now)


def is_quiet(now: datetime, zone: ZoneInfo, quiet: tuple[time, time]) -> bool:
    """True inside the quiet hours, which may span midnight."""
    clock, (begin, end) = now.astimezone(zone).time(), quiet
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def _snoozed(chat: Chat, reminder: Reminder, now: datetime) -> bool:
    until = chat.snoozed.get(reminder.task.subject)
    return until is not None and now < until


async def _send(
    dispatcher: Dispatcher, person: Person, chat: Chat, fresh: list[Reminder], now: datetime
) -> None:
    reader = Reader(chat.language or "en", dispatcher.protocol.zone)
    head = f"{texts(reader.language)['practice.mark']}\n" if dispatcher.practice else ""
    reply = summary(dispatcher, person, fresh)
    letters = [Letter(person.user, payload) for payload in payloads(reply, reader, 0, head)]
    claimed = Reminded(tuple(reminder.key for reminder in fresh), now)
    file = dispatcher.protocol
    record = Record(claimed, now, now, "bot", "", "", file.trial.version, file.sha256)
    try:
        await dispatcher.log.append(
            [Batch(chat_stream(person.user), chat.length, (record,))], letters, dispatcher.clock()
        )
    except LogMoved:
        return  # somebody else ticked or the person wrote; the next tick looks again


def summary(dispatcher: Dispatcher, person: Person, fresh: list[Reminder]) -> Reply:
    """One message for everything that is due, with buttons to act or to put off."""
    groups: dict[tuple[str, str, datetime], list[Reminder]] = {}
    for reminder in fresh:
        task = reminder.task
        groups.setdefault((task.kind, task.subject, task.deadline), []).append(reminder)
    told = [say("remind.head"), *(_line(dispatcher, group) for group in list(groups.values())[:MAX_LINES])]
    rows = []
    for subject in dict.fromkeys(reminder.task.subject for reminder in fresh[:MAX_LINES]):
        row = [Choice(say("choice.snooze", subject=subject), f"/snooze {subject}")]
        kinds = {r.task.kind for r in fresh if r.task.subject == subject}
        if "assess" in kinds and may(person.role, "assess"):
            row.insert(0, Choice(say("choice.assess.of", subject=subject), f"/assess {subject}"))
        rows.append(tuple(row))
    return Reply(tuple(told), tuple(rows[:8]))


def _line(dispatcher: Dispatcher, group: list[Reminder]) -> Text:
    task, days = group[0].task, group[0].days
    today = task.kind == "window_ends" and days <= 0
    facts = tuple(dispatcher.protocol.fact[r.task.fact].asks for r in group if r.task.fact)
    return say(
        f"remind.{task.kind}{'.today' if today else ''}",
        subject=task.subject,
        at=Ending(task.deadline),
        days=days,
        fact=facts,
    )
