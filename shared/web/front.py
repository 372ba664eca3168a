"""What the event loop of a web process answers: all by the WSGI app on threads, but for streams.

A stream begins as any other request, so that token, roles, limits and problems are the same for it; then its view hands
it over, its thread is free again, and the loop carries it on.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.web.gateway import Exchange, Receive, Send, environ_of
from shared.web.shedding import Application
from shared.web.streams import HANDED_OVER, TAKEN, Streams


class Front:
    """An ASGI application. `threads` requests are on their way through the app at once; others wait for a thread."""

    def __init__(self, app: Application, streams: Streams, *, threads: int) -> None:
        self._app = app
        self._streams = streams
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(receive, send)
        environ = environ_of(scope, exchange)
        environ[TAKEN] = self._streams
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, exchange.run, self._app, environ)
            if answer is None:
                return
            if answer.status == 200 and HANDED_OVER in environ:
                await self._streams.carry(environ.pop(HANDED_OVER), answer.headers, scope["client"], receive, send)
            else:
                await exchange.answer(answer)
        finally:
            if HANDED_OVER in environ:
                self._streams.release(environ[HANDED_OVER])
