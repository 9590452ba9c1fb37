"""A patient's course, from consent to the end of the window, told to the bot as it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.machine import courses
from tests.machine.table import PLANNED, TOP, window_end
from tests.twin import correcting
from tests.twin.by_hand import ONSET
from tests.twin.told import code_in
from tests.twin.trouble import CALM

if TYPE_CHECKING:
    from tests.twin.conduct import Conduct

BAD = {
    "HBsAg": "positive", "Age at screening": "71", "Liver": "no", "Malignancy": "yes", "Kidney": "no",
}  # fmt: skip
CELLS, PRETREATMENT = 18.0, 5.0  # days from the collection of cells to pretreatment, and on to the dose
MOST_TRIES = 12


class Patient:
    """One who consented. `opening` counts the signed openings when the place was given."""

    def __init__(self, conduct: Conduct) -> None:
        self.conduct, self.level, self.opening, self.tries = conduct, 0, 0, 0
        self.screening, self.gone, self.late = True, False, False
        self.ruled, self.ruling = 0, 0
        self.dosed: datetime | None = None
        self.died: datetime | None = None
        self.assessed = False
        number = self.record("coo", "/new {when}")
        self.code = code_in(conduct.site.memory.shown["coo"]["html"])
        assert number, self.code
        days = conduct.delay("days_to_report", 0)
        unclear = {"Coagulation": "unclear"} if conduct.chance("unclear_answer") else {}
        failing = conduct.luck.choice(sorted(BAD)) if conduct.chance("screen_failure") else ""
        self.does(days, lambda: self.is_screened(unclear, {failing: BAD[failing]} if failing else {}))

    def record(self, name: str, line: str) -> int:
        """A command about this patient; the entry, 0 when it was refused."""
        conduct = self.conduct
        number = conduct.record(name, line.format(code=getattr(self, "code", ""), when="now"))
        if number and conduct.chance("entry_corrected"):
            conduct.later(conduct.luck.uniform(0, 7), lambda: correcting.correct(self, line, number))
        return number

    def does(self, days: float, do: Callable[[], None]) -> None:
        """Something of this patient's, unless gone by then; at once where it takes no time."""
        if days:
            self.conduct.later(days, lambda: None if self.gone else do())
        else:
            do()

    # ---------------------------------------------------------------- to a place
    def is_screened(self, unclear: dict[str, str], failing: dict[str, str]) -> None:
        """The interview, and eligibility if the answers allow it; a calm site sends it as one sheet."""
        if self.conduct.trouble == CALM:
            courses.screen_at_once(self.conduct.site, "inv", self.code)
        else:
            courses.screen(self.conduct.site, "inv", self.code, unclear | failing)
        if self.record("inv", "/eligible {code}"):
            assert not unclear and not failing, "eligible although a criterion is not met"
            self.screening = False
            self.conduct.ready.append(self)
            self.conduct.later(0, self.conduct.fill)
        elif unclear:
            self.does(7, lambda: self.is_screened({}, failing))
        else:
            self.conduct.counts["screen failures"] += 1
            self.leaves("before_dose")

    def takes_a_place(self) -> None:
        """A place in the cohort; who waited long is asked again what has gone stale."""
        conduct = self.conduct
        level = conduct.next.level
        if self.record("coo", "/slot {code}"):
            self.level, self.opening, self.tries = level, len(conduct.openings), 0
            self.does(3, self.gives_cells)
        elif self.tries < 3:
            self.tries += 1
            courses.screen(conduct.site, "inv", self.code, {})
            conduct.look()
            conduct.ready.append(self)
        else:
            self.leaves("before_dose")

    # ---------------------------------------------------------------- to the dose
    def gives_cells(self) -> None:
        """Apheresis; in trouble the cells take longer, or the patient leaves before the dose."""
        if not self.record("coo", "/apheresis {code} now"):
            self.is_stuck(self.gives_cells)
            return
        conduct = self.conduct
        late = conduct.chance("delayed_cells")
        days = conduct.luck.uniform(30, 70) if late else CELLS
        if conduct.chance("leaves_before_dose"):
            self.does(conduct.luck.uniform(1, days), lambda: self.leaves("before_dose"))
        self.does(days, self.is_pretreated)

    def is_pretreated(self) -> None:
        """Lymphodepletion."""
        if self.record("inv", "/lymphodepletion {code} now"):
            self.does(PRETREATMENT, self.is_dosed)
        else:
            self.is_stuck(self.is_pretreated)

    def is_dosed(self) -> None:
        """The infusion; another level's dose is refused whoever types it."""
        conduct, planned = self.conduct, PLANNED[self.level]
        if conduct.chance("wrong_dose_typed"):
            wrong = PLANNED[self.level % TOP + 1]
            assert not self.record("inv", f"/dose {{code}} {wrong:g} now"), "the dose of another level"
            conduct.counts["wrong doses refused"] += 1
        part = 0.7 if conduct.chance("dose_not_full") else 1
        if self.record("inv", f"/dose {{code}} {planned * part:g} now"):
            self.dosed = conduct.now
            self.has_an_outcome()
        else:
            self.is_stuck(self.is_dosed)

    def is_stuck(self, step: Callable[[], None]) -> None:
        """A step was refused: the level closed, answers went stale, the place ran out, or all is on hold."""
        conduct = self.conduct
        conduct.look()
        self.tries += 1
        held = conduct.next.action in ("hold", "refer")
        if self.tries > MOST_TRIES or (not held and conduct.next.level != self.level) or conduct.over:
            self.leaves("before_dose")
            return
        if not held and conduct.next.action in ("enrol", "wait", "assess"):
            courses.screen(conduct.site, "inv", self.code, {})
            if conduct.next.action == "enrol" and self.record("coo", "/slot {code}"):
                self.opening = len(conduct.openings)
        self.does(7, step)

    def leaves(self, reason: str) -> None:
        """Withdrawn, lost, or dead of something else, which is reported; what is open is ruled on first."""
        if reason == "died" and self.died is None and self.dosed:
            self.died = self.conduct.now
            number = self.record("coo", "/ae {code} sepsis 5 now")
            self.is_ruled(number, "not_dlt")
        if not self.record("inv", f"/withdraw {{code}} {reason} now"):
            self.does(3, lambda: self.leaves(reason))
            return
        self.gone, self.screening = True, False
        if self in self.conduct.ready:
            self.conduct.ready.remove(self)
        self.conduct.counts[f"left: {reason}"] += 1

    # ---------------------------------------------------------------- the window
    def has_an_outcome(self) -> None:
        """The truth decides; the site learns it sooner or later."""
        conduct = self.conduct
        assert self.dosed
        left = (window_end(self.dosed) - self.dosed) / timedelta(days=1)
        if conduct.truth.random() < conduct.rates[self.level - 1]:
            onset = conduct.truth.uniform(*ONSET)
            self.late = conduct.chance("dlt_learnt_late")
            known = (
                left + conduct.luck.uniform(5, 60) if self.late else onset + conduct.delay("days_to_report")
            )
            self.has_an_event(onset, known, "dlt", 4)
        elif conduct.chance("leaves_in_window"):
            reason = conduct.luck.choice(("withdrew", "lost", "died"))
            self.does(conduct.luck.uniform(1, 27), lambda: self.leaves(reason))
        if conduct.chance("event_no_dlt"):
            onset = conduct.luck.uniform(0.2, 28)
            self.has_an_event(onset, onset + conduct.delay("days_to_report"), "not_dlt", 3)
        self.does(left + 0.4 + conduct.delay("days_to_assess", 0), self.is_assessed)

    def has_an_event(self, onset: float, known: float, verdict: str, grade: int) -> None:
        """An adverse event so many days after the dose, known so many days after it, then ruled on."""
        assert self.dosed
        at = courses.written(self.dosed + timedelta(days=onset))
        self.conduct.later(known, lambda: self.is_reported(at, verdict, grade))

    def is_reported(self, at: str, verdict: str, grade: int) -> None:
        """The event is entered; an investigator rules on it some day."""
        if self.died and at > courses.written(self.died):
            return
        number = self.record("coo", f"/ae {{code}} neutropenia {grade} {at}")
        assert number, f"{self.code}: the event was refused"
        self.conduct.later(self.conduct.delay("days_to_rule", 0), lambda: self.is_ruled(number, verdict))

    def is_ruled(self, number: int, verdict: str) -> None:
        """The ruling."""
        if ruling := self.record("inv", f"/dlt {{code}} #{number} {verdict}"):
            if verdict == "dlt":
                self.ruled, self.ruling = number, ruling
            self.conduct.counts[verdict] += 1
            self.conduct.counts["learnt late"] += self.late and verdict == "dlt"
            if self.assessed and verdict == "not_dlt":  # what is learnt late voids the assessment
                self.is_assessed()

    def is_refuted(self) -> None:
        """The safety review found that it was no DLT: the ruling is made void, then ruled anew."""
        number, self.ruled = self.ruled, 0
        self.conduct.heed(courses.correct(self.conduct.site, "pi", self.ruling, "void", ""))
        self.conduct.counts["refuted"] += bool(self.record("pi", f"/dlt {{code}} #{number} not_dlt"))
        self.is_assessed()

    def is_assessed(self) -> None:
        """The window passed without a DLT; what is still open is ruled on first."""
        if self.ruled:
            return
        self.tries += 1
        if self.record("inv", "/assess {code}"):
            self.assessed, self.tries = True, 0
        elif self.tries < MOST_TRIES:
            self.does(3, self.is_assessed)
