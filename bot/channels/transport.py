"""python-telegram-bot's HTTP over aiohttp, at less than half the CPU of httpx."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies

import aiohttp
import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

FORM = "application/x-www-form-urlencoded"


class Aiohttp(BaseRequest):
    """Requests to the Bot API: `size` connections, timeouts in seconds.

    Raises TimedOut when nothing comes in time (it may have been obeyed all the same) and NetworkError for
    everything else that goes wrong on the way. Proxies and certificates come from the environment, as with
    httpx (HTTPS_PROXY, SSL_CERT_FILE).
    """

    __slots__ = ("_connect", "_limit", "_read", "_session")

    def __init__(self, size: int, connect: float = 10.0, read: float = 15.0) -> None:
        self._limit, self._connect, self._read = size, connect, read
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds of silence after which a request is given up."""
        return self._read

    async def initialize(self) -> None:
        """Open the session; TLS is set up when the first https address asks for it."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._limit, ssl=httpx.create_ssl_context())
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=bool(getproxies()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def do_request(  # noqa: PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """(status, body) of one request; writing is bounded by `read_timeout` too."""
        if self._session is None or self._session.closed:
            raise RuntimeError("the transport is not initialized")
        read = self._read if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect = self._connect if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout
        timeout = aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The error's own words may hold the address, and the address holds the token.
            raise NetworkError(f"aiohttp {type(error).__name__} at {urlsplit(url).hostname}") from error


def _body(data: RequestData | None) -> tuple[Any, dict[str, str]]:
    if data is None:
        return None, {}
    if not data.contains_files:
        return urlencode(data.json_parameters).encode(), {"Content-Type": FORM}
    form = aiohttp.FormData(quote_fields=False)  # a file keeps its name as it is written
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, {}
