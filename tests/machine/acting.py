"""What the machine does that the protocol foresees: courses, outcomes, signatures, corrections, time."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.machine import choosing, courses
from tests.machine.study import Study
from tests.machine.table import window_end

FIELDS = {
    "Consented": ("at",), "Answered": ("value", "at"), "ApheresisDone": ("at",),
    "LymphodepletionStarted": ("at",), "Infused": ("cells", "at"), "Withdrawn": ("reason", "at"),
    "AdverseEventReported": ("grade", "term", "at"),
}  # fmt: skip
VALUES = {"value": ("unclear", "no", "yes", "negative", "71", "44"), "reason": ("died", "lost")}
MOST = 12  # subjects, to keep the machine quick


class Acting(RuleBasedStateMachine):
    """Rules of a trial that goes its way."""

    study: Study

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(steps=st.integers(1, 5))
    def a_new_subject_goes_some_steps_of_the_course(self, steps: int) -> None:
        courses.course(self.study, steps)

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(_=st.none())
    def a_new_subject_is_dosed(self, _: None) -> None:
        courses.course(self.study)

    @rule(number=choosing.nth)
    def somebody_goes_one_step_on(self, number: int) -> None:
        code = choosing.subject_of(self.study, number)
        if code in courses.subjects(self.study):
            courses.go_on(self.study, code)

    @rule(letters=st.sampled_from(("N", "N", "N", "T", "NT", "TT")))
    def the_open_windows_end(self, letters: str) -> None:
        courses.outcomes(self.study, letters)

    @rule()
    def the_next_step_is_signed(self) -> None:
        courses.record(self.study, "pi", "/sign")

    @rule(_=st.none())
    def what_is_void_is_signed_anew(self, _: None) -> None:
        courses.renew(self.study)

    @rule(number=choosing.nth, day=st.sampled_from((0, 1, 3, 27, 28, 29, 40)), name=choosing.doctor)
    def a_dlt_is_ruled_perhaps_late(self, number: int, day: int, name: str) -> None:
        code = choosing.subject_of(self.study, number)
        if courses.subjects(self.study).get(code, {}).get("infusion"):
            courses.dlt(self.study, code, day, name)

    @rule(number=choosing.nth, name=choosing.doctor, why=st.sampled_from(("lost", "died", "withdrew")))
    def somebody_leaves(self, number: int, name: str, why: str) -> None:
        code = choosing.subject_of(self.study, number)
        courses.leave(self.study, name, code, why)

    @rule(number=choosing.nth, name=choosing.doctor)
    def somebody_leaves_as_dead_without_a_word_on_the_death(self, number: int, name: str) -> None:
        code = choosing.subject_of(self.study, number)
        courses.record(self.study, name, f"/withdraw {code} died now")

    @precondition(lambda self: self.study.memory.rows)
    @rule(number=choosing.nth, name=choosing.doctor, at=st.integers(0, 3), cells=choosing.doses)
    def an_entry_is_corrected(self, number: int, name: str, at: int, cells: str) -> None:
        row = self.study.memory.rows[choosing.entry_of(self.study, number) - 1]
        fields = (*FIELDS.get(row.kind, ()), "void")
        field = fields[at % len(fields)]
        moved = courses.written(row.at - timedelta(hours=(30, 1, -1, -30)[number % 4]))
        values = {"cells": cells, "at": moved, "grade": str(1 + number % 5), "term": "infection"}
        options = VALUES.get(field, (values.get(field, ""),))
        courses.correct(self.study, name, row.number, field, options[number % len(options)])

    @rule(
        step=st.sampled_from(((20, "m"), (5, "h"), (1, "d"), (7, "d"), (27, "d"), (28, "d"), (61, "d"))),
    )
    def time_passes(self, step: tuple[int, str]) -> None:
        self.study.wait(*step)

    @rule(number=choosing.nth, minutes=st.sampled_from((-1, 0, 1)))
    def a_window_is_about_to_end(self, number: int, minutes: int) -> None:
        """The clock goes to the minute around the end of an open window."""
        now, people = self.study.memory.now, courses.subjects(self.study).values()
        ends = sorted(window_end(s["infusion"]["at"]) for s in people if s["infusion"])
        ahead = [left for left in ((end - now) // timedelta(minutes=1) for end in ends) if left > 1]
        if ahead and ahead[number % len(ahead)] < 9000:
            self.study.wait(ahead[number % len(ahead)] + minutes, "m")

    @rule(_=st.none())
    def the_bot_restarts(self, _: None) -> None:
        self.study.stop()
        self.study.open()

    @rule(name=choosing.anybody, template=choosing.reading, number=choosing.nth)
    def somebody_reads(self, name: str, template: str, number: int) -> None:
        self.study.say(name, choosing.line_of(self.study, template, number))
