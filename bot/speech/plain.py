"""Text as the scanners see it, sign for sign in small letters; and the numerals of both languages."""

from __future__ import annotations

import re
from pathlib import Path

_PUNCTUATION = dict(zip("，。：；？！（）、～—–‐’‘“”【】　\u00a0", ";;:;?!();~---''\"\"()  ", strict=True))
_HALF = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ROWS = (Path(__file__).resolve().parent / "traditional.tsv").read_text("utf-8").splitlines()
_PAIRS = [row.split("\t") for row in _ROWS if row and not row.startswith("#")]
_SIMPLIFIED = {sign: plain for row in _PAIRS for sign, plain in zip(*row, strict=True)}
_SIGNS = str.maketrans({**_SIMPLIFIED, **_HALF, **_PUNCTUATION})
_JOINED = re.compile(r"(?<=-\d\d)[tT](?=\d\d?:)")  # 2026-03-05T14:30
HAN = "\u4e00-\u9fff"
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
NUMBER_WORD = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "ⅰ": 1, "ⅱ": 2, "ⅲ": 3, "ⅳ": 4, "ⅴ": 5}


def seen(text: str) -> str:
    """The text in small letters, half-width, simplified signs, sign for sign, so that places stay places."""
    text = _JOINED.sub(" ", text.translate(_SIGNS))
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def american(word: str) -> str:
    """A key for both spellings of a medical word: anaemia, oedema, tumour."""
    return word.replace("ae", "e").replace("oe", "e").replace("our", "or")


def numeral(word: str) -> float | None:
    """A number in digits, Chinese numerals or both: 0.25, 十五, 两千五百万, 5千万; None for none."""
    if re.fullmatch(r"\d+(?:\.\d+)?", word, re.ASCII):
        return float(word)
    total = section = 0.0
    digit: float | None = None
    before = 10**9
    for part in re.findall(r"\d+(?:\.\d+)?|.", word, re.ASCII):
        if part in _SMALL:
            if _SMALL[part] >= before:
                return None
            section += (1 if digit is None else digit) * _SMALL[part]
            digit, before = None, _SMALL[part]
        elif part in _LARGE:
            total = (
                (total + section + (digit or 0)) * _LARGE[part]
                if part == "亿"
                else (total + (section + (digit or 0)) * _LARGE[part])
            )
            section, digit, before = 0.0, None, 10**9
        elif digit in (None, 0.0):
            digit = _DIGITS.get(part) if part in _DIGITS else float(part) if part[0].isdigit() else None
            if digit is None:
                return None
        else:
            return None
    return total + section + (digit or 0)


def spelled(words: str) -> float | None:
    """An English number below a thousand in digits or words: 25, twenty-five, two hundred and fifty."""
    if re.fullmatch(r"\d+(?:\.\d+)?", words, re.ASCII):
        return float(words)
    total, last = 0, 1000
    for word in re.split(r"[ -]", words):
        size = 100 if word == "hundred" else ENGLISH.get(word, TENS.get(word))
        if word == "and" and last == 100:
            continue
        if size is None or (not 1 <= total <= 9 if word == "hundred" else size >= last):
            return None
        total = total * 100 if word == "hundred" else total + size
        last = 100 if word == "hundred" else 10 if word in TENS else 1
    return float(total)


def small(word: str) -> int | None:
    """A small whole number: 3, three, 三, III; None for none."""
    if word in ENGLISH:
        return ENGLISH[word]
    if word in ROMAN:
        return ROMAN[word]
    found = numeral(word) if word else None
    return int(found) if found is not None and found == int(found) else None
