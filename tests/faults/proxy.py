"""A network that can fail: what stands between the services and one server, and passes on, holds up or breaks off."""

import asyncio
import threading
from collections.abc import Coroutine
from enum import Enum
from typing import Any

_HOST = "127.0.0.1"
_PIECE = 64 * 1024
_SLOWNESS = 0.15
"""Seconds that each piece is on its way while the network is slow, in either direction."""


class Weather(Enum):
    """What becomes of what is sent."""

    FAIR = "passed on"
    SILENT = "held up, as by a partition"
    REFUSED = "broken off and refused"
    SLOW = "slowed"


class Proxy:
    """Listens at `port` for one that listens at `server`, in a thread of its own until it is closed."""

    def __init__(self, port: int, server: int) -> None:
        self.port = port
        self._server = server
        self._weather = Weather.FAIR
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._passing = asyncio.Event()
        self._passing.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{port}", daemon=True)
        self._thread.start()
        self._listening: asyncio.Server = self._do(asyncio.start_server(self._accept, _HOST, port, backlog=512))

    def turn(self, weather: Weather) -> None:
        """From now on; FAIR lets go of what was held up, in its order."""
        self._do(self._turn(weather))

    def close(self) -> None:
        """Breaks everything off."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _turn(self, weather: Weather) -> None:
        self._weather = weather
        if weather is Weather.SILENT:
            self._passing.clear()
        else:
            self._passing.set()
        if weather is Weather.REFUSED:
            self._break_off()

    async def _end(self) -> None:
        self._weather = Weather.REFUSED
        self._listening.close()
        self._passing.set()
        self._break_off()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _break_off(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            await self._passing.wait()
            if self._weather is Weather.REFUSED:
                return
            answers, there = await asyncio.open_connection(_HOST, self._server)
            self._open.add(there)
            both = [asyncio.create_task(self._pass_on(*way)) for way in ((reader, there), (answers, writer))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            pass  # the server is away: whoever asked is broken off, as by a host without it
        finally:
            for each in filter(None, (writer, there)):
                self._open.discard(each)
                each.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(_PIECE):
            await self._passing.wait()
            if self._weather is Weather.SLOW:
                await asyncio.sleep(_SLOWNESS)
            target.write(piece)
            await target.drain()
