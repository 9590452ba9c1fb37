"""export: a study's events as readable files, without secrets; the record tells of each copy."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot import main as root
from bot.words import plain
from storage.codec import version_of
from storage.database import snapshot
from storage.events import Exported
from storage.export import NoSuchStudy, export
from storage.log import Batch, Log, Record
from storage.verify import verify
from tests.bot.study import ADM, NAMES, PI, PINS, START, Clock, cleared, shipped, study_in
from tests.storage.drill import looking
from tests.storage.samples import KINDS, NOW, codec, sample
from tests.storage.test_database import storage

STUDY = "NCT06871644"


def read(folder: Path) -> dict[str, str]:
    """The text of every file of an export."""
    return {
        str(file.relative_to(folder)): file.read_bytes().decode("utf-8-sig")
        for file in folder.rglob("*")
        if file.is_file()
    }


async def exported(url: str, folder: Path, *words: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the command prints, and every file that it wrote."""
    code, out, err = await storage("export", *words, str(folder), database=url)
    assert (code, err) == (0, ""), err[-300:]
    return json.loads(out), await asyncio.to_thread(read, folder)


async def signed_study(url: str) -> None:
    """A study in which the first three were treated and the principal investigator opened a level."""
    async with study_in(url, clock=Clock(START)) as study:
        await root.invite(study.app, "monitor")
        await study.put(*cleared((1, 2, 3), START))
        study.clock.forward(days=40)
        await study.record(PI, "/sign")


async def test_an_export_says_what_is_in_it_and_tells_of_itself(url: str, tmp_path: Path) -> None:
    await signed_study(url)
    told, files = await exported(url, tmp_path / "out")
    manifest = json.loads(files["manifest.json"])
    lines = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    async with looking(url) as engine, snapshot(engine) as connection:
        found = (await verify(connection))["studies"][STUDY]
    assert (told["events"], told["head"]) == (found["events"], found["head"])
    assert [line["position"] for line in lines] == list(range(1, found["events"] + 1))
    assert (lines[-1]["hash"], lines[-1]["kind"], lines[-1]["by"]) == (told["head"], "Exported", "server")
    assert sum(manifest["kinds"].values()) == told["events"]
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    for name, file in manifest["files"].items():
        held = (tmp_path / "out" / name).read_bytes()
        assert (hashlib.sha256(held).hexdigest(), len(held)) == (file["sha256"], file["bytes"])
    assert files[f"protocols/{shipped().sha256}.yaml"] == shipped().text
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


async def test_the_sheet_has_a_row_for_each_event_with_its_signature(url: str, tmp_path: Path) -> None:
    await signed_study(url)
    told, files = await exported(url, tmp_path / "out", "--study", STUDY)
    rows = list(csv.DictReader(io.StringIO(files["events.csv"])))
    assert len(rows) == told["events"]
    [opened] = [row for row in rows if row["kind"] == "LevelOpened"]
    assert (opened["signed_name"], opened["signed_role"]) == (NAMES[PI], "principal_investigator")
    assert json.loads(opened["data"])["level"] == 2
    [adopted] = [row for row in rows if row["kind"] == "ProtocolAdopted"]
    assert "text" not in json.loads(adopted["data"])


async def test_no_secret_leaves_the_database(url: str, tmp_path: Path) -> None:
    await signed_study(url)
    _, files = await exported(url, tmp_path / "out")
    lines = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    hidden = {line["kind"]: line["left_out"] for line in lines if "left_out" in line}
    assert hidden == {
        "Joined": ["code_sha256"], "Invited": ["code_sha256"], "PinSet": ["hashed"], "PinAsked": ["hashed"],
    }  # fmt: skip
    assert json.loads(files["manifest.json"])["left_out"] == ["code_sha256", "hashed"]
    whole = "".join(files.values())
    assert "$argon2" not in whole
    assert PINS[PI] not in whole


async def test_every_field_with_a_hash_of_something_secret_is_left_out(url: str, tmp_path: Path) -> None:
    """Every kind there is goes through an export, and of them all only hashes of files stay."""
    async with looking(url) as engine:
        await root.migrate(engine)
        records = tuple(Record(sample(kind, 7), NOW, NOW) for kind in KINDS)
        await Log(engine, "S", codec()).append([Batch("trial", 0, records)], [], NOW)
    _, files = await exported(url, tmp_path / "out")
    rows = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    names = {name for row in rows for name in row["data"]}
    hashes = {name for name in names if {"hash", "sha256", "code", "hashed", "pin"} & set(name.split("_"))}
    assert hashes == {"sha256"}
    assert {row["kind"] for row in rows} == {kind.__name__ for kind in KINDS}
    assert {row["version"] for row in rows} == {version_of(kind) for kind in KINDS}


async def test_nothing_in_the_sheet_is_a_formula(sqlite: str, tmp_path: Path) -> None:
    async with looking(sqlite) as engine:
        await root.migrate(engine)
        records = tuple(Record(sample(KINDS[0]), NOW, NOW, typed=x) for x in ("=1+1", "+28d", "@x", "/dose"))
        await Log(engine, "S", codec()).append([Batch("trial", 0, records)], [], NOW)
    _, files = await exported(sqlite, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(files["events.csv"])))
    assert [row["typed"] for row in rows[:4]] == ["'=1+1", "'+28d", "'@x", "/dose"]
    assert json.loads(files["events.jsonl"].splitlines()[0])["typed"] == "=1+1"


async def test_audit_shows_the_export_while_the_bot_goes_on(url: str, tmp_path: Path) -> None:
    async with study_in(url, clock=Clock(START)) as study:
        await study.say(ADM, "/next")
        await exported(url, tmp_path / "out")
        heard = await study.say(ADM, "/audit")
        assert "a copy was taken: python -m storage export, by server" in plain(heard.html)
        assert isinstance((await study.crowd())[-1], Exported)


async def test_what_cannot_be_exported_is_refused_and_leaves_no_event(url: str, tmp_path: Path) -> None:
    async with looking(url) as engine:
        await root.migrate(engine)
        for study in ("S", "T"):
            log = Log(engine, study, codec())
            await log.append([Batch("trial", 0, (Record(sample(KINDS[0]), NOW, NOW),))], [], NOW)
        for study in ("", "U"):
            with pytest.raises(NoSuchStudy, match="S, T"):
                await export(engine, study, tmp_path / "out")
        with pytest.raises(FileExistsError):
            await export(engine, "S", tmp_path)
        with pytest.raises(OSError, match="No such"):
            await export(engine, "S", tmp_path / "no" / "folder")
        async with snapshot(engine) as connection:
            found = (await verify(connection))["studies"]
    assert {name: study["events"] for name, study in found.items()} == {"S": 1, "T": 1}


async def test_a_refusal_of_the_command_is_one_line_with_exit_2(sqlite: str, tmp_path: Path) -> None:
    async with looking(sqlite) as engine:
        await root.migrate(engine)
    code, out, err = await storage("export", "--study", "S", f"{tmp_path}/out", database=sqlite)
    assert (code, out, err) == (2, "", "name a study with --study; the database holds: none\n")
