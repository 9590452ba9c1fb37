"""One spelling for what is written in many: full-width, invisible, spelled-out and foreign digits."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks that show nothing: fillers, joiners, variation selectors, the key around a digit.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u20e3\u3164\ufe00-\ufe0f\uffa0]")
CHINESE = ("〇零○", "一壹幺弌", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
NUMERALS = str.maketrans({sign: str(digit) for digit, signs in enumerate(CHINESE) for sign in signs})
ENGLISH = ("zero|oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORD = {word: str(digit) for digit, words in enumerate(ENGLISH) for word in words.split("|")}
WORDS = re.compile(rf"\b(?:{'|'.join(WORD)})\b", re.IGNORECASE)


def plain(text: str) -> str:
    """The text as it is read: no invisible signs, one kind of digit, space and dash."""
    if text.isascii():
        return " ".join(text.split())
    text = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join("".join(map(_sign, text)).split())


def _sign(sign: str) -> str:
    match unicodedata.category(sign):
        case "Cf" | "Me":
            return ""
        case "Pd":
            return "-"
        case "Nd":
            return str(unicodedata.digit(sign))
    return sign


def digits_of(text: str) -> str:
    """A plain text with its numerals as digits: 一三八 and `one three eight` are 138."""
    return WORDS.sub(lambda word: WORD[word.group().lower()], text.translate(NUMERALS))
