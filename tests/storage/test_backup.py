"""backup: a file that is whole or not there, for its owner alone, without what waits."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from storage.backup import KEPT, LEFT, backup
from storage.restore import restore
from storage.tables import metadata
from tests.storage.drill import killed_when, large, looking, queued
from tests.storage.test_database import storage


def found(folder: Path) -> list[Path]:
    """What a backup that did not come to its end left behind."""
    return list(folder.glob(".b.gz.*.part"))


async def test_a_backup_holds_nothing_that_waits(url: str, tmp_path: Path) -> None:
    await queued(url)
    async with looking(url) as engine:
        await backup(engine, tmp_path / "b.gz")
    held = gzip.decompress((tmp_path / "b.gz").read_bytes()).decode()
    assert "dosed 003" not in held
    assert "Recorded" not in held


def test_every_table_is_taken_along_or_left_behind_on_purpose() -> None:
    assert {*KEPT, *LEFT} == set(metadata.tables)
    assert not set(KEPT) & set(LEFT)


async def test_a_backup_is_for_its_owner_alone_and_never_written_over(source: str, tmp_path: Path) -> None:
    file = tmp_path / "b.gz"
    async with looking(source) as engine:
        await backup(engine, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    code, out, err = await storage("backup", str(file), database=source)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "already" in err
    assert file.read_bytes() == before
    assert found(tmp_path) == []


async def test_a_kill_in_the_middle_of_a_backup_leaves_nothing_that_looks_like_one(
    url: str, tmp_path: Path
) -> None:
    await large(url)

    async def busy() -> bool:
        return bool(found(tmp_path))

    await killed_when(busy, "backup", f"{tmp_path}/b.gz", database=url)
    assert not (tmp_path / "b.gz").exists()
    [part] = found(tmp_path)
    with pytest.raises(ValueError, match="not a whole backup"):
        await restore(f"sqlite:///{tmp_path}/new.sqlite", part)
    assert (await storage("backup", f"{tmp_path}/b.gz", database=url))[0] == 0


@pytest.mark.parametrize("words", [("restore", "/no/such/file.gz"), ("backup", "/no/such/folder/b.gz")])
async def test_a_file_that_cannot_be_used_is_one_line_and_exit_2(
    words: tuple[str, ...], whole_file: Path
) -> None:
    code, out, err = await storage(*words, database=f"sqlite:///{whole_file}")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words[1] in err
