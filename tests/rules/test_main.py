"""`python -m rules`: one line of JSON on standard output, what is wrong on standard error."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from rules.__main__ import main
from tests.rules.files import OWN, SHIPPED, changed, line_of, with_levels
from tests.rules.processes import refused_in_one_line, run


def test_check_prints_what_was_proved() -> None:
    code, out, err = run("check")
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert (said["ok"], said["trial"], said["version"]) == (True, "NCT06871644", "1.0")
    assert (said["states"], said["criteria"], said["assumptions"]["A12"]) == (910, 17, "through-day-28")
    assert len(said["sha256"]) == 64


def test_check_of_a_broken_file_lists_each_mistake_on_a_line(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    text = changed(("  days: 28", "  days: 0"), ("unit: year", "unit: yaer"))
    file.write_text(text, encoding="utf-8")
    code, out, err = run("check", str(file))
    assert (code, out) == (2, "")
    lines = line_of(text, "  days: 0"), line_of(text, "  - fact: age")
    said = [line.split(":")[0] for line in err.splitlines()]
    assert said == [f"line {lines[0]}, window.days", f"line {lines[1]}, fact age"]


def test_check_reads_a_teams_own_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(with_levels(2, OWN), encoding="utf-8")
    assert main(["check", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["criteria"] == 19


def test_next_and_screen_answer_in_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["next", "1NNT"]) == 0
    assert json.loads(capsys.readouterr().out)["action"] == "expand"
    file = tmp_path / "answers.json"
    file.write_text('{"aids": "yes"}')
    assert main(["screen", str(file), "--protocol", str(SHIPPED)]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "not_eligible"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: verb"),
        (["next"], "the following arguments are required: outcomes"),
        (["next", "1NNQ"], "`1NNQ` is no group"),
        (["next", "1NNN", "2NNN"], "unrecognized arguments: 2NNN"),
        (["dance"], "invalid choice: 'dance'"),
        (["check", "none.yaml"], "none.yaml: No such file or directory. Name a file that can be read."),
        (["check", "."], ".: Is a directory"),
        (["screen", "none.json"], "none.json: No such file or directory"),
        (["next", "1N", "--protocol", "README.none"], "README.none: No such file"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_exit_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused_in_one_line(words, said, capsys)


def test_answers_that_cannot_be_used_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "answers.json"
    file.write_text("{")
    assert main(["screen", str(file)]) == 2
    assert "not JSON" in capsys.readouterr().err


def test_a_broken_protocol_answers_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("trial: 5", encoding="utf-8")
    assert main(["next", "1N", "--protocol", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "`window` is missing" in err


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["rules", "next", "1Q"])
    with pytest.warns(RuntimeWarning), pytest.raises(SystemExit) as leaving:
        runpy.run_module("rules", run_name="__main__")
    assert leaving.value.code == 2


def test_help_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    assert "check | next | paths | oc | screen | score" in capsys.readouterr().out
