"""Safety by dose level, and each subject's time on study."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules import events as e
from rules.pk.events import ConcentrationMeasured
from rules.toxicity.safety import LevelSafety, by_level
from rules.toxicity.time_on_study import Swim, swims
from rules.trial import Trial, replay
from tests.bot.study import START, code, infused, ready, shipped

DAY = timedelta(days=1)
A, B, C = code(1), code(2), code(3)
TREATED = [*infused(1, START), *infused(2, START), *infused(3, START, level=2)]


def trial_of(*more: e.Event) -> Trial:
    events = [*TREATED, *more]
    return replay(shipped(), [e.Entry(n, event) for n, event in enumerate(events, 1)])


def number(place: int) -> int:
    """The entry of the event at that place behind the infusions, from 0."""
    return len(TREATED) + 1 + place


def ae(subject: str, term: str, grade: int, day: float) -> e.AdverseEventReported:
    return e.AdverseEventReported(subject, term, grade, START + day * DAY)


def levels(*more: e.Event) -> tuple[LevelSafety, ...]:
    return by_level(shipped(), trial_of(*more))


def swim(subject: str, *more: e.Event, now: float = 60) -> Swim:
    found = {s.subject: s for s in swims(shipped(), trial_of(*more), START + now * DAY)}
    return found[subject]


# ------------------------------------------------------------------ by level
def test_each_subject_counts_once_a_term_by_the_worst_grade_that_it_reached() -> None:
    grown = e.AdverseEventFollowed(A, number(0), START + 5 * DAY, grade=3)
    one, two = levels(
        ae(A, "Fever", 1, 3), ae(A, "fever", 2, 9), ae(B, "Fever", 1, 2), ae(C, "FEVER", 2, 1), grown
    )
    assert one.terms == {"Fever": {A: 3, B: 1}}
    assert two.terms == {"Fever": {C: 2}}
    assert (one.level, one.treated, two.treated) == (1, (A, B), (C,))


def test_terms_stand_by_their_worst_grade_and_then_by_how_many_had_them() -> None:
    [one, _] = levels(ae(A, "a", 2, 1), ae(A, "b", 3, 1), ae(A, "c", 2, 1), ae(B, "c", 1, 1))
    assert list(one.terms) == ["b", "c", "a"]


def test_what_began_before_the_infusion_is_not_counted_and_said_so() -> None:
    one, two = levels(ae(A, "Rash", 2, -1), ae(A, "Fever", 1, 0))
    assert (list(one.terms), one.before, two.before) == (["Fever"], 1, 0)


def test_a_dlt_counts_as_adjudicated_with_onset_in_the_window() -> None:
    inside, after = ae(A, "Fever", 4, 5), ae(B, "Fever", 4, 40)
    rulings = [e.DltConfirmed(A, number(0), inside.at), e.DltConfirmed(B, number(1), after.at)]
    one, _ = levels(inside, after, *rulings)
    assert [(x.subject, x.term, x.grade, x.entry) for x in one.dlts] == [(A, "Fever", 4, number(0))]
    refuted, _ = levels(inside, after, *rulings, e.DltRefuted(A, number(0), inside.at))
    assert refuted.dlts == ()
    bare, _ = levels(e.DltConfirmed(A, 0, START + DAY))
    assert [(x.entry, x.term, x.grade) for x in bare.dlts] == [(0, "", 0)]


def test_serious_is_what_was_judged_so_and_what_nobody_judged_is_named() -> None:
    serious = e.SeriousnessJudged(A, number(0), ("hospitalisation",), START + 2 * DAY)
    not_serious = e.SeriousnessJudged(A, number(1), (), START + 2 * DAY)
    one, _ = levels(ae(A, "a", 3, 1), ae(A, "b", 1, 1), ae(B, "c", 1, 1), serious, not_serious)
    assert [(x.term, x.criteria) for x in one.serious] == [("a", ("hospitalisation",))]
    assert [x.term for x in one.unjudged] == ["c"]


def score(subject: str, scale: str, grade: int, day: float, own: int = -1) -> e.Scored:
    return e.Scored(subject, scale, "ASTCT 2019", grade, (), START + day * DAY, beside=own)


def test_each_subject_counts_once_a_scale_by_its_worst_score_since_the_infusion() -> None:
    before, none = score(A, "crs", 4, -1), score(C, "crs", 0, 2)
    one, two = levels(
        before,
        none,
        score(A, "crs", 2, 2),
        score(A, "crs", 1, 3),
        score(B, "crs", 3, 40),
        score(B, "icans", 4, 1),
    )
    assert one.scales == {"crs": {A: 2, B: 3}, "icans": {B: 4}}
    assert two.scales == {} == levels()[0].scales
    assert one.terms == {}


def test_the_worst_score_of_each_scale_that_no_adverse_event_covers_is_named() -> None:
    bad, worse, late = score(A, "icans", 3, 3), score(A, "icans", 4, 4), score(A, "icans", 4, 50)
    milder, own = score(B, "crs", 2, 3), score(A, "crs", 2, 3, own=4)
    one, two = levels(bad, worse, late, milder, own)
    assert (one.uncovered, two.uncovered) == ((own, worse), ())
    one, _ = levels(bad, worse, ae(A, "ICANS", 4, 3))
    assert one.uncovered == ()


def test_a_void_event_is_not_counted() -> None:
    one, _ = levels(ae(A, "a", 3, 1), e.Corrected(number(0), (), "wrong subject", START + 2 * DAY))
    assert one.terms == {}


def test_nobody_treated_gives_no_level() -> None:
    trial = replay(shipped(), [e.Entry(n, event) for n, event in enumerate(ready(1, START), 1)])
    assert by_level(shipped(), trial) == () == swims(shipped(), trial, START)


# ------------------------------------------------------------------ time on study
def test_everybody_is_there_by_level_and_code() -> None:
    assert [s.subject for s in swims(shipped(), trial_of(), START)] == [A, B, C]


def test_a_subject_on_study_goes_on_until_now_and_was_last_seen_at_the_last_thing_recorded() -> None:
    sample = ConcentrationMeasured(A, "5", "copies/ug", START + 20 * DAY)
    found = swim(A, ae(A, "a", 1, 9), sample, ae(A, "b", 1, 12))
    assert (found.last_contact, found.until, found.on_study, found.left) == (20, 60, True, "")
    assert found.window == pytest.approx(28.62, abs=0.01)
    assert swim(B).last_contact == 0


@pytest.mark.parametrize(
    "event",
    [
        e.Scored(A, "crs", "ASTCT 2019", 0, (), START + 7 * DAY),
        e.CoreSetMeasured(A, "follow_up", (), START + 7 * DAY),
        e.WindowAssessed(A, START + 7 * DAY),
        e.AdverseEventFollowed(A, number(0), START + 7 * DAY, grade=2),
    ],
)
def test_whatever_is_seen_of_a_subject_is_a_contact(event: e.Event) -> None:
    assert swim(A, ae(A, "a", 1, 1), event).last_contact == 7


def test_who_left_ends_there() -> None:
    found = swim(A, e.Withdrawn(A, "lost", START + 33 * DAY))
    assert (found.until, found.last_contact, found.on_study, found.left, found.marks) == (
        33,
        33,
        False,
        "lost",
        (),
    )


@pytest.mark.parametrize(
    "event",
    [
        e.Withdrawn(A, "died", START + 9 * DAY),
        e.Scored(A, "crs", "ASTCT 2019", 5, (), START + 9 * DAY),
    ],
)
def test_a_death_is_marked_however_it_was_recorded(event: e.Event) -> None:
    found = swim(A, event)
    assert (found.marks[-1], found.until, found.on_study) == (("died", 9, 0), 9, False)
    one, two = levels(event)
    assert ([code for code, _ in one.deaths], two.deaths) == ([A], ())


def test_a_fatal_event_marks_its_onset_and_who_died_of_it_was_on_study_as_long_as_seen() -> None:
    found = swim(A, ae(A, "Sepsis", 5, 9), e.Scored(A, "crs", "ASTCT 2019", 1, (), START + 11 * DAY))
    assert (found.marks[-1], found.until, found.on_study) == (("fatal", 9, 0), 11, False)


def test_a_death_is_serious_whether_or_not_somebody_judged_it() -> None:
    one, _ = levels(ae(A, "a", 5, 1), ae(A, "b", 1, 1))
    assert [(x.term, x.criteria) for x in one.serious] == [("a", ("death",))]
    assert [x.term for x in one.unjudged] == ["b"]


def test_a_death_since_the_infusion_that_no_event_reports_is_serious() -> None:
    early, late = (e.Scored(s, "crs", "ASTCT 2019", 5, (), START + d * DAY) for s, d in ((A, 3), (B, -1)))
    one, _ = levels(early, late)
    assert [(x.subject, x.entry, x.at, x.criteria) for x in one.serious] == [(A, 0, early.at, ("death",))]
    one, _ = levels(early, ae(A, "a", 5, 3))
    assert [(x.entry, x.criteria) for x in one.serious] == [(number(1), ("death",))]


def test_crs_and_icans_are_marked_from_the_first_day_with_the_worst_grade() -> None:
    by_scale = [
        e.Scored(A, "crs", "ASTCT 2019", grade, (), START + day * DAY)
        for day, grade in ((3, 1), (4, 3), (6, 0))
    ]
    icans = [ae(A, "ICANS", 1, 5), e.AdverseEventFollowed(A, number(4), START + 8 * DAY, grade=2)]
    found = swim(A, *by_scale, ae(A, "Cytokine release syndrome", 4, 3), *icans)
    assert found.marks == (("crs", 3, 3), ("icans", 5, 2))
    assert swim(A, ae(A, "CRS", 2, -2)).marks == ()


def test_a_dlt_is_marked_at_its_onset() -> None:
    event = ae(A, "a", 4, 5)
    assert swim(A, event, e.DltConfirmed(A, number(0), event.at)).marks == (("dlt", 5, 0),)


@pytest.mark.parametrize(
    ("course", "counted"),
    [
        ([], None),
        ([(2, 2)], None),
        ([(2, 1)], None),
        ([(2, 3)], 3),
        ([(-1, 1), (2, 2)], 2),  # it had come down before the dose
        ([(2, 5)], 5),
        ([(2, 4), (6, 1)], 4),
    ],
)
def test_an_event_of_before_the_infusion_counts_where_it_became_worse_since(
    course: list[tuple[int, int]], counted: int | None
) -> None:
    later = [e.AdverseEventFollowed(A, number(0), START + day * DAY, grade) for day, grade in course]
    [one, _] = levels(ae(A, "Fever", 2, -2), *later)
    assert one.terms == ({"Fever": {A: counted}} if counted else {})
    assert one.before == (0 if counted else 1)
    assert [x.grade for x in one.serious] == ([5] if counted == 5 else [])


def test_a_dlt_counts_though_its_event_began_before_the_infusion() -> None:
    [one, _] = levels(ae(A, "Encephalopathy", 3, -1), e.DltConfirmed(A, number(0), START + DAY))
    assert one.terms == {"Encephalopathy": {A: 3}} and [x.term for x in one.dlts] == ["Encephalopathy"]
