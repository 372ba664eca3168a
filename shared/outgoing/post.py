"""POSTs to one address, one after the other, over one connection for as long as the other side keeps it.

Each has a deadline for all of it, from looking up the name to the answer's end, and follows nothing.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from shared.outgoing.addresses import Reach, Resolve, brief_resolve
from shared.outgoing.connecting import (
    FAULTS,
    Answer,
    Connection,
    close,
    connection_to,
    cut_off,
    header_texts,
    no_answer,
    request,
)


@dataclass(slots=True)
class Line:
    """To `url`, within `reach`; plain http goes to the networks that `reach` names and nowhere else. Not for threads.

    Every new connection looks the name up and checks what it finds.
    """

    url: str
    reach: Reach = field(default_factory=Reach)
    resolve: Resolve = brief_resolve
    deadline: float = 15.0
    largest: int = 1 << 16
    """Bytes of an answer's body that are read; one with more ends the connection."""
    _connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Ends the connection; the next request makes another."""
        if self._connection is not None:
            close(self._connection)
            self._connection = None

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever its status. Raises Forbidden where the address may not be spoken to, Unreachable."""
        begun = time.monotonic()
        if self._connection is not None:
            with suppress(ConnectionError):  # the other side has closed it between two requests
                return self._ask(self._connection, body, headers, begun)
        parts = urlsplit(self.url)
        self._connection = connection_to(parts, self.reach, self.resolve, self.deadline)
        try:
            return self._ask(self._connection, body, headers, begun)
        except ConnectionError as error:
            raise no_answer(parts.hostname or "", error, False, self.deadline) from error

    def _ask(self, connection: Connection, body: bytes, headers: Mapping[str, str], begun: float) -> Answer:
        parts = urlsplit(self.url)
        with cut_off(connection, self.deadline - (time.monotonic() - begun)) as late:
            try:
                response = request(connection, "POST", parts, headers, body)
                content = response.read(self.largest + 1)
            except FAULTS as error:
                self.hang_up()
                if isinstance(error, ConnectionError) and not late.is_set():
                    raise
                raise no_answer(parts.hostname or "", error, late.is_set(), self.deadline) from error
        if late.is_set():  # where no length was announced, what was cut off looks like an end
            self.hang_up()
            raise no_answer(parts.hostname or "", None, True, self.deadline)
        if len(content) > self.largest:
            self.hang_up()
        return Answer(response.status, header_texts(response), content[: self.largest])
