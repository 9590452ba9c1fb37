"""A site: the people of the machine's study on a database in memory, copied for each trial."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.messages import Message
from tests.machine.gates import objections
from tests.machine.judging import Judge, asks_pin
from tests.machine.observed import impossible
from tests.machine.people import Memory
from tests.machine.record import Row, fold, read_rows
from tests.machine.study import Study


class AtTheEnd(Judge):
    """Judges the record once the trial is over, not after each message."""

    def judge(self, messages: tuple[Message, ...], read: dict[int, str]) -> None:
        """Later; only that a press waits for a PIN is noticed."""
        for message in messages:
            press = self.memory.pressed(message.user, message.text, message.press)
            if message.press and asks_pin(read.get(message.chat, "")):
                self.memory.signing[message.user] = press

    def judge_all(self) -> None:
        """Every row was allowed on top of the rows before it."""
        rows, folded = read_rows(self.connection), self.folded
        for at, row in enumerate(rows):
            if not (at and rows[at - 1].kind == row.kind == "Answered"):
                folded = fold(rows[:at])
            found = objections(folded, row)
            assert not found, (row, found)
        self.memory.rows = rows
        self._fold()
        assert not impossible(self.folded), impossible(self.folded)


class Site(Study):
    """`strict`: each message is judged with its card; otherwise the record is, when the trial is over."""

    def __init__(self, folder: Path, strict: bool, memory: Memory | None = None) -> None:
        self.strict = strict
        super().__init__(folder, memory=memory)

    def open(self) -> None:
        """Start the bot."""
        super().open()
        if not self.strict:
            self.judge = AtTheEnd(self.file, self.memory)

    @property
    def rows(self) -> list[Row]:
        """The trial's record as it lies in the database."""
        return read_rows(self.judge.connection)

    def conclude(self) -> None:
        """The whole record was allowed, and the bot decides on it as the table does."""
        if isinstance(self.judge, AtTheEnd):
            self.judge.judge_all()
        self.check()


class Sites:
    """Gives out sites in a folder; everybody has joined."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.given = folder, 0
        first = Site(self._new_folder(), strict=True)
        first.join()
        first.close()
        self.first = first

    @contextmanager
    def one(self, strict: bool) -> Iterator[Site]:
        """A fresh site, closed and deleted afterwards."""
        folder = self._new_folder()
        shutil.copy(self.first.file, folder / self.first.file.name)
        site = Site(folder, strict, copy.deepcopy(self.first.memory))
        try:
            yield site
        finally:
            site.close()
            shutil.rmtree(folder)

    def _new_folder(self) -> Path:
        self.given += 1
        folder = self.folder / str(self.given)
        folder.mkdir()
        return folder
