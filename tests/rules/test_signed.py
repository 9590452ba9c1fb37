"""A value that changes after it was signed voids the signature, and what rests on it waits for a new one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, to_renew
from rules.course import Step, lacking
from rules.file.load import load
from rules.protocol import Protocol
from rules.schedule import awaited, due
from rules.signed import root_of, signs
from rules.subject import unadjudicated, void_dlts
from rules.trial import continued, replay
from tests.rules.files import TEXT
from tests.rules.logs import DAY, START, Record, played
from tests.rules.test_corrections import correct

S = "CD7-001"


def eligible(record: Record) -> int:
    """A subject whose age was answered, confirmed eligible; returns the number of that signature."""
    record.add(e.Consented(S, START))
    record.add(e.Answered(S, "age", "45", START))
    return record.add(e.EligibilityConfirmed(S, START))


def void(record: Record, what: str) -> int:
    return record.subject(S).void_since(what)


# ------------------------------------------------------------------ eligibility
@pytest.mark.parametrize(
    ("fact", "value", "later", "voids"),
    [
        ("age", "46", 1, True),
        ("age", "45", 1, False),  # measured again, the same
        ("age", "46", -1, False),  # an older measurement entered late
        ("hbsag", "negative", 1, False),  # not known when it was signed
    ],
)
def test_another_value_voids_eligibility(
    protocol: Protocol, fact: str, value: str, later: int, voids: bool
) -> None:
    record = Record(protocol)
    eligible(record)
    number = record.add(e.Answered(S, fact, value, START + later * DAY))
    assert void(record, "eligibility") == (number if voids else 0)


def test_a_value_that_changes_back_leaves_the_signature_void(protocol: Protocol) -> None:
    record = Record(protocol)
    signed = eligible(record)
    first = record.add(e.Answered(S, "age", "46", START + DAY))
    record.add(e.Answered(S, "age", "45", START + 2 * DAY))
    assert record.subject(S).void == {signed: first}


@pytest.mark.parametrize("changes", [(("value", "46"),), (("at", START.isoformat()),), ()])
def test_a_corrected_answer_voids_eligibility(
    protocol: Protocol, changes: tuple[tuple[str, str], ...]
) -> None:
    record = Record(protocol)
    signed = eligible(record)
    number = correct(record, 2, *changes)
    assert record.subject(S).void == {signed: number}


def test_to_void_the_correction_leaves_the_signature_void(protocol: Protocol) -> None:
    record = Record(protocol)
    signed = eligible(record)
    change = correct(record, 2, ("value", "46"))
    undone = correct(record, change)
    assert root_of(record.trial.log, record.trial.log[-1]).number == 2
    assert record.subject(S).void == {signed: undone}


def test_a_new_signature_stands_and_the_old_one_stays_void(protocol: Protocol) -> None:
    record = Record(protocol)
    signed = eligible(record)
    change = record.add(e.Answered(S, "age", "46", START + DAY))
    record.add(e.EligibilityConfirmed(S, START + DAY))
    assert void(record, "eligibility") == 0
    assert record.subject(S).void == {signed: change}


def test_what_another_subject_answers_voids_nothing(protocol: Protocol) -> None:
    record = Record(protocol)
    eligible(record)
    other = record.add(e.Answered("CD7-002", "age", "50", START))
    correct(record, other, ("value", "51"))
    correct(record, record.add(e.LevelOpened(2, 3, "escalate", START)))
    assert not record.subject(S).void


@pytest.mark.parametrize("stage", ["slot", "lymphodepletion", "infusion", "eligibility", "apheresis"])
def test_what_rests_on_eligibility_waits_until_it_is_signed_anew(protocol: Protocol, stage: str) -> None:
    bare = replace(
        protocol,
        criteria=(),
        stages=tuple(replace(x, needs=("eligibility",)) for x in protocol.stages if x.id != "eligibility"),
    )
    record = Record(bare)
    eligible(record)

    def lacks() -> list[str]:
        step = Step(bare, record.trial, record.decision, record.subject(S), stage, record.now, record.now)
        return [lack.code for lack in lacking(step)]

    assert lacks() == (["done_already"] if stage == "eligibility" else [])
    number = record.add(e.Answered(S, "age", "46", START))
    assert lacks() == (["eligibility_void"] if stage in ("slot", "lymphodepletion", "infusion") else [])
    record.add(e.EligibilityConfirmed(S, START))
    assert number and lacks() == (["done_already"] if stage == "eligibility" else [])


# ------------------------------------------------------------------ adjudication and assessment
def assessed(protocol: Protocol, grade: int = 3) -> tuple[Record, int, int, int]:
    """A subject with an adverse event that was refuted, then assessed: the numbers of these three."""
    record = Record(protocol)
    record.doses(1)
    event = record.add(e.AdverseEventReported(S, "fever", grade, START + DAY))
    ruling = record.add(e.DltRefuted(S, event, START + DAY))
    record.clears(S)
    return record, event, ruling, len(record.entries)


@pytest.mark.parametrize("changes", [(("grade", "4"),), (("term", "chills"),), ()])
def test_a_corrected_adverse_event_voids_its_adjudication_and_the_assessment(
    protocol: Protocol, changes: tuple[tuple[str, str], ...]
) -> None:
    record, event, ruling, assessment = assessed(protocol)
    number = correct(record, event, *changes)
    assert record.subject(S).void == {ruling: number, assessment: number}


def test_what_was_adjudicated_on_another_value_is_to_be_adjudicated_and_assessed_anew(
    protocol: Protocol,
) -> None:
    record, event, _, _ = assessed(protocol)
    assert to_renew(protocol, record.trial, record.now) == ()
    number = correct(record, event, ("grade", "4"))
    assert unadjudicated(protocol, record.subject(S)) == (event,)
    assert [x.code for x in assessment_lacks(protocol, record.subject(S), record.now)] == ["unadjudicated"]
    wanted = ((S, "assessment", number), (S, f"ruling:{event}", number))
    assert to_renew(protocol, record.trial, record.now) == wanted
    record.add(e.DltRefuted(S, event, START + DAY))
    assert to_renew(protocol, record.trial, record.now) == wanted[:1]
    assert not assessment_lacks(protocol, record.subject(S), record.now)
    record.add(e.WindowAssessed(S, record.now))
    assert to_renew(protocol, record.trial, record.now) == ()
    assert [x.code for x in assessment_lacks(protocol, record.subject(S), record.now)] == ["done_already"]


def test_a_corrected_grade_of_an_event_s_course_voids_its_adjudication_and_the_assessment(
    protocol: Protocol,
) -> None:
    record, event, ruling, assessment = assessed(protocol)
    later = record.add(e.AdverseEventFollowed(S, event, START + 2 * DAY, 2))
    number = correct(record, later, ("grade", "3"))
    assert record.subject(S).void == {ruling: number, assessment: number}


def test_a_ruling_below_the_grade_is_void_and_need_not_be_renewed(protocol: Protocol) -> None:
    record, event, ruling, _ = assessed(protocol, grade=2)
    number = correct(record, event, ("term", "chills"))
    assert record.subject(S).void[ruling] == number
    assert to_renew(protocol, record.trial, record.now) == ((S, "assessment", number),)


def test_a_dlt_counts_while_its_signature_is_void(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    event = record.add(e.AdverseEventReported(S, "fever", 4, START + DAY))
    record.add(e.DltConfirmed(S, event, START + DAY))
    correct(record, event, ("term", "sepsis"))
    assert record.decision.because["dlts"] == 1 and unadjudicated(protocol, record.subject(S)) == (event,)


def test_a_dlt_of_a_void_ruling_is_ruled_on_anew_though_its_event_is_below_the_grade_now(
    protocol: Protocol,
) -> None:
    record = Record(protocol)
    record.doses(1)
    event = record.add(e.AdverseEventReported(S, "fever", 4, START + DAY))
    record.add(e.DltConfirmed(S, event, START + DAY))

    def asked() -> list[tuple[str, int]]:
        tasks = awaited(protocol, record.trial, record.now + 2 * DAY)
        return [(task.kind, task.entry) for task in tasks if task.kind.startswith("adjudicate")]

    assert (asked(), void_dlts(protocol, record.subject(S))) == ([], ())
    number = correct(record, event, ("grade", "2"))
    assert not unadjudicated(protocol, record.subject(S)) and record.decision.because["dlts"] == 1
    assert to_renew(protocol, record.trial, record.now) == ((S, f"ruling:{event}", number),)
    assert asked() == [("adjudicate_anew", event)]
    reminders = due(protocol, record.trial, record.now + 5 * DAY)
    assert f"adjudicate_anew:{S}:{event}:3" in {x.key for x in reminders}
    back = correct(record, event, ("grade", "3"))
    assert asked() == [("adjudicate", event)] and back
    correct(record, event, ("grade", "2"))
    record.add(e.DltConfirmed(S, event, START + DAY))
    assert (asked(), to_renew(protocol, record.trial, record.now)) == ([], ())
    correct(record, event, ("grade", "1"))
    record.add(e.DltRefuted(S, event, START + DAY))
    assert (asked(), to_renew(protocol, record.trial, record.now)) == ([], ())


def test_a_void_ruling_as_dlt_outside_the_window_counts_nowhere(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    event = record.add(e.AdverseEventReported(S, "fever", 2, START + 50 * DAY))
    record.add(e.DltConfirmed(S, event, START + 50 * DAY))
    correct(record, event, ("grade", "1"))
    assert void(record, f"ruling:{event}") and not void_dlts(protocol, record.subject(S))


def test_a_corrected_dose_voids_its_own_signature_and_the_assessment(protocol: Protocol) -> None:
    record, _, ruling, assessment = assessed(protocol)
    dose = next(x.number for x in record.entries if isinstance(x.event, e.Infused))
    number = correct(record, dose, ("cells", "2.4e7"))
    assert record.subject(S).void == {dose: number, assessment: number}
    assert ruling not in record.subject(S).void


def test_to_void_a_ruling_voids_the_assessment_and_an_earlier_ruling(protocol: Protocol) -> None:
    record, event, first, assessment = assessed(protocol)
    second = record.add(e.DltRefuted(S, event, START + DAY))
    number = correct(record, second)
    assert record.subject(S).void == {first: number, assessment: number}


def test_to_void_an_assessment_leaves_none(protocol: Protocol) -> None:
    record, _, _, assessment = assessed(protocol)
    correct(record, assessment)
    assert record.subject(S).void_since("assessment") == 0 and record.subject(S).assessed is None


def test_a_dlt_without_an_event_is_signed_under_its_own_number() -> None:
    assert signs(9, e.DltConfirmed(S, 0, START)) == "ruling:-9"
    assert signs(9, e.LevelOpened(2, 3, "escalate", START)) == ""


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_folding_on_gives_what_replaying_gives(protocol: Protocol, size: int) -> None:
    record, event, _, _ = assessed(protocol)
    correct(record, event, ("grade", "4"))
    record.add(e.Answered(S, "age", "45", START))
    eligible(record)
    record.add(e.Answered(S, "age", "46", START + DAY))
    trial = replay(protocol, record.entries[:2])
    for at in range(2, len(record.entries), size):
        trial = continued(protocol, trial, record.entries[at : at + size])
    assert trial == record.trial and trial.subjects[S].void


def test_a_whole_trial_signs_and_voids_nothing(protocol: Protocol) -> None:
    record = played(protocol, "1NNT 1NNN 2NNN")
    assert not any(subject.void for subject in record.trial.subjects.values())
    assert to_renew(protocol, record.trial, record.now) == ()


# ------------------------------------------------------------------ the setting of the file
def test_a_second_person_is_asked_for_only_where_the_file_says_so() -> None:
    for written, wanted in (("", False), ("true", True), ("false", False)):
        section = f"signing:\n  infusion_second_person: {written}\n" if written else ""
        protocol, mistakes = load((TEXT + section).encode())
        assert not mistakes and protocol is not None and protocol.infusion_second_person is wanted
    protocol, mistakes = load(f"{TEXT}signing:\n  infusion_second_person: maybe\n".encode())
    assert protocol is None and "Write true or false" in str(mistakes[0])
