"""Following what changes in the database: a change stream that is taken up where it broke off."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from pymongo.change_stream import ChangeStream
from pymongo.errors import InvalidOperation, OperationFailure, PyMongoError

from shared.storage.client import Document
from shared.telemetry import logs

Token = Mapping[str, Any]
"""Where a stream is, as the server names it."""

_PAUSE_AFTER_FAILURE = 0.5

_log = logs.logger(__name__)


def _nothing() -> None:
    """Where nothing is to be done."""


class Following:
    """Runs on the thread that calls `run`, until `stopping` or the process closes its client.

    `opened` gives the stream from behind a token on, or from wherever the follower likes where there is none. `hear`
    takes the next changes from it, and must not wait long. `then` is called after each time, when what was heard will
    not be heard again, and may raise. `lost` is called where the server's log does not reach back to where the stream
    broke off, or nobody knows what was heard: changes went by.
    """

    def __init__(
        self,
        name: str,
        opened: Callable[[Token | None], ChangeStream[Document]],
        hear: Callable[[ChangeStream[Document]], None],
        stopping: threading.Event,
        *,
        then: Callable[[], None] = _nothing,
        lost: Callable[[], None] = _nothing,
    ) -> None:
        """`name` stands in the log, for what is not heard while the stream is broken."""
        self._name = name
        self._opened, self._hear, self._then, self._lost = opened, hear, then, lost
        self._stopping = stopping

    def run(self) -> None:
        """Whatever fails is logged and tried again."""
        token: Token | None = None
        while not self._stopping.is_set():
            moved = False
            try:
                with self._opened(token) as stream:
                    while stream.alive and not self._stopping.is_set():
                        self._hear(stream)
                        token, moved = stream.resume_token, True
                        self._then()
            except InvalidOperation:
                return  # the process has closed its client
            except Exception as error:  # whatever it is, what comes afterwards must be heard
                known = isinstance(error, PyMongoError)
                _log.warning("changes_unheard", of=self._name, error=type(error).__name__, exc_info=not known)
                if not known or (isinstance(error, OperationFailure) and not moved):
                    token = None
                    self._lost()
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
