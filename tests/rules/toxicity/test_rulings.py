"""In whatever order things are entered, a window is settled only where rulings knew what they answer for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import events as e
from rules.protocol import Protocol
from rules.toxicity.unsettled import unsettled
from tests.rules.logs import DAY, START, Record
from tests.rules.test_corrections import correct
from tests.rules.toxicity.test_deaths import CRS, S

days = st.integers(-1, 6)
nth = st.integers(0, 1)
STEP = st.one_of(
    st.tuples(st.just("event"), days, st.integers(1, 4)),
    st.tuples(st.just("course"), days, nth, st.integers(0, 4), st.sampled_from(("", "recovered"))),
    st.tuples(st.just("score"), days, st.integers(0, 4), st.sampled_from((-1, 1, 2, 3, 4))),
    st.tuples(st.just("correct"), nth, st.integers(0, 4)),
    st.tuples(st.just("rule"), nth),
)


def play(record: Record, steps: list[tuple[Any, ...]]) -> Iterator[bool]:
    """Enter what the steps say of one subject; after each, whether its window is settled."""
    for kind, *how in steps:
        numbers = {
            k: [x.number for x in record.entries if isinstance(x.event, k)]
            for k in (e.AdverseEventReported, e.Scored)
        }
        events, scores = numbers[e.AdverseEventReported], numbers[e.Scored]
        if kind == "event":
            record.add(e.AdverseEventReported(S, CRS, how[1], START + how[0] * DAY))
        elif kind == "score":
            record.add(e.Scored(S, "crs", "ASTCT 2019", how[1], (), START + how[0] * DAY, "", how[2]))
        elif kind == "correct" and scores:
            correct(record, scores[how[0] % len(scores)], ("score", str(how[1])))
        elif kind == "course" and events:
            about = events[how[1] % len(events)]
            at = max(START + how[0] * DAY, record.entries[about - 1].event.at)
            record.add(e.AdverseEventFollowed(S, about, at, how[2], outcome=how[3]))
        elif kind == "rule" and events:
            asked = [
                x.entry for x in unsettled(record.protocol, record.subject(S), record.now) if x.entry
            ] or events
            record.add(e.DltRefuted(S, asked[how[0] % len(asked)], START))
        yield not unsettled(record.protocol, record.subject(S), record.now)


def relapses(record: Record, number: int, before: int) -> set[datetime]:
    """When an event came from below grade 3 to it in the window, by what was entered before an entry."""
    report = record.entries[number - 1].event
    assert isinstance(report, e.AdverseEventReported)
    told = [x.event for x in record.entries if x.number < before]
    course = [x for x in told if isinstance(x, e.AdverseEventFollowed) and x.about == number]
    grade, found = 0, set()
    for at, grades in [
        (report.at, [report.grade]),
        *((x.at, [x.grade] * (x.grade > 0) + [0] * (x.outcome != "")) for x in sorted(course, key=_at)),
    ]:
        for to in grades:
            found |= {at} if grade < 3 <= to and at >= START else set()
            grade = to
    return found


def _at(event: e.AdverseEventFollowed) -> tuple[datetime, int]:
    return event.at, event.grade


BEGIN = [("event", 1, 3), ("score", 1, 3, -1), ("rule", 0)]


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, min_size=2, max_size=8))
def test_nothing_is_settled_that_no_ruling_could_know(protocol: Protocol, steps: list[Any]) -> None:
    record = Record(protocol)
    record.doses(1)
    for settled in play(record, [*BEGIN, *steps]):
        if settled:
            known(record)


def known(record: Record) -> None:
    """The newest rulings came after the relapses and the scores that they answer for."""
    subject = record.subject(S)
    ruled = {
        about: max(x.number for x in record.entries if getattr(x.event, "about", 0) == about and _rules(x))
        for about in subject.adjudicated
    }
    for number in subject.adverse_events:
        knew = relapses(record, number, ruled.get(number, 0))
        assert relapses(record, number, len(record.entries) + 1) <= knew
    since = {x.number: x.number for x in record.entries if isinstance(x.event, e.Scored)}
    since |= {x.event.target: x.number for x in record.entries if isinstance(x.event, e.Corrected)}
    for entry, score in subject.course.scored_in.items():
        if max(score.score, score.beside) >= 3 and score.at >= START:
            rulings = [
                ruling
                for ruling in ruled.values()
                for other, x in subject.course.scored_in.items()
                if since[other] < ruling and (other == entry or x.score >= score.score)
            ]
            assert rulings, (entry, since, ruled)


def _rules(entry: e.Entry) -> bool:
    return isinstance(entry.event, e.DltRefuted)


def test_the_steps_reach_windows_that_are_settled_again(protocol: Protocol) -> None:
    record = Record(protocol)
    record.doses(1)
    fall, rise = ("course", 2, 0, 1, ""), ("course", 3, 0, 3, "")
    assert [*play(record, [*BEGIN, fall, rise, ("rule", 0)])] == [False, False, True, True, False, True]
    assert relapses(record, 4, 99) == {START + DAY, START + 3 * DAY}
