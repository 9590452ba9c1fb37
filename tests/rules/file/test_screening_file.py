"""`python -m rules screen ANSWERS.json`: a verdict with reasons, or each mistake in one line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rules.file.screening_file import BadAnswers, screen
from rules.protocol import Protocol
from tests.rules.files import OWN, changed, protocol_of
from tests.rules.processes import run
from tests.rules.test_eligibility import FIT

NOW = datetime(2025, 6, 1, 8, tzinfo=UTC)


def screened(protocol: Protocol, asked: object) -> dict[str, Any]:
    return screen(protocol, json.dumps(asked).encode(), NOW)


def entry(result: dict[str, Any], criterion: str) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in result["criteria"] if e["id"] == criterion)
    return found


def test_a_fit_subject_is_eligible_in_a_process(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"answers": {**FIT, "age": {"value": 540, "unit": "month"}}}))
    code, out, err = run("screen", str(file))
    result = json.loads(out)
    assert (code, err, result["verdict"]) == (0, "", "eligible")
    assert entry(result, "I4") == {
        "id": "I4",
        "kind": "inclusion",
        "says": "Age at least 18 years.",
        "status": "met",
        "value": {"age": "45 year"},
        "why": "age satisfies it",
        "source": "NCT06871644, eligibility, minimum age",
    }


def test_a_wrong_unit_is_an_error_of_the_process_that_names_the_accepted_ones(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text('{"age": {"value": 70, "unit": "kg"}}')
    code, out, err = run("screen", str(file))
    assert (code, out) == (2, "")
    assert err == "age: `kg` does not fit; accepted: year, month, week, day, hour, minute\n"


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({}, "unknown", "age is not answered"),
        ({"age": None}, "unknown", "age is not answered"),
        ({"age": {"unit": "year"}}, "unknown", "age is not answered"),
        ({"age": "unclear"}, "unknown", "age is unclear"),
        (
            {"age": {"value": 45, "at": "2025-01-01T00:00+08:00"}},
            "unknown",
            "age is too old and must be measured again",
        ),
        ({"age": {"value": 45, "at": "2025-06-02T00:00+08:00"}}, "unknown", "age is dated in the future"),
        ({"age": 17}, "not_met", "age fails it"),
        ({"age": 45.5}, "met", "age satisfies it"),
        ({"age": {"value": "45", "unit": "year", "at": "2025-05-31T00:00+08:00"}}, "met", "age satisfies it"),
    ],
)
def test_each_criterion_says_why(protocol: Protocol, given: object, status: str, why: str) -> None:
    found = entry(screened(protocol, {"answers": given}), "I4")
    assert (found["status"], found["why"]) == (status, why)


def test_answers_may_stand_alone_and_truths_are_yes_and_no(protocol: Protocol) -> None:
    assert entry(screened(protocol, {"aids": True}), "E3")["status"] == "not_met"
    assert entry(screened(protocol, {"aids": False}), "E3")["status"] == "met"


def test_the_time_of_the_file_stands_for_now(protocol: Protocol) -> None:
    asked = {"at": "2030-01-01T00:00+08:00", "answers": {"age": 45}}
    assert entry(screened(protocol, asked), "I4")["status"] == "met"
    stale = {
        "at": "2030-01-01T00:00+08:00",
        "answers": {"age": {"value": 45, "at": "2025-06-01T00:00+08:00"}},
    }
    assert entry(screened(protocol, stale), "I4")["status"] == "unknown"


def test_numbers_of_a_teams_own_copy_are_converted() -> None:
    result = screened(
        protocol_of(OWN),
        {
            "hb": {"value": 12.5, "unit": "g/dL"},
            "anc": {"value": 1500, "unit": "1/uL"},
            "temp": {"value": 101, "unit": "degF"},
        },
    )
    assert entry(result, "T1")["value"] == {"hb": "125 g/L", "anc": "1.5 10^9/L"}
    assert entry(result, "T2")["value"] == {"temp": "38.33333333 degC"}
    assert (entry(result, "T1")["status"], entry(result, "T2")["status"]) == ("met", "not_met")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "expected an object"),
        (b'{"answers": []}', "`answers` is not an object"),
        (b'{"weight": 70}', "weight: no such fact; facts: age, ssc_2013"),
        (b'{"answers": {}, "ta": 1}', "ta: not a field here; fields: at, answers"),
        (b'{"age": 17, "age": 45}', "age: written twice; keep one of the two"),
        (b'{"age": {"vale": 45}}', "age: `vale` is not a field here; fields: value, unit, at"),
        (b'{"age": "old"}', "age: `old` is not a number; accepted: year"),
        (b'{"age": NaN}', "age: `nan` is not a number"),
        (b'{"age": [45]}', "age: `[45]` is not a number"),
        (b'{"hbsag": true}', "hbsag: `yes` is not an answer; accepted: negative, positive, unclear"),
        (
            b'{"at": "2025-06-01T08:00"}',
            "at: `2025-06-01T08:00` is no time with a zone; write 2026-03-05T14:30+08:00",
        ),
        (b'{"at": null}', "at: `None` is no time with a zone"),
        (b'{"at": "9999-12-31T23:59:59+00:00"}', "is no time with a zone"),
        (b'{"age": {"value": 45, "at": "yesterday"}}', "age: `yesterday` is no time with a zone"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(protocol: Protocol, data: bytes, said: str) -> None:
    with pytest.raises(BadAnswers) as refusal:
        screen(protocol, data, NOW)
    assert said in str(refusal.value)


def test_all_mistakes_of_a_file_come_at_once(protocol: Protocol) -> None:
    with pytest.raises(BadAnswers) as refusal:
        screened(protocol, {"at": "now", "answers": {"age": "old", "weight": 70, "aids": "perhaps"}})
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == ["at", "age", "weight", "aids"]


def test_a_file_that_is_not_there_and_a_naive_time_end_the_process_with_2(tmp_path: Path) -> None:
    assert run("screen", str(tmp_path / "none.json"))[:2] == (2, "")
    naive = tmp_path / "answers.json"
    naive.write_text('{"at": "2025-06-01T08:00", "answers": {}}')
    code, out, err = run("screen", str(naive))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_a_protocol_with_a_wrong_unit_is_refused_before_anybody_is_screened(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(changed(("unit: year", "unit: yaer")), encoding="utf-8")
    (tmp_path / "a.json").write_text('{"age": "x"}')
    code, out, err = run("screen", str(tmp_path / "a.json"), "--protocol", str(tmp_path / "p.yaml"))
    assert (code, out) == (2, "")
    assert "fact age: `yaer` is no unit" in err
