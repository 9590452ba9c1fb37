"""Bytes to rows: what a file may be, and everything that it may not."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from bot.pk.bounds import MOST_BYTES, MOST_ROWS, MOST_UNPACKED, NoTable, Personal
from bot.pk.bytes_of import Table, table_of
from bot.pk.files import TAKEN, names_a_person
from tests.bot.workbooks import HEADS, ROWS, csv_of, with_part, xlsx_of

ENTITIES = b"<!DOCTYPE x [<!ENTITY a 'b'>]><workbook/>"
SHEET = "xl/worksheets/sheet1.xml"


def why(content: bytes) -> str:
    """The key of the words that refuse a file."""
    with pytest.raises(NoTable) as error:
        table_of(content)
    return error.value.text.key


# ------------------------------------------------------------------ taken
@pytest.mark.parametrize("by", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_however_spreadsheets_write_it(by: str, encoding: str) -> None:
    heads = ("受试者", "day", "value", "unit")
    table = table_of(csv_of(*ROWS, heads=heads, by=by).decode().encode(encoding))
    assert table.rows == (heads, *ROWS)
    assert table.semicolons is (by == ";")
    assert len(table.sha256) == 64


def test_a_workbook_is_read_with_its_numbers_and_times_as_written() -> None:
    at = datetime(2026, 3, 9, 14, 30)
    heads = ("subject", "time", "value", "unit")
    table = table_of(
        xlsx_of(("CD7-001", at, 1234.5, "copies/ug"), (1, "2026-03-10 08:00", 7, "x"), heads=heads)
    )
    assert table.rows[1:] == (
        ("CD7-001", "2026-03-09 14:30:00", "1234.5", "copies/ug"), ("1", "2026-03-10 08:00", "7", "x")
    )  # fmt: skip


def test_a_date_without_a_time_is_not_midnight() -> None:
    [_, (_, day, *_)] = table_of(xlsx_of(("CD7-001", datetime(2026, 3, 9).date(), 1, "x"))).rows
    assert day == "2026-03-09"


def test_blank_rows_keep_the_numbers_of_rows() -> None:
    table = table_of(csv_of(("", "", "", ""), ROWS[0], ("", ""), ("", "")))
    assert table.rows == (HEADS, (), ROWS[0])


# ------------------------------------------------------------------ refused
def test_a_formula_is_known_as_one() -> None:
    assert table_of(xlsx_of(("CD7-001", 7, "=1000+1", "copies/ug"))).rows[1][2] == "="


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file.size"),
        (b"x" * (MOST_BYTES + 1), "file.size"),
        (b"subject,day\n", "file.empty"),
        (b"\n\n\n", "file.empty"),
        (b"%PDF-1.4\n\x00\x01\x02", "file.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "file.unreadable"),
        (b'subject,day\n"open', "file.csv"),
        (b'subject,day\n"a"b,c', "file.csv"),
        (csv_of(*(("CD7-001", str(n), "1", "x") for n in range(MOST_ROWS + 1))), "file.rows"),
        (csv_of(("x",) * 13), "file.columns"),
        (csv_of(("CD7-001", "7", "1" * 101, "x")), "file.cell"),
        (b"PK\x03\x04" + b"\x00" * 50, "file.unreadable"),
        (with_part(xlsx_of(*ROWS), SHEET, b"<worksheet"), "file.unreadable"),
        (with_part(xlsx_of(*ROWS), "xl/workbook.xml", ENTITIES), "file.unreadable"),
        (with_part(xlsx_of(*ROWS), SHEET, "<!DOCTYPE x []><a/>".encode("utf-16")), "file.unreadable"),
        (with_part(xlsx_of(*ROWS), "xl/bomb.xml", b" " * MOST_UNPACKED), "file.size"),
        (xlsx_of(*ROWS, sheets=2), "file.sheets"),
        (xlsx_of(*((f"CD7-{n}", 1, 1, "x") for n in range(MOST_ROWS + 1))), "file.rows"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, key: str) -> None:
    assert why(content) == key


def far(row: int, column: str) -> bytes:
    """A workbook whose last cell is far out."""
    cell = f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'
    head = '<row r="1"><c r="A1"><v>1</v></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_part(
        xlsx_of(*ROWS),
        SHEET,
        f'<worksheet xmlns="{main}"><sheetData>{head}{cell}</sheetData></worksheet>'.encode(),
    )


@pytest.mark.parametrize(
    ("row", "column", "key"), [(1_048_576, "A", "file.rows"), (2, "XFD", "file.columns")]
)
def test_a_cell_far_out_brings_no_millions_between_and_is_not_overlooked(
    row: int, column: str, key: str
) -> None:
    assert why(far(row, column)) == key


@pytest.mark.parametrize(
    "row",
    [
        ("13812345678", "7", "1", "x"), ("CD7-001", "7", "1", "Zhang Wei"),
        ("CD7-001", "1980-05-01", "1", "x"),
        ("110101199003078888", "7", "1", "x"),
        ("张伟", "7", "1", "x"),
        ("CD7-001", "7", "Wang", "Xiaoming"),
        ("a@b.org", "7", "1", "x"),
    ],
)  # fmt: skip
def test_a_file_that_names_a_person_is_refused_as_such(row: tuple[str, ...]) -> None:
    for content in (csv_of(row), xlsx_of(row)):
        with pytest.raises(Personal):
            table_of(content)


@pytest.mark.parametrize(
    "head", ["name", "Patient Name", "姓名", "birth_date", "phone", "住院号", "出生日期"]
)
def test_a_column_for_persons_is_refused_whatever_it_holds(head: str) -> None:
    with pytest.raises(Personal):
        table_of(csv_of((*ROWS[0], ""), heads=(*HEADS, head)))


@pytest.mark.parametrize("name", ["Wang_Fang.xlsx", "张伟.csv", "Zhang-Wei PK.csv", "13812345678.csv"])
def test_the_name_of_a_file_is_looked_at_too(name: str) -> None:
    assert names_a_person(name)


@pytest.mark.parametrize(
    "name", ["PK_CD7-003_20260305.csv", "pk results.xlsx", "浓度 003.xlsx", "CD7-001 PK v2.XLSX"]
)
def test_the_usual_names_of_files_pass(name: str) -> None:
    assert not names_a_person(name) and TAKEN.fullmatch(name)


# ------------------------------------------------------------------ malformed
def test_five_hundred_broken_files_of_each_kind_are_refused_or_read_and_nothing_else() -> None:
    dice = random.Random(7)
    for good in (csv_of(*ROWS * 5), xlsx_of(*ROWS * 5)):
        kinds = set()
        for _ in range(500):
            kinds.add(outcome(broken(good, dice)))
        assert kinds & {"file.unreadable", "file.csv"} and None in kinds


def broken(content: bytes, dice: random.Random) -> bytes:
    """A file with a few bytes changed, lost, doubled or cut off."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(made))
        match dice.randrange(4):
            case 0:
                made[at] = dice.randrange(256)
            case 1:
                del made[at : at + dice.randint(1, 40)]
            case 2:
                made[at:at] = made[at : at + dice.randint(1, 40)]
            case 3:
                made[at : at + 2] = dice.choice(
                    [b'"', b",,", b"\n", b"\x00", b"\xff\xfe", b"=", "，".encode()]
                )
    return bytes(made)


def outcome(content: bytes) -> str | None:
    """Why a file is refused; None when it is read."""
    try:
        assert isinstance(table_of(content), Table)
    except NoTable as error:
        return error.text.key
    except Personal:
        return "personal"
    return None
