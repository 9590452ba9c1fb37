"""python -m tests.soak.nursery: forks workers that need no start-up time, and says how each one ended.

A line of standard input is a port: a worker is forked that serves there, and {"pid"} is printed; when it
ends {"pid", "code"} is, negative for a signal. Everything else comes from the environment, as always.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import logs
from bot import main as root
from bot.channels import webhook
from bot.channels.serving import Parts
from bot.environment import listening
from storage.database import settled
from storage.failures import NewerSchema
from storage.queues import SchemaMoved
from tests.bot.study import shipped


def clock() -> datetime:
    """Now, as far as the file CLOCK says that the machine's clock is off (seconds)."""
    try:
        off = float(Path(os.environ["CLOCK"]).read_text())
    except (OSError, ValueError):
        off = 0.0
    return datetime.now(UTC) + timedelta(seconds=off)


async def work(port: int) -> int:
    """One worker; the exit code is the program's."""
    logs.watch(asyncio.get_running_loop())
    settings, stop = root.settings({**os.environ, "WEBHOOK_LISTEN": f"127.0.0.1:{port}"}), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        async with root.opened(settings.database, shipped(), clock=clock, desk=settings.desk) as app:
            parts = Parts(
                settings.token, settings.api_url, app.desk, app.queues, clock, app.desk.tick, {},
                tick_seconds=2.0, first_pause=0.05, patience=float(os.environ["PATIENCE"]),
            )  # fmt: skip
            with listening(settings) as own:
                await webhook.run(parts, webhook.Door(settings.webhook, own), stop)
    except (SchemaMoved, NewerSchema):
        return 2
    finally:
        await settled()
    return 0


def fork(port: int) -> int:
    """A worker of its own; its process id."""
    parent, pid = os.getpid(), os.fork()
    if pid:
        return pid
    code = 1
    try:
        logs.start()
        while os.getppid() == parent:  # the database may be away just now, as systemd would have it
            try:
                code = asyncio.run(work(port))
                break
            except Exception as error:
                print(f"a worker cannot start: {type(error).__name__}", file=sys.stderr, flush=True)
                time.sleep(0.2)
    finally:
        os._exit(code)


def tell(**what: int) -> None:
    """One line."""
    print(json.dumps(what), flush=True)


def main() -> None:
    """Until the input ends; then the workers end, too."""
    shipped()
    children: set[int] = set()
    waiting = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            piece = os.read(0, 4096)
            if not piece:
                break
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                children.add(pid := fork(int(line)))
                tell(pid=pid)
        for pid in list(children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                children.discard(pid)
                tell(pid=pid, code=os.waitstatus_to_exitcode(status))
    for pid in children:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
