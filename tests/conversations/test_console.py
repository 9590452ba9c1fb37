"""The transcripts, piped through the terminal chat as a real process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conversations.script import Script, scripts

ROOT = Path(__file__).resolve().parent.parent.parent


def typed(script: Script) -> str:
    """What is typed into the terminal."""
    lines, role = [], ""
    for step in script.steps:
        if step.role != role:
            lines.append(f"/as {step.role}")
            role = step.role
        lines.append(step.says)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_the_terminal_answers_as_the_transcript_says(script: Script, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bot", "chat", "--database", f"sqlite:///{tmp_path}/practice.sqlite"]
    words += ["--start", script.start, "--language", script.language]
    done = subprocess.run(words, input=typed(script), capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    replies = [block for block in done.stdout.split("\n» ")[1:] if not block.startswith("/as ")]
    assert len(replies) == len(script.steps)
    for step, block in zip(script.steps, replies, strict=True):
        said, _, reply = block.partition("\n")
        assert said == step.says
        for wanted in step.reply:
            assert wanted in reply, f"{script.name}:{step.line} wants {wanted!r}, got {reply!r}"
