"""Who may enter: nothing that is missing, stale, unclear or in the future is ever met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.eligibility import (
    Assessment,
    BadAnswer,
    Finding,
    assess,
    flaw,
    goes_stale,
    next_questions,
    read_answer,
    shown,
)
from rules.protocol import Protocol
from rules.trial import Answer
from rules.window import NaiveTime
from tests.rules.files import OWN, protocol_of

NOW = datetime(2025, 6, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FIT = {
    **dict.fromkeys(("ssc_2013", "relapsed_refractory"), "yes"),
    **dict.fromkeys(("bone_marrow", "coagulation", "liver", "kidney", "cardiopulmonary"), "yes"),
    **dict.fromkeys(("aids", "syphilis", "other_virus", "malignancy_5y"), "no"),
    **dict.fromkeys(("severe_heart_disease", "serious_mental_disorder"), "no"),
    "age": "45",
    "failed_agents": "2",
    "hbsag": "negative",
}
OUT = {"age": "71", "failed_agents": "1", "hbsag": "positive"}


def answers(at: datetime = NOW, **changed: str | None) -> dict[str, Answer]:
    """A fit subject's answers with some changed; None leaves one out."""
    return {id_: Answer(value, at) for id_, value in {**FIT, **changed}.items() if value is not None}


def finding(assessment: Assessment, criterion: str) -> Finding:
    return next(f for f in assessment.findings if f.criterion.id == criterion)


def statuses(protocol: Protocol, given_: Mapping[str, Answer]) -> set[str]:
    return {f.criterion.id for f in assess(protocol, given_, NOW).findings if f.status != "met"}


def test_a_fit_subject_is_eligible_and_each_criterion_says_why(protocol: Protocol) -> None:
    result = assess(protocol, answers(), NOW)
    assert result.verdict == "eligible"
    assert {f.status for f in result.findings} == {"met"}
    assert finding(result, "I4").used == {"age": "45 year"}
    assert finding(result, "I3").used == {"failed_agents": "2"}
    assert finding(result, "E2").why == "satisfied"


def test_without_answers_nothing_is_met_and_all_is_missing(protocol: Protocol) -> None:
    result = assess(protocol, {}, NOW)
    assert result.verdict == "undetermined"
    assert {(f.status, f.why) for f in result.findings} == {("unknown", "missing")}


@pytest.mark.parametrize(
    ("age", "open_"), [("17", {"I4"}), ("18", set()), ("70", set()), ("71", {"I5"}), ("17.99", {"I4"})]
)
def test_age_limits_include_18_and_70(protocol: Protocol, age: str, open_: set[str]) -> None:
    assert statuses(protocol, answers(age=age)) == open_


@pytest.mark.parametrize("fact", FIT)
def test_each_fact_alone_can_keep_a_subject_out(protocol: Protocol, fact: str) -> None:
    worse = OUT.get(fact) or {"yes": "no", "no": "yes"}[FIT[fact]]
    assert assess(protocol, answers(**{fact: worse}), NOW).verdict == "not_eligible"


@pytest.mark.parametrize("fact", FIT)
@pytest.mark.parametrize("kind", ["missing", "unclear", "stale", "future", "none of its values"])
def test_what_is_not_known_valid_and_clear_is_never_met(protocol: Protocol, fact: str, kind: str) -> None:
    late = Answer(FIT[fact], NOW - timedelta(days=protocol.fact[fact].valid_days, microseconds=1))
    flawed = {
        "missing": None,
        "unclear": Answer("unclear", NOW),
        "stale": late,
        "future": Answer(FIT[fact], NOW + timedelta(microseconds=1)),
        "none of its values": Answer("maybe", NOW),
    }[kind]
    given_ = answers(**{fact: None}) | ({fact: flawed} if flawed else {})
    result = assess(protocol, given_, NOW)
    assert result.verdict == "undetermined"
    about = [f for f in result.findings if fact in f.about]
    assert {(f.status, f.why) for f in about} == {
        ("unknown", "unclear" if kind == "none of its values" else kind)
    }


def test_a_value_is_valid_to_its_last_instant(protocol: Protocol) -> None:
    liver = protocol.fact["liver"]
    answer = Answer("yes", NOW)
    assert goes_stale(liver, answer) == NOW + 28 * DAY
    assert flaw(liver, answer, NOW + 28 * DAY) == ""
    assert flaw(liver, answer, NOW + 28 * DAY + timedelta(microseconds=1)) == "stale"


def test_one_exclusion_is_enough_whatever_else_is_open(protocol: Protocol) -> None:
    assert assess(protocol, {"aids": Answer("yes", NOW)}, NOW).verdict == "not_eligible"


@given(
    st.dictionaries(
        st.sampled_from(sorted(FIT)), st.sampled_from(["yes", "no", "unclear", "45", "positive", "2"])
    )
)
def test_eligible_means_that_every_criterion_is_met(some: dict[str, str]) -> None:
    protocol = protocol_of()
    result = assess(protocol, {id_: Answer(value, NOW) for id_, value in some.items()}, NOW)
    met = all(f.status == "met" for f in result.findings)
    assert (result.verdict == "eligible") == met
    assert not met or len(some) == len(FIT)


# -------------------------------------------------------------------- criteria of several parts
@pytest.mark.parametrize(
    ("hb", "anc", "status"),
    [
        ("80", "1", "met"),
        ("79", "1", "not_met"),
        ("79", None, "not_met"),
        (None, "0.5", "not_met"),
        ("90", None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_all_parts_must_hold_and_one_that_fails_settles_it(
    hb: str | None, anc: str | None, status: str
) -> None:
    result = assess(protocol_of(OWN), answers(hb=hb, anc=anc), NOW)
    assert finding(result, "T1").status == status


@pytest.mark.parametrize(
    ("temp", "syphilis", "status", "about"),
    [
        ("37", "no", "met", ("syphilis", "temp")),
        ("38", None, "not_met", ("syphilis", "temp")),
        ("37", "yes", "not_met", ("syphilis", "temp")),
        ("37", None, "unknown", ("syphilis",)),
        (None, "unclear", "unknown", ("syphilis", "temp")),
    ],
)
def test_any_part_keeps_out_and_the_open_parts_are_named(
    temp: str | None, syphilis: str | None, status: str, about: tuple[str, ...]
) -> None:
    found = finding(assess(protocol_of(OWN), answers(temp=temp, syphilis=syphilis), NOW), "T2")
    assert (found.status, found.about) == (status, about)


# -------------------------------------------------------------------- questions
def test_the_most_decisive_question_comes_first(protocol: Protocol) -> None:
    asked = next_questions(protocol, {}, NOW)
    assert [fact.id for fact in asked[:3]] == ["age", "ssc_2013", "failed_agents"]
    assert len(asked) == len(protocol.facts)


def test_a_question_that_settles_two_criteria_comes_before_those_that_settle_one() -> None:
    asked = next_questions(protocol_of(OWN), {}, NOW)
    assert [fact.id for fact in asked[:3]] == ["age", "syphilis", "ssc_2013"]


def test_only_what_is_still_open_is_asked(protocol: Protocol) -> None:
    given_ = answers(liver=None, kidney="unclear") | {"coagulation": Answer("yes", NOW - 29 * DAY)}
    assert [fact.id for fact in next_questions(protocol, given_, NOW)] == ["coagulation", "liver", "kidney"]
    assert next_questions(protocol, answers(), NOW) == []


# -------------------------------------------------------------------- what people write
@pytest.mark.parametrize(
    ("fact", "written", "value"),
    [
        ("age", "45", "45"),
        ("age", " 45 years ", "45"),
        ("age", "540 month", "45"),
        ("age", "45岁", "45"),
        ("age", "４５ 周岁", "45"),
        ("age", "4.5e1", "45"),
        ("age", "unclear", "unclear"),
        ("failed_agents", "3", "3"),
        ("failed_agents", "3.0", "3"),
        ("aids", "NO", "no"),
        ("aids", "Unclear", "unclear"),
        ("hbsag", "Positive", "positive"),
        ("hb", "12.5 g/dL", "125"),
        ("hb", "8 g/dl", "80"),
        ("anc", "1500 /uL", "1.5"),
        ("anc", "1.5×10⁹/L", "1.5"),
        ("anc", "1.5 x10^9/L", "1.5"),
        ("anc", "1.5 10*9/L", "1.5"),
        ("anc", "1500 1/μL", "1.5"),
        ("anc", "1.5e9/L", "1.5"),
        ("temp", "98.6 degF", "37"),
        ("temp", "98.6 °F", "37"),
        ("temp", "37.5℃", "37.5"),
    ],
)
def test_values_are_read_with_their_units(fact: str, written: str, value: str) -> None:
    assert read_answer(protocol_of(OWN).fact[fact], written) == value


@pytest.mark.parametrize(
    ("fact", "written", "why"),
    [
        ("age", "45 kg", "`kg` does not fit; accepted: year, month, week, day"),
        ("age", "old", "`old` is not a number; accepted: year, month"),
        ("age", "", "`` is not a number"),
        ("age", "121", "121 year is outside the plausible 0 to 120"),
        ("age", "-1", "-1 year is outside the plausible 0 to 120"),
        ("age", "1e99", "outside the plausible"),
        ("age", "4,5", "`,5` does not fit"),
        ("age", "45\nkg", "`kg` does not fit"),
        ("failed_agents", "2 year", "`year` does not fit; accepted: count"),
        ("failed_agents", "2.5", "`2.5` is not a whole number; accepted: count"),
        ("aids", "maybe", "`maybe` is not an answer; accepted: yes, no, unclear"),
        ("hbsag", "yes", "`yes` is not an answer; accepted: negative, positive, unclear"),
        ("hb", "120", "`120` has no unit; accepted: g/L, g/dL"),
        ("hb", "7 mmol/L", "`mmol/L` does not fit; accepted: g/L, g/dL"),
        ("hb", "12 99^99^9", "`99^99^9` does not fit"),
        ("anc", "1.5 10E9/L", "`10E9/L` does not fit; accepted: 10^9/L, 10^6/L, 1/uL"),
    ],
)
def test_what_does_not_fit_is_refused_and_names_what_is_accepted(fact: str, written: str, why: str) -> None:
    with pytest.raises(BadAnswer) as refusal:
        read_answer(protocol_of(OWN).fact[fact], written)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.sampled_from(["age", "failed_agents", "aids", "hbsag", "hb", "anc", "temp"]), st.text(max_size=60))
def test_whatever_is_written_is_a_value_or_one_line(fact: str, written: str) -> None:
    entry = protocol_of(OWN).fact[fact]
    try:
        value = read_answer(entry, written)
    except BadAnswer as refusal:
        assert len(str(refusal).splitlines()) == 1
    else:
        assert value == "unclear" or flaw(entry, Answer(value, NOW), NOW) == ""


def test_a_value_is_shown_with_its_unit(protocol: Protocol) -> None:
    assert shown(protocol.fact["age"], "45") == "45 year"
    assert shown(protocol.fact["age"], "unclear") == "unclear"
    assert shown(protocol.fact["failed_agents"], "2") == "2"
    assert shown(protocol.fact["aids"], "no") == "no"


def test_a_time_without_zone_is_refused(protocol: Protocol) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(NaiveTime):
        assess(protocol, answers(), naive)
    with pytest.raises(NaiveTime):
        assess(protocol, answers(at=naive), NOW)
    with pytest.raises(NaiveTime):
        next_questions(protocol, {}, naive)
