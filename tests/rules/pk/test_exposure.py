"""Samples held to the record, and the parameters of their curves."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from rules import events as e
from rules.file.amendments import changes
from rules.file.load import load
from rules.pk.exposure import Curve, curves, exposure
from rules.pk.sampling import Draft, checked
from rules.protocol import Protocol
from rules.scores.areas import LINEAR, LOG_DOWN
from rules.trial import Trial, replay
from tests.bot.study import START, code, infused, shipped
from tests.rules.files import TEXT, protocol_of

S = code(1)
DAY = timedelta(days=1)
NOW = START + 100 * DAY
ASSAY = "\npharmacokinetics: {unit: copies/ug, lloq: 50, source: made up}\n"


def trial_of(*more: e.Event) -> Trial:
    events = [*infused(1, START), *more]
    return replay(shipped(), [e.Entry(n, event) for n, event in enumerate(events, 1)])


def drafts(*rows: tuple[str, str], unit: str = "copies/ug") -> list[Draft]:
    return [Draft(n, S, value, unit, day) for n, (day, value) in enumerate(rows, 1)]


def timed(at: datetime, value: str = "10", line: int = 1) -> Draft:
    return Draft(line, S, value, "copies/ug", at=at)


def with_assay() -> Protocol:
    return protocol_of(TEXT + ASSAY)


def curve_of(*rows: tuple[str, str], unit: str = "copies/ug", protocol: Protocol | None = None) -> Curve:
    file = protocol or shipped()
    events, faults = checked(file, trial_of(), drafts(*rows, unit=unit), NOW)
    assert not faults
    [curve] = curves(file, trial_of(*events).subjects[S])
    return curve


# ------------------------------------------------------------------ held to the record
def faults_of(*given: Draft, record: tuple[e.Event, ...] = (), file: Protocol | None = None) -> list[str]:
    return [
        f"{fault.line} {fault.code}" for fault in checked(file or shipped(), trial_of(*record), given, NOW)[1]
    ]


def test_a_nominal_day_is_dated_from_the_infusion_and_a_time_stays() -> None:
    events, faults = checked(
        shipped(), trial_of(), [*drafts(("7", "5")), timed(START + 9 * DAY, line=2)], NOW
    )
    assert not faults
    assert [(x.at, x.day) for x in events] == [(START + 7 * DAY, "7"), (START + 9 * DAY, "")]


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (Draft(1, "CD7-009", "5", "copies/ug", "7"), "no_subject"),
        (timed(NOW + timedelta(minutes=1)), "future"),
        (Draft(1, S, "5", "copies/ug", "101"), "future_day"),
        (timed(START - 8 * DAY), "before_consent"),
    ],
)
def test_what_cannot_have_been_is_refused(draft: Draft, fault: str) -> None:
    assert faults_of(draft) == [f"1 {fault}"]


def test_nobody_has_samples_before_the_infusion_is_recorded() -> None:
    trial = replay(shipped(), [e.Entry(1, e.Consented(S, START))])
    [fault] = checked(shipped(), trial, drafts(("7", "5")), NOW)[1]
    assert fault.code == "no_infusion"


def test_nothing_is_drawn_from_the_dead() -> None:
    died = e.Withdrawn(S, "died", START + 20 * DAY)
    assert faults_of(timed(START + 19 * DAY), timed(START + 21 * DAY, line=2), record=(died,)) == [
        "2 after_death"
    ]
    fatal = e.AdverseEventReported(S, "Sepsis", 5, START + 18 * DAY)  # only its onset is known
    assert faults_of(timed(START + 19 * DAY), record=(fatal,)) == []
    scored = e.Scored(S, "crs", "ASTCT 2019", 5, (), START + 18 * DAY)
    assert faults_of(timed(START + 19 * DAY), record=(scored,)) == ["1 after_death"]


def test_one_sample_is_recorded_once() -> None:
    events, _ = checked(shipped(), trial_of(), [*drafts(("7", "5")), timed(START + 14 * DAY, line=2)], NOW)
    assert faults_of(*drafts(("7", "6")), record=events) == ["1 recorded"]
    assert faults_of(timed(START + 7 * DAY + timedelta(hours=11)), record=events) == ["1 recorded_near"]
    assert faults_of(*drafts(("14", "6")), record=events) == ["1 recorded_near"]
    assert faults_of(timed(START + 14 * DAY), record=events) == ["1 recorded"]
    assert not faults_of(timed(START + 14 * DAY + timedelta(hours=2)), *drafts(("21", "1")), record=events)
    assert faults_of(*drafts(("3", "1"), ("3", "1")), timed(START + 3 * DAY, line=3)) == [
        "2 twice",
        "3 twice_near",
    ]
    assert not faults_of(Draft(1, S, "6", "cells/uL", "7"), record=events)


def test_a_nominal_day_beside_a_time_has_to_agree_with_it() -> None:
    both = Draft(1, S, "5", "copies/ug", "7", START + 7 * DAY + timedelta(hours=20))
    [event], faults = checked(shipped(), trial_of(), [both], NOW)
    assert (event.day, event.at, faults) == ("", both.at, ())
    assert faults_of(replace(both, day="14")) == ["1 disagree"]


def test_every_fault_of_every_line_is_said() -> None:
    given = [*drafts(("101", "5"), ("7", "5")), Draft(3, "CD7-009", "5", "copies/ug", "7")]
    assert faults_of(*given) == ["1 future_day", "3 no_subject"]


def test_the_file_of_the_trial_settles_the_unit() -> None:
    assert faults_of(Draft(1, S, "5", "cells/uL", "7"), file=with_assay()) == ["1 other_unit"]
    assert not faults_of(Draft(1, S, "5", "copies/ng", "7"), file=with_assay())


# ------------------------------------------------------------------ curves
ROWS = (("0", "BLQ"), ("7", "1000"), ("14", "4000"), ("28", "1000"), ("60", "<50"), ("90", "BLQ"))


def test_the_parameters_are_those_of_the_trapezoids() -> None:
    found = exposure(curve_of(*ROWS))
    assert found is not None
    assert (found.cmax, found.tmax, found.tlast, found.last_day) == (4000, 14, 28, 90)
    linear = 7 * 1000 / 2 + 7 * 5000 / 2 + 14 * 5000 / 2
    log = 7 * 1000 / 2 + 7 * 5000 / 2 + 14 * 3000 / math.log(4)
    for bounds in ((0, 28), (0, 90)):
        assert found.areas[bounds][LINEAR] == pytest.approx(linear)
        assert found.areas[bounds][LOG_DOWN] == pytest.approx(log)
    assert found.auc_last[LINEAR] == pytest.approx(linear)
    assert found.notes == {(0, 28): (), (0, 90): (("stops", (28, 60)),)}
    sparse = exposure(curve_of(*ROWS[:3], ("90", "100")))
    assert sparse is not None and sparse.notes == {(0, 28): (("interpolated", (28, 14, 90)),), (0, 90): ()}


def test_an_area_beyond_the_last_sample_is_none() -> None:
    found = exposure(curve_of(*ROWS[:3], ("21", "2000")))
    assert found is not None and found.last_day == 21
    assert found.areas[0, 28] == {LINEAR: None, LOG_DOWN: None}
    assert found.auc_last[LINEAR] == pytest.approx(3500 + 17500 + 21000)


def test_without_a_predose_sample_the_curve_begins_with_zero() -> None:
    with_, without = exposure(curve_of(*ROWS)), exposure(curve_of(*ROWS[1:]))
    assert with_ is not None and without is not None and with_.areas == without.areas


def test_of_the_samples_before_the_infusion_the_last_is_day_zero() -> None:
    given = [timed(START - 5 * DAY, "3"), timed(START - DAY, "BLQ", 2), timed(START + 7 * DAY, "10", 3)]
    events, _ = checked(shipped(), trial_of(), given, NOW)
    [curve] = curves(shipped(), trial_of(*events).subjects[S])
    assert [(point.day, point.below) for point in curve.points] == [(0, True), (7, False)]
    assert curve.earlier == 1


def test_units_are_brought_together_and_kinds_kept_apart() -> None:
    given = [
        *drafts(("7", "2"), unit="copies/ng"),
        *drafts(("14", "500")),
        *drafts(("7", "30"), unit="cells/uL"),
    ]
    events, faults = checked(shipped(), trial_of(), given, NOW)
    assert not faults
    copies, cells = curves(shipped(), trial_of(*events).subjects[S])
    assert [(p.day, p.value) for p in copies.points] == [(7, 2000), (14, 500)]
    assert (cells.unit, cells.points[0].value) == ("cells/uL", 30)


def test_a_value_under_the_limit_of_the_file_is_below_it() -> None:
    rows = (("7", "49.9"), ("14", "50"))
    assert [p.below for p in curve_of(*rows, protocol=with_assay()).points] == [True, False]
    assert [p.below for p in curve_of(*rows).points] == [False, False]


def test_nothing_quantifiable_has_no_parameters() -> None:
    assert exposure(curve_of(("7", "BLQ"), ("14", "<20"), ("28", "0"))) is None


def test_a_corrected_value_counts_and_a_void_one_does_not() -> None:
    events, _ = checked(shipped(), trial_of(), drafts(("7", "10"), ("14", "40")), NOW)
    first = len(infused(1, START)) + 1
    corrected = e.Corrected(first, (("amount", "90"),), "typing", NOW)
    void = e.Corrected(first + 1, (), "wrong subject", NOW)
    [curve] = curves(shipped(), trial_of(*events, corrected, void).subjects[S])
    assert [(p.day, p.value) for p in curve.points] == [(Decimal(7), Decimal(90))]


# ------------------------------------------------------------------ the file of the trial
def test_a_unit_that_is_none_is_said_with_those_that_are() -> None:
    protocol, [mistake] = load((TEXT + ASSAY.replace("copies/ug", "mg/L")).encode())
    assert protocol is None and mistake.where == "pharmacokinetics.unit"
    assert "`mg/L` is no unit of concentration" in str(mistake) and "cells/uL" in str(mistake)


def test_the_assay_is_a_place_of_the_file_that_an_amendment_changes() -> None:
    found = {(c.section, c.field): (c.was, c.becomes) for c in changes(shipped(), with_assay())}
    assert found["pharmacokinetics", "unit"] == (None, "copies/ug")
    assert found["pharmacokinetics", "lloq"] == (None, 50.0)


def test_without_a_day_0_there_is_no_curve() -> None:
    events, _ = checked(shipped(), trial_of(), [*drafts(("7", "10")), timed(START + 14 * DAY, line=2)], NOW)
    void = e.Corrected(len(infused(1, START)), (), "wrong subject", NOW)
    found = trial_of(*events, void).subjects[S]
    assert len(found.samples) == 2 and curves(shipped(), found) == ()
