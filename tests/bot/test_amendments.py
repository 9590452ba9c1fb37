"""Amendments end to end: proposed by the operator, read in words, signed with a PIN, in force at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot import main as root
from bot.dispatcher import TRIAL
from bot.memory import PROTOCOL
from bot.versions.amending import propose
from rules import events as e
from rules.file.load import load
from rules.protocol import Protocol
from storage.log import Batch, Record
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    PI,
    START,
    USERS,
    Clock,
    Study,
    cleared,
    code,
    ready,
    shipped,
    study_in,
)  # fmt: skip

LATE = START + timedelta(days=30)


def version(number: str, *edits: tuple[str, str]) -> Protocol:
    """The shipped file as another version, with edits."""
    text = root.SHIPPED.read_text("utf-8")
    for old, new in (('version: "1.0"', f'version: "{number}"'), *edits):
        assert old in text, old
        text = text.replace(old, new, 1)
    protocol, mistakes = load(text.encode())
    assert protocol is not None, mistakes
    return protocol


NEW = version("1.1", ("cells: 1.0e+8", "cells: 0.5e+8"), ("days: 28", "days: 35"))


async def put(study: Study, *events: e.Event) -> None:
    """Write events of the trial under the file in force."""
    log, file = study.dispatcher.log, study.dispatcher.protocol
    before = len(await log.read(TRIAL))
    made = (
        Record(x, x.at, x.at, "P1", "principal_investigator", "", file.trial.version, file.sha256)
        for x in events
    )
    await log.append([Batch(TRIAL, before, tuple(made))], [], study.clock.now)


async def opened_two(study: Study) -> None:
    """Level 2 is open, a place is held there."""
    late = START + timedelta(days=30)
    await put(study, *cleared((1, 2, 3), START), e.LevelOpened(2, 3, "escalate", late))
    await put(study, *ready(4, late, 2))
    study.clock.now = late + timedelta(hours=1)


# ------------------------------------------------------------------ which file a study runs under
async def start(place: object, protocol: Protocol, practice: bool = False) -> str:
    """Start and stop the bot; the version in force."""
    async with root.opened(str(place), protocol, practice, Clock()) as app:
        await app.dispatcher.trial()
        return app.dispatcher.protocol.trial.version


async def test_the_first_start_adopts_the_file_and_a_study_not_begun_follows_it(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    for protocol, said in ((shipped(), "1.0"), (shipped(), "1.0"), (NEW, "1.1"), (shipped(), "1.0")):
        assert await start(file, protocol) == said
    async with study_in(file) as study:
        records = await study.dispatcher.log.read(PROTOCOL)
        assert [record.event.version for record in records] == ["1.0", "1.1", "1.0"]
        assert records[0].event.text == root.SHIPPED.read_text("utf-8")


async def test_a_study_that_has_begun_refuses_another_file_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    async with study_in(file) as study:
        await put(study, e.Consented(code(1), START))
    with pytest.raises(root.CannotStart, match=r"runs under version 1\.0 .*python -m bot amend") as refusal:
        await start(file, NEW)
    assert len(str(refusal.value).splitlines()) == 1
    assert await start(file, shipped()) == "1.0"


async def test_a_study_from_before_versions_were_kept_goes_on_under_its_own_file_only(tmp_path: Path) -> None:
    from sqlalchemy import text

    file = tmp_path / "s.sqlite"
    async with study_in(file) as study:
        await put(study, e.Consented(code(1), START))
        async with study.app.engine.begin() as connection:
            await connection.execute(text("drop trigger events_no_delete"))
            await connection.execute(text("delete from events where stream = 'protocol'"))
    with pytest.raises(root.CannotStart, match=r"runs under version 1\.0"):
        await start(file, NEW)


async def test_a_practice_study_follows_the_file(tmp_path: Path) -> None:
    file = tmp_path / "p.sqlite"
    async with study_in(file, practice=True) as study:
        await put(study, e.Consented(code(1), START))
    assert await start(file, NEW, practice=True) == "1.1"
    async with root.opened(str(file), NEW, True, Clock()) as app:
        await app.dispatcher.trial()
        assert [x.protocol.trial.version for x in app.dispatcher.protocol.former] == ["1.0"]


# ------------------------------------------------------------------ proposed, read, signed
async def test_a_proposal_is_told_to_the_principal_investigator_and_changes_nothing(study: Study) -> None:
    await opened_two(study)
    told = await propose(study.dispatcher, NEW)
    assert (
        told["version"] == "1.1"
        and {"section": "window", "entry": "", "field": "days", "was": 28, "becomes": 35} in told["changes"]
    )
    heard = await study.outbox()
    assert heard.keys() == {PI} and "1.1, is proposed" in heard[PI]
    assert "/amendments" in heard[PI].buttons.values()
    assert study.dispatcher.protocol.trial.version == "1.0"
    assert "1×10⁸" in await study.say(INV, "/next")
    await propose(study.dispatcher, NEW)
    assert not await study.outbox(), "proposed twice, told once"


async def test_everybody_reads_what_changes_in_words_and_only_one_may_sign(study: Study) -> None:
    await opened_two(study)
    await propose(study.dispatcher, NEW)
    for user in USERS:
        heard = await study.say(user, "/amendments")
        for words in ("version 1.1", "dose 2 cells: 1×10⁸ → 0.5×10⁸", "window days: 28 → 35",
                      "Paths, largest enrolment", "level 2"):  # fmt: skip
            assert words in heard, (user, words)
        assert ("/amend" in heard.buttons.values()) is (user == PI)
    for user in (INV, COO, MON, ADM):
        assert "this is not for the role" in await study.say(user, "/amend")
    await study.say(PI, "/language zh")
    assert "提案" in await study.say(PI, "/amendments")


async def test_once_signed_the_new_file_is_in_force_in_every_process(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await opened_two(one)
        two.clock.now = one.clock.now
        assert "1×10⁸" in await two.say(INV, "/dose 4")
        await propose(one.dispatcher, NEW)
        card = await one.say(PI, "/amend")
        assert "Version 1.1 of the protocol" in card and "dose 2 cells: 1×10⁸ → 0.5×10⁸" in card
        assert "Recorded #" in await one.record(PI)
        for study in (one, two):
            assert "0.5×10⁸" in await study.say(INV, "/next")
        heard = await two.say(INV, "/dose 4 1e8 now")
        assert not heard.yes and "0.5×10⁸" in heard, "the place held follows the new dose"
        await two.record(INV, "/dose 4 0.5e8 now")
        records = await one.trial()
        signed = next(n for n, x in enumerate(records) if isinstance(x.event, e.AmendmentSigned))
        assert records[signed].signature and "approve version 1.1" in records[signed].signature.meaning
        assert {x.protocol_version for x in records[: signed + 1]} == {"1.0"}
        assert {(x.protocol_version, x.protocol_sha256) for x in records[signed + 1 :]} == {
            ("1.1", NEW.sha256)
        }
        heard = await one.say(MON, "/amendments")
        assert "Version 1.0" in heard and "was in force until" in heard and "1.1" in heard


async def test_earlier_steps_keep_their_file_and_windows_their_length(study: Study) -> None:
    await opened_two(study)
    number = next(n for n, x in enumerate(await study.events(), 1) if isinstance(x, e.LevelOpened))
    before = (await study.say(PI, f"/why {number}")).text
    assert "Level 2 (1×10⁸) opens" in before and "under version 1.0" in before
    await propose(study.dispatcher, NEW)
    await study.record(PI, "/amend")
    assert (await study.say(PI, f"/why {number}")).text == before
    assert "no signed step" in await study.say(PI, "/why 1")
    assert "all 1 signed step(s)" in await study.say(PI, "/replay")
    assert "Hold" not in await study.say(PI, "/next") and "Refer" not in study.last[PI]
    await put(study, e.Infused(code(4), 2, 0.5e8, True, study.clock.now - timedelta(minutes=1)))
    assert "2026-04-29" in await study.say(PI, "/subject 4"), "dosed before the signature is minutes old"


async def test_what_is_in_use_refuses_a_proposal_and_a_card_shown_before(study: Study) -> None:
    await opened_two(study)
    for file, why in (
        (
            version("1.1", ("cells: 0.25e+8", "cells: 0.2e+8")),
            "Level 1 was given at 0.25×10⁸; it cannot become",
        ),
        (version("0.9"), "Version 0.9 does not follow 1.0"),
    ):
        with pytest.raises(root.CannotStart, match=why):
            await propose(study.dispatcher, file)
    await propose(study.dispatcher, NEW)
    assert (await study.say(PI, "/amend")).yes
    await put(study, e.Infused(code(4), 2, 1e8, True, study.clock.now))
    heard = await study.record(PI)
    assert "Level 2 was given at 1×10⁸" in heard
    assert not [x for x in await study.events() if isinstance(x, e.AmendmentSigned)]
    assert "cannot take over" in await study.say(PI, "/amendments")
    assert not [data for data in study.last[PI].buttons.values() if data == "/amend"]


async def test_an_amendment_is_never_corrected_and_a_later_proposal_replaces_an_earlier(study: Study) -> None:
    await put(study, e.Consented(code(1), START))
    await propose(study.dispatcher, NEW)
    await propose(study.dispatcher, version("1.2", ("days: 28", "days: 21")))
    assert "28 → 21" in await study.say(PI, "/amendments")
    await study.record(PI, "/amend")
    assert "an amendment is not corrected" in await study.say(PI, "/correct 2")
    assert "No new version" in await study.say(PI, "/amend")


async def test_after_the_signature_the_bot_starts_with_the_new_file_only(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    async with study_in(file) as study:
        await put(study, e.Consented(code(1), START))
        await propose(study.dispatcher, NEW)
        await study.record(PI, "/amend")
    assert await start(file, NEW) == "1.1"
    with pytest.raises(root.CannotStart, match=r"runs under version 1\.1"):
        await start(file, shipped())


def test_the_command_line_proposes_a_proved_file(tmp_path: Path) -> None:
    new, broken = tmp_path / "new.yaml", tmp_path / "broken.yaml"
    new.write_text(NEW.text, "utf-8")
    broken.write_text(NEW.text.replace("size: 3", "size: 0"), "utf-8")
    known = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 's.sqlite'}"}

    def amend(file: Path) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "bot", "amend", str(file)]
        return subprocess.run(line, capture_output=True, text=True, env=known, check=False)

    done = amend(new)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["sha256"] == NEW.sha256
    refused = amend(broken)
    assert (refused.returncode, refused.stdout) == (2, "") and "Traceback" not in refused.stderr
    assert amend(root.SHIPPED).returncode == 2
