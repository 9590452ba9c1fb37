"""The judge: every row of the record was allowed and was on its card; the bot decides as the table does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.dispatcher import Dispatcher
from bot.messages import Message
from rules.assessment import to_renew, to_settle
from rules.escalation import Decision, decide
from rules.events import Entry
from rules.protocol import Protocol
from rules.subject import is_ruled
from rules.toxicity.deaths import known_death
from rules.toxicity.seriousness import owed
from rules.toxicity.unsettled import unsettled
from rules.trial import Trial, replay
from tests.machine import counts
from tests.machine import unsettled as plain
from tests.machine.counts import groups, next_step, renewals, strays
from tests.machine.gates import objections
from tests.machine.observed import impossible
from tests.machine.people import Memory
from tests.machine.reading import WORDS
from tests.machine.record import Row, fold, read_rows
from tests.machine.table import Step, follows, is_reduced, wrong_step
from tests.machine.toxicity import report_from

OPEN_ENDED = ("enrol", "wait", "assess", "expand", "escalate")


class Judge:
    """Reads the database beside the bot, folds it plainly, and compares."""

    def __init__(self, file: Path, memory: Memory) -> None:
        self.memory, self.connection = memory, sqlite3.connect(file)
        self.folded, self.folds = fold(memory.rows), len(memory.rows)
        self.entries: list[Entry] = []

    def _fold(self) -> None:
        if self.folds != len(self.memory.rows):
            self.folded, self.folds = fold(self.memory.rows), len(self.memory.rows)

    @property
    def next(self) -> list[Step]:
        """What the table allows next."""
        return next_step(self.folded, self.memory.now)

    def judge(self, messages: tuple[Message, ...], read: dict[int, str]) -> None:
        """What is new in the record was allowed, and came from a press of one's own fresh card."""
        rows = self.memory.rows
        pressed = [(m, self.memory.pressed(m.user, m.text, m.press)) for m in messages]
        for row in read_rows(self.connection, len(rows)):
            if rows and rows[-1].kind != "Answered":
                self._fold()
            found = objections(self.folded, row)
            assert not found, (row, found)
            assert any(self._confirmed(row, *said, read) for said in pressed), (row, messages, read)
            rows.append(row)
        self._fold()
        assert not impossible(self.folded), (impossible(self.folded), rows[-1:])
        for message, press in pressed:
            if message.press and asks_pin(read.get(message.chat, "")):
                self.memory.signing[message.user] = press
            else:
                self.memory.use(message.user, press)

    def _confirmed(self, row: Row, message: Message, press: str, read: dict[int, str]) -> bool:
        """The row is what a card said that this press confirmed, and so is the next step told after it."""
        card = self.memory.card(message.user, press)
        if card is None or self.memory.ids.get(message.user) != row.by:
            return False
        told = read.get(message.chat, "").split("\n")
        lines = [line for line in told if line.startswith("✓") and f" #{row.number}" in line]
        return len(lines) == 1 and after_colon(lines[0]) in card

    def counted(self, table: str) -> int:
        """How many rows a table of the database has."""
        return int(self.connection.execute(f"select count(*) from {table}").fetchone()[0])

    async def agree(self, dispatcher: Dispatcher) -> str:
        """The bot decides as the table does, on the trial that the database holds; returns the action."""
        trial, now = await self._trial(dispatcher), self.memory.now
        assert dispatcher.now() == now
        decision = decide(dispatcher.protocol, trial, now)
        nowhere = ("refer", "hold") if strays(self.folded, now) else ("refer",)
        says, table = (
            [(action, 0 if action in nowhere else level, places) for action, level, places in steps]
            for steps in ([(decision.action, decision.level, decision.slots)], self.next)
        )
        assert says[0] in table, (decision, table, groups(self.folded, now))
        self._reasons(decision)
        self._windows(dispatcher.protocol, trial, decision)
        return decision.action

    def _windows(self, protocol: Protocol, trial: Trial, decision: Decision) -> None:
        """What is unsettled of whom, which rulings stand, and who died when, is the same on both sides."""
        now, people = self.memory.now, self.folded["subjects"]
        renew = [*to_renew(protocol, trial, now), *to_settle(protocol, trial, now)]
        says = {
            "open": set(decision.whose),
            "renewals": {code for code, *_ in renew},
            "unsettled": {c for c, s in trial.subjects.items() if unsettled(protocol, s, now)},
            "ruled": {n for s in trial.subjects.values() for n in s.adverse_events if is_ruled(s, n)},
            "died": {c: at for c, s in trial.subjects.items() if (at := known_death(s))},
            "reports": {n for s in trial.subjects.values() for n in s.adverse_events if owed(s, n)},
        }
        table = {
            "open": counts.to_settle(self.folded, now),
            "renewals": set(renewals(self.folded, now)),
            "unsettled": {c for c, s in people.items() if plain.unsettled(s)},
            "ruled": {n for s in people.values() for n in s["events"] if plain.stands(s, n)},
            "died": {c: at for c, s in people.items() if (at := plain.known_death(s))},
            "reports": {n for s in people.values() for n in s["events"] if report_from(s, n)},
        }
        assert says == table, (says, table)

    def _reasons(self, decision: Decision) -> None:
        """A hold shows the step that holds instead; escalation is stopped exactly where it must be."""
        made = groups(self.folded, self.memory.now)
        wrong = wrong_step(made, self.folded["mtd"])
        if decision.action == "hold" and wrong is not None and not strays(self.folded, self.memory.now):
            action, level, _ = follows(made[: wrong + 1])
            assert decision.because["rederived"] == {"action": action, "level": level}
        stopped = is_reduced(made) or decision.action not in OPEN_ENDED
        assert (decision.escalation == "stopped") == stopped, (decision, made)

    async def _trial(self, dispatcher: Dispatcher) -> Trial:
        """The trial that the bot remembers; when it is new, held against one replayed from the database."""
        if self.entries and len(self.entries) == len(self.memory.rows):
            return dispatcher.memory.trial
        kept, new = await dispatcher.trial(), await dispatcher.log.read("trial", len(self.entries))
        self.entries += [Entry(r.seq, r.event, r.by, r.role, r.entered_at, r.protocol_sha256) for r in new]
        assert len(self.entries) == len(self.memory.rows)
        assert replay(dispatcher.protocol, self.entries) == kept
        return kept


def after_colon(line: str) -> str:
    """What a line says behind its first colon, in either language."""
    return line.replace("：", ":", 1).partition(":")[2].strip()


def asks_pin(told: str) -> bool:
    """The PIN is asked for, to sign."""
    return any(words["pin.ask.sign"] in told for words in WORDS)
