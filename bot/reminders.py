"""tick(): claim what schedule.due names, queue one message per person, append. No timer remembers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.access import ALERTED, REMINDED, may
from bot.chat import Chat
from bot.decisions import headline
from bot.dispatcher import Dispatcher
from bot.events import Reminded
from bot.memory import PEOPLE, chat_stream
from bot.messages import Choice, Ending, Reply, Text, say
from bot.people import Person
from bot.render import payloads
from bot.tags import tagged
from bot.toxicity.deaths import died_of, ending, unreported
from bot.words import Reader
from rules.protocol import Protocol
from rules.schedule import INSTANTS, Reminder, Task, Turned, due, turned
from rules.trial import Trial
from storage.log import Batch, Letter, LogMoved, Record

MAX_LINES = 30
NIGHT = timedelta(hours=12)


async def tick(dispatcher: Dispatcher) -> None:
    """Send each person what is due and was not sent to them; safe with several processes ticking."""
    trial = await dispatcher.trial()
    protocol, now = dispatcher.protocol, dispatcher.now()
    reminders, change = due(protocol, trial, now), turned(protocol, trial, now)
    if not reminders and change is None:
        return
    people = dispatcher.memory.people.in_roles(*{*REMINDED, *ALERTED})
    await dispatcher.memory.refresh(*(person.user for person in people))
    for person in people:
        chat = dispatcher.memory.chat(person.user)
        quiet = is_quiet(now, zone_of(chat, protocol), protocol.reminders.quiet)
        alerted = person.role in ALERTED and not quiet
        news = change if change and alerted and change.key not in chat.reminded else None
        told = tuple(r for r in reminders if not quiet or _cannot_wait(r, now))
        told = told if person.role in REMINDED else ()
        fresh = [r for r in told if r.key not in chat.reminded and not _snoozed(chat, r, now)]
        if fresh or news:
            await _send(dispatcher, person, _reply(dispatcher, trial, person, fresh, news), fresh, news)


def _reply(
    dispatcher: Dispatcher, trial: Trial, person: Person, fresh: list[Reminder], news: Turned | None
) -> Reply:
    """The change of the decision first, then what is due."""
    chat, protocol = dispatcher.memory.chat(person.user), dispatcher.protocol
    abroad = _abroad(chat, Reader(chat.language or "en", protocol.zone))
    due_ = summary(protocol, trial, person, fresh, abroad) if fresh else Reply()
    if news is None:
        return due_
    next_ = say("recorded.next", next=headline(protocol, news.decision, trial.mtd is not None))
    buttons = (Choice(say("choice.why"), "/why"), Choice(say("choice.status"), "/status"))
    return Reply((say("alert.clock"), next_, *due_.lines), (*due_.choices, buttons))


def is_quiet(now: datetime, zone: ZoneInfo, quiet: tuple[time, time]) -> bool:
    """True inside the quiet hours, which may span midnight."""
    clock, (begin, end) = now.astimezone(zone).time(), quiet
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def _cannot_wait(reminder: Reminder, now: datetime) -> bool:
    """True for a serious event whose time to report would be over, or nearly, by the morning."""
    return reminder.task.kind in ("sae", "sae_overdue") and reminder.task.deadline - now < NIGHT


def _snoozed(chat: Chat, reminder: Reminder, now: datetime) -> bool:
    until = chat.snoozed.get(reminder.task.subject)
    return until is not None and now < until


async def _send(
    dispatcher: Dispatcher, person: Person, reply: Reply, fresh: list[Reminder], news: Turned | None
) -> None:
    chat, file, now = dispatcher.memory.chat(person.user), dispatcher.protocol, dispatcher.now()
    reader = Reader(chat.language or "en", file.zone)
    head = dispatcher.head(reader.language)
    letters = tagged(
        [Letter(person.user, payload) for payload in payloads(reply, reader, head=head)], dispatcher.tag
    )
    claimed = Reminded((*(reminder.key for reminder in fresh), *([news.key] if news else [])), now)
    record = Record(claimed, now, now, "bot", "", "", file.trial.version, file.sha256)
    memory = dispatcher.memory
    if memory.people.by_id(person.id) is None:
        return  # removed meanwhile; the head below holds that nobody is between this line and the append
    here = Batch(PEOPLE, memory.heads.get(PEOPLE, 0), ())
    told = Batch(chat_stream(person.user), chat.length, (record,))
    try:
        await dispatcher.log.append([here, told], letters, dispatcher.clock())
    except LogMoved:
        return  # somebody else ticked, the person wrote, or people changed; the next tick looks again


def summary(
    protocol: Protocol, trial: Trial, person: Person, fresh: list[Reminder], abroad: Reader | None = None
) -> Reply:
    """One message for everything that is due, with buttons to act or to put off.

    `abroad` reads instants for somebody who lives in another zone than the site's.
    """
    groups: dict[tuple[str, str, int, date], list[Reminder]] = {}
    for reminder in fresh:
        task = reminder.task
        day = task.deadline.astimezone(protocol.zone).date()
        groups.setdefault((task.kind, task.subject, task.entry, day), []).append(reminder)
    shown = list(groups.values())[:MAX_LINES]
    told = [say("remind.head"), *(_line(protocol, trial, group, abroad) for group in shown)]
    if len(groups) > len(shown):
        told.append(say("reminder.more", number=len(groups) - len(shown)))
    acts: dict[str, dict[str, Choice]] = {}
    for group in shown:
        act = _act(trial, person, group[0].task)
        acts.setdefault(group[0].task.subject, {}).setdefault(act.value, act)
    rows = [
        (*of.values(), Choice(say("choice.snooze", subject=subject), f"/snooze {subject}"))
        for subject, of in acts.items()
    ]
    return Reply(tuple(told), tuple(rows[:8]))


def _act(trial: Trial, person: Person, task: Task) -> Choice:
    """The step that settles a task, for who may take it; for anybody else the subject's timeline."""
    subject = trial.subjects[task.subject]
    before = "lymphodepletion" if subject.apheresis else "apheresis"
    step, action = {
        "assess": ("assess", "assess"),
        "adjudicate": ("dlt", "adjudicate"),
        "adjudicate_anew": ("dlt", "adjudicate"),
        "slot_expires": (before, before),
        "slot_expired": ("slot", "slot"),
        "value_stale": ("screen", "answer"),
        "value_expired": ("screen", "answer"),
        "sae": ("sae", "report_event"),
        "sae_overdue": ("sae", "report_event"),
        "death": ("ae", "report_event"),
        "unreported_crs": ("ae", "report_event"),
        "unreported_icans": ("ae", "report_event"),
        "leave": ("withdraw", "withdraw"),
        "unjudged": ("ae", "report_event"),
        "undated": ("ae", "report_event"),
    }.get(task.kind, ("subject", "read"))
    if unreported(task):
        step = "ae"
    if task.kind in ("unjudged", "undated") and may(person.role, action):
        return Choice(say("choice.details", number=task.entry), f"/ae #{task.entry}")
    name = step if may(person.role, action) else "subject"
    return Choice(say(f"choice.{name}.of", subject=subject.code), f"/{name} {subject.code}")


def _line(protocol: Protocol, trial: Trial, group: list[Reminder], abroad: Reader | None) -> Text:
    task, days = group[0].task, group[0].days
    today = task.kind == "window_ends" and days <= 0
    facts = tuple(protocol.fact[r.task.fact].asks for r in group if r.task.fact)
    line = say(
        f"remind.{task.kind}{'.today' if today else ending(trial, task)}",
        subject=task.subject,
        at=task.deadline if task.kind in INSTANTS else Ending(task.deadline),
        days=days,
        fact=facts,
        entry=task.entry,
        died=died_of(trial, task),
    )
    if abroad is None:
        return line
    return say("reminder.abroad", line=line, at=abroad.ending(task.deadline), zone=abroad.zone.key)


def zone_of(chat: Chat, protocol: Protocol) -> ZoneInfo:
    """The zone that a person's reminders follow: their own, or else the site's."""
    return ZoneInfo(chat.zone) if chat.zone else protocol.zone


def _abroad(chat: Chat, reader: Reader) -> Reader | None:
    return Reader(reader.language, ZoneInfo(chat.zone)) if chat.zone not in ("", reader.zone.key) else None
