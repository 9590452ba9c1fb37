"""`python -m rules` as people run it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rules.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "rules", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def refused_in_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The words are refused: exit code 2, one line on standard error that says why, nothing else."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
