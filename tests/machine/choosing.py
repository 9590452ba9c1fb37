"""What the machine draws from: people, subjects, doses, instants, command lines."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from tests.machine.bedside import ANSWERS
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
bedside = st.sampled_from(("CRS", "CRS", "ICANS", "Encephalopathy", "neutropenia"))
days = st.sampled_from((-1, 0.5, 1, 1, 2, 3, 5, 8, 27, 28.4, 35, 400))  # after the dose; 400 is now
shifts = st.sampled_from((-720, -48, -24, -1, 1, 24, 48, 720))
# An interview, the shorter ones and those of a high grade more often; a death now and then.
scales = st.sampled_from(
    (
        *(which for which in ANSWERS if which[1][0] != "5"),
        *(which for which in ANSWERS if which[1][0] in "34"),
        ("icans", "4/-"), ("crs", "3/3"), ("icans", "5/-"), ("crs", "5/5"),
    )
)  # fmt: skip
# What happens to a syndrome: what is done, with which word, and how many days later than before.
COURSES = (
    (("rule", 1, 0), ("grade", 0, 1), ("grade", 1, 1)),  # a relapse after its ruling
    (("rule", 1, 0), ("became", 0, 1), ("grade", 1, 1)),
    (("grade", 3, 1), ("rule", 1, 0), ("grade", 0, 1), ("grade", 1, 1)),
    (("rule", 1, 0), ("score", 5, 1)),  # a score that the ruling did not know
    (("score", 5, 0), ("rule", 1, 0), ("score", 5, 1)),  # one that it knew as well as
    (("score", 5, 0), ("rule", 1, 0), ("score", 0, 1), ("score", 5, 1)),  # one after a better one
    (("score", 5, 0), ("rule", 1, 0), ("grade", 0, 1), ("score", 5, 1)),
    (("became", 0, 1), ("rule", 1, 0), ("score", 5, 1)),  # one after the end
    (("rule", 1, 0), ("score", 7, 1)),  # one without a grade by CTCAE
    (("rule", 1, 0), ("score", 7, 1), ("grade", 1, 0)),
    (("became", 0, 1), ("became", 2, 0), ("score", 5, 1), ("rule", 1, 0)),  # two words of one minute
    (("became", 2, 1), ("became", 0, 0), ("score", 5, 1), ("rule", 1, 0)),
    (("became", 3, 1), ("rule", 1, 0), ("assess", 0, 0)),  # a death that is ruled no DLT
    (("grade", 0, 1), ("rule", 1, 0), ("score", 5, 1)),  # one above the grade that is left
)
syndrome = st.sampled_from(COURSES) | st.lists(
    st.tuples(
        st.sampled_from(("grade", "grade", "became", "score", "score", "rule", "rule", "assess")),
        st.integers(0, 9),
        st.sampled_from((0, 0.2, 1, 1, 2, -1.5)),
    ),
    min_size=2,
    max_size=7,
)

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


def dosed(study: Study, number: int) -> str:
    """Somebody who had a dose, the newest first; nothing without one."""
    codes = sorted((code for code, s in subjects(study).items() if s["infusion"]), reverse=True)
    return codes[number % len(codes)] if codes else ""


def event_of(study: Study, number: int) -> tuple[str, int] | None:
    """An adverse event and whose it is, the newest first."""
    events = sorted(((n, code) for code, s in subjects(study).items() for n in s["events"]), reverse=True)
    return events[number % len(events)][::-1] if events else None
