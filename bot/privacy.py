"""Does a message seem to hold a person's name, phone, address or number? Then it is not kept."""

from __future__ import annotations

import re

MARKER = "\u2717personal"

RESIDENT_ID = re.compile(r"(?<![0-9])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[0-9Xx](?![0-9])")
MOBILE = re.compile(r"(?<![0-9.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9])")
# A landline's area code is 010, 02x or 03xx-09xx; 001 25000000 is a subject and a dose.
PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+\d{1,3}[- ]?\d[\d -]{7,}\d"
    r"|0(?:10|2\d|[3-9]\d{2})(?:-\d{7,8}| (?!\d+0{4})\d{7,8}))(?![0-9])"
)
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}")
LABELLED = re.compile(
    r"\b(?:mrn|medical record|record (?:no|number)|hospital (?:no|number)|patient (?:name|id)|name is|"
    r"called|date of birth|dob|born(?: on| in)?|passport|phone|mobile|id (?:card|no|number)|"
    r"m[rs]s?\.? [A-Z][a-z]+)\b"
    r"|姓名|名叫|叫做|身份证|出生|生日|病历号|住院号|门诊号|病案号|电话|手机|先生|女士|护照",
    re.IGNORECASE,
)
NUMBERS = (RESIDENT_ID, MOBILE, PHONE, E_MAIL)
# An investigator's own name, for signatures: a label such as 女士 or "Born" may be part of it.
NAMING = re.compile(r"\s*/name(?:@\w+)?\s")


def seems_personal(text: str) -> bool:
    """True when a text seems to identify a person; it errs on the side of refusing."""
    patterns = NUMBERS if NAMING.match(text) else (*NUMBERS, LABELLED)
    return any(pattern.search(text) for pattern in patterns)
