"""Files of records: `python -m rules score NAME INPUT.json`, and what cannot be read in them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rules.__main__ import main
from rules.scores.file import MOST_BYTES, MOST_RECORDS, SCALES, answer_file, fields_of
from rules.scores.given import BadRecord
from tests.rules.processes import refused_in_one_line, run

ANEMIA = {"term": "Anemia", "value": 90, "unit": "g/L"}
# A sound record of each score.
SOUND: dict[str, dict[str, Any]] = {
    "ctcae": ANEMIA,
    "crs": {
        "temperature": 39, "fever_explained": False, "hypotension": True, "pressors": 0, "vasopressin": False,
        "oxygen": "none", "life_threatening": False, "death": False,
    },
    "icans": {
        "ice": 5, "consciousness": "voice", "seizure": "none", "motor": "none", "oedema": "none",
        "death": "no",
    },
    "acr-eular": {"better_explained": "no", "skin_proximal": "yes"},
    "criss": (
        MEASURED := {
            "mrss_baseline": 30, "mrss_follow_up": 20, "fvc_baseline": 80.5, "fvc_follow_up": 82,
            "patient_global_baseline": 5, "patient_global_follow_up": 4, "physician_global_baseline": 5,
            "physician_global_follow_up": 4, "haq_di_baseline": 1, "haq_di_follow_up": 0.875,
            "renal_crisis": "no", "lv_failure": "no", "pah": "no", "day": 90,
        }
    ),
    "rcriss": MEASURED,
    "nca": {"samples": [{"day": 0, "value": "BLQ"}, {"day": 7, "value": 90.5}, {"day": 28, "value": 3}]},
}  # fmt: skip
WRONG = [
    True, "", "  ", "x", "9" * 300, "a\nb", "\ud800", -1, -1e-300, 1e-13, 1e300, 10**400, [], [[]], {},
    {"a": 1}, "NaN", "yes ", "YES", 0.5e-12, [1, 2], "BLQ", "\x00", "§",
]  # fmt: skip


@pytest.mark.parametrize("name", SCALES)
def test_a_sound_record_has_a_result_inputs_rule_and_source(name: str) -> None:
    said = answer_file(name, json.dumps(SOUND[name]).encode())
    assert set(said) == {"result", "inputs", "rule", "source"}
    assert isinstance(said["result"], dict)
    assert json.loads(json.dumps(said)) == said
    read = {field: {"yes": True, "no": False}.get(str(value), value) for field, value in SOUND[name].items()}
    assert {field: said["inputs"][field] for field in read} == read


@pytest.mark.parametrize("name", SCALES)
def test_an_empty_record_says_what_is_missing(name: str) -> None:
    said = answer_file(name, b"{}")
    assert said["result"].startswith("cannot be computed: ")
    assert " is missing" in said["result"]
    assert said["source"] == SCALES[name].source


def _malformed(name: str, random: Random) -> bytes:
    """A sound record with one thing in it that cannot be meant."""
    record = json.loads(json.dumps(SOUND[name]))
    field = random.choice(fields_of(name)["fields"])
    wrong = random.choice([value for value in WRONG if not _fits(field, value)])
    whole = json.dumps({**record, field["name"]: wrong})
    return random.choice(
        [
            whole,
            whole,
            whole,
            json.dumps({**record, field["name"] + random.choice("_ x\n"): 1}),
            json.dumps([record, {**record, field["name"]: wrong}]),
            whole[: random.randrange(1, len(whole) - 1)],
            whole[:-1] + random.choice([', "a": NaN}', ', "a": 1, "a": 1}', ', "a": 1e9999999999999}', "}}"]),
            "[" * random.randrange(1, 5000),
            json.dumps(random.choice([5, "x", None, True, [], [5], [None]])),
        ]
    ).encode("utf-16" if random.random() < 0.05 else "utf-8", "surrogatepass")  # fmt: skip


def _fits(field: dict[str, Any], value: Any) -> bool:
    """Whether a wrong value happens to be right for a field."""
    text = isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= 200
    free = field["kind"] == "text" and text and field["name"] != "term"
    return free or (field["kind"] == "yes-no" and isinstance(value, bool)) or (
        field["kind"] in ("number", "whole") and value in (0.5,)
    ) or (field["kind"] == "areas" and value == [[0, 28]])  # fmt: skip


@pytest.mark.parametrize("name", SCALES)
def test_500_malformed_files_of_each_score_are_refused_in_one_clear_line(name: str) -> None:
    random = Random(6)
    files = {_malformed(name, random) for _ in range(1500)}
    assert len(files) >= 500
    for data in sorted(files)[:: len(files) // 500]:
        with pytest.raises(BadRecord) as refused:
            answer_file(name, data)
        said = str(refused.value)
        assert said
        assert said.isprintable(), said
        assert len(said) < 2500


def test_several_records_give_a_list_in_their_order() -> None:
    said = answer_file("ctcae", json.dumps([{**ANEMIA, "value": value} for value in (70, 90, 99)]).encode())
    assert [one["result"]["grade"] for one in said] == [3, 2, 2]


def test_every_mistake_of_a_file_comes_at_once() -> None:
    records = [ANEMIA, {"term": 5, "value": "x", "Hb": 9}, ANEMIA, {"value": -1}]
    with pytest.raises(BadRecord) as refused:
        answer_file("ctcae", json.dumps(records).encode())
    assert str(refused.value) == (
        "record 2: `Hb` is no field here; term: `5` is no text of one line; "
        "value: `x` is no number from 0 to 1,000,000,000 | "
        "record 4: value: `-1` is no number from 0 to 1,000,000,000"
    )


def test_after_twenty_mistakes_no_more_records_are_read() -> None:
    unknown = [{"term": f"nonsense {n}", "value": 5} for n in range(MOST_RECORDS)]
    started = time.process_time()
    with pytest.raises(BadRecord) as refused:
        answer_file("ctcae", json.dumps(unknown).encode())
    assert time.process_time() - started < 5
    said = str(refused.value).split(" | ")
    assert [part.partition(":")[0] for part in said[:20]] == [f"record {n}" for n in range(1, 21)]
    assert said[20:] == ["records from 21 on are not read"]
    with pytest.raises(BadRecord, match=r"record 20: [^|]*$"):
        answer_file("ctcae", json.dumps(unknown[:20]).encode())


def test_very_many_mistakes_are_counted() -> None:
    with pytest.raises(BadRecord, match=r"`f9` is no field here; and 20 more$"):
        answer_file("crs", json.dumps({f"f{n}": 1 for n in range(30)}).encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON: Expecting value"),
        (b"{", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"5", "a record is an object like"),
        (b"null", "a record is an object like .*, not null"),
        (b"[]", "0 records; write 1 to 10,000"),
        (b"[" + b"{}," * MOST_RECORDS + b"{}]", "10,001 records"),
        (b" " * (MOST_BYTES + 1), "the file has 10,000,001 bytes"),
        (b'{"value": NaN}', "`NaN` is no number"),
        (b'{"value": 1e9999999999999999999999}', "not JSON"),
        (b'{"value": 1, "value": 2}', "`value` is written twice"),
        (b'{"value": true}', "value: `true` is no number"),
        (b'{"value": 1e-13}', "value: `1E-13` is too near to 0"),
        (b'{"symptomatic": "maybe"}', "symptomatic: `maybe` is neither yes nor no"),
        (b'{"state": "asleep"}', "state: `asleep` is none of rest, exercise"),
        (b'{"unit": "' + b"g" * 201 + b'"}', "unit: `g{39}…` is no text of one line"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        answer_file("ctcae", data)


def test_a_whole_number_is_asked_for_where_halves_mean_nothing() -> None:
    with pytest.raises(BadRecord, match=r"mrss_baseline: `2.5` is no whole number"):
        answer_file("criss", b'{"mrss_baseline": 2.5}')
    with pytest.raises(BadRecord, match="ice: `11` is no whole number from 0 to 10"):
        answer_file("icans", b'{"ice": 11}')


@pytest.mark.parametrize("name", SCALES)
def test_every_field_of_a_score_is_listed_in_words(name: str) -> None:
    said = fields_of(name)
    assert set(SOUND[name]) <= {field["name"] for field in said["fields"]}
    assert all(field["says"] for field in said["fields"])
    assert said["source"]


def test_score_answers_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "in.json"
    file.write_text(json.dumps([ANEMIA]))
    code, out, err = run("score", "ctcae", str(file))
    assert (code, err) == (0, "")
    assert json.loads(out)[0]["result"]["grade"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score"], "the following arguments are required: name"),
        (
            ["score", "apgar", "x.json"],
            "`apgar` is no score; scores: ctcae, crs, icans, acr-eular, criss, rcriss, nca",
        ),
        (["score", "crs"], "name a file of records, or see `python -m rules score crs --fields`"),
        (["score", "crs", "none.json"], "none.json: No such file"),
        (["score", "crs", "README.md"], "not JSON: Expecting value"),
    ],
)
def test_what_cannot_be_scored_is_one_line_and_exit_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused_in_one_line(words, said, capsys)


def test_fields_are_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "nca", "--fields"]) == 0
    assert json.loads(capsys.readouterr().out) == fields_of("nca")


def test_the_scores_are_read_only_when_they_are_asked_for() -> None:
    """`python -m rules next` does not pay for them."""
    code = (
        "import sys; from rules.__main__ import main; main(['next', '1NNN']); "
        "heavy = ('rules.scores', 'rules.toxicity.dlt', 'pint'); "
        "sys.exit(any(name.startswith(heavy) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
