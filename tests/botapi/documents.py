"""Documents that people send: getFile, and the download of what it names."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.botapi.calls import Call
from tests.botapi.entities import Refused
from tests.botapi.world import World

MOST = 20 * 1024 * 1024


class Stalled(Response):
    """The first bytes of a document, then silence until the server lets go, then a broken connection."""

    def __init__(self, world: World, content: bytes) -> None:
        super().__init__(content, media_type="application/octet-stream")
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise the whole, send the first bytes."""
        first, closing = bytes(self.body)[: self.world.stall], self.world.closing
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        self.world.calls["stalled"] += 1
        self.world.tell()
        await closing.wait()


async def get_file(world: World, call: Call) -> dict[str, Any]:
    """Where a document's content is, and how long it is."""
    handle = call.text("file_id")
    if handle not in world.documents:
        raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    size = len(world.documents[handle])
    if size > MOST:
        raise Refused(400, "Bad Request: file is too big")
    return {
        "file_id": handle,
        "file_unique_id": "AgAF",
        "file_size": size,
        "file_path": f"documents/{handle}",
    }


def download(world: World, path: str) -> Response:
    """The content behind a file_path; `world.cut` bytes are missing, or `world.stall` come and no more."""
    content = world.documents.get(path.removeprefix("documents/"))
    if content is None:
        return Response(status_code=404)
    world.calls["download"] += 1
    world.tell()
    if world.stall is not None:
        return Stalled(world, content)
    return Response(content[: len(content) - world.cut], media_type="application/octet-stream")
