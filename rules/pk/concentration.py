"""Concentrations of CAR-T cells as people and laboratories write them: value, unit, nominal day.

A value is a plain decimal, `<X` or `BLQ`. What could be read in two ways (1,234) is refused, never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

BLQ = "BLQ"
BELOW = ("blq", "bloq", "bql", "blloq", "<lloq", "低于定量下限")
HIGHEST, LEAST, LATEST = Decimal(10) ** 12, Decimal("1e-9"), Decimal(3650)
NUMBER = re.compile(
    r"(?P<head>(?:0|[1-9]\d{0,29})(?:\.\d{1,15})?)(?:(?:e\+?|x10\^|\*10\^)(?P<power>\d{1,2}))?"
)
COMMA = re.compile(r"\d[\d.]*[,'][\d.,']*")
DAY = re.compile(r"(?:day|d\+?|第)?(\d{1,4}(?:\.\d{1,4})?)(?:天)?")
PREDOSE = ("predose", "pre-dose", "给药前", "回输前")
UNIT = re.compile(
    r"(?P<what>copies|cells|cell|拷贝数?|个细胞|细胞|个)/(?P<per>[a-z]{1,3}|微克|毫升|微升)"
    r"(?:\s*(?:of\s*)?(?:(?:g|genomic\s*)?dna|blood|全血|基因组dna))?",
)
MASSES = {"ug": "ug", "mcg": "ug", "ng": "ng", "mg": "mg", "微克": "ug"}
VOLUMES = {"ul": "uL", "ml": "mL", "l": "L", "微升": "uL", "毫升": "mL"}
WIDE = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20, 0xB5: 0x75, 0x3BC: 0x75}
RAISED, POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
ACCEPTED = ("copies/ug", "copies/mL", "cells/uL")


class NotRead(ValueError):
    """Something that cannot be read, by its code: comma | dot | negative | large | value | day | unit."""


def read_value(text: str, dots_are_doubtful: bool = False) -> str:
    """The value as it is kept: `1234.5`, `<50` or `BLQ`; NotRead for anything else.

    `dots_are_doubtful` is said of files whose columns are parted by semicolons: there 1.234 may be 1234.
    """
    plain = re.sub(r" ?([x*^<×]) ?", r"\1", _plain(text)).replace("×", "x")
    if plain in BELOW:
        return BLQ
    below = plain.startswith("<")
    number = _number(plain.removeprefix("<"), dots_are_doubtful)
    if below and not number:
        raise NotRead("value")
    return f"{'<' if below else ''}{number.normalize():f}"


def _number(plain: str, dots_are_doubtful: bool) -> Decimal:
    if COMMA.fullmatch(plain):
        raise NotRead("comma")
    if re.match(r"-\.?\d", plain):
        raise NotRead("negative")
    if dots_are_doubtful and re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", plain):
        raise NotRead("dot")
    found = NUMBER.fullmatch(plain)
    if found is None:
        raise NotRead("value")
    number = Decimal(found["head"]).scaleb(int(found["power"] or 0))
    if number and not LEAST <= number <= HIGHEST:
        raise NotRead("large" if number > HIGHEST else "value")
    return number


def below(value: str) -> bool:
    """True for a kept value below the limit of quantification."""
    return value == BLQ or value.startswith("<")


def number_of(value: str) -> Decimal | None:
    """The number in a kept value, of `<50` the limit; None for BLQ."""
    return None if value == BLQ else Decimal(value.removeprefix("<"))


def read_day(text: str) -> str:
    """A nominal day after the infusion as it is kept, `0` for predose; NotRead for anything else."""
    plain = _plain(text).replace(" ", "")
    if plain in PREDOSE:
        return "0"
    found = DAY.fullmatch(plain)
    if found is None or Decimal(found.group(1)) > LATEST:
        raise NotRead("day")
    return f"{Decimal(found.group(1)).normalize():f}"


@cache
def read_unit(text: str) -> tuple[str, Decimal]:
    """(the unit of ACCEPTED that it is a multiple of, the factor to it); NotRead for any other."""
    from rules.file.units import convert

    found = UNIT.fullmatch(_plain(text))
    if found is None:
        raise NotRead("unit")
    what = "cells" if found["what"] in ("cells", "cell", "个细胞", "细胞", "个") else "copies"
    per = MASSES.get(found["per"]) or VOLUMES.get(found["per"])
    base = {("copies", True): "ug", ("copies", False): "mL", ("cells", False): "uL"}.get(
        (what, per in MASSES)
    )
    if per is None or base is None:
        raise NotRead("unit")
    factor = convert(1.0, f"1/{per}", f"1/{base}")
    return f"{what}/{base}", Decimal(f"{factor:.12g}")


def _plain(text: str) -> str:
    """Full-width signs as the usual ones, a raised 5 as ^5; nothing else becomes a digit."""
    raised = RAISED.sub(lambda found: f"^{found.group().translate(POWERS)}", text)
    return " ".join(raised.translate(WIDE).lower().split())
