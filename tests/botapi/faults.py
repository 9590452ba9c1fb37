"""Faults on demand: what a call meets instead of its answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.botapi.calls import Call
from tests.botapi.entities import Refused
from tests.botapi.world import Fault, World


class Cut(Response):
    """Promises more than it sends, so that the connection breaks off in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and a piece of the body; the server then drops the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})


class Json(Response):
    """JSON in plain ASCII, as Telegram sends it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Everything else becomes an escape."""
        return json.dumps(content).encode()


def refusal(refused: Refused) -> Response:
    """The documented JSON of a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return Json(body, status_code=refused.code)


async def before(world: World, call: Call, act: Callable[[World, Call], Awaitable[Any]]) -> Response | None:
    """The answer of a fault that is due for this call, or None."""
    fault = next((fault for fault in world.faults if _meets(fault, call)), None)
    if fault is None:
        return None
    fault.left -= 1
    if fault.done:
        await act(world, call)
    world.tell()
    return await _strike(world, fault)


def _meets(fault: Fault, call: Call) -> bool:
    chat = str(call.params.get("chat_id", ""))
    return (
        fault.left > 0
        and fault.method in ("", call.method)
        and (fault.chat is None or chat == str(fault.chat))
    )


async def _strike(world: World, fault: Fault) -> Response:
    match fault.kind:
        case "flood":
            wait = int(fault.seconds)
            return refusal(Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait))
        case "broken":
            return refusal(Refused(500, "Internal Server Error"))
        case "lying":
            return Json({"ok": False, "error_code": 500, "description": "Internal Server Error"})
        case "garbage":
            return Response("<html>Bad gateway</html>", media_type="text/html")
        case "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(world.closing.wait(), fault.seconds)
    return Cut()
