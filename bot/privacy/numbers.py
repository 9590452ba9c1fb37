"""Numbers of persons: identity cards, passports, records of a hospital, e-mail and messengers."""

from __future__ import annotations

import re
from itertools import accumulate

from stdnum.cn import ric
from stdnum.es import dni
from stdnum.gb import nhs
from stdnum.in_ import aadhaar

# An 18-digit resident number of China, whatever its checksum; with more digits around it must check.
# Who is born in the 2020s is in no trial of adults, but a count beside a moment can have that shape.
RESIDENT = re.compile(r"\d{6}(?:1[89]\d\d|20[01]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
SPLIT = re.compile(r"(?<!\d)\d(?:[ ._/,*-]{0,3}\d){13,}(?:[ ._/,*-]{0,3}[Xx](?![A-Za-z]))?")
LONG = re.compile(r"(?<![\d.])\d{12,19}(?!\d)")
MOMENT = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"[A-Z]{1,2}\d{6,10}[A-Z]?(?:\([0-9A]\))?"  # passports, Hong Kong, Macau, Taiwan, Singapore, Britain
    r"|[A-Z]{2} \d{2} \d{2} \d{2} [A-D]|[A-Z] \d{4} (?!0000)\d{4}"
    r"|\d{3}-\d{2}-\d{4}|\d{6}[-+]\d{4}|\d{6}-[1-8]\d{6}|\d{3}\.\d{3}\.\d{3}-\d{2}"
    r"|[A-Z]{4,6}\d{2}(?:\d{4}[A-Z]{6}|[A-Z]\d{2}[A-Z]\d{3}|\d{2})[A-Z\d]{1,2}"
    r"|\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,4})?"
    r")(?![A-Za-z0-9])"
)
CHECKED = re.compile(r"(?<![\w.])(?:\d{8}[A-Za-z]|\d{3} \d{3} \d{4}|\d{4} \d{4} \d{4})(?![\w.])")
E_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+ ?(?:@|[\[(] ?at ?[\])]) ?(?=[\w-]*[A-Za-z])[\w-]+"
    r"(?:(?:\.|(?: ?[\[(] ?dot ?[\])] ?))[\w-]+)*(?:\.| ?[\[(] ?dot ?[\])] ?)[A-Za-z]{2,}",
    re.IGNORECASE,
)
SPOKEN_MAIL = re.compile(
    r"\b[\w-]+ at [\w-]+(?: dot [\w-]+)* dot (?:com|org|net|edu|gov|info|cn|uk|de|hk|tw|jp|kr|sg)\b",
    re.IGNORECASE,
)
LABELLED = re.compile(
    r"(?:\bmrn\b|(?:医保|社保|医保卡|就诊卡|身份证|护照|银行卡|病床)(?:号码|卡号|编号|号)?)[^\d\n]{0,12}\d{2}"
    r"|(?:住院|病历|门诊|病案|就诊|登记|档案)"
    r"(?:(?:号码|卡号|编号|号)[^\d\n]{0,12}\d{2}|[:：是为 ]{0,3}[A-Za-z]{0,3}\d{5})"
    r"|(?:病历|住院|门诊|病案)号[^\d\n]{0,6}\d"
    r"|\b(?:(?:medical|hospital|health|clinic|chart|inpatient|outpatient|admission|hospitali[sz]ation) ?"
    r"(?:records?)?|records?) ?(?:no|nr|num|number|id|#)\b[^\dA-Za-z]{0,3}(?:is |was )?[A-Za-z-]{0,3}\d{3}"
    r"|\bmedical records? [^\dA-Za-z]{0,3}\d{3}"
    r"|\b(?:patient|pt|case|identity|national|id|social security|insurance)"
    r" ?(?:card ?)?(?:no|nr|num|number|id|#|card)\b"
    r"[^\dA-Za-z]{0,3}(?:is |was )?[A-Za-z-]{0,3}\d{4}"
    r"|\b(?:ssn|nhs|nino)\b[^\d\n]{0,6}\d{3}"
    r"|\bpassport\b[^\d\n]{0,12}\d{4}"
    r"|(?:微信|we ?chat|whats ?app|\bQQ\b|telegram id|line id)[号号码]{0,2}[\s:是为]{0,3}[A-Za-z][\w-]{4,}"
    r"|(?:患者|病人|病员)(?:编号|号码|ID|id)[^\d\n]{0,3}\d{4}",
    re.IGNORECASE,
)


def holds_number(text: str) -> bool:
    """True when a plain text, numerals as digits, seems to hold a person's number or e-mail."""
    if E_MAIL.search(text) or SPOKEN_MAIL.search(text):
        return True
    if sum(map(str.isdigit, text)) < 1:
        return False
    return bool(
        LABELLED.search(text)
        or SHAPES.search(text)
        or any(_resident(found.group()) for found in SPLIT.finditer(text))
        or any(_long(found.group()) for found in LONG.finditer(text))
        or any(_checks(found.group()) for found in CHECKED.finditer(text))
    )


def _resident(run: str) -> bool:
    """A resident number, between whole groups of digits whatever its checksum, anywhere with a right one."""
    groups = re.findall(r"\d+|[Xx]", run)
    whole = "".join(groups)
    if any(_checksum(whole[at : at + 18]) for at in range(len(whole) - 17)):
        return True
    edges = {0, *accumulate(map(len, groups))}
    return any(at + 18 in edges and RESIDENT.fullmatch(whole[at : at + 18]) for at in edges)


def _checksum(number: str) -> bool:
    """Not ric.is_valid: it also wants a known place, and fails with a KeyError on some."""
    return bool(RESIDENT.fullmatch(number)) and ric.calc_check_digit(number) == number[-1].upper()


def _long(run: str) -> bool:
    """Cards and old identity numbers; a count of cells is round, and a moment is a moment."""
    return not run.endswith("000000") and not MOMENT.fullmatch(run)


def _checks(run: str) -> bool:
    return dni.is_valid(run) or nhs.is_valid(run) or aadhaar.is_valid(run)
