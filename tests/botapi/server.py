"""The server: `async with Server() as server` speaks the Bot API at server.url until the block ends.

    wanjiru = server.user(5001, "zh-hans")
    wanjiru.say("/start CODE")
    reply = await wanjiru.next_reply()
    wanjiru.press(reply.labels[0])
    server.next_calls(2, "flood", method="sendMessage", seconds=1)

Another process uses it with BOT_API_URL=server.url and BOT_TOKEN=server.token.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.botapi import account, documents, messages, updates
from tests.botapi.calls import Call, read_call
from tests.botapi.entities import Refused
from tests.botapi.faults import Json, before, refusal
from tests.botapi.people import Person
from tests.botapi.webhook import bring
from tests.botapi.world import TOKEN, Fault, Sent, World

METHODS: dict[str, Callable[[World, Call], Awaitable[Any]]] = {
    "getMe": account.get_me,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "logOut": account.yes,
    "close": account.yes,
    "sendChatAction": account.yes,
    "getUpdates": updates.get_updates,
    "setWebhook": updates.set_webhook,
    "deleteWebhook": updates.delete_webhook,
    "getWebhookInfo": updates.get_webhook_info,
    "getFile": documents.get_file,
    "sendMessage": messages.send_message,
    "sendDocument": messages.send_document,
    "sendPhoto": messages.send_photo,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "answerCallbackQuery": messages.answer_callback_query,
}
NAMES = {name.lower(): name for name in METHODS}


class _Quiet(uvicorn.Server):
    """Leaves the signals of the tests alone, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up, self.leave = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.leave.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """A Bot API for one bot on a free port of 127.0.0.1."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token, self.world, self.url = token, World(), ""

    async def __aenter__(self) -> Server:
        # With IPPROTO_TCP asyncio switches Nagle off; without, every long poll waits 40 ms for an ACK.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        routes = [Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])]
        routes.append(Route("/file/bot{token}/{path:path}", self._download))
        config = uvicorn.Config(
            Starlette(routes=routes),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        self._bringing = asyncio.create_task(bring(self.world))
        await self._server.up.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bringing.cancel()
        self.world.closing.set()
        self.world.poll += 1  # a long poll that still waits is told to go
        self.world.tell()
        self._server.leave.set()
        await self._serving

    def user(self, id_: int, language: str | None = "en") -> Person:
        """A person who has a private chat with the bot."""
        return Person(self.world, id_, language)

    def send_raw(self, update: dict[str, Any]) -> int:
        """Make any update available; its number (given when it has none)."""
        return updates.deliver(self.world, update)

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more, whatever the offset says."""
        self.world.waiting[update_id] = self.world.updates[update_id]
        self.world.again.add(update_id)
        self.world.tell()

    def next_calls(
        self,
        n: int,
        kind: str,
        method: str = "",
        *,
        chat: int | None = None,
        seconds: float = 1,
        done: bool = False,
    ) -> Fault:
        """The next n calls (of a method, to a chat) meet a fault; `done`: the server acts before it fails.

        Kinds: flood (429, retry after `seconds`), broken (500), lying (200 with ok false),
        garbage (200, no JSON), cut (the connection breaks off), hang (`seconds` of silence, then cut).
        """
        self.world.faults.append(Fault(kind, n, method.lower(), chat, seconds, done))
        return self.world.faults[-1]

    def release(self) -> None:
        """Let every call that hangs now break off."""
        self.world.closing.set()
        self.world.closing = asyncio.Event()

    @property
    def calls(self) -> Counter[str]:
        """How often each method was called."""
        return self.world.calls

    @property
    def messages(self) -> list[Sent]:
        """Every message of the bot that still stands, in order."""
        return self.world.messages

    async def until(self, look: Callable[[], Any], limit: float = 60) -> Any:
        """Wait until `look` gives something true (it is asked again whenever the server's state changes)."""
        return await self.world.until(look, limit)

    async def _download(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        return documents.download(self.world, request.path_params["path"])

    async def _answer(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return refusal(Refused(401, "Unauthorized"))
        try:
            call = await read_call(request)
            name = NAMES.get(call.method)
            if name is None:
                raise Refused(404, "Not Found")
            self.world.calls[name] += 1
            self.world.tell()
            act = METHODS[name]
            return await before(self.world, call, act) or Json(
                {"ok": True, "result": await act(self.world, call)}
            )
        except Refused as refused:
            return refusal(refused)
