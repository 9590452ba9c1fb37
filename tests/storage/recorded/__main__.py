"""python -m tests.storage.recorded kinds | trial NAME: records what today's program writes, in a new file.

kinds: an event of each kind that has none in its version. trial: a backup of the whole recorded conversation.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.backup import backup
from storage.codec import version_of
from storage.database import connect
from tests.conversations.script import HERE as SCRIPTS
from tests.conversations.script import read
from tests.conversations.test_console import ROOT, typed
from tests.storage import recorded
from tests.storage.samples import KINDS, codec, sample


def record_kinds(file: Path) -> None:
    """One line an event; nothing where every kind has one."""
    known, made = recorded.kinds(), []
    for kind in KINDS:
        name, version = kind.__name__, version_of(kind)
        if (name, version) not in known:
            _, data = codec().encode(sample(kind))
            row = {"kind": name, "version": version, "shape": recorded.shape(kind), "data": data}
            made.append(json.dumps(row, ensure_ascii=False) + "\n")
    if made:
        with file.open("x", encoding="utf-8") as opened:
            opened.writelines(made)


def record_trial(file: Path) -> None:
    """The English transcript, typed into the terminal chat, as a backup."""
    script = read(SCRIPTS / "whole-trial.en.txt")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/practice.sqlite"
        words = [sys.executable, "-m", "bot", "chat", "--database", url, "--start", script.start]
        subprocess.run(words, input=typed(script), text=True, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        asyncio.run(_backup(url, file))


async def _backup(url: str, file: Path) -> None:
    engine = connect(url)
    print(json.dumps(await backup(engine, file)))
    await engine.dispose()


if __name__ == "__main__":
    what, name = sys.argv[1:]
    if what == "kinds":
        record_kinds(recorded.HERE / f"kinds-{name}.jsonl")
    else:
        record_trial(recorded.HERE / f"{name}.backup.gz")
