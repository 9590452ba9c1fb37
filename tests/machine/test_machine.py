"""A machine of random legal and illegal actions over the whole bot, against a plain table of the rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    run_state_machine_as_test,
)

from tests.machine.acting import Acting
from tests.machine.erring import Erring
from tests.machine.prepared import PRACTISED, STORIES, Shelf
from tests.machine.study import Study
from tests.machine.treating import BEDSIDE, Treating
from tests.machine.ward import Ward

BEGINNINGS = (*((story, False) for story in STORIES), *((story, True) for story in PRACTISED))
ACTIONS = {"enrol", "wait", "assess", "expand", "escalate", "reduce", "declare_mtd", "hold", "refer"}
AROUND = tuple((story, False) for story in ("P", "P TNN", "P TNN S", "D D L", "P NNN S D D L", "P NNN S P"))
MOST_RUNS = 20
# Below ten examples hypothesis draws each anew, instead of varying the ones before.
SETTINGS = settings(
    max_examples=9,
    stateful_step_count=50,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


class Judged(RuleBasedStateMachine):
    """Begins somewhere in a trial; after each action, Study.check() holds the bot against the table."""

    study: Study
    beginnings: ClassVar[tuple[tuple[str, bool], ...]]
    shelf: ClassVar[Shelf]
    decided: ClassVar[Counter[str]]
    levels: ClassVar[Counter[int]]
    kinds: ClassVar[Counter[str]]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.study = self.shelf.take(*data.draw(st.sampled_from(self.beginnings)))

    @invariant()
    def the_bot_decides_as_the_table_does(self) -> None:
        self.decided[self.study.check()] += 1
        self.levels[self.study.folded["openings"][-1]["level"]] += 1

    def teardown(self) -> None:
        if hasattr(self, "study"):
            self.kinds.update(row.kind for row in self.study.memory.rows)
            self.shelf.give_back(self.study)


class Machine(Judged, Acting, Treating, Erring):
    """Everything that people do."""

    beginnings = BEGINNINGS


class Bedside(Judged, Ward):
    """Mostly toxicity, around open windows and after the assessments."""

    beginnings = AROUND


def play(machine: type[Judged], folder: Path, messages: int) -> None:
    """Run a machine with seeds of its own until so many messages were sent."""
    machine.shelf = Shelf(folder)
    machine.decided, machine.levels, machine.kinds = Counter(), Counter(), Counter()
    for number in range(MOST_RUNS):
        if machine.shelf.sent < messages:
            run_state_machine_as_test(seed(number)(machine), settings=SETTINGS)
    assert machine.shelf.sent >= messages


def test_no_sequence_of_actions_leaves_the_table_of_the_rules(tmp_path: Path) -> None:
    play(Machine, tmp_path, 10_000)
    assert set(Machine.decided) == ACTIONS
    assert set(Machine.levels) == {1, 2, 3}


def test_no_course_of_toxicity_leaves_the_table_of_the_rules(tmp_path: Path) -> None:
    play(Bedside, tmp_path, 4_000)
    assert set(BEDSIDE) < set(Bedside.kinds)
