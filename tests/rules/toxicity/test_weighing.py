"""What a criterion of the file proposes waits for a ruling that could know of it, whatever the grade."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import events as e
from rules.assessment import assessment_lacks, reopened, settling, to_settle
from rules.protocol import Protocol
from rules.schedule import awaited, due, turned
from rules.toxicity.unsettled import Unsettled, unsettled
from rules.trial import continued, replay
from rules.window import window_end
from tests.rules.files import EXAMPLES, TEXT, changed, protocol_of
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_deaths import S, ae, became, scored

OWN = """criteria:
    - {criterion: eye, says: Eye., all: ['term == "Uveitis"', grade >= 2, in_window], source: made up}
    - {criterion: skin, says: Skin., all: ['term == "Pruritus"', grade >= 2, related], source: made up}
"""
LISTED = EXAMPLES["five-levels"]
LISTED = LISTED[LISTED.index("  criteria:\n") + 2 : LISTED.index("\nstages:")] + "\n"
AE, RULING = 4, 5  # the entries of the first event, and of what follows it at once
EYE, SKIN = ae(2, 3, "Uveitis"), ae(2, 3, "Pruritus")
NOT = e.DltRefuted(S, AE, START + 3 * DAY)


def _record(written: str) -> Record:
    """One subject, infused at START, in a study with these criteria; it is day 3."""
    made = Record(protocol_of(changed(("criteria: []\n", written))))
    made.doses(1)
    made.now = START + 3 * DAY
    return made


@pytest.fixture
def own() -> Record:
    return _record(OWN)


@pytest.fixture
def listed() -> Record:
    return _record(LISTED)


def adds(record: Record, *events: e.Event) -> list[tuple[int, tuple[str, ...], bool]]:
    """What waits by a criterion with the events recorded: (event, criteria, whether they propose)."""
    for event in events:
        record.add(event)
    found = unsettled(record.protocol, record.subject(S), record.now)
    return [(x.entry, x.criteria, x.proposed) for x in found if x.criteria]


def related(day: float, how: str = "related", about: int = AE) -> e.AdverseEventFollowed:
    return e.AdverseEventFollowed(S, about, START + day * DAY, related=how)


def codes(record: Record) -> list[str]:
    return [lack.code for lack in settling(record.protocol, record.subject(S), record.now)]


def test_a_proposal_below_the_grade_of_the_file_is_settled_by_a_ruling_alone(own: Record) -> None:
    assert adds(own, EYE) == [(AE, ("eye",), True)]
    found = unsettled(own.protocol, own.subject(S), own.now)
    assert found == (Unsettled("unadjudicated", START + 3 * DAY, AE, None, ("eye",), True),)
    assert codes(own) == ["proposed"]
    assert [code for code, _ in to_settle(own.protocol, own.trial, own.now)] == [S]
    own.now = window_end(own.protocol, START)
    [lack] = assessment_lacks(own.protocol, own.subject(S), own.now)
    assert (lack.code, lack.params) == ("proposed", {"entries": (AE,), "criteria": ("eye",)})
    tasks = [(task.kind, task.entry) for task in awaited(own.protocol, own.trial, own.now)]
    assert ("adjudicate", AE) in tasks
    assert adds(own, NOT) == []
    assert assessment_lacks(own.protocol, own.subject(S), own.now) == ()


def test_without_criteria_nothing_waits_below_the_grade_of_the_file(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    assert adds(record, EYE, NOT) == [] and codes(record) == []
    assert record.subject(S).weighed == {}


def test_a_dlt_and_an_event_outside_the_window_wait_for_nothing(own: Record) -> None:
    assert adds(own, EYE, e.DltConfirmed(S, AE, START + 3 * DAY)) == []
    assert adds(own, ae(2, 40, "Uveitis"), ae(2, -2, "Uveitis")) == []
    assert adds(own, e.DltConfirmed(S, 0, START), e.DltRefuted(S, 99, START)) == []
    own.add(e.AdverseEventReported("CD7-009", "Uveitis", 2, START))
    assert unsettled(own.protocol, own.subject("CD7-009"), own.now) == ()


def test_a_dlt_whose_ruling_is_void_is_signed_anew_and_asked_for_once(own: Record) -> None:
    adds(own, EYE, e.DltConfirmed(S, AE, START + 3 * DAY))
    correct(own, AE, ("term", "Uveitis"))
    assert adds(own) == [] and own.subject(S).void_since(f"ruling:{AE}")
    kinds = [x.kind for x in awaited(own.protocol, own.trial, own.now)]
    assert kinds == ["adjudicate_anew"]


def test_an_event_of_the_grade_of_the_file_waits_once(listed: Record) -> None:
    assert adds(listed, ae(4, 3)) == []
    assert [x.entry for x in unsettled(listed.protocol, listed.subject(S), listed.now)] == [AE]


def test_who_cannot_say_waits_for_what_is_missing_or_a_ruling(own: Record) -> None:
    assert adds(own, SKIN) == [(AE, ("skin",), False)] and codes(own) == ["undecided"]
    assert adds(own, EYE)[0] == (AE, ("skin",), False) and codes(own) == ["proposed", "undecided"]
    assert adds(own, related(4, "not_related"))[0][0] == AE + 1
    assert adds(own, related(5, "related"))[0] == (AE, ("skin",), True)
    assert adds(own, NOT, e.DltRefuted(S, AE + 1, START + 3 * DAY)) == []


def test_who_cannot_say_at_the_ruling_does_not_hold_it(own: Record) -> None:
    assert adds(own, SKIN, NOT) == []
    assert adds(own, related(3.5, "not_related")) == []
    assert adds(own, related(4)) == [(AE, ("skin",), True)]
    assert adds(own, NOT) == []
    assert adds(own, related(5)) == []


def test_an_event_that_goes_on_is_asked_of_again_by_the_days_alone(listed: Record) -> None:
    assert adds(listed, ae(3, 3), NOT) == []
    for day, open_ in ((5, []), (6, []), (6.1, [(AE, ("crs-3-lasting",), True)])):
        listed.now = START + day * DAY
        assert adds(listed) == open_
    assert ("adjudicate", AE) in [
        (x.kind, x.entry) for x in awaited(listed.protocol, listed.trial, listed.now)
    ]
    assert adds(listed, became(AE, 5, 1)) == []  # learnt late: it had come down
    assert adds(listed, NOT) == []
    assert adds(listed, became(AE, 7, 3)) == []  # a relapse: void, as ever
    assert listed.subject(S).void_since(f"ruling:{AE}") == len(listed.entries)


def test_a_ruling_in_sight_of_a_proposal_answers_for_it_and_for_no_other(listed: Record) -> None:
    listed.now = START + 10 * DAY
    assert adds(listed, ae(3, 3), NOT) == []
    listed.now += 20 * DAY
    assert adds(listed) == []
    late = ae(3, 3, "Heart failure")
    assert adds(listed, late, e.DltRefuted(S, 6, START), related(4, about=6)) == [
        (6, ("organ-3-lasting",), True)
    ]


def test_a_ruling_of_which_the_log_has_no_time_is_asked_for_again(listed: Record) -> None:
    adds(listed, ae(3, 3))
    listed.entries.append(e.Entry(RULING, NOT))
    listed.now = START + 10 * DAY
    assert adds(listed) == [(AE, ("crs-3-lasting",), True)]


@pytest.mark.parametrize("change", [(("related", "related"),), (("action", "none"),)])
def test_a_correction_makes_what_a_ruling_knew_doubtful(
    own: Record, change: tuple[tuple[str, str], ...]
) -> None:
    adds(own, SKIN, related(3, "not_related"), related(3, "not_related"), EYE, e.DltRefuted(S, AE + 3, START))
    assert adds(own, NOT) == []
    correct(own, 6, *change)
    doubtful = [(AE, ("skin",), True)] if change[0][1] == "related" else []
    assert adds(own) == [*doubtful, (AE + 3, ("eye",), True)]
    assert adds(own, NOT, e.DltRefuted(S, AE + 3, START)) == []
    correct(own, 2, ("level", "1"))
    assert adds(own) == []  # no criterion looks at a place


def test_a_correction_after_the_assessment_opens_the_outcome(own: Record) -> None:
    adds(own, SKIN, related(3, "not_related"))
    own.clears(S)
    number = correct(own, 5, ("related", "related"))
    assert own.subject(S).void_since("assessment") == number
    assert [lack.code for _, lack in reopened(own.protocol, own.trial, own.now)] == ["proposed"]


def test_a_proposal_learnt_after_the_assessment_makes_it_void(own: Record) -> None:
    own.clears(S)
    number = own.add(EYE)
    assert own.subject(S).void_since("assessment") == number
    assert [(code, lack.code) for code, lack in reopened(own.protocol, own.trial, own.now)] == [
        (S, "proposed")
    ]
    assert adds(own, replace(NOT, about=number)) == []
    assert [lack.code for _, lack in reopened(own.protocol, own.trial, own.now)] == ["assessment_void"]


def test_what_an_assessment_knew_as_open_stays_as_it_was_until_it_is_known_as_worse(own: Record) -> None:
    """As in a log from before, or under an amended file: the assessment was made in sight of the event."""
    plain = protocol_of(TEXT)
    adds(own, SKIN)
    own.clears(S)
    assert adds(own) == [] and codes(own) == []
    adds(own, related(4, ""), became(AE, 5, outcome="recovering"))
    assert adds(own) == []
    late = own.add(became(AE, 5, 3))
    assert own.subject(S).void_since("assessment") == late
    trial = replay(plain.amended(own.protocol, own.now), own.entries)
    assert adds(own, NOT) == [] and trial.subjects[S].assessed is not None
    after = own.add(SKIN)
    assert adds(own) == [(after, ("skin",), False)]


def test_a_grade_after_the_assessment_of_which_a_criterion_cannot_say_makes_it_void() -> None:
    lasting = "criteria:\n    - {criterion: a, says: A., all: [grade >= 2, days_at_grade > 40], source: s}\n"
    record = _record(lasting)
    adds(record, ae(2, 3), became(AE, 5, 1))
    record.clears(S)
    assert adds(record) == []
    late = record.add(became(AE, 12, 2))  # it comes back: no worse than it was
    assert adds(record) == [(AE, ("a",), False)]
    assert record.subject(S).void_since("assessment") == late


def test_days_alone_open_a_counted_outcome_and_it_is_told_once(listed: Record) -> None:
    listed.now = START + 12 * DAY
    adds(listed, ae(4, 12, "Platelet count decreased"), related(12), NOT)
    listed.clears(S)
    listed.doses(1)
    assert turned(listed.protocol, listed.trial, START + 33 * DAY) is None
    told = turned(listed.protocol, listed.trial, START + 34 * DAY)
    assert told is not None and told.key.endswith(f":{S}")
    assert [(code, lack.code) for code, lack in told.decision.unsettled] == [(S, "proposed")]
    assert not listed.subject(S).void
    listed.now = START + 34 * DAY
    assert any(x.task.kind == "adjudicate" for x in due(listed.protocol, listed.trial, listed.now))
    assert adds(listed, NOT) == [] and reopened(listed.protocol, listed.trial, listed.now) == ()


def test_another_file_asks_only_what_it_asks_anew(own: Record) -> None:
    adds(own, EYE, NOT)
    renamed, stricter = OWN.replace("eye,", "uvea,"), OWN.replace("grade >= 2, in", "grade >= 1, in")
    for written, open_ in ((renamed, []), (stricter, [(AE, ("eye",), True)])):
        file = own.protocol.amended(protocol_of(changed(("criteria: []\n", written))), own.now)
        entries = [replace(x, protocol=own.protocol.sha256) for x in own.entries]
        subject = replay(file, entries).subjects[S]
        found = unsettled(file, subject, own.now)
        assert [(x.entry, x.criteria, x.proposed) for x in found] == open_


def test_folding_on_gives_what_replaying_gives(own: Record) -> None:
    adds(own, SKIN, NOT, related(4), NOT, EYE, scored(4, 2))
    own.clears(S)
    correct(own, 6, ("related", "not_related"))
    adds(own, related(6), NOT)
    trial = replay(own.protocol, own.entries[:3])
    for at in range(3, len(own.entries)):
        trial = continued(own.protocol, trial, own.entries[at : at + 1])
    assert trial == own.trial and trial.subjects[S].weighed
