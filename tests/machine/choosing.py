"""What the machine draws from: people, subjects, doses, instants, command lines."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from tests.machine.courses import subjects, written
from tests.machine.people import ROLES
from tests.machine.study import Study

anybody = st.sampled_from(tuple(ROLES))
doctor = st.sampled_from(("inv", "inv2", "pi"))
clinician = st.sampled_from(("coo", "inv", "inv2", "pi"))
nth = st.integers(0, 40)
hours = st.sampled_from((0, 0, 0, 1, 5, 24, 72, 24 * 10, 24 * 28, 24 * 29, 24 * 100))
doses = st.sampled_from((
    "0.25e8", "1e8", "2e8", "2.5e7", "0.225e8", "0.224e8", "0.275e8", "0.276e8", "0.9e8", "1.1e8", "1.11e8",
    "1.8e8", "2.2e8", "2.3e8", "0.5e8", "1e5", "1e12",
))  # fmt: skip
terms = st.sampled_from(("neutropenia", "ICANS", "infection"))
grades = st.integers(1, 5)

LINES = (
    "/new {when}", "/eligible {code}", "/slot {code}", "/apheresis {code} {when}",
    "/lymphodepletion {code} {when}", "/dose {code} {cells} {when}", "/assess {code}", "/sign",
    "/withdraw {code} lost {when}", "/ae {code} ICANS {grade} {when}", "/dlt {code} dlt", "/dlt {code}",
    "/dlt {code} #{entry} not_dlt", "/dlt {code} #{entry} dlt", "/screen {code}", "/screen {code} {when}",
    "/correct #{entry}", "/deviation {code} {cells} {when} other",
)  # fmt: skip
lines = st.sampled_from(LINES)
READING = (
    "/next", "/why", "/status", "/due", "/subject {code}", "/protocol", "/check", "/help", "/people",
    "/snooze {code}", "/cancel", "/language", "/zone Asia/Shanghai", "/subject", "/slot", "/dose",
)  # fmt: skip
reading = st.sampled_from(READING)


def subject_of(study: Study, number: int) -> str:
    """Somebody, the newest first; with nobody there, a code that nobody has."""
    codes = sorted(subjects(study), reverse=True)
    return codes[number % len(codes)] if codes else "CD7-001"


def entry_of(study: Study, number: int) -> int:
    """The number of a row, the newest first."""
    rows = len(study.memory.rows)
    return rows - number % rows if rows else 1


def ago(study: Study, before: int) -> str:
    """So many hours ago, as one writes it."""
    return written(study.memory.now - timedelta(hours=before)) if before else "now"


def line_of(study: Study, template: str, number: int, cells: str = "1e8", before: int = 0) -> str:
    """A command line, filled in."""
    return template.format(
        code=subject_of(study, number),
        entry=entry_of(study, number),
        cells=cells,
        grade=1 + number % 5,
        when=ago(study, before),
    )
