"""docs/operate.md: every command, variable and measure that it names is there; its backup script runs."""

from __future__ import annotations

import asyncio
import configparser
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels import measures
from bot.environment import settings
from storage.queues import Backlog
from tests.storage.drill import filled

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "operate.md").read_text("utf-8")
PAGES = {"README.md": (ROOT / "README.md").read_text("utf-8"), "operate.md": PAGE}


def block(name: str) -> str:
    """The fenced block under the mark of that name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```\n(.*?)```", PAGE, re.DOTALL)
    assert found, name
    return found.group(1)


@pytest.mark.parametrize("module", ["bot", "storage", "rules"])
def test_every_command_that_a_page_names_exists(module: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    verbs = set(re.search(r"\{([\w,-]+)\}", shown.stdout).group(1).split(","))
    for name, page in PAGES.items():
        named = set(re.findall(rf"python -m {module} ([a-z]+)", page))
        assert named <= verbs, f"{name}: {named - verbs}"


def test_every_variable_that_the_page_names_is_read() -> None:
    read: set[str] = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            read.add(name)
            return default

    settings(Environment())
    named = set(re.findall(r"\b(?:BOT|DATABASE|PROTOCOL|WEBHOOK)(?:_[A-Z]+)*\b", PAGE))
    assert named <= read
    assert read - named == {"PROMETHEUS_MULTIPROC_DIR"}


def test_every_measure_that_the_page_watches_is_there() -> None:
    measures.FAILED.labels("given up").inc(0)
    measures.DATABASE.labels("full").inc(0)
    shown = measures.text(Backlog(0, None, 0, None), datetime.now(UTC), "").decode()
    named = set(re.findall(r"`(bot_\w+(?:\{[^}]*\})?)`", PAGE))
    assert len(named) == 6
    assert [name for name in named if f"\n{name} " not in shown] == []


def test_the_unit_starts_the_bot_with_words_that_it_knows() -> None:
    unit = configparser.ConfigParser()
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(block("protocol-bot.service"))
    words = unit["Service"]["ExecStart"].split()
    assert words[:3] == [f"{unit['Service']['WorkingDirectory']}/.venv/bin/python", "-m", "bot"]
    run = [sys.executable, *words[1:]]
    environment = {name: value for name, value in os.environ.items() if name != "BOT_TOKEN"}
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert (done.returncode, "BOT_TOKEN is not set" in done.stderr) == (2, True)


def test_the_backup_script_backs_up_drills_and_verifies(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trial.sqlite"
    asyncio.run(filled(url))
    (tmp_path / "backup").mkdir()
    script = block("backup.sh").replace(".venv/bin/python", sys.executable)
    script = script.replace("/srv/protocol-bot", str(ROOT)).replace("/srv/backup", f"{tmp_path}/backup")
    environment = {**os.environ, "DATABASE_URL": url, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    names = sorted(path.name.partition(".")[2] for path in (tmp_path / "backup").iterdir())
    assert names == ["gz", "gz.json", "gz.verified.json"]
    [verified] = (tmp_path / "backup").glob("*.verified.json")
    assert json.loads(verified.read_text())["ok"] is True
    assert not list(tmp_path.glob("tmp.*"))
