"""No record of a score, whatever its numbers and units, ends in anything but an answer or one clear line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.scores.ctcae import rules
from rules.scores.file import SCALES, answer_file, fields_of
from rules.scores.given import BadRecord
from tests.rules.processes import refused_in_one_line
from tests.rules.scores.test_file import SOUND

ODD = (
    "1e-99999999999", "1e-13", "1E-400", "0e-99999999999", "0E+999999", "-0", "-1e-99999999999", "1e308",
    "1e309", "1e99999999999", "5e-1", "0.1000000000000000000000000000000000000001", "9" * 40,
    "2.9999999999999999999999999999999", "-1", "1e-12", "1000000000", "1e15", "NaN", "Infinity", "null",
    "true", '"nan"', "[]", "{}",
)  # fmt: skip
NUMBERS = st.one_of(
    st.sampled_from(ODD),
    st.decimals(0, 200, places=2).map(str),
    st.integers(0, 60).map(str),
    st.builds("{}e{}".format, st.integers(0, 99), st.integers(-30, 12)),
)
PIECES = (
    "nan", "NaN", "inf", "Infinity", "10^9", "10", "^", "/", "*", " ", "-", "L", "uL", "g", "dL", "mmol", "%",
    "e9", "E9", "1", "0", "9", "cells", "mm3", "U", "s", "²", "⁹", "µ", "kPa", "F", "C", "lb", "+", "1.73m2",
    "day", "24h", ".",
)  # fmt: skip
UNITS = st.one_of(
    st.sampled_from(sorted({unit for rule in rules().values() for unit in rule.accepted()})),
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    st.builds("{} {}".format, st.sampled_from(PIECES), st.sampled_from(["10^9/L", "g/dL", "%", "U/L"])),
).map(lambda text: json.dumps(text, ensure_ascii=False))
TERMS = st.sampled_from([*(rule.term for rule in rules().values()), "Headache", "x"]).map(json.dumps)
DAYS = st.builds('{{"day": {}, "value": {}}}'.format, NUMBERS, st.one_of(NUMBERS, st.just('"BLQ"')))
SAMPLES = st.lists(DAYS, max_size=5).map(lambda rows: f"[{', '.join(rows)}]")
AREAS = st.lists(st.builds("[{}, {}]".format, NUMBERS, NUMBERS), max_size=3).map(
    lambda rows: f"[{', '.join(rows)}]"
)


def _written(field: dict[str, Any]) -> st.SearchStrategy[str]:
    """JSON of one field, sound in its kind or odd."""
    if field["name"] == "term":
        return TERMS
    kinds = {
        "number": NUMBERS, "whole": NUMBERS, "text": UNITS, "samples": SAMPLES, "areas": AREAS,
        "yes-no": st.sampled_from(['"yes"', '"no"', "true", "false"]),
    }  # fmt: skip
    kinds |= {"choice": st.sampled_from([json.dumps(choice) for choice in field.get("choices", [""])])}
    return kinds[field["kind"]]


@st.composite
def _records(draw: st.DrawFn, name: str) -> bytes:
    """A sound record in which some fields are written anew."""
    written = {field: json.dumps(value) for field, value in SOUND[name].items()}
    changed = draw(st.lists(st.sampled_from(fields_of(name)["fields"]), min_size=1, max_size=5))
    written |= {field["name"]: draw(_written(field)) for field in changed}
    if name == "ctcae":
        written |= {"term": draw(TERMS), "unit": draw(UNITS)}
    return f"{{{', '.join(f'{json.dumps(n)}: {value}' for n, value in written.items())}}}".encode()


@pytest.mark.parametrize("name", SCALES)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_odd_record_is_answered_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    record = data.draw(_records(name))
    try:
        said = answer_file(name, record)
    except BadRecord as refused:
        assert str(refused).isprintable()
        assert len(str(refused)) < 2500
        return
    assert isinstance(said, dict)
    json.dumps(said, allow_nan=False)
    assert len(said["rule"]) < 2500


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("ctcae", '"unit": "nan g/L"', "unit: `nan g/L` does not fit; accepted: g/L, g/dL, mg/dL, mmol/L"),
        ("ctcae", '"term": "Leukocytosis", "unit": "10NaN^9/L"', "unit: `10NaN^9/L` does not fit"),
        ("ctcae", '"term": "Leukocytosis", "unit": "inf/L"', "unit: `inf/L` does not fit"),
        ("ctcae", '"term": "Leukocytosis", "unit": "2 10^9/L"', "unit: `2 10^9/L` does not fit"),
        ("rcriss", '"fvc_baseline": 1e-99999999999', "fvc_baseline: `1E-99999999999` is too near"),
        ("criss", '"haq_di_baseline": -1e-99999999999', "haq_di_baseline: `-1E-99999999999` is no"),
        ("nca", '"lloq": 1e-99999999999', "lloq: `1E-99999999999` is too near to 0"),
    ],
)  # fmt: skip
def test_a_number_or_unit_that_is_none_is_one_line_and_exit_2(
    name: str, changed: str, said: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = {field: json.dumps(value) for field, value in SOUND[name].items() if f'"{field}":' not in changed}
    file = tmp_path / "in.json"
    file.write_text("{" + ", ".join([*(f'"{n}": {v}' for n, v in sound.items()), changed]) + "}")
    refused_in_one_line(["score", name, str(file)], said, capsys)


def test_an_area_that_nobody_has_read_is_shown_as_it_was_written() -> None:
    areas = b'"areas": [[0, 1e99999999999], [1e-99999999999, 5]]'
    said = answer_file("nca", b'{"samples": [{"day": 1, "value": 2}], "blq": "half", ' + areas + b"}")
    assert isinstance(said, dict)
    assert said["result"] == "cannot be computed: lloq is missing"
    assert said["inputs"]["areas"] == [[0, "1E+99999999999"], ["1E-99999999999", 5]]


def test_a_zero_is_a_zero_however_it_is_written() -> None:
    record = json.dumps(SOUND["rcriss"]).replace('"haq_di_baseline": 1', '"haq_di_baseline": 0e-99999999999')
    said = answer_file("rcriss", record.encode())
    assert isinstance(said, dict)
    assert "counted as not improved, for no percentage exists at baseline 0: haq_di" in said["rule"]
    assert said["inputs"]["haq_di_baseline"] == 0
