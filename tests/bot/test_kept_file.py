"""`python -m bot file`: the file in force comes back from the record, exactly as it was stored."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import main as root
from bot.memory import PROTOCOL
from bot.versions.amending import propose
from bot.versions.kept_file import in_force
from storage.database import connect, migrate
from tests.bot.study import PI, Clock, cleared, shipped, study_in
from tests.bot.test_amendments import LATE, NEW, version


async def test_the_adopted_file_comes_back_until_another_one_is_signed(place: str) -> None:
    async with study_in(place, clock=Clock(LATE)) as study:
        await study.put(*cleared((1, 2, 3), LATE))
        study.clock.forward(days=40)
        found = await in_force(place)
        assert (found["study"], found["version"], found["text"]) == ("NCT06871644", "1.0", shipped().text)
        await propose(study.dispatcher, NEW)
        assert (await in_force(place))["sha256"] == shipped().sha256
        await study.record(PI, "/amend")
        found = await in_force(place, "NCT06871644")
        assert (found["version"], found["sha256"], found["text"]) == ("1.1", NEW.sha256, NEW.text)
        await propose(study.dispatcher, version("1.2"))
        assert (await in_force(place))["version"] == "1.1"


def run(database: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bot", "file", *words]
    environment = {**os.environ, "DATABASE_URL": database, "PROTOCOL": "/no/such/file.yaml"}
    return subprocess.run(command, env=environment, capture_output=True, check=False)


async def test_the_command_gives_the_file_byte_for_byte_where_the_bot_cannot_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    async with study_in(url, clock=Clock(LATE)) as study:
        before = len(await study.dispatcher.log.read(PROTOCOL))
    done = run(url, "--text")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == root.SHIPPED.read_bytes()
    assert hashlib.sha256(done.stdout).hexdigest() == shipped().sha256
    async with study_in(url, clock=Clock(LATE)) as study:
        assert len(await study.dispatcher.log.read(PROTOCOL)) == before


async def test_what_is_not_there_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(root.CannotStart, match="not there"):
        await in_force(f"sqlite:///{tmp_path}/mistyped.sqlite")
    assert not (tmp_path / "mistyped.sqlite").exists()
    engine = connect(place)
    await migrate(engine)
    await engine.dispose()
    with pytest.raises(root.CannotStart, match="holds: none"):
        await in_force(place)
    async with study_in(place):
        with pytest.raises(root.CannotStart, match="holds: NCT06871644"):
            await in_force(place, "NCT00000000")
