"""The cells of an XLSX workbook as words; one that grows when unpacked, or holds entities, is refused."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from bot.messages import say
from bot.pk.bounds import (
    FARTHEST,
    FORMULA,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    MOST_SIGNS,
    MOST_UNPACKED,
    NoTable,
)

# What of a number format is no token: quoted words, escaped and padding signs, locale and colour in brackets.
NO_TOKEN = re.compile(r'"[^"]*"?|[\\_*].|\[(?!h+\])[^\]]*\]', re.IGNORECASE)
ENTITY = re.compile(rb"<\x00?!\x00?[DE]")


def cells_of(content: bytes) -> Iterator[list[str]]:
    try:
        _unpackable(content)
        yield from _sheet(content)
    except NoTable:
        raise
    except Exception as error:  # openpyxl raises many kinds on what is no workbook
        raise NoTable(say("file.unreadable")) from error


def _unpackable(content: bytes) -> None:
    """Refuse what would grow when it is unpacked, and entities, which grow when they are read."""
    with ZipFile(BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NoTable(say("file.size", most=MOST_BYTES // 1024))
        for part in parts:
            if ENTITY.search(packed.read(part)):
                raise NoTable(say("file.unreadable"))


def _sheet(content: bytes) -> Iterator[list[str]]:
    """The only sheet that holds anything, its formulas as they are written."""
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")  # it would write to stderr what it misses
    book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    filled = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        if any(cell.value is not None for row in _near(sheet) for cell in row):
            filled.append(sheet)
    if len(filled) > 1:
        raise NoTable(say("file.sheets"))
    for sheet in filled:
        for row in _near(sheet):
            yield [_cell(cell) for cell in row]


def _near(sheet: Any) -> Iterator[Any]:
    """The rows of a sheet, as long as they are near: a row or a cell far out would bring millions between."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > FARTHEST:
            raise NoTable(say("file.rows", most=MOST_ROWS))
        if len(row) > MOST_SIGNS and any(cell.value is not None for cell in row[MOST_COLUMNS:]):
            raise NoTable(say("file.columns", most=MOST_COLUMNS))
        yield row


def _shows_hours(number_format: str) -> bool:
    """True for a format with an hour, which `[$-zh-CN]` and `d "th"` have none of."""
    return "h" in NO_TOKEN.sub("", number_format).lower()


def _cell(cell: Any) -> str:
    """A cell as it is read: a formula as its sign, an instant with its time only where it shows one."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}').normalize():f}"
    if isinstance(value, datetime):
        timed = value.time().isoformat() != "00:00:00" or _shows_hours(str(cell.number_format))
        return f"{value:%Y-%m-%d %H:%M:%S}" if timed else f"{value:%Y-%m-%d}"
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split())
