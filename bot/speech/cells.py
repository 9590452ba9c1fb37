"""Counts of cells as people write them: 1e8, 1×10⁸, 100 million, 一亿, 1×10的8次方."""

from __future__ import annotations

import re

from bot.speech.plain import numeral, seen, spelled

HAN_NUMBER = "零〇一二两三四五六七八九十百千"
SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DIGIT = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED = (
    rf"(?:(?:an?|{_DIGIT}) hundred(?: and)?(?: [a-z]+(?:[ -][a-z]+)?)??"
    rf"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_DIGIT}))?|ten|fifteen)"
)
POWER = re.compile(
    r"(?P<head>\d{1,3}(?:\.\d{1,4})?)(?:e\+?0?(?P<e>\d{1,2})|\s?[x×*]\s?10\s?(?:\^|\*\*)\s?(?P<p>\d{1,2})"
    r"|\s?[x×*]\s?10(?P<s>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|\s?(?:乘以|乘|[x×*])\s?10的(?P<n>\d|[一二三四五六七八九])次方)"
    r"|(?P<bare>10)(?:\^(?P<bp>\d{1,2})|(?P<bs>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|的(?P<bn>\d|[一二三四五六七八九])次方)"
)
MILLION = re.compile(
    rf"(?P<n>\d{{1,4}}(?:\.\d{{1,4}})?|{_SPELLED})\s?(?P<unit>million|mio|mln|billion|m(?= (?:car|cells)))"
)
HAN_DOSE = re.compile(
    rf"(?P<n>\d{{1,5}}(?:\.\d{{1,4}})?(?:[千百]?[万亿]|亿)|[{HAN_NUMBER}]{{1,8}}[万亿][{HAN_NUMBER}]{{0,4}}万?)"
)
PER_KG = re.compile(
    r"(?:/|per\s?|每|\s/\s?)(?:kg|kilo(?:gram)?|公斤|千克)(?: body ?weight| bw)?|/(?:公斤|千克|kg)"
)
PLAIN = re.compile(r"\d{1,3}(?:,\d{3}){2,4}|\d{7,13}")


def power(found: re.Match[str]) -> float:
    """The number of a match of POWER."""
    part = found.groupdict()
    raised = next(part[name] for name in ("e", "p", "s", "n", "bp", "bs", "bn") if part[name])
    head = float(part["head"]) if part["head"] else 1.0
    return head * 10.0 ** int(numeral(raised.translate(SUPERSCRIPT)) or 0)


def million(found: re.Match[str]) -> float | None:
    """The number of a match of MILLION; None for words that are no number."""
    number = spelled(found["n"])
    return None if number is None else number * (1e9 if found["unit"] == "billion" else 1e6)


def han(found: re.Match[str]) -> float | None:
    """The number of a match of HAN_DOSE."""
    return numeral(found["n"])


def plain(found: re.Match[str]) -> float:
    """The number of a match of PLAIN: 100,000,000."""
    return float(found[0].replace(",", ""))


FORMS = ((POWER, power), (MILLION, million), (HAN_DOSE, han), (PLAIN, plain))


def per_kg(text: str) -> bool:
    """True where a dose is said by weight."""
    return PER_KG.search(seen(text)) is not None


def total(typed: str) -> float | None:
    """The number of cells that the whole text is, perhaps with the word `cells`; None where it is none."""
    text = re.sub(r"\s*(?:car-?t\s*)?(?:cells|个?细胞|个)$", "", seen(typed.strip()))
    if re.fullmatch(r"\d{1,13}(?:\.\d{1,4})?", text, re.ASCII):
        return float(text)
    for pattern, make in FORMS:
        found = pattern.fullmatch(text)
        if found:
            return make(found)
    return None
