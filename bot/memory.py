"""What the log said, folded and kept up to its head. It can be thrown away at any time."""

from __future__ import annotations

from datetime import timedelta

from bot.chat import Chat, fold_chat
from bot.people import People, fold_people
from bot.versions.versions import Versions
from rules.events import AmendmentSigned, Entry
from rules.protocol import Protocol
from rules.trial import Trial, continued, replay
from storage.log import Log, Signature

TRIAL, PEOPLE, PRACTICE, PROTOCOL = "trial", "people", "practice", "protocol"


def chat_stream(user: int) -> str:
    """The stream of one person's conversation."""
    return f"chat:{user}"


class Memory:
    """Folds of the streams; `refresh` fetches only what is new."""

    def __init__(self, log: Log, protocol: Protocol) -> None:
        """`protocol` is the file that the bot was started with; the log says which one is in force."""
        self.log, self.start, self.protocol = log, protocol, protocol
        self.versions = Versions()
        self.proposed: Protocol | None = None
        self.heads: dict[str, int] = {}
        self.trial: Trial = replay(protocol, ())
        self.people = People()
        self.moved = timedelta()
        self.signatures: dict[int, Signature] = {}
        self._chats: dict[int, Chat] = {}

    def chat(self, user: int) -> Chat:
        """One person's conversation."""
        return self._chats.get(user, Chat())

    async def refresh(self, *users: int) -> None:
        """Read what is new of the trial, the people, the practice clock and some conversations."""
        before, signed = self.versions, False
        names = [PROTOCOL, TRIAL, PEOPLE, PRACTICE, *(chat_stream(user) for user in users)]
        found = await self.log.read_all({name: self.heads.get(name, 0) for name in names})
        for name, records in found.items():
            fresh = [record for record in records if record.seq > self.heads.get(name, 0)]
            if not fresh:
                continue
            events = [record.event for record in fresh]
            if name == TRIAL:
                entries = [
                    Entry(r.seq, r.event, r.by, r.role, r.entered_at, r.protocol_sha256) for r in fresh
                ]
                self.trial = continued(self.protocol, self.trial, entries)
                self.signatures |= {r.seq: r.signature for r in fresh if r.signature}
                signed = signed or any(isinstance(event, AmendmentSigned) for event in events)
            elif name == PROTOCOL:
                self.versions = self.versions.and_then(events)
            elif name == PEOPLE:
                self.people = fold_people(events, self.people, [r.by for r in fresh])
            elif name == PRACTICE:
                self.moved += timedelta(seconds=sum(event.seconds for event in events))
            else:
                user = int(name.partition(":")[2])
                self._chats[user] = fold_chat(events, self._chats.get(user))
            self.heads[name] = fresh[-1].seq
        if signed or self.versions is not before:
            self._turn_to_file()

    def _turn_to_file(self) -> None:
        """Another file is in force, or may be: what was folded is folded again under it."""
        self.protocol = self.versions.in_force(self.trial, self.start)
        self.trial = replay(self.protocol, self.trial.log)
        self.proposed = self.versions.open(self.protocol)
