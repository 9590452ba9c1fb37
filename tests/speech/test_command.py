"""`python -m bot parse`: one object, no environment, one line and exit code 2 for what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.speech.said import parser

AT = ["--at", "2026-03-11T15:30+08:00"]
ROOT = Path(__file__).resolve().parents[2]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["parse", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    made = json.loads(out)
    assert isinstance(made, dict)
    return made


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["parse", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    return err


def test_it_needs_no_environment() -> None:
    words = ["parse", "003号昨天下午两点回输 1×10^8", *AT, "--roster", "CD7-003,CD7-004", "--language", "zh"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "kind": "card",
        "intent": "dose",
        "slots": {"subject": "CD7-003", "dose": 1e8, "when": "2026-03-10T14:00:00+08:00"},
        "unread": [],
    }


def test_the_words_that_were_not_read_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    made = said(capsys, "003 probably got 1e8 yesterday 14:00", *AT)
    assert (made["kind"], made["intent"], made["unread"]) == ("ask", "dose", ["probably"])


def test_without_a_roster_every_well_formed_code_counts(capsys: pytest.CaptureFixture[str]) -> None:
    text = "003 got 1e8 yesterday 14:00"
    assert said(capsys, text, *AT)["kind"] == "card"
    made = said(capsys, text, *AT, "--roster", "CD7-004")
    assert (made["kind"], made["unread"]) == ("ask", ["003"])
    assert said(capsys, text, *AT, "--roster", "")["kind"] == "ask"


@pytest.mark.parametrize("at", ["2026-03-11T15:30", "2026-03-11", "yesterday", ""])
def test_a_time_without_its_zone_is_refused(capsys: pytest.CaptureFixture[str], at: str) -> None:
    assert "write a time with its zone" in refused(capsys, "x", "--at", at)


def test_what_is_wrong_with_the_words_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no subject code" in refused(capsys, "x", *AT, "--roster", "CD7-001,Li Wei")
    assert "--at" in refused(capsys, "x")
    assert "invalid choice" in refused(capsys, "x", *AT, "--language", "fr")


def test_a_file_that_cannot_be_read_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROTOCOL", "/nowhere/protocol.yaml")
    assert "PROTOCOL" in refused(capsys, "x", *AT)


@pytest.mark.parametrize("text", ["", "?", "003 dosed 1e8 yesterday 14:00", "下一步"])
def test_the_object_has_the_four_names_always(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = said(capsys, text, *AT)
    assert list(made) == ["kind", "intent", "slots", "unread"]
    assert made["kind"] in ("card", "answer", "ask")


def test_the_words_of_the_file_are_the_parsers_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert parser().protocol.trial.zone == "Asia/Shanghai"
    made = said(capsys, "003 dosed 1e8 yesterday 14:00", "--at", "2026-03-11T07:30Z")
    assert made["slots"] == {"subject": "CD7-003", "dose": 1e8, "when": "2026-03-10T14:00:00+08:00"}
