"""Copies of the shipped protocol.yaml with a few words changed, as a study team (or a slip) would."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rules.file.load import load
from rules.protocol import Protocol

SHIPPED = Path(__file__).resolve().parents[2] / "protocol.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")
EXAMPLES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((SHIPPED.parent / "examples").glob("*.yaml"))
}


def changed(*edits: tuple[str, str], text: str = TEXT) -> str:
    """The file with each (old, new) edit made where it first stands; an edit that finds nothing is a bug."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def without_clause(id_: str, text: str = TEXT) -> str:
    """The file without one clause."""
    shorter = re.sub(rf"    - clause: {id_}\n(?:      .*\n)+", "", text)
    assert shorter != text, id_
    return shorter


def in_entry(entry: str, old: str, new: str, text: str = TEXT) -> str:
    """The file with words of one entry changed; the entry is named as `clause: one-in-three`."""
    start = text.index(f"- {entry}\n")
    return text[:start] + changed((old, new), text=text[start:])


def switched(assumption: str, reading: str, text: str = TEXT) -> str:
    """The file with another reading of an assumption chosen: one line changes."""
    start = text.index(f"  - assumption: {assumption}\n")
    head, tail = text[:start], text[start:]
    return head + re.sub(r"(\n    reading: )\S+", rf"\g<1>{reading}", tail, count=1)


def with_levels(count: int, text: str = TEXT) -> str:
    """The file with that many dose levels."""
    levels = "".join(f"    - {{level: {n}, cells: {n}.0e+8, source: test}}\n" for n in range(1, count + 1))
    return re.sub(r"(  levels:\n)(?:    .*\n)+", rf"\g<1>{levels}", text)


@cache
def protocol_of(text: str = TEXT) -> Protocol:
    """The protocol of a text without mistakes."""
    protocol, mistakes = load(text.encode())
    assert protocol is not None, mistakes
    return protocol


def line_of(text: str, words: str, after: str = "") -> int:
    """The number of the first line with these words, at or below the line of `after`."""
    return text[: text.index(words, text.index(after))].count("\n") + 1


# A study team's own copy: three numbers where the registration gives none, and criteria of two parts.
OWN = changed(
    (
        "\ncriteria:\n",
        """
  - {fact: hb, asks: Haemoglobin, type: number, unit: g/L, range: [20, 250], valid_days: 14, source: own}
  - {fact: anc, asks: Neutrophils, type: number, unit: 10^9/L, range: [0, 100], valid_days: 7, source: own}
  - {fact: temp, asks: Temperature, type: number, unit: degC, range: [30, 45], valid_days: 1, source: own}
criteria:
  - {criterion: T1, kind: inclusion, says: Blood., all: [hb >= 80, anc >= 1], source: own}
  - {criterion: T2, kind: exclusion, says: Fever., any: [temp >= 38, syphilis == true], source: own}
""",
    )
)
