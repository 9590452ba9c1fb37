"""Numbers as they are typed, with or without a unit, in usual signs."""

from __future__ import annotations

import re
from decimal import Decimal

COMMA = re.compile(r"^(\d{1,9}(?=,\d(?!\d))|\d{1,2}),(\d{1,2})(?![\d.,'’])")
THOUSANDS = re.compile(r"\d[\d.]*[,'’]\s?\d")
MARKED = re.compile(r"[/%^⁹⁶+]|^(?:[µun]?mol|ms|s|kg|g|lb|mmHg|kPa|[°]?[CF]|degC|degF)$")
AMOUNT = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)\s*(?P<unit>\S.{0,24})?")
WIDE = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: " ", ord("℃"): "°C", ord("℉"): "°F"}


def tidy(typed: str) -> str:
    """What was typed in usual signs: full-width digits, ℃; `9,5` with its point, `150,00` as it is."""
    return COMMA.sub(r"\1.\2", " ".join(typed.translate(WIDE).split()))


def is_value(typed: str) -> bool:
    """True for a number with a unit, or one that is no grade."""
    found = AMOUNT.fullmatch(tidy(typed))
    if found is None:
        return False
    return bool(MARKED.search(found["unit"])) if found["unit"] else Decimal(found["number"]) >= 10


def without_degrees(typed: str) -> str:
    """A temperature without its degrees Celsius."""
    return re.sub(r"\s*(?:°\s*[Cc]?|[Cc]|deg ?C|摄氏度|度)$", "", typed)
