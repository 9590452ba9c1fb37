"""The bytes of a CSV or XLSX file -> rows of words, bounded in every way; one that names a person is refused.

Nothing of a file is kept but these rows, and of them only the samples that a card showed. No cell is ever
said back: what is wrong is named by its row.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

from bot.messages import say
from bot.pk.bounds import FARTHEST, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, MOST_SIGNS, NoTable, Personal
from bot.pk.workbooks import cells_of
from bot.privacy import seems_personal, seems_personal_field

# A heading that announces what identifies a person; the column below it is not looked at.
PERSONAL = re.compile(
    r"\b(?:names?|initials|birth\w*|dob|phone|mobile|tel|e-?mail|address|mrn|ssn|passport)\b"
    r"|姓名|出生|生日|电话|手机|身份证|住院号|病历号|门诊号|地址|邮箱|联系",
    re.IGNORECASE,
)
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file as read: its rows, the first one the headings; `semicolons` when these part the columns."""

    rows: tuple[Row, ...]
    sha256: str
    semicolons: bool = False


def table_of(content: bytes) -> Table:
    """The rows of a file. NoTable, or Personal, for one that is not taken; seconds at the most."""
    if not content or len(content) > MOST_BYTES:
        raise NoTable(say("file.size", most=MOST_BYTES // 1024))
    packed = content.startswith(b"PK")
    text = "" if packed else _decoded(content)
    semicolons = _delimiter(text) == ";"
    rows = [tuple(row) for row in _bounded(cells_of(content) if packed else _csv(text))]
    _screen(rows)
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise NoTable(say("file.empty"))
    return Table(tuple(rows), hashlib.sha256(content).hexdigest(), semicolons)


def _bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """The rows as long as they are few and short; blank ones keep their place, for the numbers of rows."""
    last = 0
    for number, row in enumerate(rows, 1):
        cells = row[: max((at for at, cell in enumerate(row, 1) if cell), default=0)]
        last = number if cells else last
        if last > MOST_ROWS + 1 or number > FARTHEST:
            raise NoTable(say("file.rows", most=MOST_ROWS))
        if len(cells) > MOST_COLUMNS:
            raise NoTable(say("file.columns", most=MOST_COLUMNS))
        if any(len(cell) > MOST_SIGNS for cell in cells):
            _screen([tuple(cell[:2000] for cell in cells)])
            raise NoTable(say("file.cell", row=number, most=MOST_SIGNS))
        if number <= MOST_ROWS + 1:
            yield cells


def _screen(rows: list[Row]) -> None:
    """Each cell, and the words of each row together: a name may stand in two columns."""
    cells = {cell for row in rows for cell in row if cell}
    lines = {" ".join(cell for cell in row if re.search(r"[^\W\d_]{2}", cell)) for row in rows}
    heads = rows[0] if rows else ()
    if any(PERSONAL.search(head.replace("_", " ")) for head in heads):
        raise Personal
    if any(map(seems_personal_field, cells)) or any(map(seems_personal, lines)):
        raise Personal


# ------------------------------------------------------------------ CSV
def _decoded(content: bytes) -> str:
    """The text: UTF-8, UTF-16 where it is marked so, else what Chinese spreadsheets write."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(sign.isprintable() or sign in "\t\r\n\u3000\xa0" for sign in text):
            return text
    raise NoTable(say("file.unreadable"))


def _delimiter(text: str) -> str:
    """What parts the columns of the headings: comma, semicolon or tab."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max((",", ";", "\t"), key=head.count)


def _csv(text: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            yield [" ".join(cell.split()) for cell in row]
    except csv.Error as error:
        raise NoTable(say("file.csv", line=reader.line_num)) from error
