"""A machine of random legal and illegal actions over the whole bot, against a plain table of the rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from tests.machine.acting import Acting
from tests.machine.erring import Erring
from tests.machine.prepared import PRACTISED, STORIES, Shelf
from tests.machine.treating import BEDSIDE, Treating

BEGINNINGS = (*((story, False) for story in STORIES), *((story, True) for story in PRACTISED))
ACTIONS = {"enrol", "wait", "assess", "expand", "escalate", "reduce", "declare_mtd", "hold", "refer"}
STEPS = 10_000
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


class Machine(Acting, Treating, Erring):
    """Begins somewhere in a trial; after each action, Study.check() holds the bot against the table."""

    shelf: ClassVar[Shelf]
    decided: ClassVar[Counter[str]] = Counter()
    levels: ClassVar[Counter[int]] = Counter()
    kinds: ClassVar[Counter[str]] = Counter()

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: tuple[str, bool]) -> None:
        self.study = self.shelf.take(*beginning)

    @invariant()
    def the_bot_decides_as_the_table_does(self) -> None:
        Machine.decided[self.study.check()] += 1
        Machine.levels[self.study.folded["openings"][-1]["level"]] += 1

    def teardown(self) -> None:
        if hasattr(self, "study"):
            Machine.kinds.update(row.kind for row in self.study.memory.rows)
            self.shelf.give_back(self.study)


def test_no_sequence_of_actions_leaves_the_table_of_the_rules(tmp_path: Path) -> None:
    Machine.shelf = Shelf(tmp_path)
    for number in range(MOST_RUNS):
        if Machine.shelf.sent < STEPS:
            run_state_machine_as_test(seed(number)(Machine), settings=SETTINGS)
    assert Machine.shelf.sent >= STEPS
    assert set(Machine.decided) == ACTIONS
    assert set(Machine.levels) == {1, 2, 3}
    assert set(BEDSIDE) < set(Machine.kinds)
