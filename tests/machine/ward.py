"""A ward: the bedside around some open windows, and the gates that it must keep shut."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import bedside, choosing, courses
from tests.machine.acting import MOST
from tests.machine.treating import Treating


class Ward(Treating):
    """Rules of a trial in which most that happens is toxicity."""

    @rule(number=choosing.nth, line=st.sampled_from(("/assess {code}", "/withdraw {code} lost now", "/sign")))
    def an_outcome_is_tried(self, number: int, line: str) -> None:
        code = choosing.dosed(self.study, number)
        if code:
            courses.record(self.study, "pi", line.format(code=code))

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(_=st.none())
    def the_next_subject_comes_as_far_as_the_gates_let(self, _: None) -> None:
        people = courses.subjects(self.study)
        ready = [c for c, s in people.items() if s["consent"] and not s["left"] and not s["infusion"]]
        code = ready[-1] if ready else courses.consent(self.study, "coo")
        for _step in range(5):
            courses.go_on(self.study, code)

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(steps=st.integers(1, 4), numbers=st.lists(choosing.nth, min_size=1, max_size=2))
    def something_is_learnt_of_others_before_the_next_step(self, steps: int, numbers: list[int]) -> None:
        code = courses.course(self.study, steps)
        for number in numbers:
            if other := choosing.dosed(self.study, number):
                when = courses.day_of(self.study, other, 1 + number / 8)
                courses.record(self.study, "coo", f"/ae {other} CRS 4 {when}")
        courses.go_on(self.study, code)

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(steps=st.integers(0, 4), how=st.sampled_from(("/ae {} sepsis 5 now", "/icans {}", "none", "none")))
    def somebody_dies_before_the_dose(self, steps: int, how: str) -> None:
        """By an event whose onset is all that is known, or by a scale; the next step is tried."""
        code = courses.course(self.study, steps)
        if how == "/icans {}":
            bedside.apply_scale(self.study, "coo", code, ("icans", "5/-"), "now")
        elif how != "none":
            courses.record(self.study, "coo", how.format(code))
        courses.go_on(self.study, code)

    @rule(step=st.sampled_from(((5, "h"), (1, "d"), (7, "d"), (28, "d"))))
    def the_ward_goes_on(self, step: tuple[int, str]) -> None:
        self.study.wait(*step)
