"""What the machine does at the bedside: scales, the course of adverse events, relapses, deaths, reports."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.machine import bedside, choosing, courses
from tests.machine.study import Study
from tests.machine.toxicity import SCALES, since_serious
from tests.machine.unsettled import unsettled

BEDSIDE = ("Scored", "AdverseEventFollowed", "SeriousnessJudged", "SponsorInformed")
RULED = ("AdverseEventReported", "DltConfirmed", "DltRefuted", "Withdrawn")
DETAILS = (
    *(("grade", grade) for grade in "112334"),
    *(("became", word) for word in ("recovered", "recovering", "not_recovered", "sequelae", "fatal")),
    ("related", "not_related"),
)
FIELDS = {
    "Scored": ("at", "void"), "SeriousnessJudged": ("at", "void"), "SponsorInformed": ("at", "void"),
    "AdverseEventFollowed": ("grade", "outcome", "at", "void"),
    "AdverseEventReported": ("grade", "term", "at", "void"), "Withdrawn": ("reason", "at", "void"),
    "DltConfirmed": ("void",), "DltRefuted": ("void",),
}  # fmt: skip
WORDS = {
    "grade": tuple("123445"), "term": ("CRS", "ICANS", "Encephalopathy", "sepsis"),
    "outcome": ("recovered", "not_recovered", "fatal"), "reason": ("died", "lost", "withdrew"),
}  # fmt: skip


class Treating(RuleBasedStateMachine):
    """Rules of the bedside; everything is dated within the subject's time on the study."""

    study: Study

    @rule(number=choosing.nth, name=choosing.clinician, term=choosing.bedside, grade=choosing.grades,
          day=choosing.days)  # fmt: skip
    def an_event_of_the_bedside_begins(
        self, number: int, name: str, term: str, grade: int, day: float
    ) -> None:
        if code := choosing.dosed(self.study, number):
            when = courses.day_of(self.study, code, day)
            courses.record(self.study, name, f"/ae {code} {term} {grade} {when}")

    @rule(number=choosing.nth, name=choosing.clinician, which=choosing.scales, day=choosing.days)
    def a_scale_is_applied(self, number: int, name: str, which: tuple[str, str], day: float) -> None:
        if code := choosing.dosed(self.study, number):
            when = courses.day_of(self.study, code, day)
            bedside.apply_scale(self.study, name, code, which, when)

    @rule(number=choosing.nth, name=choosing.clinician, what=st.sampled_from(DETAILS), day=choosing.days)
    def an_event_is_followed(self, number: int, name: str, what: tuple[str, str], day: float) -> None:
        if found := choosing.event_of(self.study, number):
            code, about = found
            bedside.follow(self.study, name, about, what, courses.day_of(self.study, code, day))

    @rule(
        number=choosing.nth,
        scale=st.sampled_from(SCALES),
        day=st.sampled_from((1, 1, 2, 5, 20, 26.5, -1)),
        steps=choosing.syndrome,
    )
    def a_syndrome_has_its_course(self, number: int, scale: str, day: float, steps: bedside.Course) -> None:
        """One event with its scores: graded, over, scored, ruled on, in any order, dated to and fro."""
        if code := choosing.dosed(self.study, number):
            bedside.syndrome(self.study, code, scale, day, steps)

    @rule(number=choosing.nth, name=choosing.clinician, before=choosing.hours,
          criterion=st.sampled_from(("no", "death", "life_threatening")))  # fmt: skip
    def an_event_is_judged_serious(self, number: int, name: str, before: int, criterion: str) -> None:
        if found := choosing.event_of(self.study, number):
            when = choosing.ago(self.study, before)
            bedside.judge(self.study, name, found[1], criterion, when)

    @rule(number=choosing.nth, name=choosing.clinician, before=choosing.hours)
    def an_event_is_reported_to_the_sponsor(self, number: int, name: str, before: int) -> None:
        """A serious one where there is one, otherwise any."""
        people = courses.subjects(self.study).values()
        serious = [n for s in people for n in s["events"] if since_serious(s, n)]
        found = choosing.event_of(self.study, number)
        about = serious[number % len(serious)] if serious else found[1] if found else 1
        courses.record(self.study, name, f"/sae #{about} {choosing.ago(self.study, before)}")

    @precondition(lambda self: any(unsettled(s) for s in courses.subjects(self.study).values()))
    @rule(verdict=st.sampled_from(("not_dlt", "not_dlt", "dlt")))
    def what_is_unsettled_is_settled(self, verdict: str) -> None:
        for code, subject in courses.subjects(self.study).items():
            if unsettled(subject):
                bedside.settle(self.study, code, verdict)

    @rule(number=choosing.nth, name=choosing.doctor, at=st.integers(0, 3), hours=choosing.shifts,
          toxicity=st.sampled_from((True, True, False)))  # fmt: skip
    def an_entry_of_the_bedside_is_corrected(
        self, number: int, name: str, at: int, hours: int, toxicity: bool
    ) -> None:
        kinds = BEDSIDE if toxicity else RULED
        rows = [row for row in self.study.memory.rows if row.kind in kinds]
        if rows:
            row = rows[-1 - number % len(rows)]
            fields = FIELDS[row.kind] if row.data.get("scale", "crs") in SCALES else ("void",)
            field = fields[at % len(fields)]
            words = WORDS.get(field, (courses.written(row.at + timedelta(hours=hours)),))
            courses.correct(self.study, name, row.number, field, words[number % len(words)])
