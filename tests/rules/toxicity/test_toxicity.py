"""What became of adverse events and scores, as the log folds them; scales at the bedside; the response."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import events as e
from rules.assessment import assessment_lacks
from rules.expressions import UNKNOWN
from rules.file.load import load
from rules.lacks import Lack
from rules.protocol import Protocol
from rules.response import responses
from rules.schedule import agenda, due
from rules.scores import crs as crs_scale
from rules.scores import icans as icans_scale
from rules.scores.bedside import STEPS, asked, score
from rules.scores.bedside import given as counted
from rules.scores.core_set import LUNG
from rules.scores.given import Missing, Score
from rules.subject import Subject, grades_of, unadjudicated, worsened, worst_grade
from rules.toxicity.covering import uncovered
from rules.toxicity.observed import after_infusion
from rules.toxicity.seriousness import to_report
from rules.trial import replay
from tests.rules.files import changed, protocol_of

S = "CD7-001"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVENT = e.AdverseEventReported(S, "Fever", 2, START)


def subject_after(protocol: Protocol, *events: e.Event) -> Subject:
    found = replay(protocol, [e.Entry(n, event) for n, event in enumerate((EVENT, *events), 1)])
    return found.subjects[S]


def grade(at: datetime, number: int) -> e.AdverseEventFollowed:
    return e.AdverseEventFollowed(S, 1, at, number)


# ------------------------------------------------------------------ the course of an event
def test_grades_stand_in_order_of_time_however_late_they_are_entered(protocol: Protocol) -> None:
    found = subject_after(protocol, grade(START + 3 * DAY, 1), grade(START + DAY, 4))
    assert grades_of(found, 1) == ((START, 2), (START + DAY, 4), (START + 3 * DAY, 1))
    assert worst_grade(found, 1) == 4
    assert [*worsened(found, 1, 3)] == [(START + DAY, True)]
    assert [*worsened(found, 1, 2)] == [(START, True), (START + DAY, False)]


def test_an_event_of_before_the_dose_is_adjudicated_once_it_rises_in_the_window(
    protocol: Protocol,
) -> None:
    dose = e.Infused(S, 1, 0.25e8, True, START + DAY)
    bad = e.AdverseEventFollowed(S, 1, START + HOUR, 3)
    for days, number, open_ in ((2, 3, ()), (2, 4, (1,)), (40, 4, ())):
        found = subject_after(protocol, bad, dose, grade(START + days * DAY, number))
        assert unadjudicated(protocol, found) == open_


def test_the_newest_word_on_each_thing_counts_and_silence_changes_nothing(protocol: Protocol) -> None:
    first = e.AdverseEventFollowed(S, 1, START + DAY, 0, "related", "recovering", "steroids")
    found = subject_after(protocol, first, e.AdverseEventFollowed(S, 1, START + 2 * DAY, 0, "", "recovered"))
    assert [found.course.latest(1, x) for x in ("related", "outcome", "action")] == [
        "related", "recovered", "steroids",
    ]  # fmt: skip


def judged(at: datetime, *criteria: str) -> e.SeriousnessJudged:
    return e.SeriousnessJudged(S, 1, criteria, at)


def test_the_clock_begins_with_the_first_awareness_and_again_after_a_withdrawal(protocol: Protocol) -> None:
    death, sent = judged(START + 2 * DAY, "death"), e.SponsorInformed(S, 1, START + 3 * DAY)
    assert subject_after(protocol).course.serious(1) is None
    found = subject_after(protocol, death, judged(START + DAY, "death", "disability"))
    assert found.course.aware_since(1) == to_report(found, 1) == START + DAY
    assert to_report(subject_after(protocol, death, sent), 1) is None
    assert to_report(subject_after(protocol, death, judged(START + 4 * DAY)), 1) is None
    again = subject_after(protocol, death, sent, judged(START + 4 * DAY), judged(START + 5 * DAY, "death"))
    assert to_report(again, 1) == START + 5 * DAY


def test_the_hours_of_the_file_set_the_deadline_and_without_them_there_is_none(protocol: Protocol) -> None:
    entries = [e.Entry(1, EVENT), e.Entry(2, judged(START, "death"))]
    for hours, file in ((24, protocol), (48, protocol_of(changed(("hours: 24", "hours: 48"))))):
        [task] = [t for t in agenda(file, replay(file, entries), START + HOUR) if t.kind == "sae"]
        assert (task.entry, task.deadline) == (1, START + hours * HOUR)
        keys = [due(file, replay(file, entries), START + n * HOUR)[0].key for n in (0, hours, hours + 1, 200)]
        assert keys[0] == keys[1] != keys[2] == keys[3]  # told once, and once more when it is overdue
    silent = protocol_of(changed(("safety:\n", "")).replace("  sae_report_hours: 24\n", "", 1).replace(
        '  source: "assumption: a serious event is reported to the sponsor within 24 hours of awareness, as '
        'ICH E6 sites do"\n', "", 1))  # fmt: skip
    assert not [t for t in agenda(silent, replay(silent, entries), START) if t.kind == "sae"]


# ------------------------------------------------------------------ scales at the bedside
WORSE = {
    "oxygen": sorted(crs_scale.OXYGEN, key=lambda name: crs_scale.OXYGEN[name]),
    "pressors": ["0", "1", "2"],
    "consciousness": [*icans_scale.CONSCIOUSNESS, "death"],
    "seizure": [*icans_scale.SEIZURE],
    "motor": [*icans_scale.MOTOR],
    "course": ["no", "life_threatening", "death"],
    "hypotension": ["no", "yes"],
}


def every_answer(scale: str) -> st.SearchStrategy[dict[str, str]]:
    """An answer to each question of a scale, all of them known."""
    made = {}
    for step in STEPS[scale]:
        field = step.field
        options = field.choices or ("yes", "no") if field.kind in ("yes-no", "choice") else ()
        numbers = (
            st.integers(max(field.low, 36), min(field.high, 41))
            if field.high > 4
            else st.integers(0, field.high)
        )
        made[field.name] = st.sampled_from(options) if options else numbers.map(str)
    return st.fixed_dictionaries(made)


@given(st.data(), st.sampled_from(("crs", "icans")))
def test_a_worse_answer_never_lowers_a_grade(data: st.DataObject, scale: str) -> None:
    answers = data.draw(every_answer(scale))
    name = data.draw(st.sampled_from([step.field.name for step in STEPS[scale] if step.field.name in WORSE]))
    grades = [score(scale, {**answers, name: value}).result["grade"] for value in WORSE[name]]
    assert all(a <= b for a, b in pairwise(grades))


@given(st.data(), st.sampled_from(("crs", "icans", "acr_eular")))
def test_questions_asked_one_by_one_give_the_score_and_no_needless_answer_counts(
    data: st.DataObject, scale: str
) -> None:
    answers, said = data.draw(every_answer(scale)), dict[str, str]()
    while left := [step.field.name for step in asked(scale, said) if step.field.name not in said]:
        said[left[0]] = answers[left[0]]
    assert counted(scale, said) == said
    assert score(scale, said).result == score(scale, {**answers, **said}).result


def test_what_is_not_known_is_missing_and_never_guessed() -> None:
    known = {"temperature": "39", "fever_explained": "no", "hypotension": "no", "course": "no"}
    with pytest.raises(Missing) as why:
        score("crs", {**known, "oxygen": "?"})
    assert why.value.names == ("oxygen",)


@pytest.mark.parametrize(
    ("before", "after", "asks"),
    [("80", "65", True), ("80", "68", True), ("80", "69", False), ("100", "85", False), ("?", "60", False)],
)
def test_a_lasting_fall_of_the_lung_is_asked_about_only_where_there_is_one(
    before: str, after: str, asks: bool
) -> None:
    said = {"visit": "follow_up", "fvc_baseline": before, "fvc": after}
    names = [step.field.name for step in asked("core_set", said)]
    assert ("fvc_confirmed" in names or any(name in names for name in LUNG)) is asks


def test_no_window_passes_without_a_word_on_what_a_scale_put_at_the_grade_of_the_file(
    protocol: Protocol,
) -> None:
    dose, now = e.Infused(S, 1, 0.25e8, True, START), START + 40 * DAY
    for scale, term in (("crs", "cytokine release syndrome"), ("icans", "ICANS")):
        cases = ((5, 3, -1, False), (5, 2, 3, False), (5, 2, 2, True), (33, 4, 4, True))
        for day, number, beside, silent in cases:
            scored = e.Scored(S, scale, "ASTCT 2019", number, (), START + day * DAY, "", beside)
            found = subject_after(protocol, dose, scored)
            lacks = [x.code for x in assessment_lacks(protocol, found, now)]
            assert lacks == ([] if silent else ["unreported"])
        told = e.AdverseEventReported(S, term, 3, START + 5 * DAY)
        ruled = e.DltRefuted(S, 4, START + 5 * DAY)
        found = subject_after(protocol, dose, scored, told, ruled)
        assert assessment_lacks(protocol, found, now) == ()
    assert uncovered(protocol, subject_after(protocol, scored)) == ()


# ------------------------------------------------------------------ the response
def core(visit: str, day: int, *values: str, **flags: str) -> e.CoreSetMeasured:
    names = ("mrss", "fvc", "patient_global", "physician_global", "haq_di")
    return e.CoreSetMeasured(S, visit, (*zip(names, values, strict=True), *flags.items()), START + day * DAY)


NONE = {"renal_crisis": "no", "lv_failure": "no", "pah": "no"}
BEFORE = core("baseline", 0, "30", "70", "6", "6", "1.5")
AFTER = core("follow_up", 90, "22", "73", "4", "4", "1.25", **NONE)


def test_a_follow_up_is_held_to_the_newest_baseline_before_it(protocol: Protocol) -> None:
    later = core("baseline", 100, "22", "73", "4", "4", "1.25")
    [found] = responses(protocol, subject_after(protocol, AFTER, later, BEFORE))
    assert isinstance(found.criss, Score) and found.day == 90
    assert found.criss.result["probability"] == pytest.approx(0.983738, abs=1e-6)  # clinical.md, section 3
    assert found.by_file is UNKNOWN


def test_what_was_measured_after_the_infusion_is_no_baseline(protocol: Protocol) -> None:
    dose = e.Infused(S, 1, 0.25e8, True, START)
    late = core("baseline", 1, "22", "73", "4", "4", "1.25")
    assert after_infusion(late, subject_after(protocol)) is None
    assert after_infusion(late, subject_after(protocol, dose)) == Lack("baseline_after", {"at": START})
    for event in (BEFORE, AFTER, EVENT):
        assert after_infusion(event, subject_after(protocol, dose)) is None
    [found] = responses(protocol, subject_after(protocol, dose, late, AFTER))
    assert found.day is None and isinstance(found.criss, tuple)
    [found] = responses(protocol, subject_after(protocol, dose, BEFORE, late, AFTER))
    assert found.day == 90


def test_without_a_baseline_the_file_says_nothing_by_the_day_alone() -> None:
    says = "  #  says: {en: ACR-CRISS of at least 0.6., zh: ACR-CRISS不低于0.6。}\n"
    rule = "  says: {en: Early., zh: 早。}\n  when: day < 100\n"
    file = protocol_of(changed((f"{says}  #  when: probability >= 0.6\n", rule)))
    assert responses(file, subject_after(file, AFTER))[0].by_file is UNKNOWN
    assert responses(file, subject_after(file, BEFORE, AFTER))[0].by_file is True


def test_a_definition_of_the_response_needs_its_words() -> None:
    says = "  #  says: {en: ACR-CRISS of at least 0.6., zh: ACR-CRISS不低于0.6。}\n"
    text = changed((f"{says}  #  when: probability >= 0.6\n", "  when: probability >= 0.6\n"))
    faults = load(text.encode())[1]
    assert [m.problem for m in faults] == ["`when` needs its words"]


def test_the_file_may_say_what_counts_as_its_response() -> None:
    says = "  #  says: {en: ACR-CRISS of at least 0.6., zh: ACR-CRISS不低于0.6。}\n"
    when = f"{says}  #  when: probability >= 0.6\n"
    for limit, counts in (("0.6", True), ("0.99", False)):
        rule = f"  says: {{en: So much., zh: 如此。}}\n  when: probability >= {limit}\n"
        file = protocol_of(changed((when, rule)))
        assert responses(file, subject_after(file, BEFORE, AFTER))[0].by_file is counts


def test_every_measure_that_is_missing_is_named(protocol: Protocol) -> None:
    [found] = responses(protocol, subject_after(protocol, AFTER))
    assert isinstance(found.criss, tuple) and {"mrss_baseline", "fvc_baseline", "haq_di_baseline"} <= {
        *found.criss
    }


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([(1, 0, "recovered")], "recovered"),
        ([(1, 0, "recovered"), (2, 3, "")], ""),
        ([(1, 0, "recovered"), (2, 3, ""), (3, 0, "sequelae")], "sequelae"),
        ([(2, 3, ""), (1, 0, "recovered")], ""),
        ([(1, 0, "recovering"), (2, 1, "")], "recovering"),
        ([(1, 1, "")], ""),
    ],
)
def test_an_event_that_is_graded_after_it_was_over_goes_on(
    protocol: Protocol, told: list[tuple[int, int, str]], outcome: str
) -> None:
    events = [
        e.AdverseEventFollowed(S, 1, START + day * DAY, grade, outcome=said) for day, grade, said in told
    ]
    assert subject_after(protocol, *events).course.outcome(1) == outcome
