"""Telephone numbers: Chinese mobiles and landlines however they are split, others with their +."""

from __future__ import annotations

import re

# What looks like digits of a phone and is a date, a time or a count with its thousands marked.
OTHERS = re.compile(
    r"(?<!\d)20\d\d ?(?:[-/.] ?\d{1,2} ?[-/.] ?\d{1,2}(?!\d)|年 ?\d{1,2} ?月 ?\d{1,2} ?[日号]?)"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]20\d\d(?!\d)"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?: ?[+-]\d{2}:?\d{2})?(?!\d)"
    r"|(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?"
)
WHOLE = re.compile(
    r"(?<![\d.])(?:(?:\+|00)?86)?(?:1[3-9]\d(?!0{8})\d{8}|0(?:10|2\d|[3-9]\d{2})\d{7,8})(?!\d)|(?<!\d)0\d{9,11}(?!\d)"
)
LANDLINE = re.compile(
    r"(?<![0-9A-Za-z-])\(?0(?:10|2\d|[3-9]\d{2})\)?(?:[-/]|\) ?| (?!\d+0{4}(?!\d)))"
    r"[- ]?\d{3,4}[- ]?\d{4}(?!\d)"
)
# North America with its dashes or points, or its area in brackets; British mobiles and towns of five digits.
NATIONAL = re.compile(
    r"(?<![\w.,-])(?:[2-9]\d\d([-.])[2-9]\d\d\1\d{4}|\([2-9]\d\d\) ?[2-9]\d\d[-. ]\d{4})(?![\d-]|\.\d)"
    r"|(?<![\w.,-])0[17]\d{3}[ -](?!\d*0{4})\d{3} ?\d{3}(?![\d-]|\.\d)"
)
RUN = re.compile(r"(?<![\d^])\d+(?:[ .\-/()_,*·~|;]{1,3}\d+)+(?![\d^])")
LABELLED = re.compile(
    r"(?:电话|手机|联系方式|座机|微信|\b(?:tel|telephone|phone|mobile|fax|whatsapp|wechat|qq)\b)"
    r"[^\d\n]{0,10}\d(?:[ -]?\d){4}",
    re.IGNORECASE,
)
ABROAD = re.compile(r"(?<![0-9A-Za-z^])\+ ?\(?\d[\d ().\-/]{6,}\d")
FEW = 6


def holds_phone(text: str) -> bool:
    """True when a plain text, numerals as digits, seems to hold a telephone number."""
    if sum(map(str.isdigit, text)) < 5:
        return False
    text = LABELLED.sub(" \u260e ", text)
    if "\u260e" in text or any(shape.search(text) for shape in (WHOLE, LANDLINE, NATIONAL)):
        return True
    text = OTHERS.sub("\u00b6", text)
    return _abroad(text) or any(_split(found.group()) for found in RUN.finditer(text))


def _split(run: str) -> bool:
    """A mobile or a call abroad in groups of digits, perhaps between others."""
    groups = re.findall(r"\d+", run)
    for first in range(len(groups)):
        for last in range(first + 2, min(first + 14, len(groups)) + 1):
            if _is_mobile(groups[first:last]):
                return True
    return False


def _is_mobile(groups: list[str]) -> bool:
    number = "".join(groups)
    if number.startswith("00") and len(groups[0]) >= 4 and 11 <= len(number) <= 15:
        return True
    if not re.fullmatch(r"(?:(?:00)?86)?1[3-9]\d{9}", number):
        return False
    if any(len(group) > 6 and group.endswith("0000") for group in groups):
        return False  # a subject's number and a count of cells
    singles = sum(len(group) == 1 for group in groups)
    return singles == len(groups) or (singles <= 1 and len(groups) <= FEW)


def _abroad(text: str) -> bool:
    found = ABROAD.search(text)
    if found is None:
        return False
    from phonenumbers import Leniency, PhoneNumberMatcher  # 50 ms to load, and seldom needed

    return any(True for _ in PhoneNumberMatcher(text, None, Leniency.POSSIBLE))
