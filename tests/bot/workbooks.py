"""Files for tests: CSV and XLSX with the rows that are given, and what is wrong with some."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

HEADS = ("subject", "day", "value", "unit")
ROWS = (("CD7-001", "0", "BLQ", "copies/ug"), ("CD7-001", "7", "1000.5", "copies/ug"))


def csv_of(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS, by: str = ",") -> bytes:
    """A CSV file."""
    return "".join(by.join(row) + "\r\n" for row in (heads, *rows)).encode()


def xlsx_of(
    *rows: tuple[Any, ...], heads: tuple[str, ...] = HEADS, sheets: int = 1, number_format: str = ""
) -> bytes:
    """A workbook; every sheet holds the same rows, its dates in the format that is given."""
    book, made = Workbook(), BytesIO()
    book.remove(book.active)
    for number in range(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in (heads, *rows):
            sheet.append(list(row))
        for cell in (cell for row in sheet.iter_rows() for cell in row if number_format and cell.is_date):
            cell.number_format = number_format
    book.save(made)
    return made.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one of its parts replaced, or one more."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, part)
    return made.getvalue()
