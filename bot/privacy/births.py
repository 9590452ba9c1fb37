"""Dates of birth: with their label, or so long ago that the trial can have no other use for them."""

from __future__ import annotations

import re

# Nobody of an adult trial was born later, and nothing of a trial that runs now is older.
_YEAR = r"(?:1[89]\d\d|200\d|2010)"
_MONTH, _DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
# Of two digits: from 36 on, so that it is no day of the trial for some years to come.
_SHORT_YEAR = r"(?:0\d|10|3[6-9]|[4-9]\d)"
_NAMED = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
LABELLED = re.compile(
    r"(?:出生|生日|诞辰|(?<![发产再])生于"
    r"|\b(?:born|d\.? ?o\.? ?b|date of birth|birth ?da(?:y|te))\b)[^\d\n]{0,14}\d"
    r"|(?<!\d)(?:19|20)?\d{2} ?年(?: ?\d{1,2} ?月)?(?: ?\d{1,2} ?[日号])? ?(?:出?生(?![化物命长成存])|生人)",
    re.IGNORECASE,
)
LONG_AGO = re.compile(
    rf"(?<![\d.]){_YEAR} ?[-/.年] ?{_MONTH}(?: ?[-/.月] ?{_DAY}| ?月)(?!\d)"
    rf"|(?<![\d.]){_DAY} ?[-/.] ?{_MONTH} ?[-/.] ?{_YEAR}(?!\d)"
    rf"|(?<![\d.]){_MONTH} ?[-/.] ?{_DAY} ?[-/.] ?{_YEAR}(?!\d)"
    rf"|(?<!\d){_YEAR}(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])(?!\d)"
    rf"|\b{_DAY}(?:st|nd|rd|th)?[ -](?:of )?{_NAMED},?[ -]{_YEAR}\b"
    rf"|\b{_NAMED} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}\b"
    rf"|\b{_NAMED},? {_YEAR}\b"
    rf"|\b{_DAY}(?P<dash>[-/.]){_NAMED}(?P=dash){_SHORT_YEAR}(?![\w:-]|\.\d)"
    rf"|(?<![\w.,-]){_DAY}\.{_MONTH}\.{_SHORT_YEAR}(?![\w:-]|\.\d)",
    re.IGNORECASE,
)


def holds_birth_date(text: str) -> bool:
    """True when a plain text, numerals as digits, seems to hold a date of birth."""
    return bool(LABELLED.search(text) or LONG_AGO.search(text))
