"""Samples in the rows of a file: columns by their headings, every row checked, every mistake said at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

from bot.ask import Ask
from bot.messages import Text, say
from bot.pk.bounds import FORMULA, NoTable
from bot.pk.bytes_of import Row, Table
from bot.pk.words import Wrong
from bot.privacy import seems_personal_field
from bot.times import NotRead, placed
from rules.pk import concentration as c
from rules.pk.sampling import Draft

HEADS = {
    "subject": ("subject", "subject code", "code", "subjid", "受试者", "受试者编号", "编号"),
    "day": ("day", "nominal day", "study day", "天", "第几天", "研究日", "计划天数"),
    "time": (
        "time",
        "date",
        "datetime",
        "date time",
        "sampling time",
        "sample time",
        "采样时间",
        "时间",
        "日期时间",
    ),
    "value": ("value", "result", "concentration", "copies", "结果", "浓度", "数值", "测定值"),
    "unit": ("unit", "units", "单位"),
}
INSTANT = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.0+)?(Z|[+-]\d{2}:?\d{2})?"
)
DATE_ONLY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")


def read_table(table: Table, ask: Ask) -> tuple[list[Draft], list[Wrong]]:
    """The samples of a file, and every row that is none; NoTable when its columns are not the known ones."""
    columns = _columns(table.rows[0], ask)
    drafts, wrong = [], []
    for number, row in enumerate(table.rows[1:], 2):
        if not any(row):
            continue
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        extra = any(cell for at, cell in enumerate(row) if at not in columns.values())
        found = [say("pk.wrong.extra")] if extra else []
        made = _Row(number, cells, table.semicolons, ask)
        wrong += [Wrong(number, why) for why in (*found, *made.wrong)]
        if not found and not made.wrong:
            drafts.append(made.draft)
    return drafts, wrong


def _columns(heads: Row, ask: Ask) -> dict[str, int]:
    """Where each column stands; NoTable names what is not known, twice there, or missing."""
    names = {name: kind for kind, spelt in HEADS.items() for name in spelt}
    found = [
        (at, names.get(" ".join(head.lower().replace("_", " ").split()))) for at, head in enumerate(heads)
    ]
    unknown = [_shown(at, heads[at]) for at, kind in found if kind is None and heads[at]]
    kinds = [kind for _, kind in found if kind]
    twice = sorted({a for a, b in pairwise(sorted(kinds)) if a == b})
    missing = [name for name in ("subject", "value") if name not in kinds]
    missing += [] if {"day", "time"} & set(kinds) else ["day"]
    missing += [] if "unit" in kinds or ask.protocol.assay else ["unit"]
    if unknown or twice or missing:
        words = {"known": ("subject", "day", "time", "value", "unit")}
        said = {name: tuple(of) or ("–",) for name, of in (("unknown", unknown), ("missing", missing))}
        raise NoTable(say("file.heads", twice=tuple(twice) or ("–",), **words, **said))
    return {kind: at for at, kind in found if kind}


def _shown(at: int, head: str) -> str:
    """A heading that is not known, by its name where that says nothing of a person."""
    place = f"{chr(ord('A') + at)}"
    return place if seems_personal_field(head) or len(head) > 30 else f"{place} “{head}”"


class _Row:
    """One row: its draft, or everything that is wrong with it."""

    def __init__(self, number: int, cells: dict[str, str], semicolons: bool, ask: Ask) -> None:
        self.ask, self.semicolons, self.wrong = ask, semicolons, list[Text]()
        if any(cell.startswith(FORMULA) for cell in cells.values()):
            self.wrong.append(say("pk.wrong.formula"))
            return
        code = ask.protocol.read_code(cells["subject"])
        if code is None:
            self.wrong.append(say("slot.subject.shape", example=ask.protocol.subject_code(1)))
        day, at = self._when(cells.get("day", ""), cells.get("time", ""))
        value = self._value(cells["value"])
        unit = self._unit(cells.get("unit", "") or (ask.protocol.assay.unit if ask.protocol.assay else ""))
        self.draft = Draft(number, code or "", value, unit, day, at)

    def _when(self, day: str, time: str) -> tuple[str, datetime | None]:
        """A nominal day, an instant, or both."""
        if not day and not time:
            self.wrong.append(say("pk.wrong.when"))
        return self._day(day) if day else "", self._time(time) if time else None

    def _day(self, cell: str) -> str:
        try:
            return c.read_day(cell)
        except c.NotRead:
            self.wrong.append(say("pk.wrong.day"))
            return ""

    def _time(self, cell: str) -> datetime | None:
        found = INSTANT.fullmatch(cell)
        if found is None:
            self.wrong.append(say("pk.wrong.no_time" if DATE_ONLY.fullmatch(cell) else "pk.wrong.time"))
            return None
        *parts, offset = found.groups()
        try:
            local = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type] # noqa: DTZ001
            if offset:
                return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
            return placed(local, self.ask.protocol.zone)
        except (ValueError, OverflowError) as error:
            self.wrong.append(error.text if isinstance(error, NotRead) else say("slot.when.no_such"))
            return None

    def _value(self, cell: str) -> str:
        try:
            return c.read_value(cell, self.semicolons)
        except c.NotRead as error:
            self.wrong.append(Text(f"pk.wrong.{error}"))
            return ""

    def _unit(self, cell: str) -> str:
        try:
            c.read_unit(cell)
        except c.NotRead:
            self.wrong.append(say("pk.wrong.unit", accepted=c.ACCEPTED))
        return cell
