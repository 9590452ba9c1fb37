"""Files and folders that stand under their name only once they are whole and on the disk."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file, for its owner's eyes only; FileExistsError where one stands already.

    What a crash leaves is `.NAME.XXXX.part` beside it, which nothing reads.
    """
    _must_be_new(path)
    part = _part(path)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A new folder, for its owner's eyes only; FileExistsError where anything stands already."""
    _must_be_new(path)
    part = _part(path)
    part.mkdir(mode=0o700)
    try:
        yield part
        for file in part.rglob("*"):
            _sync(file)
        _sync(part)
        _must_be_new(path)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _sync(path.parent)


def _must_be_new(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise FileExistsError(str(path))


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _name(part: Path, path: Path) -> None:
    """Give a file its name unless somebody else took it meanwhile; not every file system knows links."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        _must_be_new(path)
        part.rename(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
