"""What must hold once everything is quiet again, and the figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot import main as root
from bot.memory import TRIAL
from storage.database import snapshot
from storage.verify import verify
from tests.bot.study import shipped
from tests.soak.load import NOBODY, TROUBLE, Talker
from tests.soak.site import DESK, Site


async def figures(site: Site, talkers: Sequence[Talker], malformed: int) -> dict[str, Any]:
    """What happened, and `wrong`: every promise that was broken."""
    inbox = {row[0]: bool(row[1]) for row in await site.read("select update_id, done_at from inbox")}
    letters = await site.read("select chat, owed, done_at, failed from outbox")
    taken = {id_ for id_ in site.server.world.taken if _spoken(site.server.world.updates[id_])}
    told = _told(site)
    async with root.opened(site.url, shipped(), desk=DESK) as app:
        events = [record.event for record in await app.dispatcher.log.read(TRIAL)]
        cards = 0
        for talker in talkers:
            cards += list((await app.dispatcher.chat(talker.person.id)).settled.values()).count("recorded")
        async with snapshot(app.engine) as connection:
            chain = await verify(connection)
    queued = Counter(row[0] for row in letters)
    delivered = Counter(message.chat for message in site.server.messages if TROUBLE not in message.text)
    missing = sum((queued - delivered).values())
    trouble = sum(TROUBLE in message.text for message in site.server.messages)
    wrong = {
        "confirmed_but_lost": len(taken - set(inbox)),
        "confirmed_but_unanswered": sum(not inbox.get(id_, True) for id_ in taken),
        "answers_unlike_updates": abs(sum(bool(row[1]) for row in letters) - len(inbox)),
        "letters_not_sent": sum(not row[2] or bool(row[3]) for row in letters),
        "letters_never_delivered": missing,
        "events_unlike_cards": abs(len(events) - cards),
        "too_many_subjects_to_tell_reads_apart": max(0, len(events) - NOBODY + 1),
        "subjects_twice": len(events) - len({event.subject for event in events}),
        "records_not_told": len(set(range(1, len(events) + 1)) - set(told)),
        "records_told_to_two": sum(len(set(to)) > 1 for to in told.values()),
        "out_of_order": sum(not _in_order(talker) for talker in talkers),
        "trouble_not_told": int(bool(site.server.world.brought[503]) and not trouble),
        "chain_broken": int(chain["ok"] is not True),
    }
    return {
        "updates": len(inbox),
        "malformed": malformed,
        "brought": {str(status): number for status, number in sorted(site.server.world.brought.items())},
        "letters": len(letters),
        "told_of_trouble": trouble,
        "delivered_again": sum((delivered - queued).values()),
        "events": len(events),
        "wrong": {name: number for name, number in wrong.items() if number},
    }


def _spoken(update: dict[str, Any]) -> bool:
    """Somebody said something in it, so that it is kept."""
    from bot.channels.arrivals import read

    arrival = read(update)
    return arrival is not None and arrival.message is not None


def _told(site: Site) -> dict[int, list[int]]:
    """To whom each event was said to be recorded."""
    told: dict[int, list[int]] = {}
    for message in site.server.messages:
        for number in re.findall(r"Recorded #(\d+)", message.text):
            told.setdefault(int(number), []).append(message.chat)
    return told


def _in_order(talker: Talker) -> bool:
    """Reads were answered in the order in which they were asked; what was sent again counts once."""
    answered: list[str] = []
    for message in talker.person.history:
        for code in re.findall(r"(CD7-\d\d\d) is not in this study", message.text):
            if not answered or answered[-1] != code:
                answered.append(code)
    return [
        code for at, code in enumerate(answered) if code not in answered[max(0, at - 40) : at]
    ] == talker.asked
