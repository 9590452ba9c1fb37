"""Telegram by webhook: an update is stored and committed before it is confirmed; health and metrics."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels import FAREWELL, measures
from bot.channels.arrivals import read
from bot.channels.intake import Intake
from bot.channels.serving import Parts, serve
from bot.channels.wire import Wire
from storage.leading import until_one_ends
from storage.queues import SchemaMoved

LARGEST, LOOK = 1 << 20, 5.0  # bytes of an update; seconds for a look
HEADER = "x-telegram-bot-api-secret-token"
log = logging.getLogger("bot.channels.webhook")


@dataclass(frozen=True)
class Door:
    """Where updates come in: the public address, the listening socket, the folder of shared measures."""

    address: str
    listening: socket.socket
    measures: str = ""


def secret_of(token: str) -> str:
    """The secret token: known to whoever knows the bot's token, and says nothing of it."""
    return hmac.digest(token.encode(), b"webhook", sha256).hex()


async def run(parts: Parts, door: Door, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; BadToken or SchemaMoved when there is no point in going on."""

    async def road(wire: Wire, intake: Intake) -> None:
        secret = secret_of(parts.token)
        http = _Http(uvicorn.Config(
            made(parts, door, intake, secret), log_config=None, access_log=False, lifespan="off",
            server_header=False, timeout_graceful_shutdown=int(FAREWELL),
        ))  # fmt: skip
        serving = asyncio.create_task(http.serve(sockets=[door.listening]))
        try:
            await until_one_ends(asyncio.shield(serving), _registered(wire, door.address, secret))
        finally:
            http.should_exit = True
            await serving

    await serve(parts, road, stop)


async def _registered(wire: Wire, address: str, secret: str) -> None:
    await wire.register(address, secret)
    await asyncio.Event().wait()


class _Http(uvicorn.Server):
    """Leaves the signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def made(parts: Parts, door: Door, intake: Intake, secret: str) -> Starlette:
    """The ASGI app."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode("latin-1")
        if not hmac.compare_digest(given, secret.encode()):
            measures.REFUSED.inc()
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        arrival = read(_json(body))
        if arrival is None:  # to refuse it would only bring it again
            log.warning("an update without a number is passed over")
            measures.came(0, 1)
            return Response()
        try:
            await intake.take([arrival])
        except Exception as error:
            log.error("update %d is not stored: %s", arrival.update_id, type(error).__name__)
            return Response(status_code=503)
        return Response()

    async def health(_: Request) -> Response:
        try:
            async with asyncio.timeout(LOOK):
                await parts.queues.check()
        except SchemaMoved as moved:
            reason = str(moved)
        except Exception as error:
            reason = f"the database cannot be reached: {type(error).__name__}"
        else:
            if not intake.trouble.failure:
                return JSONResponse({"ok": True})
            reason = f"updates cannot be stored or answered: {intake.trouble.failure}"
        return JSONResponse({"ok": False, "reason": reason}, 503)

    async def metrics(_: Request) -> Response:
        waits = None
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LOOK):
                waits = await parts.queues.backlog()
        shown = measures.text(waits, parts.clock(), door.measures)
        return Response(shown, media_type="text/plain; version=0.0.4")

    return Starlette(routes=[
        Route(urlsplit(door.address).path or "/", receive, methods=["POST"]),
        Route("/health", health),
        Route("/metrics", metrics),
    ])  # fmt: skip


async def _body(request: Request) -> bytes | None:
    """The body, None when it is too large to be an update."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    return body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
