"""What the machine does that goes wrong: wrong order, wrong doses, wrong hands, old buttons, two at once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from bot.messages import Message
from tests.buttons import button
from tests.machine import choosing, courses
from tests.machine.acting import MOST
from tests.machine.people import USERS
from tests.machine.study import Study

BAD = {"Liver": "unclear", "Age at screening": "71", "HBsAg": "positive", "Syphilis?": "unclear"}


class Erring(RuleBasedStateMachine):
    """Rules of people who err."""

    study: Study

    @rule(
        name=choosing.anybody, template=choosing.lines, number=choosing.nth, cells=choosing.doses,
        before=choosing.hours,
    )  # fmt: skip
    def somebody_commands_anything(
        self, name: str, template: str, number: int, cells: str, before: int
    ) -> None:
        self.study.say(name, choosing.line_of(self.study, template, number, cells, before))
        if number % 3:  # otherwise a card stays open
            courses.confirm(self.study, name)

    @rule(name=choosing.doctor, doses=st.lists(choosing.doses, min_size=1), before=st.sampled_from((0, 0, 5)))
    def wrong_doses_are_entered(self, name: str, doses: list[str], before: int) -> None:
        """For somebody who is pretreated and not dosed; a new subject, if there is none and room."""
        people = courses.subjects(self.study)
        ready = [c for c, s in people.items() if s["lymphodepletion"] and not s["infusion"]]
        code = ready[-1] if ready else "CD7-001"
        if not ready and len(people) < MOST:
            code = courses.course(self.study, 4)
        for cells in doses:
            courses.record(self.study, name, f"/dose {code} {cells} {choosing.ago(self.study, before)}")

    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(bad=st.sampled_from(tuple(BAD)), name=choosing.clinician)
    def a_subject_who_does_not_fit_is_tried(self, bad: str, name: str) -> None:
        code = courses.consent(self.study, "coo")
        courses.screen(self.study, name, code, {bad: BAD[bad]})
        courses.record(self.study, "inv", f"/eligible {code}")
        courses.record(self.study, "coo", f"/slot {code}")

    @rule(number=choosing.nth, cells=choosing.doses, before=choosing.hours)
    def a_dose_against_the_rules_is_recorded_as_a_deviation(
        self, number: int, cells: str, before: int
    ) -> None:
        line = choosing.line_of(self.study, "/deviation {code} {cells} {when} other", number, cells, before)
        courses.record(self.study, "pi", line)

    @rule(name=choosing.anybody, other=choosing.anybody, numbers=st.lists(st.integers(0, 400), min_size=1))
    def old_buttons_are_pressed(self, name: str, other: str, numbers: list[int]) -> None:
        """One's own, or those on the screen of somebody else."""
        for number in numbers:
            shown = self.study.memory.buttons.get(other) or [(0, "/next")]
            self.study.press(name, *shown[-1 - number % len(shown)])

    @rule(name=choosing.anybody, template=choosing.lines, number=choosing.nth, processes=st.integers(1, 2))
    def a_card_is_pressed_twice(self, name: str, template: str, number: int, processes: int) -> None:
        self.study.say(name, choosing.line_of(self.study, template, number))
        press = self._yes(name)
        if press:
            self.study.take(press, press, processes=processes)
            self.study.take(press)

    @rule(
        template=choosing.lines,
        first=choosing.nth,
        second=choosing.nth,
        names=st.permutations(("pi", "inv", "inv2", "coo")),
    )
    def two_people_press_at_once(self, template: str, first: int, second: int, names: list[str]) -> None:
        pairs = list(zip(names[:2], (first, second), strict=True))
        for name, number in pairs:
            self.study.say(name, choosing.line_of(self.study, template, number))
        presses = [press for name, _ in pairs if (press := self._yes(name))]
        if presses:
            self.study.take(*presses, processes=2)

    @precondition(lambda self: self.study.next[0][0] == "enrol")
    @precondition(lambda self: len(courses.subjects(self.study)) < MOST)
    @rule(_=st.none())
    def two_people_give_the_next_place_at_once(self, _: None) -> None:
        found = courses.subjects(self.study)
        codes = [c for c, s in found.items() if s["eligible"] and courses.state(self.study, c) == "none"]
        while len(codes) < 2:
            codes.append(courses.consent(self.study, "coo"))
            courses.go_on(self.study, codes[-1])
        self.study.say("coo", f"/slot {codes[-1]}")
        self.study.say("inv2", f"/slot {codes[-2]}")
        presses = [press for name in ("coo", "inv2") if (press := self._yes(name))]
        if presses:
            self.study.take(*presses, processes=2)

    @rule(name=choosing.clinician, template=choosing.lines, number=choosing.nth, minutes=st.integers(9, 12))
    def a_card_is_pressed_when_it_is_old(self, name: str, template: str, number: int, minutes: int) -> None:
        self.study.say(name, choosing.line_of(self.study, template, number))
        press = self._yes(name)
        if press:
            self.study.wait(minutes, "m")
            self.study.take(press)

    @rule(
        name=choosing.clinician, kind=st.sampled_from(("edited", "forwarded", "other")), number=choosing.nth
    )
    def a_message_is_edited_or_forwarded(self, name: str, kind: str, number: int) -> None:
        line = choosing.line_of(self.study, "/dose {code} 1e8 now", number)
        self.study.take(replace(self.study.message(name, line), kind=kind))

    @rule(name=st.sampled_from(("pi", "inv", "coo")), template=choosing.lines, number=choosing.nth)
    def somebody_who_lost_access_presses(self, name: str, template: str, number: int) -> None:
        self.study.say(name, choosing.line_of(self.study, template, number))
        press = self._yes(name)
        courses.record(self.study, "adm", f"/people {self.study.memory.ids.pop(USERS[name])}")
        if press:
            self.study.take(press)
        self.study.join(name)

    def _yes(self, name: str) -> Message | None:
        """The press of Record on the card on somebody's screen, if there is one."""
        shown = self.study.memory.shown[name]
        yes = button(shown["buttons"])
        return self.study.message(name, press=yes, at=shown["id"]) if yes else None
