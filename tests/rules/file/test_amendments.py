"""Amendments: the difference in words, what forbids one, and that earlier steps keep their own file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules import events as e
from rules.counting import history_of
from rules.course import Step, lacking
from rules.escalation import decide
from rules.file.amendments import changes, obstacles, plain
from rules.hindsight import as_signed, differences
from rules.protocol import Protocol
from rules.trial import Trial, replay
from rules.window import window_end
from tests.rules.files import EXAMPLES, TEXT, changed, in_entry, protocol_of, switched
from tests.rules.logs import DAY, START

OLD = protocol_of()
NEXT = ('version: "1.0"', 'version: "1.1"')
LEVEL_3 = """    - level: 3
      cells: 2.0e+8
      source: NCT06871644, arms and interventions
"""
WHEN = START + 100 * DAY


def new(*edits: tuple[str, str], text: str = TEXT) -> Protocol:
    """The next version of the shipped file, with edits."""
    return protocol_of(changed(NEXT, *edits, text=text))


def log(*events: e.Event, file: str = OLD.sha256) -> tuple[e.Entry, ...]:
    return tuple(e.Entry(n, event, "P1", "investigator", event.at, file) for n, event in enumerate(events, 1))


def subject(number: int, level: int = 1, at: int = 0, **answers: str) -> list[e.Event]:
    """A subject dosed on a day, whose window passed."""
    code, day = OLD.subject_code(number), START + at * DAY
    given = OLD.level(level).cells
    return [
        e.Consented(code, day),
        *(e.Answered(code, fact, value, day) for fact, value in answers.items()),
        e.EligibilityConfirmed(code, day),
        e.SlotHeld(code, level, day),
        e.LymphodepletionStarted(code, day),
        e.Infused(code, level, given, True, day),
        e.WindowAssessed(code, day + 29 * DAY),
    ]


def three(level: int = 1, at: int = 0, first: int = 1) -> list[e.Event]:
    return [event for n in range(first, first + 3) for event in subject(n, level, at)]


def trial(*events: e.Event) -> Trial:
    return replay(OLD, log(*events))


EMPTY = trial()


# ------------------------------------------------------------------ the difference in words
def test_a_file_differs_from_itself_in_nothing() -> None:
    assert changes(OLD, OLD) == ()


@pytest.mark.parametrize(
    ("edit", "place", "was", "becomes"),
    [
        (("cells: 1.0e+8", "cells: 0.5e+8"), ("dose", "2", "cells"), 1e8, 0.5e8),
        (("tolerance_percent: 10", "tolerance_percent: 5"), ("dose", "", "tolerance_percent"), 10.0, 5.0),
        (("days: 28", "days: 35"), ("window", "", "days"), 28, 35),
        (("from_grade: 3", "from_grade: 2"), ("dlt", "", "adjudicate_from_grade"), 3, 2),
        (("slot_hold_days: 60", "slot_hold_days: 30"), ("cohort", "", "slot_hold_days"), 60, 30),
        (("target_subjects: 18", "target_subjects: 24"), ("trial", "", "target_subjects"), 18, 24),
        (("code: CD7-{", "code: AB-{"), ("subjects", "", "code"), "CD7-{number:3}", "AB-{number:3}"),
        (("needs: [slot]", "needs: [slot, screening]"), ("stages", "apheresis", "needs"), ("slot",),
         ("slot", "screening")),
        (("snooze_hours: 24", "snooze_hours: 12"), ("reminders", "", "snooze_hours"), 24, 12),
    ],
)  # fmt: skip
def test_a_changed_value_is_one_change_beside_the_version(
    edit: tuple[str, str], place: tuple[str, str, str], was: object, becomes: object
) -> None:
    version, found = changes(OLD, new(edit))
    assert (version.section, version.field, version.was, version.becomes) == (
        "trial",
        "version",
        "1.0",
        "1.1",
    )
    assert (found.section, found.entry, found.field) == place
    assert (found.was, found.becomes) == (was, becomes)


OTHER = next(r.name for a in OLD.assumptions if a.id == "A12" for r in a.readings if r.name != a.chosen)


def test_another_reading_and_another_sentence_are_said_in_words() -> None:
    [_, chosen] = [x for x in changes(OLD, new(text=switched("A12", OTHER))) if x.section != "window"]
    assert (chosen.section, chosen.entry, chosen.field) == ("assumptions", "A12", "chosen")
    text = in_entry("clause: two-in-three", "says: {en: ", "says: {en: New. ")
    [_, says] = changes(OLD, new(text=text))
    assert (says.section, says.entry, says.field) == ("escalation", "two-in-three", "says")
    assert plain(says.becomes).startswith("New. ") and plain(("a", says.was))[1] == says.was.en


def test_entries_that_come_and_go_are_changes_from_and_to_nothing() -> None:
    found = [x for x in changes(OLD, new((LEVEL_3, ""))) if x.section == "dose"]
    assert [(x.entry, x.field, x.becomes) for x in found] == [("3", "cells", None), ("3", "source", None)]
    back = [x for x in changes(new((LEVEL_3, "")), OLD) if x.section == "dose"]
    assert [(x.entry, x.field, x.was) for x in back] == [("3", "cells", None), ("3", "source", None)]
    boin = protocol_of(EXAMPLES["boin"])
    assert {x.entry for x in changes(OLD, boin)} >= {"estimate"}
    assert {type(plain(x.was)) for x in changes(boin, OLD)} <= {str, int, float, list, bool, type(None)}


# ------------------------------------------------------------------ what forbids one
@pytest.mark.parametrize(
    ("version", "fits"),
    [("1.1", True), ("1.0.1", True), ("2", True), ("1.10", True), ("1.0", False), ("1", False), 
     ("0.9", False), ("1.0.0", False), ("draft", False), ("1.1-b", False), ("", False)],
)  # fmt: skip
def test_the_version_rises(version: str, fits: bool) -> None:
    if version:
        file = protocol_of(changed(('version: "1.0"', f'version: "{version}"'), ("days: 28", "days: 29")))
    else:
        file = OLD
    assert [lack.code for lack in obstacles(OLD, file, EMPTY)] == ([] if fits else ["version"])


def test_a_higher_version_is_higher_by_number_not_by_letter() -> None:
    nine, ten = (protocol_of(changed(('version: "1.0"', f'version: "{v}"'))) for v in ("1.9", "1.10"))
    assert not obstacles(nine, ten, EMPTY) and obstacles(ten, nine, EMPTY)


def test_another_trial_is_no_amendment() -> None:
    other = protocol_of(changed(("id: NCT06871644", "id: NCT1"), NEXT))
    assert [lack.code for lack in obstacles(OLD, other, EMPTY)] == ["other_trial"]


DOSED = subject(1, age="45", hbsag="negative", liver="unclear")
HELD_AT_3 = [e.Consented("CD7-001", START), e.SlotHeld("CD7-001", 3, START)]
OPENED = [*three(), e.LevelOpened(2, 3, "escalate", START + 30 * DAY)]
AGE = ("  - fact: age\n", "  - fact: years\n")


@pytest.mark.parametrize(
    ("events", "edits", "codes"),
    [
        ([], [(LEVEL_3, "")], []),
        (HELD_AT_3, [(LEVEL_3, "")], ["level_dropped"]),
        (DOSED, [(LEVEL_3, "")], []),
        (DOSED, [("cells: 0.25e+8", "cells: 0.2e+8")], ["level_given"]),
        (DOSED, [("cells: 1.0e+8", "cells: 0.5e+8")], []),
        (OPENED, [("cells: 1.0e+8", "cells: 0.5e+8")], []),
        (OPENED, [("cells: 1.0e+8", "cells: 1.5e+8")], ["level_raised"]),
        ([e.Consented("CD7-001", START)], [("cells: 0.25e+8", "cells: 0.3e+8")], []),
        (DOSED, [("code: CD7-", "code: AB-")], ["code"]),
        ([], [("code: CD7-", "code: AB-")], []),
        (DOSED, [("zone: Asia/Shanghai", "zone: Europe/Berlin")], ["zone"]),
        (DOSED, [("unit: CAR-T cells", "unit: cells")], ["unit"]),
        ([e.MtdDeclared(1, START)], [("days: 28", "days: 29")], ["mtd_signed"]),
        (DOSED, [("days: 28", "days: 35")], []),
    ],
)  # fmt: skip
def test_what_is_in_use_stays(events: list[e.Event], edits: list[tuple[str, str]], codes: list[str]) -> None:
    assert [lack.code for lack in obstacles(OLD, new(*edits), trial(*events))] == codes


def test_a_fact_with_answers_keeps_its_name_its_kind_and_the_choices_taken() -> None:
    renamed = changed(NEXT, AGE, text=TEXT.replace("when: age ", "when: years "))
    assert [x.code for x in obstacles(OLD, protocol_of(renamed), trial(*DOSED))] == ["fact_dropped"]
    assert obstacles(OLD, protocol_of(renamed), EMPTY) == ()
    unit = new(text=in_entry("fact: age", "unit: year", "unit: month"))
    assert [x.code for x in obstacles(OLD, unit, trial(*DOSED))] == ["fact_changed"]
    choice = in_entry("fact: hbsag", "negative:", "absent:").replace(
        'hbsag == "negative"', 'hbsag == "absent"'
    )
    file = protocol_of(changed(NEXT, text=choice.replace('hbsag != "negative"', 'hbsag != "absent"')))
    assert [x.code for x in obstacles(OLD, file, trial(*DOSED))] == ["fact_changed"]
    unknown = trial(e.Answered("CD7-001", "gone", "yes", START))
    assert [x.code for x in obstacles(OLD, new(), unknown)] == ["fact_dropped"]


# ------------------------------------------------------------------ earlier steps keep their own file
STRICTER = new(
    ("maximum: 6", "maximum: 6"), text=in_entry("clause: none-in-three", "evaluable == 3", "evaluable == 5")
)


def amended_trial(*after: e.Event, dlt: bool = False) -> tuple[Protocol, Trial]:
    """Level 2 opened under 1.0 on three without a DLT; then 1.1, which would not have opened it."""
    events = [*OPENED]
    if dlt:
        events.append(e.DltConfirmed("CD7-001", 0, START + 3 * DAY))
    events.append(e.AmendmentSigned("1.1", STRICTER.sha256, WHEN))
    entries = [*log(*events)]
    entries += [e.Entry(len(entries) + n, x, "P1", "", x.at, STRICTER.sha256) for n, x in enumerate(after, 1)]
    protocol = OLD.amended(STRICTER, WHEN)
    return protocol, replay(protocol, entries)


def test_a_step_signed_under_the_old_file_is_no_break_under_the_new_one() -> None:
    protocol, found = amended_trial()
    assert decide(protocol, found, WHEN).key == ("enrol", 2)
    assert decide(STRICTER, found, WHEN).action == "refer", "without its history the new file refers"
    assert differences(protocol, found) == ()


def test_an_outcome_learnt_late_still_breaks_the_old_step_by_its_own_file() -> None:
    protocol, found = amended_trial(dlt=True)
    decision = decide(protocol, found, WHEN)
    assert decision.action == "hold" and decision.because["rederived"] == {"action": "expand", "level": 1}
    [difference] = differences(protocol, found)
    assert difference.file is OLD and difference.gives.key == ("expand", 1)


def test_steps_after_the_amendment_are_held_to_the_new_file() -> None:
    second = [x for n in (4, 5, 6) for x in subject(n, 2, 101)]
    opened = e.LevelOpened(3, 3, "escalate", START + 140 * DAY)
    protocol, found = amended_trial(*second, opened)
    decision = decide(protocol, found, START + 141 * DAY)
    assert decision.action == "refer" and decision.because["rederived"]["action"] != "escalate"
    [difference] = differences(protocol, found)
    assert difference.file is protocol and difference.signed == opened


def test_a_signed_step_is_seen_again_as_it_was_signed() -> None:
    protocol, found = amended_trial(dlt=True)
    number = next(x.number for x in found.log if isinstance(x.event, e.LevelOpened))
    file, decision = as_signed(protocol, found, number) or (None, None)
    assert file is OLD and decision is not None and decision.key == ("escalate", 2)
    assert as_signed(protocol, found, 1) is None and as_signed(protocol, found, 999) is None


def test_the_first_opening_keeps_the_places_it_was_opened_with() -> None:
    file = new(("  size: 3", "  size: 2"))
    protocol = OLD.amended(file, WHEN)
    assert history_of(protocol, replay(protocol, ()), WHEN)[0].places == 3
    assert protocol.first is OLD and OLD.first is OLD


def test_a_window_that_began_before_the_amendment_keeps_its_length() -> None:
    longer = OLD.amended(new(("days: 28", "days: 35")), WHEN)
    before, after = WHEN - DAY, WHEN + DAY
    assert window_end(longer, before) == window_end(OLD, before)
    assert window_end(longer, after) == window_end(OLD, after) + timedelta(days=7)
    assert longer.at(WHEN) is longer and longer.at(before) is OLD
    assert longer.under(OLD.sha256) is OLD and longer.under("other") is longer
    third = longer.amended(new(("days: 28", "days: 14")), WHEN + 10 * DAY)
    assert third.under(longer.sha256) is longer and third.at(after) is longer and third.first is OLD


def test_who_was_held_to_the_old_criteria_is_held_to_the_new_ones_before_the_dose() -> None:
    file = new(text=in_entry("criterion: I1", "age >= 18", "age >= 50"))
    protocol = OLD.amended(file, WHEN)
    good = {f.id: {"number": "3", "judgement": "yes"}.get(f.type, "negative") for f in OLD.facts}
    good |= {"age": "45"} | dict.fromkeys(
        (
            "aids",
            "syphilis",
            "other_virus",
            "malignancy_5y",
            "severe_heart_disease",
            "serious_mental_disorder",
        ),
        "no",
    )
    for started, codes in ((WHEN - DAY, ["not_eligible"]), (WHEN + DAY, [])):
        day = WHEN - 2 * DAY
        events = [
            e.Consented("CD7-001", day), *(e.Answered("CD7-001", f, v, day) for f, v in good.items()),
            e.EligibilityConfirmed("CD7-001", day), e.SlotHeld("CD7-001", 1, day),
            e.ApheresisDone("CD7-001", day), e.LymphodepletionStarted("CD7-001", started),
        ]  # fmt: skip
        found = replay(protocol, log(*events))
        now = WHEN + 2 * DAY
        step = Step(
            protocol, found, decide(protocol, found, now), found.subjects["CD7-001"], "infusion", now, now
        )
        assert [lack.code for lack in lacking(step)] == codes
    young = replay(OLD.amended(new(), WHEN), found.log)
    step = Step(
        OLD.amended(new(), now),
        young,
        decide(OLD, young, now),
        young.subjects["CD7-001"],
        "infusion",
        now,
        now,
    )
    assert lacking(step) == ()


def test_a_criterion_that_proposes_a_dlt_is_part_of_the_difference() -> None:
    text = EXAMPLES["five-levels"]
    old = protocol_of(text)
    found = changes(old, protocol_of(text.replace(old.dlt_criteria[0].id, "renamed", 1)))
    assert {x.entry for x in found if x.section == "dlt"} >= {"renamed", old.dlt_criteria[0].id}
